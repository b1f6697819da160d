import { definePlugin } from 'heddle'
import { createHistory, recordKind } from './history.ts'
import { loadKind } from './load.ts'
import { machineKind } from './machine.ts'
import { optionsSchema, type PerformanceOptions } from './options.ts'
import { profileKind } from './profile.ts'
import { resourcesKind } from './resources.ts'
import { timeKind } from './time.ts'

export type { PerformanceOptions } from './options.ts'
export type { Bottleneck, HotFunction, Metric, PerformanceResult } from './result.ts'

/** Implements the pattern `performance`: what a command or a local address costs, where it goes, and what has changed since. */
export const performance = definePlugin<PerformanceOptions>({
  name: 'performance',
  codes: async () => (await import('./codes.ts')).codes,
  description:
    'Time, CPU, memory, descriptors, disk and HTTP load of a command or a local address, compared with the last run',
  options: optionsSchema,
  apply(hooks, context) {
    const kinds = [
      machineKind,
      timeKind,
      profileKind,
      resourcesKind,
      loadKind,
      recordKind(createHistory(context.store)),
    ]
    for (const kind of kinds) hooks.operation.for(kind.kind).tap('performance', () => kind)
    hooks.plan.for('performance').tap('performance', async (planning) => {
      const { planPerformance } = await import('./plan.ts')
      return planPerformance(planning, await context.options())
    })
  },
})
