import type { Row } from '../context.ts'
import { compareSeries } from '../line.ts'
import { interleave } from '../rounds.ts'
import { proveEdges } from './edges.ts'
import { grayMatter, heddleCheck, product, readLimit } from './sides.ts'

/** A cold check of the small or the large corpus. */
export function coldRow(name: string, size: 'small' | 'large', goal: number): Row {
  return {
    name,
    times: `createFramework and check() in a fresh process, imports excluded on all sides.`,
    async measure(context) {
      const corpus = context.corpus(context.sizes[size])
      await proveEdges(context, corpus)
      const on = { context, corpus }
      const series = await interleave(
        [
          heddleCheck(corpus),
          grayMatter(corpus),
          product('velite', on),
          product('content-collections', on),
          readLimit(corpus),
        ],
        context.rounds,
      )
      const line = (against: string, kind: 'peer' | 'limit', goals: { goal?: number; stretch?: number }) =>
        compareSeries(series.get('heddle')!, series.get(against)!, { row: name, kind, unit: 'ms', ...goals })
      return [
        line('gray-matter', 'peer', { goal, stretch: 0.4 }),
        line('velite', 'peer', size === 'large' ? { goal: 0.25 } : {}),
        line('content-collections', 'peer', size === 'large' ? { goal: 0.2 } : {}),
        line('readFileSync loop', 'limit', size === 'large' ? { goal: 8 } : {}),
      ]
    },
  }
}
