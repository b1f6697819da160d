import { definePlugin } from 'heddle'

export type { AnalysisResult, DeadImport, FileSummary, ImportLink, Passage, SharedSymbol } from './result.ts'

/** Implements the pattern `analysis`: reads many source files at once and puts what they hold together. */
export const analysis = definePlugin({
  name: 'analysis',
  description:
    'Reads source files at once: exports, imports between them, shared names, duplicates, files without tests',
  codes: async () => (await import('./codes.ts')).codes,
  apply(hooks) {
    hooks.plan.for('analysis').tap('analysis', async (planning) => {
      const { planAnalysis } = await import('./plan.ts')
      return planAnalysis(planning)
    })
  },
})
