import { compareText } from './base/diagnostic.ts'
import type { ArgumentSpec, Module } from './module/module.ts'
import type { Layer } from './resolve/layers.ts'

/** What a declaration file is written from. */
export interface Declared {
  /** The layers whose modules can be referred to, the project first. */
  readonly layers: readonly Layer[]
  readonly commands: readonly Module[]
}

/**
 * The text of a TypeScript declaration file by which names of commands, their arguments and references to modules complete and check.
 * The same modules give the same bytes. Texts of modules stand in it as literals and in comments, and can be nothing else.
 */
export function declareModules({ layers, commands }: Declared): string {
  const sorted = commands.toSorted((a, b) => compareText(a.name, b.name))
  const references = referencesIn(layers)
  return [
    '// Written by `heddle types`. `heddle types --check` says whether it is current.',
    'export {}',
    '',
    "declare module 'heddle' {",
    '  interface Register {',
    '    commands: {',
    ...sorted.flatMap(declareCommand),
    '    }',
    `    references:${references.length === 0 ? ' never' : ''}`,
    ...references.map((reference) => `      | ${literal(reference)}`),
    '  }',
    '}',
    '',
  ].join('\n')
}

function declareCommand({ name, description, arguments: given }: Module): string[] {
  const words = comment(description)
  return [
    ...(words === '' ? [] : [`      /** ${words} */`]),
    `      ${literal(name)}: {`,
    `        named: ${namedOf(given)}`,
    `        inOrder: [${inOrderOf(given)}]`,
    '      }',
  ]
}

function namedOf(given: readonly ArgumentSpec[]): string {
  if (given.length === 0) return 'Record<string, never>'
  const keys = given.map(({ name, ...spec }) => `${literal(name)}${isNeeded(spec) ? '' : '?'}: string`)
  return `{ ${keys.join('; ')} }`
}

/** The last argument takes all words that remain. */
function inOrderOf(given: readonly ArgumentSpec[]): string {
  const firstOptional = given.findIndex((spec) => !isNeeded(spec))
  const elements = given.map(({ name }, index) => {
    const label = /^[A-Za-z_]\w*$/.test(name) ? name : `argument${index + 1}`
    return `${label}${firstOptional >= 0 && index >= firstOptional ? '?' : ''}: string`
  })
  return given.length === 0 ? '' : [...elements, '...words: string[]'].join(', ')
}

function isNeeded({ required, default: fallback }: Pick<ArgumentSpec, 'required' | 'default'>): boolean {
  return required && fallback === undefined
}

/** Every module by its aliases, and those of the project's homes by their paths. */
function referencesIn(layers: readonly Layer[]): readonly string[] {
  const found = new Set<string>()
  for (const { aliases, tree, homes, name } of layers) {
    for (const [alias, folders] of aliases)
      for (const folder of folders)
        for (const path of below(tree.files, folder)) found.add(`@${alias}/${path}`)
    if (name !== 'project') continue
    for (const home of homes)
      for (const path of below(tree.files, home)) found.add(home === '' ? path : `${home}/${path}`)
  }
  return [...found].toSorted(compareText)
}

function below(files: readonly string[], folder: string): readonly string[] {
  const start = folder === '' ? '' : `${folder}/`
  return files
    .filter((path) => path.startsWith(start) && path.endsWith('.md'))
    .map((path) => path.slice(start.length))
}

/** A text as a literal; what ends lines in some readers is escaped. */
function literal(text: string): string {
  const inside = JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")
  return `'${inside.replace(/[\u007f-\u009f\u2028\u2029]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`)}'`
}

function comment(text: string): string {
  const line = text
    .replace(/[\s\p{C}]+/gu, ' ')
    .trim()
    .replaceAll('*/', '*\\/')
  return line.length > 200 ? `${line.slice(0, 199)}…` : line
}
