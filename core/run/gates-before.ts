import type { Diagnostic } from '../base/diagnostic.ts'
import type { Forecast } from './forecast.ts'
import { type Judgement, quoted } from './gates.ts'
import type { Plan } from './plan.ts'
import type { Resources } from './resources.ts'

export interface BeforeParts {
  readonly plan: Plan
  readonly forecast: readonly Forecast[]
  /** What planning found, and whether it left nothing out. */
  readonly diagnostics: readonly Diagnostic[]
  readonly complete: boolean
  readonly resources: Resources
}

/** What can be said of a plan before anything runs. A plan without operations is not judged. */
export function judgeBefore(parts: BeforeParts): readonly Judgement[] {
  return [judgeIndependence(parts), judgeCompleteness(parts), judgeResources(parts), judgeSynthesis(parts)]
}

/** Operations of one group are there to run beside each other: none may touch what another writes. */
function judgeIndependence({ forecast }: BeforeParts): Judgement {
  const name = 'before/independence'
  const several = forecast.filter(({ group }) => group.operations.length > 1)
  const clashes = several.flatMap((each) => {
    const other = each.conflicts.map((index) => forecast[index]!).find(({ group }) => group === each.group)
    return other ? [`"${other.operation.name}" and "${each.operation.name}" of "${each.group.name}"`] : []
  })
  if (clashes.length > 0) {
    const more = clashes.length > 1 ? `, and ${clashes.length - 1} more ${clashes.length === 2 ? 'pair' : 'pairs'}` : ''
    return {
      name,
      status: 'failed',
      why: `by their claims, ${clashes[0]} touch the same${more}, so one waits for the other`,
      hint: 'The result is the same. To save the time, narrow their claims, or put them into groups of their own.',
    }
  }
  return { name, status: forecast.length > 0 ? 'passed' : 'skipped' }
}

/** Everything that was asked for is in the plan, and everything in the plan can be called. */
function judgeCompleteness({ forecast, complete, diagnostics }: BeforeParts): Judgement {
  const name = 'before/completeness'
  const broken = forecast.filter(({ runnable }) => !runnable.ok).map(({ operation }) => operation.name)
  if (broken.length > 0) return { name, status: 'failed', why: `${quoted(broken)} cannot be called` }
  if (!complete || diagnostics.some(({ severity }) => severity === 'error')) return { name, status: 'failed' }
  return { name, status: forecast.length > 0 ? 'passed' : 'skipped' }
}

function judgeResources({ forecast, resources }: BeforeParts): Judgement {
  const name = 'before/resources'
  if (forecast.length === 0 || resources.known === 0) return { name, status: 'skipped' }
  const [first] = resources.short
  if (!first) return { name, status: 'passed' }
  return { name, status: 'failed', why: first, hint: 'Run fewer at once with --concurrency, or make room.' }
}

/** Outcomes that nobody puts together are read by nobody. */
function judgeSynthesis({ plan, forecast }: BeforeParts): Judgement {
  const name = 'before/synthesis'
  const without = plan.groups
    .filter(({ operations, expand, synthesise }) => (operations.length > 1 || expand) && !synthesise)
    .map((group) => group.name)
  if (without.length === 0) return { name, status: forecast.length > 0 ? 'passed' : 'skipped' }
  const [what, it] = without.length === 1 ? ['group', 'has'] : ['groups', 'have']
  return {
    name,
    status: 'failed',
    why: `the ${what} ${quoted(without)} ${it} several operations and nothing that puts their outcomes together`,
    hint: 'Give it a `synthesise` function; until then the report shows the outcomes as they are.',
  }
}
