import { definePlugin } from 'heddle'
import { createCycleStore } from './cycle-store.ts'
import { shapeKind } from './measure.ts'
import { optionsSchema, type TddOptions } from './options.ts'
import { phaseKind } from './phase.ts'
import { reportsKind } from './reports.ts'
import { testKind } from './test-kind.ts'

export type { TddOptions } from './options.ts'
export type {
  AntiPattern,
  Coverage,
  ExportStatus,
  FailingTest,
  PhaseVerdict,
  PlanStep,
  TddResult,
  TestFile,
  TestRun,
} from './result.ts'

/** Implements the pattern `tdd`: which tests a component has, which fail, what has none, and what the cycle asks for next. */
export const tdd = definePlugin<TddOptions>({
  name: 'tdd',
  description:
    'Tests of a component, which of them fail, exports without one, coverage, what spoils them, and the cycle',
  codes: async () => (await import('./codes.ts')).codes,
  options: optionsSchema,
  apply(hooks, context) {
    const cycles = createCycleStore(context.store)
    for (const kind of [testKind, shapeKind, reportsKind, phaseKind(cycles)])
      hooks.operation.for(kind.kind).tap('tdd', () => kind)
    hooks.plan.for('tdd').tap('tdd', async (planning) => {
      const { planTdd } = await import('./plan.ts')
      return planTdd(planning, await context.options(), cycles)
    })
  },
})
