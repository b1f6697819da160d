import type { Action, StepKind } from './step.ts'

/** What a step does, or why that cannot be. */
export type ReadAction = Action | { readonly fault: string; readonly hint: string }

type Entry = Readonly<Record<string, unknown>>

/** For each kind: the key that a text alone stands for, one that a list alone stands for, and all keys. */
const shapes: Readonly<
  Record<StepKind, { text: string | null; list: string | null; keys: readonly string[] }>
> = {
  read: { text: 'path', list: null, keys: ['path', 'offset', 'limit'] },
  list: { text: 'path', list: null, keys: ['path'] },
  glob: { text: 'pattern', list: 'patterns', keys: ['pattern', 'patterns', 'path', 'ignore'] },
  grep: {
    text: 'pattern',
    list: null,
    keys: ['pattern', 'path', 'glob', 'ignoreCase', 'outputMode', 'context', 'multiline'],
  },
  todo: { text: null, list: 'todos', keys: ['todos'] },
  write: { text: null, list: null, keys: ['path', 'text'] },
  edit: { text: null, list: null, keys: ['path', 'old', 'new', 'all'] },
  bash: {
    text: null,
    list: 'words',
    keys: ['program', 'arguments', 'cwd', 'env', 'isolation', 'reads', 'writes', 'scratch'],
  },
  try: {
    text: null,
    list: 'words',
    keys: ['program', 'arguments', 'cwd', 'env', 'isolation', 'reads', 'writes', 'scratch'],
  },
}

const examples: Readonly<Record<StepKind, string>> = {
  read: 'read: README.md',
  list: 'list: src',
  glob: 'glob: "src/**/*.ts"',
  grep: 'grep: { pattern: TODO, glob: "src/**" }',
  todo: 'todo: [{ content: Write tests, status: pending }]',
  write: 'write: { path: notes.md, text: "${find.count} found" }',
  edit: 'edit: { path: a.txt, old: one, new: two }',
  bash: 'bash: { program: npm, arguments: [test], writes: [] }',
  try: 'try: [npm, test]',
}

/** Reads what stands under the name of a kind. Programs are words, never a line for a shell. */
export function readAction(kind: StepKind, value: unknown): ReadAction {
  const entry = entryOf(kind, value)
  if (!entry) return wrong(kind, `"${kind}" cannot be ${shownType(value)}`)
  const unknown = Object.keys(entry).find((key) => !shapes[kind].keys.includes(key))
  if (unknown !== undefined) return wrong(kind, `"${kind}" has no "${unknown}"`)
  if (kind !== 'bash' && kind !== 'try') return { kind, input: entry, claims: {} }
  const { reads, writes, scratch, ...input } = entry
  if (typeof input['program'] !== 'string' || input['program'] === '')
    return wrong(kind, 'it names no program')
  const lists = Object.entries({ reads, writes, scratch }).filter(([, list]) => list !== undefined)
  const bad = lists.find(([, list]) => !isTexts(list))
  if (bad) return wrong(kind, `"${bad[0]}" should be a list of globs`)
  return { kind, input, claims: Object.fromEntries(lists) }
}

function entryOf(kind: StepKind, value: unknown): Entry | undefined {
  const { text, list } = shapes[kind]
  if (typeof value === 'string') return text === null ? undefined : { [text]: value }
  if (Array.isArray(value)) {
    if (list !== 'words') return list === null ? undefined : { [list]: value }
    const [program, ...words] = value as unknown[]
    return isTexts(value) ? { program, arguments: words } : undefined
  }
  return value !== null && typeof value === 'object' ? (value as Entry) : undefined
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((each) => typeof each === 'string')
}

function shownType(value: unknown): string {
  if (Array.isArray(value)) return 'a list of these'
  return typeof value === 'string' ? 'one text' : value === null ? 'empty' : `a ${typeof value}`
}

function wrong(kind: StepKind, why: string): ReadAction {
  return { fault: `${why}.`, hint: `Write ${examples[kind]}.` }
}
