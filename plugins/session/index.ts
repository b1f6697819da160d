import { definePlugin, type Report } from 'heddle'
import { sessionKinds } from './kinds.ts'
import { createShelf } from './shelf.ts'

export type { Action, SessionResult, SessionState } from './result.ts'
export type { Session, SessionContext, SessionSummary } from './session.ts'

/** Implements the pattern `session`: saves, loads and lists the context of runs in a durable store. */
export const session = definePlugin({
  name: 'session',
  description: 'Context between runs: saved durably, read back, listed, checked and kept within bounds',
  codes: async () => (await import('./codes.ts')).codes,
  apply(hooks, { store }) {
    let last: Report['diagnostics'] = []
    hooks.report.tap('session', ({ diagnostics }) => {
      last = diagnostics
    })
    for (const kind of sessionKinds(createShelf(store)))
      hooks.operation.for(kind.kind).tap('session', () => kind)
    hooks.plan.for('session').tap('session', async (planning) => {
      const { planSession } = await import('./plan.ts')
      return planSession(planning, countByCode(last))
    })
  },
})

function countByCode(diagnostics: Report['diagnostics']): { code: string; count: number }[] {
  const counts = new Map<string, number>()
  for (const { code } of diagnostics) counts.set(code, (counts.get(code) ?? 0) + 1)
  return [...counts].map(([code, count]) => ({ code, count })).toSorted((a, b) => (a.code < b.code ? -1 : 1))
}
