import { type Diagnostic, fail, HeddleError, toDiagnostic } from '../base/diagnostic.ts'
import type { RunEvent } from '../run/events.ts'
import type { PastRuns, ShownRun } from '../run/past-runs.ts'
import type { Report } from '../run/report.ts'
import type { RunSummary } from '../run/run-summary.ts'
import type { StoredPiece } from '../run/stored-piece.ts'
import type { Editions } from './edition.ts'
import type { RunProgress } from './run-stream.ts'
import { optionsOf, type RunRequest } from './run-request.ts'

/** Where runs are kept. */
export interface RunsSource {
  /** The latest first. */
  list(): Promise<readonly RunSummary[]>
  /** Undefined for a run that it does not know. */
  get(id: string): Promise<ShownRun | undefined>
  /** What happened in it; undefined for a run that it does not know. */
  events(id: string): Promise<readonly RunEvent[] | undefined>
  /** A piece of an output that does not stand in the report; undefined when there is none of that name. */
  output(id: string, blob: string, at: number): Promise<StoredPiece | undefined>
}

const wholeId = /^[0-9a-f]{32}$/

/** The runs that the project of what is served keeps. Only a whole id names one: the start of it could be guessed. */
export function keptRuns(editions: Editions): RunsSource {
  const ask = async <T>(id: string, question: (runs: PastRuns) => Promise<T>): Promise<T | undefined> => {
    if (!wholeId.test(id)) return undefined
    return editions.hold(async (framework) => {
      try {
        return await question(await framework.runs())
      } catch (thrown) {
        if (thrown instanceof HeddleError && thrown.code === 'RUN_UNKNOWN') return undefined
        throw thrown
      }
    })
  }
  return {
    list: () => editions.hold(async (framework) => (await framework.runs()).list()),
    get: (id) => ask(id, (runs) => runs.show(id)),
    events: (id) => ask(id, (runs) => runs.events(id)),
    output: (id, blob, at) => ask(id, (runs) => runs.output(id, blob, at)),
  }
}

/** How somebody who started a run follows it. */
export interface RunFollowing {
  readonly signal?: AbortSignal
  readonly onEvent?: (event: RunEvent) => void
}

/** Runs that this server started. */
export interface Runs extends RunsSource {
  /** Starts a run; settles with its id when it is planned, and rejects with why it cannot be. */
  start(request: RunRequest): Promise<string>
  /** The same, settled with the report. */
  run(request: RunRequest, following?: RunFollowing): Promise<Report>
  /** A run of this server as it goes on, or any that is kept as it went; an unknown one is undefined. */
  follow(id: string): Promise<RunProgress | undefined>
  /** Ends a run that goes on; the report says `cancelled`. Throws RUN_UNKNOWN for any other. */
  cancel(id: string): void
  /** Ends all that go on; settles when they have ended. */
  close(): Promise<void>
}

/** A run of this server. */
interface Kept {
  summary: RunSummary
  report: Report | null
  /** Why there will be no report. */
  fault: Diagnostic | null
  readonly events: RunEvent[]
  readonly controller: AbortController
  /** Called when there is more to tell. */
  readonly waiting: Set<() => void>
}

type Started = Extract<RunEvent, { type: 'run-started' }>

const mostKept = 50
const mostEvents = 20_000
const mostAtOnce = 4

