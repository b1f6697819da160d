import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { createFramework, type Framework } from 'heddle'
import { type Clock, createClock } from '../../core/base/clock.ts'
import { eventsOn, makeCheckout, placeFirst } from './churn.ts'
import { temporaryFolder } from './ground.ts'
import { publish, rounds, seedOf } from './soak.ts'

/** Every second one in a checkout. */
const seeds = rounds(10, 25)
const eventsPerSeed = rounds(120, 10_000)
const eventsPerRound = rounds(40, 200)
/** Switched off, the rows below must fail: what the watcher lost then stays lost. */
const reconciles = process.env['HEDDLE_RECONCILE'] !== 'off'

/** A clock on which nothing is looked at again by itself: what the watcher alone misses can then be counted. */
function withoutLongWaits(): Clock {
  const clock = createClock()
  return { now: clock.now, after: (ms, callback) => (ms < 300 ? clock.after(ms, callback) : () => {}) }
}

/** What is told of each module, as text, so that differences can be counted. */
async function told(framework: Framework): Promise<Map<string, string>> {
  const { modules, references } = await framework.graph()
  const lines = new Map<string, string>(modules.map((module) => [module.id, JSON.stringify(module)]))
  for (const reference of references)
    lines.set(reference.from, `${lines.get(reference.from)}\n${JSON.stringify(reference)}`)
  return lines
}

function countDifferences(watched: Map<string, string>, fresh: Map<string, string>): number {
  const ids = new Set([...watched.keys(), ...fresh.keys()])
  return [...ids].filter((id) => watched.get(id) !== fresh.get(id)).length
}

interface Figures {
  events: number
  rounds: number
  staleRounds: number
  stale: number
}

/** Time for the watcher to tell what it can; nothing is asserted of what it told. */
const settlingMs = 150

async function churn(
  context: TestContext,
  { root, seed }: { readonly root: string; readonly seed: number },
  figures: Figures,
): Promise<void> {
  const event = eventsOn(root, seed)
  const framework = await createFramework({ root, builtIn: false, clock: withoutLongWaits() })
  context.after(() => framework.dispose())
  const watching = await framework.watch(() => {})
  for (let done = 0; done < eventsPerSeed;) {
    const script: string[] = []
    while (script.length < eventsPerRound) {
      const what = event()
      if (what !== undefined) script.push(what)
      if (script.length % 7 === 0) await new Promise((resolve) => setImmediate(resolve))
    }
    done += script.length
    figures.events += script.length
    await new Promise((resolve) => setTimeout(resolve, settlingMs))
    const fresh = await createFramework({ root, builtIn: false })
    const stale = countDifferences(await told(framework), await told(fresh))
    figures.rounds++
    figures.stale += stale
    if (stale > 0) figures.staleRounds++
    if (reconciles) await watching.reconcile()
    const about = `seed ${seed}, after ${done} events:\n${script.join('\n')}`
    assert.deepEqual(await framework.graph(), await fresh.graph(), about)
    assert.deepEqual(await framework.check(), await fresh.check(), about)
    await fresh.dispose()
  }
  await framework.dispose()
}

test('after any events, quiet and a reconcile, a watched framework equals a fresh one (D4, D9)', async (context) => {
  const figures: Figures = { events: 0, rounds: 0, staleRounds: 0, stale: 0 }
  const first = seedOf(context)
  for (let index = 0; index < seeds; index++) {
    const root = temporaryFolder(context)
    placeFirst(root)
    if (index % 2 === 1) makeCheckout(root)
    await churn(context, { root, seed: first + index }, figures)
  }
  const { events, stale, staleRounds } = figures
  publish(
    context,
    `${events.toLocaleString('en')} events: raw watcher ${stale} stale (in ${staleRounds} of ${figures.rounds} rounds), after reconcile 0`,
  )
})

const edits = rounds(600, 10_000)
/** Of the heap, in bytes an edit: what one edit brings is ten times as much. Over few edits the compiler's own is not nothing. */
const mostGrowth = rounds(6_000, 1_000)

test('many edits of one module under watch keep little memory each', (context) => {
  const root = temporaryFolder(context)
  const program = fileURLToPath(new URL('watched-edits.ts', import.meta.url))
  const words = ['--expose-gc', '--import', 'tsx', '--conditions=source', program, root, String(edits)]
  const child = spawnSync(process.execPath, words, { encoding: 'utf8' })
  assert.equal(child.status, 0, child.stderr)
  const { perEdit, generations } = JSON.parse(child.stdout) as { perEdit: number; generations: number }
  assert.ok(generations >= edits, `${generations} generations of ${edits} edits`)
  assert.ok(perEdit < mostGrowth, `the heap grew by ${perEdit} bytes an edit`)
  publish(
    context,
    `${edits.toLocaleString('en')} edits of one module under watch: ${perEdit.toFixed(1)} bytes an edit`,
  )
})
