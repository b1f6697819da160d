import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { HeddleError } from '../base/diagnostic.ts'
import { startOf } from '../base/process-identity.ts'
import { partsOf } from './run-folder.ts'
import { journalVersion, parseLines } from './run-line.ts'
import type {
  CommitRecord,
  EndRecord,
  HeadRecord,
  OutcomeRecord,
  PlanRecord,
  ReportRecord,
  RunRecord,
  StartRecord,
  TellingEvent,
} from './run-records.ts'
import { journalName } from './run-writer.ts'

/** A record with its place in the journal, over all parts, and the part it stands in. */
export interface Placed<T> {
  readonly record: T
  readonly index: number
  readonly part: number
}

/** Everything that the journal of a run says and can be believed in. */
export interface RunHistory {
  readonly id: string
  /** Absolute folder of the run. */
  readonly folder: string
  /** The heads of all parts; none when the run died before it had said what it is. */
  readonly heads: readonly HeadRecord[]
  readonly plan: PlanRecord | undefined
  /** The last outcome of each operation, by `nameKey`. */
  readonly outcomes: ReadonlyMap<string, Placed<OutcomeRecord>>
  /** The last start of each operation with effects outside. */
  readonly starts: ReadonlyMap<string, Placed<StartRecord>>
  readonly events: readonly Placed<TellingEvent>[]
  readonly commit: CommitRecord | undefined
  readonly report: ReportRecord | undefined
  readonly end: EndRecord | undefined
  /** Lines that were damaged or are missing; they are not believed. */
  readonly damaged: number
  /** True while the process that writes it is alive. */
  readonly isRunning: boolean
}

/** One text for the name of an operation and its group. */
export function nameKey(group: string, name: string): string {
  return `${group}\u0000${name}`
}

/** Reads the journal of a run. Rejects what a newer version wrote with `STATE_TOO_NEW`, and leaves it as it is. */
export function readHistory(folder: string, id: string): RunHistory {
  const heads: HeadRecord[] = []
  const outcomes = new Map<string, Placed<OutcomeRecord>>()
  const starts = new Map<string, Placed<StartRecord>>()
  const events: Placed<TellingEvent>[] = []
  let damaged = 0
  let index = 0
  let ending: Pick<RunHistory, 'commit' | 'report' | 'end'> = nothingYet
  let plan: PlanRecord | undefined

  function take(record: RunRecord, part: number): void {
    const placed = { index: index++, part }
    switch (record.t) {
      case 'run':
        // What an earlier part had come to is open again.
        ending = nothingYet
        heads.push(record)
        break
      case 'plan':
        plan = record
        break
      case 'start':
        starts.set(nameKey(record.group, record.name), { record, ...placed })
        break
      case 'outcome':
        outcomes.set(nameKey(record.group, record.name), { record, ...placed })
        break
      case 'event':
        events.push({ record: record.event, ...placed })
        break
      case 'commit':
      case 'report':
      case 'end':
        ending = { ...ending, [record.t]: record }
        break
      default:
    }
  }

  for (const part of partsOf(folder)) {
    const lines = parseLines(readFileSync(join(folder, journalName(part))))
    if (lines.version !== undefined && lines.version !== journalVersion) throw tooNew(id, lines.version)
    damaged += lines.damaged
    for (const record of lines.records) take(record as RunRecord, part)
  }
  const last = heads.at(-1)
  return {
    id,
    folder,
    heads,
    plan,
    outcomes,
    starts,
    events,
    ...ending,
    damaged,
    isRunning: last !== undefined && ending.end === undefined && startOf(last.pid) === last.start,
  }
}

const nothingYet = { commit: undefined, report: undefined, end: undefined }

function tooNew(id: string, version: number): HeddleError {
  return new HeddleError({
    code: 'STATE_TOO_NEW',
    severity: 'error',
    message: `The run ${id} was written by a newer Heddle (version ${version} of the journal; this one reads ${journalVersion}). It is left as it is.`,
    hint: 'Use the newer Heddle for this run.',
  })
}
