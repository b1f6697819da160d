import type { Context, Row } from '../context.ts'
import { compareSeries, type Line } from '../line.ts'
import { interleave, median } from '../rounds.ts'
import { ourProgram, takeSample } from '../sample.ts'

/** What was promised, at a twentieth of its times: how many, how long each takes, and how much less wall time. */
const cases = [
  { name: 'reads', count: 4, latencyMs: 150, goal: 0.74 },
  { name: 'gates', count: 4, latencyMs: 500, goal: 0.74 },
  { name: 'modules', count: 6, latencyMs: 100, goal: 0.82 },
] as const

/** The three cases that the project was founded on. */
export const foundingRow: Row = {
  name: 'founding',
  times:
    'execute() in parallel and one by one in one process, values and bytes compared; 4 reads of 150 ms, 4 gates of 500 ms, 6 modules of 100 ms: each read of a file takes that long, however many there are.',
  async measure(context) {
    const lines: Line[] = []
    for (const one of cases) lines.push(await measureCase(context, one))
    return lines
  },
}

async function measureCase(
  { rounds }: Context,
  { name, count, latencyMs, goal }: (typeof cases)[number],
): Promise<Line> {
  const words = [ourProgram('founding'), name, String(count), String(latencyMs)]
  const [ours] = [...(await interleave([{ name, take: () => takeSample(words) }], rounds)).values()]
  const serial = {
    ...ours!,
    name: 'one by one',
    values: ours!.facts.map(({ serialMs }) => serialMs as number),
  }
  const reduction = median(ours!.facts.map((facts) => facts['reduction'] as number))
  const percent = (share: number): string => `${(share * 100).toFixed(1)} %`
  return {
    ...compareSeries(ours!, serial, { row: `founding: ${count} ${name}`, kind: 'own', unit: 'ms' }),
    goal: `≥ ${percent(goal)} less (is ${percent(reduction)}, limit ${percent(1 - 1 / count)})`,
    met: ours!.problem === null && reduction >= goal,
  }
}
