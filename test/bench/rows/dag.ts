import type { Row } from '../context.ts'
import { compareSeries } from '../line.ts'
import { interleave, type Series, type Side } from '../rounds.ts'
import { ourProgram, peerProgram, takeSample } from '../sample.ts'

/** Operations that do nothing, in a graph in which each needs three others. */
export const dagRow: Row = {
  name: 'dag',
  times:
    'createPlan() and execute() of operations that do nothing, a group for each, with deadlines, retries and a listener; first and second time in a process that has run seven before.',
  async measure(context) {
    const size = context.sizes.large
    const side = (name: string, ...words: string[]): Side => ({
      name,
      take: () => takeSample([...words, String(size)]),
      wrong: ({ operations }) =>
        operations === size ? undefined : `${String(operations)} of ${size} operations`,
    })
    const [ours, ahead, journal, graph, limit] = [
      ...(
        await interleave(
          [
            side('heddle', ourProgram('dag'), 'bound'),
            side('heddle, claims that do not bind', ourProgram('dag'), 'hints'),
            side('heddle, journal on', ourProgram('dag'), 'journal'),
            side('p-graph', peerProgram('p-graph')),
            side('p-limit, time-outs and retries', peerProgram('p-limit')),
          ],
          context.rounds,
        )
      ).values(),
    ]
    const by = (key: string) => (series: Series) => ({
      ...series,
      values: series.facts.map((facts) => facts[key] as number),
    })
    const again = by('againMs')
    const cpu = by('cpuMs')
    return [
      compareSeries(ours!, graph!, { row: 'dag', kind: 'peer', unit: 'ms', goal: 1, stretch: 0.6 }),
      compareSeries(ours!, limit!, { row: 'dag', kind: 'peer', unit: 'ms', goal: 0.5 }),
      compareSeries(again(ours!), again(graph!), { row: 'dag again', kind: 'peer', unit: 'ms', goal: 1 }),
      compareSeries(again(ours!), again(limit!), { row: 'dag again', kind: 'peer', unit: 'ms', goal: 0.5 }),
      compareSeries(cpu(ours!), cpu(graph!), { row: 'dag, CPU', kind: 'peer', unit: 'ms' }),
      compareSeries(cpu(ours!), cpu(limit!), { row: 'dag, CPU', kind: 'peer', unit: 'ms' }),
      compareSeries(journal!, ours!, { row: 'dag, journal on', kind: 'own', unit: 'ms', goal: 2 }),
      compareSeries(cpu(journal!), cpu(ours!), { row: 'dag, journal on, CPU', kind: 'own', unit: 'ms' }),
      compareSeries(ahead!, ours!, { row: 'dag, claims that do not bind', kind: 'own', unit: 'ms' }),
    ]
  },
}
