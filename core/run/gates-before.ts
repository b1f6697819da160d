import type { Diagnostic } from '../base/diagnostic.ts'
import type { Result } from '../base/result.ts'
import { createConflictFinder } from './conflicts.ts'
import { statedRegions } from './forecast.ts'
import { type Judgement, quoted } from './gates.ts'
import type { Runnable } from './operate.ts'
import type { PlannedWork } from './plan.ts'
import type { Resources } from './resources.ts'

/** A group with what can be called of its operations, or why not, in their order. */
export interface ReadyGroup {
  readonly work: PlannedWork
  readonly runnables: readonly Result<Runnable>[]
}

export interface BeforeParts {
  readonly groups: readonly ReadyGroup[]
  /** What planning found, and whether it left nothing out. */
  readonly diagnostics: readonly Diagnostic[]
  readonly complete: boolean
  readonly resources: Resources
}

/** What can be said of a plan before anything runs. A plan without operations is not judged. */
export function judgeBefore(parts: BeforeParts): readonly Judgement[] {
  const isEmpty = parts.groups.every(({ runnables }) => runnables.length === 0)
  const judgements = [
    judgeIndependence(parts),
    judgeCompleteness(parts),
    judgeResources(parts),
    judgeSynthesis(parts),
  ]
  // What failed has failed, and of nothing nothing can be said.
  return judgements.map((each) =>
    isEmpty && each.status === 'passed' ? { ...each, status: 'skipped' } : each,
  )
}

/** Operations of one group are there to run beside each other: none may touch what another writes. */
function judgeIndependence({ groups }: BeforeParts): Judgement {
  const name = 'before/independence'
  const clashes = groups.filter(({ runnables }) => runnables.length > 1).flatMap(findClashes)
  if (clashes.length === 0) return { name, status: 'passed' }
  const left = clashes.length - 1
  const more = left > 0 ? `, and ${left} more ${left === 1 ? 'pair' : 'pairs'}` : ''
  return {
    name,
    status: 'failed',
    why: `by their claims, ${clashes[0]} touch the same${more}, so one waits for the other`,
    hint: 'The result is the same. To save the time, narrow their claims, or put them into groups of their own.',
  }
}

/** Each operation that meets an earlier one of its group, with the last of these. */
function findClashes({ work, runnables }: ReadyGroup): readonly string[] {
  const finder = createConflictFinder()
  const nameOf = (index: number): string => `"${work.operations[index]!.name}"`
  return runnables.flatMap((runnable, index) => {
    const regions = statedRegions(runnable)
    const [other] = finder.find(regions).nearest
    finder.place({ index, level: 1, endMs: 1 }, regions)
    return other === undefined ? [] : [`${nameOf(other)} and ${nameOf(index)} of "${work.name}"`]
  })
}

/** Everything that was asked for is in the plan, and everything in the plan can be called. */
function judgeCompleteness({ groups, complete, diagnostics }: BeforeParts): Judgement {
  const name = 'before/completeness'
  const broken = groups.flatMap(({ work, runnables }) =>
    work.operations.filter((_, index) => !runnables[index]!.ok).map((operation) => operation.name),
  )
  if (broken.length > 0) return { name, status: 'failed', why: `${quoted(broken)} cannot be called` }
  if (!complete || diagnostics.some(({ severity }) => severity === 'error')) return { name, status: 'failed' }
  return { name, status: 'passed' }
}

function judgeResources({ resources }: BeforeParts): Judgement {
  const name = 'before/resources'
  if (resources.known === 0) return { name, status: 'skipped' }
  const [first] = resources.short
  if (!first) return { name, status: 'passed' }
  return { name, status: 'failed', why: first, hint: 'Run fewer at once with --concurrency, or make room.' }
}

/** Outcomes that nobody puts together are read by nobody. */
function judgeSynthesis({ groups }: BeforeParts): Judgement {
  const name = 'before/synthesis'
  const without = groups
    .map(({ work }) => work)
    .filter(({ operations, expand, synthesise }) => (operations.length > 1 || expand) && !synthesise)
    .map((group) => group.name)
  if (without.length === 0) return { name, status: 'passed' }
  const [what, it] = without.length === 1 ? ['group', 'has'] : ['groups', 'have']
  return {
    name,
    status: 'failed',
    why: `the ${what} ${quoted(without)} ${it} several operations and nothing that puts their outcomes together`,
    hint: 'Give it a `synthesise` function; until then the report shows the outcomes as they are.',
  }
}
