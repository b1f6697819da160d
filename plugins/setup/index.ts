import { definePlugin } from 'heddle'
import { createFileKind } from './proposal.ts'

export type { SetupResult } from './plan.ts'
export type { ProposedFile } from './proposal.ts'

/**
 * Implements the patterns `init`, `init-new`, `init-custom`, `init-research`, `init-validate` and `init-meta`: looks at a project, proposes
 * the files of a framework for it, and writes them where it is asked to.
 */
export const setup = definePlugin({
  name: 'setup',
  codes: async () => (await import('./codes.ts')).codes,
  description:
    'Sets frameworks up: for a project, a new one, from answers, for research, about itself; and validates them',
  apply(hooks) {
    hooks.operation.for(createFileKind.kind).tap('setup', () => createFileKind)
    hooks.plan.for('init').tap('setup', async (planning) => {
      const [{ planSetup }, { init }] = await Promise.all([import('./plan.ts'), import('./init.ts')])
      return planSetup(planning, init)
    })
    hooks.plan.for('init-new').tap('setup', async (planning) => {
      const [{ planSetup }, { initNew }] = await Promise.all([import('./plan.ts'), import('./init-new.ts')])
      return planSetup(planning, initNew(planning))
    })
    hooks.plan.for('init-custom').tap('setup', async (planning) => {
      const [{ planSetup }, { initCustom }] = await Promise.all([
        import('./plan.ts'),
        import('./init-custom.ts'),
      ])
      return planSetup(planning, initCustom(planning))
    })
    hooks.plan.for('init-research').tap('setup', async (planning) => {
      const [{ planSetup }, { initResearch }] = await Promise.all([
        import('./plan.ts'),
        import('./init-research.ts'),
      ])
      return planSetup(planning, initResearch(planning))
    })
    hooks.plan.for('init-validate').tap('setup', async (planning) => {
      const [{ planSetup }, { initValidate }] = await Promise.all([
        import('./plan.ts'),
        import('./init-validate.ts'),
      ])
      return planSetup(planning, await initValidate(planning))
    })
    hooks.plan.for('init-meta').tap('setup', async (planning) => {
      const [{ planSetup }, { initMeta }] = await Promise.all([import('./plan.ts'), import('./init-meta.ts')])
      return planSetup(planning, await initMeta(planning))
    })
  },
})
