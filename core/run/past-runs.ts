import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Diagnostic } from '../base/diagnostic.ts'
import { type Duration, durationStats, type DurationTexts } from './durations.ts'
import type { RunEvent } from './events.ts'
import { damageOf } from './open-run.ts'
import type { Lane } from './operation.ts'
import { eventsOf } from './past-events.ts'
import { outcomesSoFar, reportOf } from './past-report.ts'
import { type Pruned, pruneRuns, type RunLimits } from './prune-runs.ts'
import { replaceFile } from './replace-file.ts'
import type { GroupReport, Report } from './report.ts'
import { compareOutcomes, type RunDifference } from './run-difference.ts'
import { findRunId, listRunIds, runsFolder } from './run-folder.ts'
import { readHistory, type RunHistory } from './run-history.ts'
import { type OperationStory, storyOf } from './run-story.ts'
import { readSummary, type RunSummary } from './run-summary.ts'
import { readPiece, type StoredPiece } from './stored-piece.ts'

/** One run with all that is kept of it. */
export interface ShownRun {
  readonly run: RunSummary
  /** Null when it was cut short. */
  readonly report: Report | null
  /** The outcomes of the report; without one those that are recorded. */
  readonly groups: readonly GroupReport[]
  /** What is wrong with the journal. */
  readonly diagnostics: readonly Diagnostic[]
}

/** The runs that a project remembers. Ids may be cut after four digits, where that names one run. */
export interface PastRuns {
  /** Newest first. */
  list(): Promise<readonly RunSummary[]>
  show(id: string): Promise<ShownRun>
  diff(a: string, b: string): Promise<RunDifference>
  /** Removes runs beyond the limits; the last one stays. With `dryRun` it only says which. */
  prune(limits: RunLimits, options?: { readonly dryRun?: boolean }): Promise<Pruned>
  stats(): Promise<readonly Duration[]>
  /** Why an operation of a run waited, ran again, was retried, fell back or was skipped. */
  why(id: string, operation: string): Promise<OperationStory>
  /** What happened in a run, in order of time; outputs stand in the report alone. */
  events(id: string): Promise<readonly RunEvent[]>
  /**
   * At most 4 MiB, from a byte on, of an output that was too large to stand in the report; `blob` is how the report names it. Undefined
   * for what the run did not store.
   */
  output(id: string, blob: string, at?: number): Promise<StoredPiece | undefined>
}

/** In which lane the operations of each kind run. */
export type Lanes = () => Promise<ReadonlyMap<string, Lane>>

/** The texts of how long operations took. */
export function durationsStore(state: string): DurationTexts {
  const folder = join(state, 'durations')
  return {
    read: (name) => readFile(join(folder, name), 'utf8').catch(() => undefined),
    write: (name, text) => replaceFile(folder, name, text),
  }
}

/** The past runs of a project with this absolute folder of state; without one there are none. */
export function createPastRuns(state: string | null, lanes: Lanes): PastRuns {
  function history(text: string): RunHistory {
    const id = findRunId(state, text)
    return readHistory(join(runsFolder(state!), id), id)
  }

  function show(text: string): ShownRun {
    const found = history(text)
    const damage = damageOf(found)
    const report = found.end ? reportOf(found) : null
    return {
      run: readSummary(state!, found.id),
      report,
      groups: report?.groups ?? outcomesSoFar(found),
      diagnostics: damage ? [damage] : [],
    }
  }

  return {
    async list() {
      if (state === null) return []
      return listRunIds(state)
        .map((id) => readSummary(state, id))
        .toSorted((a, b) => (a.startedAt < b.startedAt ? 1 : a.startedAt > b.startedAt ? -1 : 0))
    },
    show: async (id) => show(id),
    async diff(a, b) {
      const [left, right] = [show(a), show(b)]
      return { a: compared(left), b: compared(right), ...compareOutcomes(left.groups, right.groups) }
    },
    prune: async (limits, options) =>
      state === null ? { removed: [], kept: 0, bytes: 0 } : pruneRuns(state, limits, options),
    stats: async () => (state === null ? [] : durationStats(durationsStore(state))),
    why: async (id, operation) => storyOf(history(id), operation),
    async events(id) {
      const found = history(id)
      const known = await lanes()
      const report = found.end ? reportOf(found) : null
      return eventsOf(found, { report, laneOf: (kind) => known.get(kind) ?? 'io' })
    },
    async output(id, blob, at = 0) {
      const { folder } = history(id)
      return readPiece(folder, blob.split('/').slice(-2).join('/'), at)
    },
  }
}

function compared({ run }: ShownRun): RunDifference['a'] {
  const { id, status, wallMs } = run
  return { id, status, wallMs }
}
