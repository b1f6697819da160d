import type { Context, Row } from '../context.ts'
import { type Line, round } from '../line.ts'
import { interleave, median, type Series, type Side } from '../rounds.ts'
import { proveEdges } from './edges.ts'
import { grayMatter, heddleCheck, product } from './sides.ts'

const openFiles = 1_024
const goal = 5.5

/** How time grows with the number of modules while few files may be open. */
export const scaleRow: Row = {
  name: 'scale',
  times: `a cold check of the large and of the five times larger corpus, at most ${openFiles} files open; edges are compared.`,
  async measure(context) {
    const large = context.corpus(context.sizes.large)
    const huge = context.corpus(context.sizes.huge)
    await proveEdges(context, huge, { openFiles })
    const options = { openFiles }
    const sides = [large, huge].flatMap((corpus) => [
      named(heddleCheck(corpus, options), corpus.files),
      named(grayMatter(corpus, options), corpus.files),
    ])
    const [ourLarge, theirLarge, ourHuge, theirHuge] = [...(await interleave(sides, context.rounds)).values()]
    await noteProducts(context)
    return [growth(ourLarge!, ourHuge!, goal), growth(theirLarge!, theirHuge!)]
  },
}

function named(side: Side, files: number): Side {
  return { ...side, name: `${side.name} ${files}` }
}

function growth(small: Series, big: Series, most?: number): Line {
  const problem = small.problem ?? big.problem
  const ratio = median(big.values) / median(small.values)
  return {
    row: 'scale',
    ours: problem ?? `${round(median(big.values))} ms ${big.name}`,
    against: small.name,
    kind: most === undefined ? 'peer' : 'own',
    theirs: `${round(median(small.values))} ms`,
    ratio: problem === null ? ratio : null,
    goal: most === undefined ? '' : `≤ ${most} × (stretch 5)`,
    met: most === undefined ? null : problem === null && ratio <= most,
  }
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
