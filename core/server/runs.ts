import { type Diagnostic, fail, toDiagnostic } from '../base/diagnostic.ts'
import type { RunEvent } from '../run/events.ts'
import type { Report, RunStatus } from '../run/report.ts'
import type { Editions } from './edition.ts'
import type { RunProgress } from './run-stream.ts'
import { optionsOf, type RunRequest } from './run-request.ts'

/** A run as a list shows it. */
export interface RunSummary {
  readonly id: string
  readonly command: string
  /** `broken` where there will be no report; of runs of other processes `unfinished` when cut short, `unreadable` when damaged. */
  readonly status: RunStatus | 'running' | 'broken' | 'unfinished' | 'unreadable'
  /** When it began, as an ISO 8601 time. */
  readonly startedAt: string
  readonly wallMs: number | null
}

/** A run with all that is known of it. */
export interface RunRecord extends RunSummary {
  /** Null while it runs. */
  readonly report: Report | null
  /** Why there will be no report; null when nothing went wrong with the run as a whole. */
  readonly fault: Diagnostic | null
  /** What happened, in order; progress of operations is left out. */
  readonly events: readonly RunEvent[]
}

/** Where runs of other processes are found. */
export interface RunsSource {
  /** The latest first. */
  list(): Promise<readonly RunSummary[]>
  /** Undefined for a run that it does not know. */
  get(id: string): Promise<RunRecord | undefined>
}

/** Knows no runs. */
export const noRuns: RunsSource = { list: async () => [], get: async () => undefined }

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
  /** A run as it goes on, or as it went; undefined for one that nobody knows. */
  follow(id: string): Promise<RunProgress | undefined>
  /** Ends a run that goes on; the report says `cancelled`. Throws RUN_UNKNOWN for any other. */
  cancel(id: string): void
  /** Ends all that go on; settles when they have ended. */
  close(): Promise<void>
}

interface Kept extends RunRecord {
  status: RunSummary['status']
  wallMs: number | null
  report: Report | null
  fault: Diagnostic | null
  readonly events: RunEvent[]
  readonly controller: AbortController
  /** Called when there is more to tell. */
  readonly waiting: Set<() => void>
}

const mostKept = 50
const mostEvents = 20_000
const mostAtOnce = 4

/** Keeps the last runs in memory; `others` knows those of other processes. `tell` hears of each run that begins or ends. */
export function createRuns(editions: Editions, others: RunsSource, tell: (run: RunSummary) => void): Runs {
  const records = new Map<string, Kept>()
  const going = new Set<Promise<unknown>>()

  async function run(request: RunRequest, { signal, onEvent }: RunFollowing = {}): Promise<Report> {
    if (going.size >= mostAtOnce)
      fail('TOO_MANY', `${going.size} runs go on already.`, 'Wait until one of them has ended.')
    const controller = new AbortController()
    const signals = signal ? [signal, controller.signal] : [controller.signal]
    let record: Kept | undefined
    const running = editions.hold((framework) =>
      framework.run(request.command, request.given, {
        ...optionsOf(request),
        signal: AbortSignal.any(signals),
        onEvent(event) {
          if (event.type === 'run-started') record = begin(event, controller)
          if (record) note(record, event)
          onEvent?.(event)
        },
      }),
    )
    going.add(running)
    try {
      const report = await running
      if (record) settle(record, { status: report.status, report, wallMs: report.timing.wallMs })
      return report
    } catch (thrown) {
      if (record) settle(record, { status: 'broken', fault: toDiagnostic(thrown) })
      throw thrown
    } finally {
      going.delete(running)
    }
  }

  function begin(
    { id, command }: Extract<RunEvent, { type: 'run-started' }>,
    controller: AbortController,
  ): Kept {
    const startedAt = new Date().toISOString()
    const rest = { status: 'running', wallMs: null, report: null, fault: null } as const
    const record: Kept = { id, command, startedAt, ...rest, events: [], controller, waiting: new Set() }
    records.set(id, record)
    const oldest = [...records.values()].find(({ status }) => status !== 'running')
    if (records.size > mostKept && oldest) records.delete(oldest.id)
    tell(asSummary(record))
    return record
  }

  function settle(record: Kept, ended: Partial<Pick<Kept, 'status' | 'report' | 'wallMs' | 'fault'>>): void {
    Object.assign(record, ended)
    wake(record)
    tell(asSummary(record))
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
      return record ? asProgress(record) : asEnded(await others.get(id))
    },
    cancel(id) {
      const record = records.get(id)
      if (record?.status !== 'running')
        fail(
          'RUN_UNKNOWN',
          `No run "${id.slice(0, 64)}" of this server goes on.`,
          'Ask for the list of runs.',
        )
      record.controller.abort()
    },
    async list() {
      const own = [...records.values()].toReversed().map(asSummary)
      const known = new Set(own.map(({ id }) => id))
      return [...own, ...(await others.list()).filter(({ id }) => !known.has(id))]
    },
    async get(id) {
      const record = records.get(id)
      return record ? asRecord(record) : others.get(id)
    },
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
      return record.status !== 'running'
    },
    more: () => new Promise((resolve) => record.waiting.add(resolve)),
  }
}

function asEnded(record: RunRecord | undefined): RunProgress | undefined {
  return record && { events: record.events, isOver: true, more: async () => {} }
}

function asSummary({ id, command, status, startedAt, wallMs }: RunSummary): RunSummary {
  return { id, command, status, startedAt, wallMs }
}

function asRecord({ report, fault, events, ...rest }: Kept): RunRecord {
  return { ...asSummary(rest), report, fault, events: [...events] }
}
