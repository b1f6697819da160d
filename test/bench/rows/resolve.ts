import type { Context, Row, WrittenCorpus } from '../context.ts'
import { writeData } from '../context.ts'
import { compareSeries } from '../line.ts'
import { interleave, type Series, type Side } from '../rounds.ts'
import { ourProgram, peerProgram, takeSample } from '../sample.ts'

/** A reference, the file it stands in, and what it names. */
export interface Pair {
  readonly text: string
  readonly from: string
  readonly to: string | null
}

/** What a sample resolves. */
export interface ResolveTask {
  readonly root: string
  readonly pairs: readonly Pair[]
  /** True times passes over answers that were given before. */
  readonly warm: boolean
  readonly passes: number
}

const others = ['oxc-resolver', 'enhanced-resolve', 'Map'] as const

/** Every reference resolved once, the walk included. */
export const resolveColdRow: Row = {
  name: 'resolve-cold',
  times: 'per call: every alias and link of the large corpus once, from opening the folder on.',
  async measure(context) {
    const corpus = context.corpus(context.sizes.large)
    const series = await compete(context, 'cold', {
      root: corpus.root,
      pairs: pairsOf(corpus),
      warm: false,
      passes: 1,
    })
    return linesOf('resolve-cold', series, { 'oxc-resolver': { goal: 1 }, Map: { stretch: 1.5 } })
  },
}

/** The same references again and again. */
export const resolveWarmRow: Row = {
  name: 'resolve-warm',
  times:
    'per call: framework.resolve() of 2 000 references of the large corpus that were asked before; then of misses.',
  async measure(context) {
    const corpus = context.corpus(context.sizes.large)
    const hits = pairsOf(corpus).slice(0, 2_000)
    const misses = hits.map(({ text, from }) => ({ text: missing(text), from, to: null }))
    const task = { root: corpus.root, warm: true, passes: 20 }
    const found = await compete(context, 'hits', { ...task, pairs: hits })
    const absent = await compete(context, 'misses', { ...task, pairs: misses })
    const ours = { ...found.get('heddle')!, name: 'our own hits' }
    return [
      ...linesOf('resolve-warm', found, { 'oxc-resolver': { goal: 0.5 }, Map: { goal: 6, stretch: 3 } }),
      compareSeries(absent.get('heddle')!, ours, { row: 'resolve-miss', kind: 'own', unit: 'µs', goal: 1 }),
      compareSeries(absent.get('heddle')!, absent.get('oxc-resolver')!, {
        row: 'resolve-miss',
        kind: 'peer',
        unit: 'µs',
      }),
    ]
  },
}

function compete(context: Context, name: string, task: ResolveTask): Promise<ReadonlyMap<string, Series>> {
  const path = writeData(context, `resolve-${name}.json`, task)
  const side = (name: string, words: readonly string[]): Side => ({
    name,
    take: () => takeSample(words),
    wrong: ({ right }) =>
      right === task.pairs.length ? undefined : `${String(right)} of ${task.pairs.length} answers right`,
    figure: ({ perCall }) => perCall as number,
  })
  return interleave(
    [
      side('heddle', [ourProgram('resolve'), path]),
      ...others.map((other) => side(other, [peerProgram('resolve'), other, path])),
    ],
    context.rounds,
  )
}

function linesOf(
  row: string,
  series: ReadonlyMap<string, Series>,
  goals: Readonly<Record<string, { goal?: number; stretch?: number }>>,
) {
  return others.map((other) =>
    compareSeries(series.get('heddle')!, series.get(other)!, {
      row,
      kind: other === 'Map' ? 'limit' : 'peer',
      unit: 'µs',
      ...goals[other],
    }),
  )
}

/** References that all sides can be asked: one alias, relative links as JavaScript writes them, no fragments. */
function pairsOf({ edges }: WrittenCorpus): Pair[] {
  return edges
    .filter(({ form, status }) => status === 'resolved' && (form === 'alias' || form === 'link'))
    .map(({ text, from, to }) => ({ text: text.split('#')[0]!, from, to }))
    .filter(({ text }) => /^(?:@modules|\.\.?)\//.test(text))
}

function missing(text: string): string {
  return text.endsWith('.md') ? text.replace(/\.md$/, '-gone.md') : `${text}-gone`
}
