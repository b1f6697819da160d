import { definePlugin } from 'heddle'
import type { TddOptions } from './options.ts'
import { testKind } from './test-kind.ts'

export type { TddOptions } from './options.ts'
export type { Coverage, ExportStatus, FailingTest, PlanStep, TddResult, TestFile, TestRun } from './result.ts'

/** Implements the pattern `tdd`: which tests a component has, which fail, what has none, and what the cycle asks for next. */
export const tdd = definePlugin<TddOptions>({
  name: 'tdd',
  description:
    'Tests of a component, which of them fail, exports without one, coverage, and the next steps of the cycle',
  options: (z) =>
    z.object({
      threshold: z.number().min(0).max(1).optional(),
      limitMs: z.number().int().positive().default(600_000),
    }),
  apply(hooks, context) {
    hooks.operation.for('test').tap('tdd', () => testKind)
    hooks.plan.for('tdd').tap('tdd', async (planning) => {
      const { planTdd } = await import('./plan.ts')
      return planTdd(planning, await context.options())
    })
  },
})
