import type { Row } from '../context.ts'
import { compareSeries } from '../line.ts'
import { interleave, type Side } from '../rounds.ts'
import { grayMatter, heddleCheck, readLimit } from './sides.ts'

/** The most memory that a check holds. */
export const memoryRow: Row = {
  name: 'memory',
  times:
    'the most resident memory of a process that checks the large corpus; no text is asked for afterwards.',
  async measure(context) {
    const corpus = context.corpus(context.sizes.large)
    const sides = [
      heddleCheck(corpus),
      grayMatter(corpus),
      grayMatter(corpus, { cache: false }),
      readLimit(corpus),
    ]
    const series = await interleave(sides.map(byMemory), context.rounds)
    const [ours, ...others] = series.values()
    return others.map((theirs, index) =>
      compareSeries(ours!, theirs, {
        row: 'memory',
        kind: index === 2 ? 'limit' : 'peer',
        unit: 'MB',
        ...(index === 0 ? { goal: 0.7 } : {}),
      }),
    )
  },
}

function byMemory(side: Side): Side {
  return { ...side, figure: ({ rss }) => rss as number }
}
