import { definePlugin } from 'heddle'

export type { DeadLink, DocsResult, ProposedIndex, StaleName, UndocumentedExport } from './result.ts'

/** Implements the pattern `docs`: holds documents and sources against each other, and proposes an index. */
export const docs = definePlugin({
  name: 'docs',
  description:
    'Documentation against code: dead links, stale names, exports without a word, a proposed index',
  codes: async () => (await import('./codes.ts')).codes,
  apply(hooks) {
    hooks.plan.for('docs').tap('docs', async (planning) => {
      const { planDocs } = await import('./plan.ts')
      return planDocs(planning)
    })
  },
})
