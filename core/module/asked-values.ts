import type { Module } from './module.ts'
import { findPlaceholders } from './placeholder.ts'

/** `${name}` and `${name:-otherwise}` in the texts of declared operations. */
export const namedValue = /\$\{([\w.-]+?)(?::-([^}]*))?\}/g

/** A value without which a group that a module declares cannot run, and that the module does not have itself. */
export interface AskedValue {
  /** `argument`: of the command that runs; `project`: what the project says of itself, by its path. */
  readonly of: 'argument' | 'project'
  readonly name: string
  readonly group: string
  readonly line: number
  readonly column: number
}

/** What the groups of a module ask for; what has a default where it stands, or names a setting of the module, is left out. */
export function findAskedValues({ groups, parts, placeholders }: Module): AskedValue[] {
  const settings = new Set(parts.settings.map(({ name }) => name))
  return groups.flatMap(({ name: group, operations }) =>
    operations.flatMap(({ input, line }): AskedValue[] => {
      const texts = textsIn(input)
      const names = new Set(texts.flatMap(namesIn).filter((name) => !settings.has(name)))
      return [
        ...[...names].map((name): AskedValue => ({ of: 'argument', name, group, line, column: 1 })),
        ...[...new Set(texts.flatMap(pathsIn))].map((name): AskedValue => {
          const written = placeholders.find((one) => one.path === name && one.line >= line)
          return { of: 'project', name, group, line: written?.line ?? line, column: written?.column ?? 1 }
        }),
      ]
    }),
  )
}

function namesIn(text: string): string[] {
  return [...text.matchAll(namedValue)].flatMap(([, name, otherwise]) =>
    otherwise === undefined ? [name!] : [],
  )
}

/** What stands in the default of a name is asked for only when it has no value; NUL keeps the rest from becoming a placeholder. */
function pathsIn(text: string): string[] {
  return findPlaceholders(text.replace(namedValue, '\0')).flatMap(({ path, default: otherwise }) =>
    otherwise === null ? [path] : [],
  )
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  return value !== null && typeof value === 'object' ? Object.values(value).flatMap(textsIn) : []
}
