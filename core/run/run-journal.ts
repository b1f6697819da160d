import type { Clock } from '../base/clock.ts'
import { startOf } from '../base/process-identity.ts'
import type { RunEvent } from './events.ts'
import { keepValue } from './keeping-values.ts'
import type { Place, Recalled, RunMemory, Written } from './memory.ts'
import { identityOf, isRepeatable, writableOf } from './place.ts'
import type { Outcome, Report } from './report.ts'
import { nameKey } from './run-history.ts'
import { type Recall, uncertainCode } from './run-recall.ts'
import type {
  CommitRecord,
  HeadRecord,
  OutcomeRecord,
  PlanRecord,
  ReportedOperation,
  ReportRecord,
  RunRecord,
  TellingEvent,
  WrittenRecord,
} from './run-records.ts'
import type { RunWriter } from './run-writer.ts'
import type { Look } from './trace-reads.ts'

/** The memory of a run that is under way, and what only its owner tells it. */
export interface RunJournal extends RunMemory {
  /** Takes in what happens. */
  event(event: RunEvent): void
  /** Settles when it is safe on the disk what the commit will do. */
  committing(report: Report, targets: CommitRecord['targets']): Promise<void>
  /** Writes the report and ends; gives it with a warning when not everything could be kept. */
  finish(report: Report, committed: boolean): Promise<Report>
  /** Ends without a report: what is recorded stays. */
  abandon(): void
}

/** Looks for what other runs know of an operation, and takes what they may want to know. */
export interface SharedResults {
  find(place: Place): Recalled | undefined
  missed(place: Place, look: Look): void
  /** What the outcome says of the cache; undefined for what is not cached. */
  useOf(place: Place): Outcome['cache']
  /** True for operations whose claimed files must be looked at before they run. */
  wantsClaimed(place: Place): boolean
  store(place: Place, recalled: Recalled): void
}

/** How long operations took in other runs. */
export interface KnownDurations {
  expectedMs(place: Place): number | undefined
  add(place: Place, ranMs: number): void
}

export interface RunJournalParts {
  readonly writer: RunWriter
  readonly head: Omit<HeadRecord, 't' | 'pid' | 'start'>
  readonly clock: Clock
  /** What earlier parts of the run have recorded. */
  readonly recall?: Recall | undefined
  readonly results?: SharedResults | undefined
  readonly durations?: KnownDurations | undefined
}

type Writable<T> = { -readonly [K in keyof T]: T[K] }