/** Follows the last runs in memory; `kept` knows those that are kept on the disk, of other processes too. `tell` hears of each run that begins or ends. */
export function createRuns(editions: Editions, kept: RunsSource, tell: (run: RunSummary) => void): Runs {
  const records = new Map<string, Kept>()
  const going = new Set<Promise<unknown>>()

  async function run(request: RunRequest, { signal, onEvent }: RunFollowing = {}): Promise<Report> {
    if (going.size >= mostAtOnce)
      fail('TOO_MANY', `${going.size} runs go on already.`, 'Wait until one of them has ended.')
    const controller = new AbortController()
    const signals = signal ? [signal, controller.signal] : [controller.signal]
    let record: Kept | undefined
    const running = editions.hold((framework) =>
      framework.run(
        request.command,
        { positional: [], ...request.given },
        {
          ...optionsOf(request),
          signal: AbortSignal.any(signals),
          onEvent(event) {
            if (event.type === 'run-started') record = begin(event, { request, controller })
            if (record) note(record, event)
            onEvent?.(event)
          },
        },
      ),
    )
    going.add(running)
    try {
      const report = await running
      if (record) settle(record, { status: report.status, wallMs: report.timing.wallMs }, report)
      return report
    } catch (thrown) {
      if (record) settle(record, { status: 'unfinished', wallMs: null }, toDiagnostic(thrown))
      throw thrown
    } finally {
      going.delete(running)
    }
  }

  function begin(
    event: Started,
    { request, controller }: { readonly request: RunRequest; readonly controller: AbortController },
  ): Kept {
    const summary = summaryOf(event, request)
    const record: Kept = { summary, report: null, fault: null, events: [], controller, waiting: new Set() }
    records.set(summary.id, record)
    const oldest = [...records.values()].find(({ summary: { status } }) => status !== 'running')
    if (records.size > mostKept && oldest) records.delete(oldest.summary.id)
    tell(summary)
    return record
  }

  function settle(
    record: Kept,
    ended: Pick<RunSummary, 'status' | 'wallMs'>,
    how: Report | Diagnostic,
  ): void {
    record.summary = { ...record.summary, ...ended }
    if ('groups' in how) record.report = how
    else record.fault = how
    wake(record)
    tell(record.summary)
  }

  /** While a run begins and ends, what is kept of it may look as if it had been cut short. */
  function asItIs(there: RunSummary): RunSummary {
    const isGoing = records.get(there.id)?.summary.status === 'running'
    return isGoing ? { ...there, status: 'running' } : there
  }

  return {
    run,
    start: (request) =>
      new Promise((resolve, reject) => {
        const onEvent = (event: RunEvent): void => {
          if (event.type === 'run-started') resolve(event.id)
        }
        run(request, { onEvent }).catch(reject)
      }),
    async follow(id) {
      const record = records.get(id)
      if (record) return asProgress(record)
      const events = await kept.events(id)
      return events && { events, isOver: true, more: async () => {} }
    },
    cancel(id) {
      const record = records.get(id)
      if (record?.summary.status !== 'running')
        fail(
          'RUN_UNKNOWN',
          `No run "${id.slice(0, 64)}" of this server goes on.`,
          'Ask for the list of runs.',
        )
      record.controller.abort()
    },
    async list() {
      const there = (await kept.list()).map(asItIs)
      const known = new Set(there.map(({ id }) => id))
      const own = [...records.values()].map(({ summary }) => summary).filter(({ id }) => !known.has(id))
      return own.length === 0 ? there : [...own.toReversed(), ...there]
    },
    async get(id) {
      const there = await kept.get(id)
      const record = records.get(id)
      return there ? { ...there, run: asItIs(there.run) } : record && asShown(record)
    },
    async events(id) {
      return (await kept.events(id)) ?? records.get(id)?.events
    },
    output: (id, blob, at) => kept.output(id, blob, at),
    async close() {
      for (const { controller } of records.values()) controller.abort()
      await Promise.allSettled(going)
    },
  }
}

function note(record: Kept, event: RunEvent): void {
  if (event.type === 'operation-progress' || record.events.length >= mostEvents) return
  record.events.push(event)
  wake(record)
}

function wake({ waiting }: Kept): void {
  for (const go of waiting) go()
  waiting.clear()
}

function asProgress(record: Kept): RunProgress {
  return {
    events: record.events,
    get isOver() {
      return record.summary.status !== 'running'
    },
    more: () => new Promise((resolve) => record.waiting.add(resolve)),
  }
}

/** As the store would tell it; what is in no store takes nothing there. */
function summaryOf({ id, command, groups }: Started, { given }: RunRequest): RunSummary {
  const named = Object.entries(given.named ?? {}).map(([name, value]) => `--${name}=${value}`)
  return {
    id,
    command,
    arguments: [...(given.positional ?? []), ...named],
    status: 'running',
    startedAt: new Date().toISOString(),
    wallMs: null,
    operations: groups.reduce((sum, { operations }) => sum + operations.length, 0),
    committed: false,
    resumable: false,
    bytes: 0,
    tooNew: false,
  }
}

function asShown({ summary, report, fault }: Kept): ShownRun {
  return { run: summary, report, groups: report?.groups ?? [], diagnostics: fault ? [fault] : [] }
}
