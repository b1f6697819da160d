import { join } from 'node:path'
import { type Context, type Row, type WrittenCorpus, writeData } from '../context.ts'
import { type Line, round } from '../line.ts'
import { quantile } from '../rounds.ts'
import { type Facts, ourProgram, peerProgram, takeSample } from '../sample.ts'

/** What a sample watches and changes. */
export interface WatchTask {
  readonly root: string
  /** Absolute. */
  readonly path: string
  readonly edits: number
}

const modules = 2_000
const edits = 200
const goals = { leaf: 13, hub: 27 } as const

/** One file after the other changes while a framework watches. */
export const watchRow: Row = {
  name: 'watch',
  times: `from the write of one file among ${modules} to graph and diagnostics (chokidar: to its event), ${edits} edits.`,
  async measure(context) {
    const corpus = context.corpus(modules, 'watched')
    const lines: Line[] = []
    for (const which of ['leaf', 'hub'] as const) {
      const path = join(corpus.root, which === 'hub' ? mostReferred(corpus) : leastReferred(corpus))
      lines.push(await watch(context, which, { root: corpus.root, path, edits }))
    }
    return lines
  },
}

async function watch(context: Context, which: 'leaf' | 'hub', task: WatchTask): Promise<Line> {
  const path = writeData(context, `watch-${which}.json`, task)
  const ours = await takeSample([ourProgram('watch'), path])
  if (!ours.ok) throw new Error(`Watching the ${which} ${ours.reason}`)
  const bare = await takeSample([peerProgram('chokidar'), path])
  return {
    row: `watch ${which}`,
    ours: describe(ours.facts),
    against: 'chokidar alone',
    kind: 'limit',
    theirs: bare.ok ? describe(bare.facts) : bare.reason,
    ratio: bare.ok ? quantile(timesOf(ours.facts), 0.95) / quantile(timesOf(bare.facts), 0.95) : null,
    goal: `p95 ≤ ${goals[which]} ms`,
    met: quantile(timesOf(ours.facts), 0.95) <= goals[which],
  }
}

function timesOf({ times }: Facts): readonly number[] {
  return times as readonly number[]
}

function describe(facts: Facts): string {
  const [middle, most] = [0.5, 0.95].map((share) => round(quantile(timesOf(facts), share)))
  return `p50 ${middle}, p95 ${most} ms`
}

/** The path of the module that most references name. */
export function mostReferred(corpus: WrittenCorpus): string {
  return inDegrees(corpus).at(-1)![0]
}

/** The path of one that fewest name. */
export function leastReferred(corpus: WrittenCorpus): string {
  return inDegrees(corpus)[0]![0]
}

/** Modules with how many references name them, the fewest first; those that none names are left out. */
function inDegrees({ edges }: WrittenCorpus): [string, number][] {
  const degrees = new Map<string, number>()
  for (const { to } of edges) if (to !== null) degrees.set(to, (degrees.get(to) ?? 0) + 1)
  return [...degrees].sort((a, b) => a[1] - b[1])
}
