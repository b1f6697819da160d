import type { Row } from '../context.ts'
import { compareSeries } from '../line.ts'
import { interleave, type Series } from '../rounds.ts'
import { ourProgram, takeSample } from '../sample.ts'

const runs = 11

/** A process that has run a hundred thousand operations holds what it held after the first ten thousand. */
export const flatRow: Row = {
  name: 'flat',
  times: `heap in use after a collection: after ${runs} runs of the large size, and after the first of them.`,
  async measure(context) {
    const words = ['--expose-gc', ourProgram('flat'), String(runs), String(context.sizes.large)]
    const take = () => takeSample(words)
    const [all] = [...(await interleave([{ name: 'last', take }], Math.min(context.rounds, 3))).values()]
    const held = (name: string, index: number): Series => ({
      ...all!,
      name,
      values: all!.facts.map((facts) => (facts['held'] as number[]).at(index)!),
    })
    return [
      compareSeries(held('last', -1), held('after the first', 0), {
        row: 'flat',
        kind: 'own',
        unit: 'MB',
        goal: 1.05,
      }),
    ]
  },
}
