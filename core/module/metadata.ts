import type { Diagnostic } from '../base/diagnostic.ts'
import type { Document } from './document.ts'
import { readSeverity, severityKeys, severityOf } from './gate-severity.ts'
import type { ArgumentSpec, Gate, Setting } from './module.ts'
import type { DeclaredGroup } from './module-group.ts'
import { readGroups } from './read-groups.ts'

/** What a module's metadata says in the keys that Heddle itself knows. */
export interface TypedMetadata {
  readonly pattern: string | null
  readonly arguments: readonly ArgumentSpec[]
  readonly gates: readonly Gate[]
  readonly settings: readonly Setting[]
  readonly groups: readonly DeclaredGroup[]
  /** One for each value that has the wrong shape, at the line of its key. */
  readonly diagnostics: readonly Diagnostic[]
}

const nothing: TypedMetadata = {
  pattern: null,
  arguments: [],
  gates: [],
  settings: [],
  groups: [],
  diagnostics: [],
}
const keys = ['pattern', 'arguments', 'gates', 'settings', 'groups'] as const

/** Reads typed values out of `data`, the metadata of `document`; what has the wrong shape is left out and noted. */
export function readMetadata(document: Document, data: Entry): TypedMetadata {
  if (keys.every((key) => data[key] === undefined)) return nothing
  const reader = createReader(document, data)
  const declared = data['groups'] === undefined ? nothing : readGroups(document, data['groups'])
  return {
    pattern: reader.text('pattern'),
    gates: reader.gates(),
    settings: reader.settings(),
    arguments: reader.arguments(),
    groups: declared.groups,
    diagnostics: [...reader.diagnostics, ...declared.diagnostics],
  }
}

interface Reader {
  readonly diagnostics: readonly Diagnostic[]
  text(key: string): string | null
  arguments(): ArgumentSpec[]
  gates(): Gate[]
  settings(): Setting[]
}

type Entry = Readonly<Record<string, unknown>>

function createReader(document: Document, data: Entry): Reader {
  const diagnostics: Diagnostic[] = []
  const lineOf = (key: string): number => findLine(document, key)

  function wrong(key: string, expected: string): void {
    diagnostics.push({
      code: 'MODULE_METADATA',
      severity: 'warning',
      message: `The key "${key}" should be ${expected}.`,
      hint: `Write it as ${expected}, or remove it.`,
      at: { path: document.label, line: lineOf(key), column: 1 },
    })
  }

  function entries(key: string, shape: string): Entry[] {
    const value = data[key]
    if (value === undefined || value === null) return []
    if (!Array.isArray(value)) {
      wrong(key, shape)
      return []
    }
    const items: unknown[] = value
    const good = items.filter((item): item is Entry => isEntry(item) && typeof item['name'] === 'string')
    if (good.length < items.length) wrong(key, shape)
    return good
  }

  return {
    diagnostics,
    text(key) {
      const value = data[key]
      if (value === undefined || value === null) return null
      if (typeof value === 'string') return value
      if (typeof value === 'number' || typeof value === 'boolean') return String(value)
      wrong(key, 'a text')
      return null
    },
    arguments: () =>
      entries('arguments', 'a list of entries with a name').map((entry) => ({
        name: String(entry['name']),
        description: asText(entry['description']) ?? '',
        required: entry['required'] === true,
        ...(asText(entry['default']) === null ? {} : { default: asText(entry['default'])! }),
      })),
    gates: () =>
      entries('gates', 'a list of entries with a name and a severity').map((entry) => {
        const unknown = severityKeys.some(
          (key) => key !== 'requirement' && entry[key] !== undefined && !severityOf(asText(entry[key]) ?? ''),
        )
        if (unknown) wrong('gates', '"blocking", "conditional" or "warning"')
        return {
          name: String(entry['name']),
          severity: readSeverity((key) => asText(entry[key])) ?? 'warning',
          text: asText(entry['text']) ?? asText(entry['requirement']) ?? '',
          line: lineOf('gates'),
        }
      }),
    settings: () =>
      entries('settings', 'a list of entries with a name').map((entry) => ({
        name: String(entry['name']),
        default: asText(entry['default']),
        required: entry['required'] === true,
        line: lineOf('settings'),
      })),
  }
}

function isEntry(value: unknown): value is Entry {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}

function asText(value: unknown): string | null {
  if (typeof value === 'string') return value
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : null
}

/** The line of a top-level key of the front matter; 1 when the metadata came from somewhere else. */
function findLine(document: Document, key: string): number {
  const { starts } = document.lines
  const { end } = document.frontMatter
  for (let line = 0; line < starts.length && starts[line]! < end; line++) {
    if (document.text.startsWith(`${key}:`, starts[line])) return line + 1
  }
  return 1
}
