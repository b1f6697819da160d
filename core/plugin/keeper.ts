import type { Clock } from '../base/clock.ts'
import { type Diagnostic, HeddleError } from '../base/diagnostic.ts'
import { type Durations, openDurations } from '../run/durations.ts'
import {
  beginRun,
  continueRun,
  damageOf,
  type KeepingOptions,
  type OpenedRun,
  type RunRequest,
} from '../run/open-run.ts'
import { reportOf } from '../run/past-report.ts'
import { durationsStore } from '../run/past-runs.ts'
import { pruneRuns, type RunLimits } from '../run/prune-runs.ts'
import type { Report } from '../run/report.ts'
import type { RunHistory } from '../run/run-history.ts'
import type { RunJournal } from '../run/run-journal.ts'

/** What is kept of a run while it is under way, and what must be said of that. */
export interface Kept {
  readonly journal: RunJournal | undefined
  readonly outputs: string
  readonly diagnostics: readonly Diagnostic[]
}

/** Keeps runs in the state of a project. */
export interface Keeper {
  /** A run that cannot be kept runs all the same; the report says so. */
  begin(id: string, request: RunRequest): Promise<Kept>
  goOn(history: RunHistory, repeat: readonly string[]): Promise<Kept>
  /** Ends a run that had done everything but say so. */
  conclude(history: RunHistory): Promise<Report>
  /** Keeps what the run has taught, and removes runs beyond the limits, never the one that has just ended. */
  tidy(id: string): Promise<void>
}

export interface KeeperParts {
  readonly state: string | null
  readonly clock: Clock
  readonly limits: RunLimits | false
}

/** Nothing is kept, and nobody wanted it. */
export const nothingKept: Kept = { journal: undefined, outputs: '', diagnostics: [] }

/** A keeper; it keeps nothing where there is no state, or where the limits are false. */
export function createKeeper({ state, clock, limits }: KeeperParts): Keeper {
  let durations: Durations | undefined

  async function optionsFor(state: string, command: string): Promise<KeepingOptions> {
    durations = await openDurations(durationsStore(state), command)
    return { state, clock, durations }
  }

  async function open(history: RunHistory, repeat: readonly string[]): Promise<OpenedRun> {
    return continueRun(history, repeat, await optionsFor(state!, history.heads[0]!.command))
  }

  return {
    async begin(id, request) {
      if (state === null || limits === false) return nothingKept
      try {
        const opened = await beginRun(id, request, await optionsFor(state, request.command))
        return { ...opened, diagnostics: [] }
      } catch (thrown) {
        if (!(thrown instanceof HeddleError)) throw thrown
        return { ...nothingKept, diagnostics: [{ ...thrown.diagnostic, severity: 'warning' }] }
      }
    },
    // Without its journal a run would do again what must not be done twice, so here a failure is one.
    async goOn(history, repeat) {
      const damage = damageOf(history)
      return { ...(await open(history, repeat)), diagnostics: damage ? [damage] : [] }
    },
    async conclude(history) {
      const report = reportOf(history)
      const { journal } = await open(history, [])
      return journal.finish(report, true)
    },
    async tidy(id) {
      if (state === null || limits === false) return
      await durations?.save()
      await pruneRuns(state, limits, { keep: id })
    },
  }
}
