import type { MergeOutput } from './integrate.ts'
import type { Agent, SwarmCoordination } from './result.ts'

const heads = {
  integrated: 'All work is together on one branch, and every check there passed.',
  partial: 'Part of the work is together on one branch.',
  stopped: 'Nothing was put together.',
  'nothing-to-do': 'No agent changed anything.',
} as const

/** What a person reads first. */
export function summaryOf(
  { agentStates, coordinationStatus, conflicts, gates }: Omit<SwarmCoordination, 'summary'>,
  merged: MergeOutput | null,
): readonly string[] {
  const failed = gates.filter(({ status }) => status === 'failed')
  return [
    heads[coordinationStatus],
    ...agentStates.map(lineOf),
    ...conflicts.map(
      ({ agents, paths }) => `✗ in conflict: ${agents.join(' and ')}, over ${paths.join(', ')}`,
    ),
    ...failed.map(
      ({ agent, check }) => `✗ ${check} failed ${agent === null ? 'on the result' : `for ${agent}`}`,
    ),
    ...(merged?.branch == null
      ? []
      : [`Together: ${merged.branch} (${merged.merged.join(', ')})`, `Take it: git merge ${merged.branch}`]),
  ]
}

function lineOf({ name, state, branch, files }: Agent): string {
  const mark = state === 'done' || state === 'unchanged' ? '✓' : '✗'
  const where = branch === null ? '' : `, kept on ${branch}`
  return `${mark} ${name}: ${state}, ${files.length} ${files.length === 1 ? 'file' : 'files'} changed${where}`
}
