import type { Context, Row } from '../context.ts'
import { compareSeries, type Line } from '../line.ts'
import { interleave, median, type Side } from '../rounds.ts'
import { ourProgram, takeSample } from '../sample.ts'

const fixed = [1, 2, 4, 8, 16, 32, 64] as const
const workloads = ['waits', 'collapses', 'processes', 'mixed'] as const

/** The limits that the executor chooses against the best that a person could have set. */
export const mixedRow: Row = {
  name: 'mixed',
  times:
    'execute() of 300 waits of 20 ms; 300 calls of a service that takes 10 ms and slows down by the square beyond ten at once; 40 commands of 20 ms; all of these with 1 ms of CPU.',
  async measure(context) {
    const lines: Line[] = []
    for (const workload of workloads) lines.push(await measureWorkload(context, workload))
    return lines
  },
}

async function measureWorkload(context: Context, workload: string): Promise<Line> {
  const side = (name: string, limit: string): Side => ({
    name,
    take: () => takeSample([ourProgram('mixed'), workload, limit]),
  })
  const sides = [side('chosen', 'chosen'), ...fixed.map((limit) => side(`${limit} at once`, String(limit)))]
  const [ours, ...others] = [...(await interleave(sides, context.rounds)).values()]
  const best = others.reduce((one, other) => (median(other.values) < median(one.values) ? other : one))
  return compareSeries(ours!, best, { row: `lanes: ${workload}`, kind: 'own', unit: 'ms', goal: 1.1 })
}
