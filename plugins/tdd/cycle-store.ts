import { createHash } from 'node:crypto'
import type { DurableStore } from 'heddle'

/** A file as it was. */
export interface KeptFile {
  readonly path: string
  readonly text: string
}

/** Figures of a component that a refactoring may improve; less is better in each. */
export type Measures = Readonly<Record<string, number>>

/** What is known of the tests of a component at one moment. */
export interface TestState {
  /** `path: name` of each test that the parser sees. */
  readonly names: readonly string[]
  readonly assertions: number
  /** Tests of the whole run; null when the runner does not tell. */
  readonly ran: number | null
}

/** How far a component has come in its cycle. */
export interface Cycle {
  readonly component: string
  readonly at: string
  /** The failing tests of the last red phase; null when there was none since the last green one. */
  readonly red: { readonly failing: readonly string[]; readonly tests: TestState } | null
  /** Where a refactoring begins, and what it is taken back to. */
  readonly green: {
    readonly files: readonly KeptFile[]
    readonly measures: Measures
    readonly tests: TestState
  } | null
}

/** Cycles by component, the last fifty. */
export interface CycleStore {
  read(component: string): Promise<Cycle | undefined>
  write(cycle: Omit<Cycle, 'at'>): Promise<void>
}

const mostCycles = 50

/** The cycles in a durable store; what cannot be read is as good as none. */
export function createCycleStore(store: DurableStore): CycleStore {
  return {
    read: async (component) => parse(await store.read(fileOf(component))),
    async write(cycle) {
      const own = fileOf(cycle.component)
      await store.write(own, JSON.stringify({ format: 1, ...cycle, at: new Date().toISOString() }))
      const names = (await store.list()).filter((name) => name.startsWith('cycle-') && name !== own)
      const aged = await Promise.all(
        names.map(async (name) => ({ name, at: parse(await store.read(name))?.at ?? '' })),
      )
      const oldest = aged.toSorted((a, b) => (a.at < b.at ? -1 : 1))
      for (const { name } of oldest.slice(0, Math.max(0, names.length + 1 - mostCycles)))
        await store.remove(name)
    },
  }
}

function fileOf(component: string): string {
  return `cycle-${createHash('sha256').update(component).digest('hex').slice(0, 32)}.json`
}

function parse(text: string | undefined): Cycle | undefined {
  if (text === undefined) return undefined
  try {
    const { format, ...cycle } = JSON.parse(text) as Cycle & { format?: unknown }
    const isWhole = format === 1 && typeof cycle.component === 'string' && 'red' in cycle && 'green' in cycle
    return isWhole ? cycle : undefined
  } catch {
    return undefined
  }
}
