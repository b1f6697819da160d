import type { Row } from '../context.ts'
import { compareSeries } from '../line.ts'
import { interleave, median, type Side } from '../rounds.ts'
import { ourProgram, takeSample } from '../sample.ts'
import { wrongDocuments, wrongTotals } from './sides.ts'

const pools = [16, 24, 32, 40, 48, 64, 96, 128] as const

/** A store that takes 20 ms a read and gets slower when too much is asked at once. */
export const remoteRow: Row = {
  name: 'remote',
  times:
    'createFramework({ files }) and check() of the small corpus, 20 ms a read while at most 40 are in flight.',
  async measure(context) {
    const corpus = context.corpus(context.sizes.small)
    const ours: Side = {
      name: 'heddle',
      take: () => takeSample([ourProgram('remote'), corpus.root]),
      wrong: (facts) => wrongTotals(corpus, facts),
    }
    const fixed = pools.map((size): Side => ({
      name: `pool of ${size}, reads only`,
      take: () => takeSample([ourProgram('remote-pool'), corpus.root, String(size)]),
      wrong: (facts) => wrongDocuments(corpus, facts),
    }))
    const [our, ...ideal] = [...(await interleave([ours, ...fixed], context.rounds)).values()]
    const best = ideal.reduce((one, other) => (median(other.values) < median(one.values) ? other : one))
    context.note(
      `remote: Heddle had at most ${String(our!.facts[0]?.['most'])} reads in flight; ${best.name.split(',')[0]} is the best of ${pools.join(', ')}.`,
    )
    return [compareSeries(our!, best, { row: 'remote', kind: 'limit', unit: 'ms', goal: 1.15 })]
  },
}
