import type { Row } from '../context.ts'
import { compareSeries } from '../line.ts'
import { interleave, type Series } from '../rounds.ts'
import { ourProgram, takeSample } from '../sample.ts'

/** Where running at once does not pay. */
export const tinyRow: Row = {
  name: 'tiny',
  times:
    'execute() of one read operation for each small file of a warm local disk, in parallel, one by one, and a loop of readFileSync, in one process. A loop wins here.',
  async measure(context) {
    const corpus = context.corpus(context.sizes.small)
    const take = () => takeSample([ourProgram('tiny'), corpus.root])
    const [ours] = [...(await interleave([{ name: 'heddle', take }], context.rounds)).values()]
    const other = (name: string, key: string): Series => ({
      ...ours!,
      name,
      values: ours!.facts.map((facts) => facts[key] as number),
    })
    return [
      compareSeries(ours!, other('one by one', 'serialMs'), { row: 'tiny', kind: 'own', unit: 'ms' }),
      compareSeries(ours!, other('readFileSync loop', 'loopMs'), { row: 'tiny', kind: 'limit', unit: 'ms' }),
    ]
  },
}
