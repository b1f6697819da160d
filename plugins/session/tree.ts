import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { bash, defineOperation, HeddleError, type Operation, type Outcome, type Path } from 'heddle'

/** A file that git calls changed, with the SHA-256 of its bytes; null where there was nothing to read. */
export interface ChangedFile {
  readonly path: string
  readonly digest: string | null
}

/** Where work stood in a repository. */
export interface TreeState {
  /** Null when no branch is checked out. */
  readonly branch: string | null
  /** The commit; null before the first one. */
  readonly head: string | null
  /** What is not committed, sorted by path; at most a hundred files. */
  readonly changed: readonly ChangedFile[]
  /** How many further files are not committed. */
  readonly more: number
}

/** Files beyond these are counted: a session is a note, not a copy. */
const mostChanged = 100
const largestFile = 16 * 1024 * 1024

/** Asks git where the work stands. It changes nothing but git's own index, and runs nothing that a repository names. */
export const treeQuestion: Operation = bash(
  {
    program: 'git',
    arguments: [
      '-c',
      'core.fsmonitor=false',
      'status',
      '--porcelain=v2',
      '--branch',
      '-z',
      '-uall',
      '--',
      '.',
    ],
  },
  { name: 'git status', claims: { writes: [], scratch: ['.git/**'] } },
)

/** True for a folder that stands in a repository. */
export function hasRepository(folder: string): boolean {
  if (existsSync(join(folder, '.git'))) return true
  const above = dirname(folder)
  return above !== folder && hasRepository(above)
}

interface LookInput {
  readonly path: string
}

/** Looks at one changed file. */
export function lookAt(path: string): Operation {
  return { kind: 'session-look', name: `look at ${path}`, input: { path } }
}

/** The kind behind `lookAt`. */
export const lookKind = defineOperation<LookInput, ChangedFile>({
  kind: 'session-look',
  description: 'Takes the digest of a file that is not committed',
  lane: 'io',
  effects: 'none',
  idempotent: true,
  input: (z) => z.strictObject({ path: z.string().min(1) }),
  output: (z) => z.strictObject({ path: z.string(), digest: z.string().nullable() }),
  claims: ({ path }) => ({ reads: [path.replace(/[[\]{}*?!\\()]/g, '\\$&')], writes: [] }),
  async run({ path }, { files }) {
    try {
      const stat = await files.stat(path as Path)
      if (stat?.type !== 'file' || stat.size > largestFile) return { path, digest: null }
      const bytes = await files.read(path as Path)
      return { path, digest: createHash('sha256').update(bytes).digest('hex') }
    } catch (thrown) {
      // Git names what nobody may open here: a link out of the project, a name with control characters.
      if (thrown instanceof HeddleError) return { path, digest: null }
      throw thrown
    }
  },
})

/** The paths that the answer of `treeQuestion` names, each once and sorted, our own state left out. */
export function changedIn(outcomes: readonly Outcome[]): string[] {
  const paths = recordsOf(outcomes).flatMap(pathOf)
  return [...new Set(paths)].filter((path) => !path.startsWith('.heddle/state/')).toSorted()
}

/** The first of them, which are looked at. */
export function lookedAt(outcomes: readonly Outcome[]): readonly string[] {
  const known = new Set(looksIn(outcomes).map(({ path }) => path))
  return changedIn(outcomes)
    .slice(0, mostChanged)
    .filter((path) => !known.has(path))
}

/** Where the work stands, from the answers; null where git could not be asked. */
export function treeOf(outcomes: readonly Outcome[]): TreeState | null {
  const records = recordsOf(outcomes)
  if (records.length === 0) return null
  const digests = new Map(looksIn(outcomes).map(({ path, digest }) => [path, digest]))
  const changed = changedIn(outcomes)
  const said = (key: string, nothing: string): string | null => {
    const value = records.find((record) => record.startsWith(`# ${key} `))?.slice(key.length + 3)
    return value === undefined || value === nothing ? null : value
  }
  return {
    branch: said('branch.head', '(detached)'),
    head: said('branch.oid', '(initial)'),
    changed: changed.slice(0, mostChanged).map((path) => ({ path, digest: digests.get(path) ?? null })),
    more: Math.max(0, changed.length - mostChanged),
  }
}

/** What agents read at the start of every session, where their hosts look for it. */
export const memoryFiles: readonly string[] = ['CLAUDE.md', 'AGENTS.md', '.claude/CLAUDE.md']

/** The memory files that are there. */
export function memoryIn(outcomes: readonly Outcome[]): ChangedFile[] {
  return looksIn(outcomes).filter(({ path, digest }) => memoryFiles.includes(path) && digest !== null)
}

function looksIn(outcomes: readonly Outcome[]): ChangedFile[] {
  const looks = outcomes.filter(({ kind, status }) => kind === 'session-look' && status === 'done')
  return looks.map(({ output }) => output as ChangedFile)
}

/** Memory files that came, went or changed, one sentence each. */
export function memoryDifferences(then: readonly ChangedFile[], now: readonly ChangedFile[]): string[] {
  const digestIn = (files: readonly ChangedFile[], path: string): string | null =>
    files.find((file) => file.path === path)?.digest ?? null
  return memoryFiles.flatMap((path) => {
    const [before, after] = [digestIn(then, path), digestIn(now, path)]
    if (before === after) return []
    return [
      `${path} ${before === null ? 'is there now' : after === null ? 'is gone' : 'says something else'}`,
    ]
  })
}

/** What differs between where the work stood and where it stands, one sentence each. */
export function differences(then: TreeState, now: TreeState): string[] {
  const told: string[] = []
  if (then.branch !== now.branch)
    told.push(`the branch was ${then.branch ?? 'none'} and is ${now.branch ?? 'none'}`)
  if (then.head !== now.head) told.push(`the commit was ${short(then.head)} and is ${short(now.head)}`)
  const current = new Map(now.changed.map(({ path, digest }) => [path, digest]))
  for (const { path, digest } of then.changed) {
    if (!current.has(path)) told.push(`${path} is committed or undone`)
    else if (current.get(path) !== digest) told.push(`${path} was changed again`)
  }
  const before = new Set(then.changed.map(({ path }) => path))
  for (const { path } of now.changed) if (!before.has(path)) told.push(`${path} is changed now`)
  return told
}

function short(head: string | null): string {
  return head === null ? 'none' : head.slice(0, 10)
}

/** The records of `git status --porcelain=v2 -z`; the second path of a rename is a record of its own. */
function recordsOf(outcomes: readonly Outcome[]): string[] {
  const outcome = outcomes.find(({ name, status }) => name === treeQuestion.name && status === 'done')
  const { stdout } = (outcome?.output ?? {}) as { stdout?: unknown }
  return typeof stdout === 'string' ? stdout.split('\0').filter((record) => record !== '') : []
}

/** How many fields stand before the path in each type of record, as git-status(1) has them. */
const fieldsBefore: Readonly<Record<string, number>> = { '1': 8, '2': 9, u: 10, '?': 1 }

function pathOf(record: string): string[] {
  const fields = record[1] === ' ' ? fieldsBefore[record[0]!] : undefined
  if (fields === undefined) return []
  return [record.split(' ').slice(fields).join(' ')]
}
