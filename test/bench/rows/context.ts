import type { Row, WrittenCorpus } from '../context.ts'
import { compareSeries } from '../line.ts'
import { interleave, type Side } from '../rounds.ts'
import { ourProgram, takeSample } from '../sample.ts'
import { forget, heddleCheck, readLimit, wrongDocuments } from './sides.ts'

/** A budget for all of it, and one for what an agent can hold. */
const budgets = [1_000_000_000, 200_000]

/** Composing a whole framework into one text, against reading the same files. */
export const contextRow: Row = {
  name: 'context',
  times:
    'createFramework and context() of everything in a fresh process, under a budget without end and one of 200 000 tokens.',
  async measure(context) {
    const corpus = context.corpus(context.sizes.small)
    const [whole, cut] = budgets.map((budget) => compose(corpus, budget))
    const sides = [whole!, cut!, heddleCheck(corpus), readLimit(corpus)]
    const series = await interleave(sides, context.rounds)
    const line = (ours: Side, against: string, kind: 'limit' | 'own') =>
      compareSeries(series.get(ours.name)!, series.get(against)!, { row: 'context', kind, unit: 'ms' })
    return [
      line(whole!, 'readFileSync loop', 'limit'),
      line(whole!, 'heddle', 'own'),
      line(cut!, 'readFileSync loop', 'limit'),
      line(cut!, 'heddle', 'own'),
    ]
  },
}

function compose(corpus: WrittenCorpus, budget: number): Side {
  return {
    name: `context of ${budget}`,
    take() {
      forget(corpus)
      return takeSample([ourProgram('context'), corpus.root, String(budget)])
    },
    wrong: (facts) =>
      wrongDocuments(corpus, facts) ??
      (Number(facts['tokens']) > budget ? `${String(facts['tokens'])} of ${budget} tokens` : undefined),
  }
}
