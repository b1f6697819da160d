import type { Context, Row, WrittenCorpus } from '../context.ts'
import { compareSeries } from '../line.ts'
import { interleave, type Side } from '../rounds.ts'
import { proveEdges } from './edges.ts'
import { grayMatter, heddleCheck, product } from './sides.ts'

const openFiles = 1_024

/** How time grows with the number of modules while few files may be open. */
export const scaleRow: Row = {
  name: 'scale',
  times: `a cold check of the large and of the five times larger corpus, at most ${openFiles} files open; edges are compared.`,
  async measure(context) {
    const large = context.corpus(context.sizes.large)
    const huge = context.corpus(context.sizes.huge)
    await proveEdges(context, huge, { openFiles })
    const sides = [large, huge].flatMap((corpus) => [
      sized(heddleCheck(corpus, { openFiles }), corpus),
      sized(grayMatter(corpus, { openFiles }), corpus),
    ])
    const [ours, theirs, oursHuge, theirsHuge] = [...(await interleave(sides, context.rounds)).values()]
    await noteProducts(context)
    return [
      compareSeries(oursHuge!, ours!, { row: 'scale', kind: 'own', unit: 'ms', goal: 5.5, stretch: 5 }),
      {
        ...compareSeries(theirsHuge!, theirs!, { row: 'scale', kind: 'peer', unit: 'ms' }),
        row: 'scale of gray-matter',
      },
    ]
  },
}

function sized(side: Side, { files }: WrittenCorpus): Side {
  return { ...side, name: `${side.name}, ${files} documents` }
}

/** What whole products make of the large corpus when few files may be open. */
async function noteProducts(context: Context): Promise<void> {
  const corpus = context.corpus(context.sizes.large)
  const sides = (['velite', 'content-collections'] as const).map((name) =>
    product(name, { context, corpus }, { openFiles }),
  )
  for (const { name, problem, facts } of (await interleave(sides, 1)).values()) {
    const said = problem ?? `${String(facts[0]?.['documents'])} documents, all there`
    context.note(`${name}, ${corpus.files} documents with at most ${openFiles} files open: ${said}.`)
  }
}
