import { listRunIds, removeRun } from './run-folder.ts'
import { readSummary, type RunSummary } from './run-summary.ts'

/** How much is kept of past runs; what is left out is not bounded. */
export interface RunLimits {
  readonly keep?: number | undefined
  readonly days?: number | undefined
  readonly megabytes?: number | undefined
}

/** What was removed, and what is left. */
export interface Pruned {
  readonly removed: readonly string[]
  readonly kept: number
  readonly bytes: number
}

/**
 * Removes the oldest runs beyond the limits; never the newest, one that is running, or the one that is named. What cannot be read
 * is as old as can be, and what a newer version wrote stays.
 */
export async function pruneRuns(
  state: string,
  limits: RunLimits,
  options: { readonly keep?: string; readonly dryRun?: boolean } = {},
): Promise<Pruned> {
  const runs = listRunIds(state)
    .map((id) => readSummary(state, id))
    .toSorted((a, b) => (a.startedAt < b.startedAt ? 1 : a.startedAt > b.startedAt ? -1 : 0))
  const removed: string[] = []
  let kept = 0
  let bytes = 0
  for (const [index, run] of runs.entries()) {
    const isSafe = index === 0 || run.id === options.keep || run.status === 'running' || run.tooNew
    if (isSafe || fits(run, limits, { kept, bytes })) {
      kept++
      bytes += run.bytes
      continue
    }
    removed.push(run.id)
    if (options.dryRun !== true) removeRun(state, run.id)
  }
  return { removed, kept, bytes }
}

function fits(run: RunSummary, limits: RunLimits, sofar: { kept: number; bytes: number }): boolean {
  const { keep = Infinity, days = Infinity, megabytes = Infinity } = limits
  const age = Date.now() - Date.parse(run.startedAt || '1970-01-01')
  return sofar.kept < keep && age <= days * 86_400_000 && sofar.bytes + run.bytes <= megabytes * 1024 * 1024
}
