import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Row, WrittenCorpus } from '../context.ts'
import { compareSeries, skippedLine } from '../line.ts'
import { interleave, type Side } from '../rounds.ts'
import { ourProgram, peerProgram, takeSample } from '../sample.ts'
import { heddleCheck, wrongDocuments, wrongTotals } from './sides.ts'

/** A check that knows from the last one what did not change. */
export const storeRow: Row = {
  name: 'store',
  times:
    'createFramework and check() in a fresh process with the persistent store of the last one, after one file changed.',
  async measure(context) {
    const corpus = context.corpus(context.sizes.large, 'stored')
    const words = [ourProgram('store'), corpus.root, context.place('store')]
    const first = await takeSample(words)
    if (!first.ok) throw new Error(`The store could not be made: it ${first.reason}`)
    if (first.facts['missing'] === true)
      return [skippedLine('store', 'a framework has no persistent store yet')]
    const [ours, cold, stat] = [
      ...(
        await interleave([stored(corpus, words), heddleCheck(corpus), stats(corpus)], context.rounds)
      ).values(),
    ]
    return [
      compareSeries(
        ours!,
        { ...cold!, name: 'our own cold check' },
        { row: 'store', kind: 'own', unit: 'ms', goal: 0.2 },
      ),
      compareSeries(ours!, stat!, { row: 'store', kind: 'limit', unit: 'ms', goal: 2.5 }),
    ]
  },
}

function stored(corpus: WrittenCorpus, words: readonly string[]): Side {
  let round = 0
  return {
    // Sides are told apart by their names, and the cold check is heddle too.
    name: 'heddle from its store',
    take() {
      appendFileSync(join(corpus.root, corpus.edges[0]!.from), `\nRound ${round++}.\n`)
      return takeSample(words)
    },
    wrong: (facts) => wrongTotals(corpus, facts),
  }
}

function stats(corpus: WrittenCorpus): Side {
  return {
    name: 'statSync of every file',
    take: () => takeSample([peerProgram('stat'), corpus.root]),
    wrong: (facts) => wrongDocuments(corpus, facts),
  }
}
