import type { Outcome } from '../run/report.ts'
import type { GlobOutput } from './glob.ts'
import type { GrepOutput } from './grep.ts'

/** The files that a glob or grep of this name found; none when it is not done. */
export function filesFound(outcomes: readonly Outcome[], name: string): readonly string[] {
  const outcome = outcomes.find(
    (one) => one.name === name && (one.kind === 'glob' || one.kind === 'grep') && one.status === 'done',
  )
  return (outcome?.output as GlobOutput | GrepOutput | undefined)?.files ?? []
}