/** Begins to keep a run. */
export function createRunJournal(parts: RunJournalParts): RunJournal {
  const { writer, clock, recall, results, durations } = parts
  const beganAt = clock.now()
  const since = (): number => round(clock.now() - beganAt)
  const firstStarts = new Map<string, number>()
  const starting = new Map<string, Promise<void>>()
  const recorded = new Set<Outcome>()
  const fromPast = new Set<string>()
  let reportedAs: Report | undefined
  const add = (record: RunRecord): void => writer.add(record)

  add({ t: 'run', ...parts.head, pid: process.pid, start: startOf(process.pid) })

  function start(place: Place): Promise<void> {
    const { group, operation } = place
    const writes = writableOf(place)
    const repeatable = isRepeatable(place)
    // A check changes nothing that anybody must know of.
    if (repeatable && writes?.length === 0) return Promise.resolve()
    add({ t: 'start', group, name: operation.name, key: identityOf(place), writes })
    return repeatable ? Promise.resolve() : writer.sync()
  }

  function record(place: Place, recalled: Recalled): void {
    const { group, operation } = place
    const { outcome } = recalled
    const key = nameKey(group, operation.name)
    recorded.add(outcome)
    if (outcome.replayed) return
    add(toRecord(place, recalled, [firstStarts.get(key) ?? null, since()]))
    firstStarts.delete(key)
    if (outcome.attempts > 0 && !isUncertain(outcome)) recall?.ranAnew(place, recalled.written)
    if (starting.has(key) && !isRepeatable(place)) void writer.sync().catch(() => undefined)
    if (outcome.status !== 'done' || outcome.cache?.hit) return
    durations?.add(place, outcome.ranMs)
    results?.store(place, recalled)
  }

  /** Put together step by step, for it is done once an operation: what is as it mostly is stays out. */
  function toRecord(
    place: Place,
    { outcome, written, looks }: Recalled,
    times: OutcomeRecord['times'],
  ): OutcomeRecord {
    const { name, kind, status, ranMs, output, error, quality, cache } = outcome
    const record: Writable<OutcomeRecord> = {
      t: 'outcome',
      group: place.group,
      name,
      kind,
      key: identityOf(place),
      ranMs,
      times,
    }
    if (status !== 'done') record.status = status
    if (outcome.attempts !== 1) record.attempts = outcome.attempts
    if (outcome.reruns > 0) record.reruns = outcome.reruns
    if (outcome.queuedMs > 0) record.queuedMs = outcome.queuedMs
    if (output !== null) record.output = keepValue(output, writer.keep)
    if (error) record.error = error
    if (quality) record.quality = quality
    if (cache) record.cache = cache
    if (written.length > 0) record.written = written.map(writtenRecord)
    if (looks && looks.length > 0) record.looks = looks
    return record
  }

  function writtenRecord({ path, type, isFolder, bytes }: Written): WrittenRecord {
    return { path, type, ...(isFolder && { folder: true }), ...(bytes && { bytes: writer.keep(bytes) }) }
  }

  function reportRecord({ groups, ...rest }: Report): ReportRecord {
    return {
      t: 'report',
      ...rest,
      groups: groups.map(({ name, operations, synthesis }) => {
        const told = operations.map(reported)
        return synthesis === null ? [name, told] : [name, told, keepValue(synthesis, writer.keep)]
      }),
    }
  }

  function reported(outcome: Outcome): ReportedOperation {
    if (!recorded.has(outcome)) return { outcome }
    if (!outcome.replayed) return outcome.name
    const { attempts, reruns, queuedMs, ranMs, replayed } = outcome
    return { name: outcome.name, but: { attempts, reruns, queuedMs, ranMs, replayed } }
  }

  return {
    replays: recall !== undefined,
    recall(place) {
      const past = recall?.find(place)
      if (past) fromPast.add(nameKey(place.group, place.operation.name))
      return past ?? results?.find(place)
    },
    missed(place, look) {
      results?.missed(place, look)
      const { group, operation } = place
      if (!fromPast.has(nameKey(group, operation.name))) return
      add({
        t: 'event',
        event: { type: 'operation-stale', at: since(), group, operation: operation.name, path: look.path },
      })
    },
    cacheUse: (place) => results?.useOf(place),
    wantsClaimed: (place) => results?.wantsClaimed(place) ?? false,
    starting(place) {
      const key = nameKey(place.group, place.operation.name)
      const under = starting.get(key) ?? start(place)
      starting.set(key, under)
      return under
    },
    record,
    flush: () => writer.sync(),
    expectedMs: (place) => durations?.expectedMs(place),
    event(event) {
      if (event.type === 'run-started') return add(planOf(event))
      if (event.type === 'operation-started') {
        const key = nameKey(event.group, event.operation)
        if (!firstStarts.has(key)) firstStarts.set(key, round(event.at))
        return
      }
      if (isTelling(event)) add({ t: 'event', event })
    },
    async committing(report, targets) {
      if (targets.length === 0) return
      add(reportRecord(report))
      reportedAs = report
      add({ t: 'commit', targets })
      await writer.sync()
    },
    async finish(report, committed) {
      if (report !== reportedAs) add(reportRecord(report))
      add({
        t: 'end',
        status: report.status,
        committed,
        operations: report.groups.reduce((sum, { operations }) => sum + operations.length, 0),
        wallMs: round(report.timing.wallMs),
        uncertain: report.groups.some(({ operations }) => operations.some(isUncertain)),
      })
      // Nothing is lost with the end of a run that can be taken up again without harm.
      if (reportedAs || starting.size > 0) await writer.sync().catch(() => undefined)
      closeQuietly(writer)
      const { broken } = writer
      if (!broken) return report
      const warning = { ...broken.diagnostic, severity: 'warning' as const }
      return { ...report, diagnostics: [...report.diagnostics, warning] }
    },
    abandon: () => closeQuietly(writer),
  }
}

/** True for outcomes of operations that were not run because they may have run already. */
function isUncertain({ error }: Outcome): boolean {
  return error?.code === uncertainCode
}

function planOf({ groups }: Extract<RunEvent, { type: 'run-started' }>): PlanRecord {
  return {
    t: 'plan',
    groups: groups.map(
      ({ name, needs, operations }) =>
        [name, needs, operations.map(({ name, kind }) => [name, kind] as const)] as const,
    ),
  }
}

const telling = new Set<string>([
  'operation-waiting',
  'operation-rerun',
  'operation-retried',
  'operation-fell-back',
] satisfies TellingEvent['type'][])

function isTelling(event: RunEvent): event is Exclude<TellingEvent, { type: 'operation-stale' }> {
  return telling.has(event.type)
}

function closeQuietly(writer: RunWriter): void {
  try {
    writer.close()
  } catch {
    // What could not be written has been told; nothing is left to be saved.
  }
}

/** Hundredths of a millisecond are enough. */
function round(ms: number): number {
  return Math.round(ms * 100) / 100
}
