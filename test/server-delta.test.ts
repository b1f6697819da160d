import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { memoryFiles, type Path } from 'heddle/files'
import { createHandler, openEditions } from 'heddle/server'
import { type Delta, deltaBetween, type Snapshot } from '../core/server/delta.ts'
import { applyDelta, type Shown, showSnapshot } from '../core/server/page/state.ts'

const token = '00112233445566778899aabbccddeeff'
const headers = { host: 'h:1', authorization: `Bearer ${token}` }

interface Change {
  readonly generation: number
  readonly delta?: Delta
}

/** What a page would hold: maps as lists, whatever order they came to be in. */
function plainOf(shown: Shown): unknown {
  const sorted = (map: ReadonlyMap<string, unknown>): unknown[] =>
    [...map].sort(([a], [b]) => (a < b ? -1 : 1))
  return {
    ...shown,
    modules: [...shown.modules],
    outgoing: sorted(shown.outgoing),
    incoming: sorted(shown.incoming),
    diagnostics: sorted(shown.diagnostics),
  }
}

test('deltas make of the first snapshot what a fresh snapshot is, after any edits', async () => {
  const random = createRandom(Number(process.env['HEDDLE_SEED'] ?? 20_26))
  const files = memoryFiles({ '.claude/modules/m0.md': '# M0\n' })
  const editions = await openEditions({ files, builtIn: false })
  await editions.watch()
  const handler = createHandler(editions, { hosts: ['h:1'], token })
  after(async () => {
    await handler.close()
    await editions.close()
  })
  const get = (path: string): Promise<Response> =>
    handler(new Request(`http://x.invalid${path}`, { headers }))
  const fresh = async (): Promise<Shown> => {
    const response = await get('/api/snapshot')
    const generation = Number(response.headers.get('heddle-generation'))
    return showSnapshot((await response.json()) as Snapshot, generation)
  }
  const told = changesOf((await get('/events')).body!)
  let shown = await fresh()
  let applied = 0
  for (let edit = 0; edit < 150; edit++) {
    const path = `.claude/modules/m${random(9)}.md` as Path
    const before = editions.standing.generation
    if (random(4) === 0) await files.remove(path).catch(() => {})
    else await files.write(path, textOf(random))
    await editions.reload()
    if (editions.standing.generation === before) continue
    const { generation, delta } = (await told.next()).value as Change
    const next = applyDelta(shown, delta!, generation)
    assert.ok(next, `a delta of generation ${generation} leads on from ${shown.generation}`)
    shown = next
    applied++
    const anew = await fresh()
    assert.deepEqual(plainOf(shown), plainOf(anew), `after edit ${edit} of ${path}`)
  }
  assert.ok(applied > 50)
  assert.equal(applyDelta({ ...shown, generation: 1 }, { ...emptyDelta(shown), since: 2 }, 3), undefined)
})

/** Modules that refer to each other, to what is not there, and in circles. */
function textOf(random: (below: number) => number): string {
  const lines = Array.from(
    { length: random(5) },
    () => `Needs @modules/m${random(12)}.md and [x](m${random(12)}.md#p${random(2)}).`,
  )
  return `${random(6) === 0 ? '---\nneeds: [\n---\n' : ''}# M ${random(3)}\n\n${lines.join('\n')}\n\n## P${random(2)}\n`
}

function emptyDelta({ report }: Shown): Delta {
  return { since: 0, modules: [], removed: [], references: [], diagnostics: [], report }
}

/** A small generator that gives the same numbers for the same seed. */
function createRandom(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

async function* changesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Change> {
  let text = ''
  for await (const bytes of stream) {
    text += new TextDecoder().decode(bytes)
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const event = text.slice(0, end)
      text = text.slice(end + 2)
      if (/^event: change$/m.test(event)) yield JSON.parse(/^data: (.*)$/m.exec(event)![1]!) as Change
    }
  }
}

test('a delta names no more than what is different', () => {
  const module = (id: string, title: string): object => ({ id, title })
  const reference = (from: string, to: string | null): object => ({ from, to, form: 'alias' })
  const report = { root: '', modules: 2, references: {}, suppressed: 0 }
  const snapshot = (title: string, to: string | null, codes: readonly string[]): Snapshot =>
    ({
      graph: {
        modules: [module('a', title), module('b', 'B')],
        references: [reference('a', to), reference('b', 'a')],
        cycles: [],
      },
      report: { ...report, diagnostics: codes.map((code) => ({ code, at: { path: 'a' } })) },
    }) as unknown as Snapshot
  const between = (one: Snapshot, other: Snapshot): Delta => deltaBetween(one, other, 7)
  const first = snapshot('A', 'b', [])
  assert.deepEqual(between(first, snapshot('A', 'b', [])), {
    since: 7,
    modules: [],
    removed: [],
    references: [],
    diagnostics: [],
    report,
  })
  assert.deepEqual(between(first, snapshot('Anew', null, ['X'])), {
    since: 7,
    modules: [module('a', 'Anew')],
    removed: [],
    references: [['a', [reference('a', null)]]],
    diagnostics: [['a', [{ code: 'X', at: { path: 'a' } }]]],
    report,
  })
  assert.deepEqual(
    between(snapshot('A', 'b', ['X']), first).diagnostics,
    [['a', []]],
    'what is gone is told as an empty list',
  )
})
