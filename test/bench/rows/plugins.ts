import type { Row } from '../context.ts'
import { compareSeries } from '../line.ts'
import { interleave, type Side } from '../rounds.ts'
import { ourProgram, takeSample } from '../sample.ts'

/** What plugins cost that are never called: their filters want nothing of the corpus. */
export const pluginsRow: Row = {
  name: 'plugins',
  times: 'createFramework and check() with ten more plugins of four taps each, all filtered, and with none.',
  async measure(context) {
    const corpus = context.corpus(context.sizes.small)
    const side = (name: string, count: number): Side => ({
      name,
      take: () => takeSample([ourProgram('plugins'), corpus.root, String(count)]),
      wrong: ({ documents }) => (documents === corpus.files ? undefined : `${String(documents)} documents`),
    })
    const series = await interleave([side('ten filtered', 10), side('none', 0)], context.rounds * 3)
    return [
      compareSeries(series.get('ten filtered')!, series.get('none')!, {
        row: 'plugins',
        kind: 'own',
        unit: 'ms',
        goal: 1.05,
      }),
    ]
  },
}
