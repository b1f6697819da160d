import { definePlugin } from 'heddle'

export type { FileHits, Hit, HitCategory, SearchResult } from './result.ts'

/** Implements the pattern `search`: finds a regular expression in the project and ranks where it stands. */
export const search = definePlugin({
  name: 'search',
  description:
    'Searches the project: merged and ranked hits, counts by file, hot files, hits in untested files',
  codes: async () => (await import('./codes.ts')).codes,
  apply(hooks) {
    hooks.plan.for('search').tap('search', async (planning) => {
      const { planSearch } = await import('./plan.ts')
      return planSearch(planning)
    })
  },
})
