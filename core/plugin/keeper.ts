import { join } from 'node:path'
import type { Clock } from '../base/clock.ts'
import { type Diagnostic, HeddleError } from '../base/diagnostic.ts'
import { openDurations } from '../run/durations.ts'
import type { RunMemory } from '../run/memory.ts'
import { beginRun, continueRun, damageOf, type KeepingOptions, type RunRequest } from '../run/open-run.ts'
import { reportOf } from '../run/past-report.ts'
import { durationsStore } from '../run/past-runs.ts'
import { pruneRuns, type RunLimits } from '../run/prune-runs.ts'
import type { Report } from '../run/report.ts'
import { createResultCache } from '../run/result-cache.ts'
import type { RunHistory } from '../run/run-history.ts'
import type { RunJournal } from '../run/run-journal.ts'

/** What is kept of a run while it is under way, and what must be said of that. */
export interface Kept {
  readonly journal: RunJournal | undefined
  readonly outputs: string
  readonly diagnostics: readonly Diagnostic[]
  /** What the run has taught, for other runs. */
  readonly learnt?: { save(): Promise<void> }
}

/** Keeps runs in the state of a project. */
export interface Keeper {
  /** A run that cannot be kept runs all the same; the report says so. */
  begin(id: string, request: RunRequest, fresh: boolean): Promise<Kept>
  /** How long the operations of a command took in earlier runs; undefined where none are kept. */
  expectations(command: string): Promise<RunMemory['expectedMs'] | undefined>
  goOn(history: RunHistory, repeat: readonly string[], fresh: boolean): Promise<Kept>
  /** Ends a run that had done everything but say so. */
  conclude(history: RunHistory): Promise<Report>
  /** Keeps what the run has taught, and removes runs beyond the limits, never the one that has just ended. */
  tidy(id: string, kept: Kept): Promise<void>
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
  async function optionsFor(state: string, command: string, fresh: boolean): Promise<Kept & KeepingOptions> {
    const durations = await openDurations(durationsStore(state), command)
    const results = createResultCache({ folder: join(state, 'results'), fresh, now: Date.now })
    const learnt = { save: async () => void (await Promise.all([durations.save(), results.save()])) }
    return { ...nothingKept, state, clock, durations, results, learnt }
  }

  return {
    async begin(id, request, fresh) {
      if (state === null || limits === false) return nothingKept
      try {
        const options = await optionsFor(state, request.command, fresh)
        return { ...options, ...(await beginRun(id, request, options)) }
      } catch (thrown) {
        if (!(thrown instanceof HeddleError)) throw thrown
        return { ...nothingKept, diagnostics: [{ ...thrown.diagnostic, severity: 'warning' }] }
      }
    },
    async expectations(command) {
      if (state === null || limits === false) return undefined
      const durations = await openDurations(durationsStore(state), command)
      return (place) => durations.expectedMs(place)
    },
    // Without its journal a run would do again what must not be done twice, so here a failure is one.
    async goOn(history, repeat, fresh) {
      const options = await optionsFor(state!, history.heads[0]!.command, fresh)
      const damage = damageOf(history)
      const opened = await continueRun(history, repeat, options)
      return { ...options, ...opened, diagnostics: damage ? [damage] : [] }
    },
    async conclude(history) {
      const report = reportOf(history)
      const { journal } = await continueRun(history, [], { state: state!, clock })
      return journal.finish(report, true)
    },
    async tidy(id, { journal, learnt }) {
      await learnt?.save()
      if (state === null || limits === false || !journal) return
      await pruneRuns(state, limits, { keep: id })
    },
  }
}
