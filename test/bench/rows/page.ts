import { join } from 'node:path'
import { type Context, type Row, writeData } from '../context.ts'
import { type Line, round } from '../line.ts'
import { quantile } from '../rounds.ts'
import { type Facts, ourProgram, takeSample } from '../sample.ts'
import { leastReferred, mostReferred, type WatchTask } from './watch.ts'

const modules = 2_000
const edits = 200
const goals = { leaf: 13, hub: 27 } as const

/** One file after the other changes while the page is open. */
export const pageRow: Row = {
  name: 'page',
  times: `from the moment that the server hears of one file among ${modules} to its delta in /events, ${edits} edits; with a Chromium also from the write to the frame that shows it.`,
  async measure(context) {
    const corpus = context.corpus(modules, 'shown')
    const lines: Line[] = []
    for (const which of ['leaf', 'hub'] as const) {
      const path = join(corpus.root, which === 'hub' ? mostReferred(corpus) : leastReferred(corpus))
      lines.push(await show(context, which, { root: corpus.root, path, edits }))
    }
    return lines
  },
}

async function show(context: Context, which: 'leaf' | 'hub', task: WatchTask): Promise<Line> {
  const path = writeData(context, `page-${which}.json`, task)
  const taken = await takeSample([ourProgram('page'), path])
  if (!taken.ok) throw new Error(`Showing the ${which} ${taken.reason}`)
  const inside = timesOf(taken.facts, 'inside')
  const onPage = timesOf(taken.facts, 'page')
  if (onPage.length > 0) context.note(`page ${which}: write to page ${describe(onPage)}`)
  context.note(
    `page ${which}: ${round(Number(taken.facts['cpuMs']))} ms of processor time in the server for each edit`,
  )
  return {
    row: `page ${which}`,
    ours: describe(inside),
    against: '',
    kind: 'limit',
    theirs: '',
    ratio: null,
    goal: `p95 ≤ ${goals[which]} ms`,
    met: quantile(inside, 0.95) <= goals[which],
  }
}

function timesOf({ times }: Facts, which: 'inside' | 'page'): readonly number[] {
  const all = times as readonly Partial<Record<typeof which, number>>[]
  return all.map((edit) => edit[which]).filter((ms) => ms !== undefined)
}

function describe(times: readonly number[]): string {
  const [middle, most] = [0.5, 0.95].map((share) => round(quantile(times, share)))
  return `p50 ${middle}, p95 ${most} ms`
}
