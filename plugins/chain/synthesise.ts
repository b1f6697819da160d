import type { Outcome, SynthesisContext } from 'heddle'
import { actionsOf, levelsOf, touchedBy } from './order.ts'
import type { WorkflowResult, WorkflowStep } from './result.ts'
import { statusesOf, type Workflow } from './status.ts'
import type { Step } from './step.ts'

/** Puts together what came of a workflow, from the outcomes of its steps; reports what a person must know. */
export function synthesise(workflow: Workflow, { outcomes, report }: SynthesisContext): WorkflowResult {
  const { steps, order } = workflow
  const levels = levelsOf(order)
  const own = (name: string): readonly Outcome[] => outcomes.get(`chain/${name}`) ?? []
  const statuses = statusesOf(workflow, outcomes)
  const isComplete = statuses.every((status) => status === 'done' || status === 'not-wanted')
  const seen = steps.map((step, index): WorkflowStep => ({
    name: step.name,
    status: statuses[index]!,
    level: levels.get(step.name) ?? 1,
    after: order.get(step.name) ?? [],
    operations: own(step.name).length,
    leftBehind: !isComplete && hasLeft(step, own(step.name)),
  }))
  const all = steps.flatMap(({ name }) => own(name))
  const left = seen.filter(({ leftBehind }) => leftBehind).map(({ name }) => name)
  const unclaimed = steps
    .filter((step) => isUnclaimed(step) && own(step.name).some(hasRun))
    .map(({ name }) => name)
  const needless = steps.flatMap((step) => needlessOf(step, workflow))
  if (left.length > 0) report(leftBehind(left))
  if (unclaimed.length > 0 && steps.length > 1) report(undeclared(unclaimed))
  for (const { step, need } of needless) report(needlessNeed(step, need))
  const result = {
    parallelExecutionComplete: isComplete,
    qualityPreserved: left.length === 0 && all.every(isWhole),
    workflowOptimized: needless.length === 0 && (unclaimed.length === 0 || steps.length === 1),
    steps: seen,
  }
  return { summary: summaryOf(result), ...result }
}

/** What a program wrote in a workflow that failed stays, where nothing held it: true when there is such. */
function hasLeft(step: Step, outcomes: readonly Outcome[]): boolean {
  return (
    actionsOf(step).some(
      ({ kind, claims }) => (kind === 'bash' || kind === 'try') && claims.writes?.length !== 0,
    ) &&
    outcomes.some(
      (outcome) =>
        hasRun(outcome) && (outcome.output as { isolation?: string } | null)?.isolation !== 'overlay',
    )
  )
}

function hasRun({ kind, attempts }: Outcome): boolean {
  return attempts > 0 && (kind === 'bash' || kind === 'try')
}

function isWhole({ status, quality }: Outcome): boolean {
  if (status !== 'done') return status === 'skipped'
  return quality === null || (!quality.truncated && quality.analysed >= quality.expected)
}

function isUnclaimed(step: Step): boolean {
  return actionsOf(step).some(
    (action) =>
      action.kind !== 'todo' && touchedBy(action).writes.includes('') && touchedBy(action).reads.includes(''),
  )
}

/** A need between two steps that touch nothing of each other, and of which neither runs a program. */
function needlessOf(
  { name, needs, ...step }: Step,
  { steps, order }: Workflow,
): { step: string; need: string }[] {
  const isSeen = (each: Pick<Step, 'action' | 'steps'>): boolean =>
    actionsOf(each as Step).every(({ kind }) => kind !== 'bash' && kind !== 'try')
  return needs.flatMap((need) => {
    const needed = steps.find((each) => each.name === need)
    const isOnly = order.get(name)?.some((each) => each.step === need && each.because === 'needs')
    return needed && isOnly && isSeen(needed) && isSeen(step) && !sharesAny(needed, step)
      ? [{ step: name, need }]
      : []
  })
}

function sharesAny(needed: Step, step: Pick<Step, 'action' | 'steps'>): boolean {
  const writes = actionsOf(needed).flatMap((action) => touchedBy(action).writes)
  const touched = actionsOf(step as Step).flatMap((action) => [
    ...touchedBy(action).reads,
    ...touchedBy(action).writes,
  ])
  const uses =
    JSON.stringify(step).includes(`"${needed.name}.`) || JSON.stringify(step).includes(`{${needed.name}.`)
  return (
    uses ||
    writes.some((a) =>
      touched.some((b) => a === b || a === '' || b === '' || a.startsWith(`${b}/`) || b.startsWith(`${a}/`)),
    )
  )
}

function summaryOf({ parallelExecutionComplete, steps }: Omit<WorkflowResult, 'summary'>): readonly string[] {
  const marks: Record<string, string> = { done: '✓', 'not-wanted': '–', skipped: '○' }
  const levels = Math.max(0, ...steps.map(({ level }) => level))
  const head = parallelExecutionComplete
    ? 'All steps were done that were wanted.'
    : 'Not all steps were done; nothing that they wrote through Heddle is kept.'
  return [
    `${head} ${steps.length} steps in ${levels} levels.`,
    ...steps.map(({ name, status, level, after }) => {
      const why = after.map(({ step, because }) => `${step} (${because})`).join(', ')
      return `${marks[status] ?? '✗'} ${level} ${name}: ${status}${why === '' ? '' : `, after ${why}`}`
    }),
  ]
}

function leftBehind(steps: readonly string[]) {
  return {
    code: 'chain/left-behind',
    severity: 'warning',
    message: `What the programs of ${steps.map((name) => `"${name}"`).join(', ')} wrote stays on the disk: nothing held them.`,
    hint: 'Say what they write (writes: [] for a check), or hold them: isolation: overlay.',
  } as const
}

function undeclared(steps: readonly string[]) {
  return {
    code: 'chain/unclaimed',
    severity: 'info',
    message: `${steps.map((name) => `"${name}"`).join(', ')} did not say what it reads and writes, so nothing ran beside it.`,
    hint: 'Add reads and writes; writes: [] for a check.',
  } as const
}

function needlessNeed(step: string, need: string) {
  return {
    code: 'chain/needless',
    severity: 'info',
    message: `"${step}" waits for "${need}", and touches nothing of it.`,
    hint: 'Leave the need out, and both run at once.',
  } as const
}
