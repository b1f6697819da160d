import { createHash } from 'node:crypto'
import { defineOperation, type DurableStore, type OperationKind } from 'heddle'
import type { Spread } from './statistics.ts'

/** What was measured of one command or address in one run. */
export interface Entry {
  readonly at: string
  /** Rises by one with each entry: clocks may jump. */
  readonly sequence: number
  readonly machine: string
  readonly figures: Readonly<Record<string, Spread>>
}

export interface RecordInput {
  readonly machine: string
  readonly subjects: readonly { readonly name: string; readonly figures: Readonly<Record<string, Spread>> }[]
}

export interface RecordOutput {
  /** For each subject, the last entry of the same machine from before this run; null when there is none. */
  readonly previous: Readonly<Record<string, Entry | null>>
  /** Names of subjects whose kept figures could not be read. */
  readonly damaged: readonly string[]
}

/** Earlier figures by command or address, the last twenty of each and of a hundred at most. */
export interface History {
  add(input: RecordInput): Promise<RecordOutput>
}

const mostEntries = 20
const mostSubjects = 100

/** The history in a durable store. Runs of one framework wait for each other. */
export function createHistory(store: DurableStore): History {
  let last: Promise<unknown> = Promise.resolve()

  async function add({ machine, subjects }: RecordInput): Promise<RecordOutput> {
    const previous: Record<string, Entry | null> = {}
    const damaged: string[] = []
    for (const { name, figures } of subjects) {
      const file = fileOf(name)
      const entries = await entriesIn(store, file)
      if (!entries) damaged.push(name)
      const kept = entries ?? []
      previous[name] = kept.findLast((entry) => entry.machine === machine) ?? null
      const entry = {
        at: new Date().toISOString(),
        sequence: (kept.at(-1)?.sequence ?? 0) + 1,
        machine,
        figures,
      }
      const text = JSON.stringify({ format: 1, name, entries: [...kept, entry].slice(-mostEntries) }, null, 2)
      await store.write(file, `${text}\n`)
    }
    await forgetOldest(store, new Set(subjects.map(({ name }) => fileOf(name))))
    return { previous, damaged }
  }

  return {
    add(input) {
      const turn = last.then(() => add(input))
      last = turn.catch(() => undefined)
      return turn
    },
  }
}

/** Keeps what was measured and gives what was measured before. */
export function recordKind(history: History): OperationKind<RecordInput, RecordOutput> {
  return defineOperation<RecordInput, RecordOutput>({
    kind: 'measure-record',
    description: 'Keeps the figures of this run, and gives those of the run before',
    lane: 'io',
    effects: 'external',
    idempotent: false,
    deadlineMs: 30_000,
    claims: () => ({ reads: [], writes: ['.heddle/state/performance/**'] }),
    input: (z) => z.custom<RecordInput>((value) => typeof value === 'object' && value !== null),
    output: (z) => z.custom<RecordOutput>((value) => typeof value === 'object' && value !== null),
    run: (input) => history.add(input),
  })
}

function fileOf(name: string): string {
  return `subject-${createHash('sha256').update(name).digest('hex').slice(0, 32)}.json`
}

/** None when nothing is kept, undefined when what is kept cannot be read. */
async function entriesIn(store: DurableStore, file: string): Promise<readonly Entry[] | undefined> {
  const text = await store.read(file)
  if (text === undefined) return []
  try {
    const { format, entries } = JSON.parse(text) as { format?: unknown; entries?: unknown }
    return format === 1 && Array.isArray(entries) && entries.every(isEntry) ? entries : undefined
  } catch {
    return undefined
  }
}

function isEntry(value: unknown): value is Entry {
  const { at, sequence, machine, figures } = (value ?? {}) as Partial<Record<keyof Entry, unknown>>
  return (
    typeof at === 'string' &&
    typeof sequence === 'number' &&
    typeof machine === 'string' &&
    typeof figures === 'object' &&
    figures !== null &&
    Object.values(figures).every((one) => typeof (one as Partial<Spread> | null)?.median === 'number')
  )
}

async function forgetOldest(store: DurableStore, own: ReadonlySet<string>): Promise<void> {
  const names = (await store.list()).filter((name) => name.startsWith('subject-'))
  const excess = names.length - mostSubjects
  if (excess <= 0) return
  const others = names.filter((name) => !own.has(name))
  const aged = await Promise.all(
    others.map(async (name) => ({ name, at: (await entriesIn(store, name))?.at(-1)?.at ?? '' })),
  )
  const oldest = aged.toSorted((a, b) => (a.at < b.at ? -1 : 1)).slice(0, excess)
  for (const { name } of oldest) await store.remove(name)
}
