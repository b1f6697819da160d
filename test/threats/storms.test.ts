import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setImmediate as turn } from 'node:timers/promises'
import { test, type TestContext } from 'node:test'
import { createFramework, type Path } from 'heddle'
import { createHandler, type Editions, openEditions } from 'heddle/server'
import { createVirtualClock } from 'heddle/testing'
import { createBatches } from '../../core/vfs/hints.ts'
import { place, temporaryFolder } from './ground.ts'
import { publish, rounds } from './soak.ts'

/*
 * Row D6. A storm is another process that touches files as fast as it can. While it goes on, whoever asks the server is answered, what
 * others save is taken in, and there are far fewer reloads than saves; afterwards everything is as if it were loaded afresh. Nothing
 * here depends on how fast anything is: a storm ends when what must happen in it has happened.
 */
const modules = 200
const edits = rounds(12, 400)
const checkedOut = rounds(400, 20_000)

/** Saves as most editors do, cutting the file off and writing it, and between that in place, so as to be as fast as can be. */
const storm = `
  const { openSync, writeFileSync, writeSync } = require('node:fs')
  const [, name] = process.argv
  const file = openSync(name, 'r+')
  let saves = 0
  let isOver = false
  process.stdin.on('data', () => (isOver = true))
  const begun = performance.now()
  const text = () => '# Storm ' + String(++saves).padStart(9, '0') + '\\n'
  const go = () => {
    writeFileSync(name, text())
    for (let index = 1; index < 100; index++) writeSync(file, text(), 0)
    if (saves === 100) process.stdout.write('begun\\n')
    if (!isOver) return setImmediate(go)
    const perSecond = Math.round((saves / (performance.now() - begun)) * 1000)
    process.stdout.write(JSON.stringify({ saves, perSecond }), () => process.exit())
  }
  go()`

interface Served {
  readonly editions: Editions
  /** Asks for the graph and gives the titles in it. */
  titles(): Promise<ReadonlyMap<string, string>>
  /** How long each answer took, in milliseconds. */
  readonly answers: readonly number[]
  /** How often something was taken in. */
  readonly reloads: () => number
  /** How often the client was told of it. */
  readonly told: () => number
}

/** Serves a folder to a client that listens, so that every change is worked out for it. */
async function serve(t: TestContext, root: string): Promise<Served> {
  const editions = await openEditions({ root, builtIn: false, plugins: [] })
  const handler = createHandler(editions, { hosts: ['h:1'] })
  const headers = { host: 'h:1', authorization: `Bearer ${handler.access.token}` }
  const get = (path: string): Promise<Response> =>
    handler(new Request(`http://x.invalid${path}`, { headers }))
  t.after(async () => {
    await handler.close()
    await editions.close()
  })
  let reloads = 0
  let told = 0
  editions.listen((news) => void (news && reloads++))
  await editions.watch()
  const count = async (body: ReadableStream<Uint8Array>): Promise<void> => {
    for await (const chunk of body)
      told +=
        Buffer.from(chunk)
          .toString()
          .match(/^event: change$/gm)?.length ?? 0
  }
  /** Comes back, as a page does, when it was sent more at once than may wait for a client. */
  const follow = async (body: ReadableStream<Uint8Array>): Promise<void> => {
    await count(body).catch(async () => follow((await get('/events')).body!))
  }
  void follow((await get('/events')).body!)
  const answers: number[] = []
  return {
    editions,
    answers,
    reloads: () => reloads,
    told: () => told,
    async titles() {
      const begun = performance.now()
      const response = await get('/api/graph')
      assert.equal(response.status, 200)
      const graph = (await response.json()) as { modules: { id: string; title: string }[] }
      answers.push(performance.now() - begun)
      // Answers that are there at once would leave no turn to the watcher.
      await turn()
      return new Map(graph.modules.map(({ id, title }) => [id, title]))
    },
  }
}

async function assertFresh({ editions }: Served, root: string): Promise<void> {
  await editions.reload()
  const fresh = await createFramework({ root, builtIn: false, plugins: [] })
  await editions.read(async (framework) => {
    assert.deepEqual(await framework.graph(), await fresh.graph())
    assert.deepEqual(await framework.check(), await fresh.check())
  })
  await fresh.dispose()
}

function p99(values: readonly number[]): string {
  const sorted = values.toSorted((a, b) => a - b)
  return `${(sorted[Math.ceil(sorted.length * 0.99) - 1] ?? 0).toFixed(1)} ms`
}

/** Modules that all name the first one. */
function manyModules(count: number): Record<string, string> {
  const names = Array.from({ length: count }, (_, index) => `.claude/modules/m${index}.md`)
  return Object.fromEntries(names.map((name, index) => [name, `# M ${index}\n\nNeeds @modules/m0.md.\n`]))
}

test('ten thousand notices a second are twenty batches, and one batch while one is taken in, however many come (D6)', async () => {
  const clock = createVirtualClock()
  let batches = 0
  let taken: Promise<void> | undefined
  const { add, close } = createBatches(clock, async () => {
    batches++
    await taken
  })
  const pass = async (ms: number): Promise<void> => {
    for (let passed = 0; passed < ms; passed++) {
      for (let index = 0; index < 10; index++) add('.claude/modules/m0.md' as Path)
      clock.advance(1)
      await turn()
    }
  }
  await pass(1_000)
  assert.equal(batches, 20)
  let take = (): void => {}
  taken = new Promise((resolve) => (take = resolve))
  await pass(1_000)
  assert.equal(batches, 21, 'the next one waits until this one is taken in')
  taken = undefined
  take()
  await turn()
  await pass(50)
  assert.equal(batches, 22)
  await close()
})

test('in a storm of saves the server answers and takes in what others save, with few reloads (D6)', async (t) => {
  const root = temporaryFolder(t)
  place(root, manyModules(modules))
  const served = await serve(t, root)
  const child = spawn(process.execPath, ['-e', storm, `${root}/.claude/modules/m0.md`])
  t.after(() => child.kill('SIGKILL'))
  await once(child.stdout, 'data')
  const toFresh: number[] = []
  for (let edit = 1; edit <= edits; edit++) {
    place(root, { '.claude/modules/m1.md': `# Calm ${edit}\n` })
    const begun = performance.now()
    while ((await served.titles()).get('.claude/modules/m1.md') !== `Calm ${edit}`);
    toFresh.push(performance.now() - begun)
  }
  child.stdin.write('enough\n')
  const [end] = (await once(child.stdout, 'data')) as [Buffer]
  const { saves, perSecond } = JSON.parse(end.toString()) as { saves: number; perSecond: number }
  const reloads = served.reloads()
  assert.ok((reloads - edits) * 100 <= saves, `${reloads} reloads of ${saves} saves`)
  assert.ok(served.told() <= reloads, `${served.told()} changes were told of ${reloads}`)
  await assertFresh(served, root)
  assert.equal(
    (await served.titles()).get('.claude/modules/m0.md'),
    `Storm ${String(saves).padStart(9, '0')}`,
  )
  publish(
    t,
    `D6 ${saves} saves at ${perSecond}/s: ${reloads} reloads, ${served.answers.length} answers, ` +
      `p99 ${p99(served.answers)}; p99 of ${edits} other saves to fresh ${p99(toFresh)}`,
  )
})

test('a checkout of many files is few reloads, and the server answers meanwhile (D6)', async (t) => {
  const root = temporaryFolder(t)
  const git = (...words: string[]): string => execFileSync('git', words, { cwd: root, encoding: 'utf8' })
  git('init', '-q', '-b', 'few')
  git('config', 'user.name', 't')
  git('config', 'user.email', 't@example.invalid')
  place(root, manyModules(1))
  git('add', '.')
  git('commit', '-qm', 'few')
  git('checkout', '-qb', 'many')
  place(root, manyModules(checkedOut))
  git('add', '.')
  git('commit', '-qm', 'many')
  git('checkout', '-q', 'few')
  const served = await serve(t, root)
  for (const [branch, count] of [
    ['many', checkedOut],
    ['few', 1],
  ] as const) {
    const [before, asked, begun] = [served.reloads(), served.answers.length, performance.now()]
    const child = spawn('git', ['checkout', '-q', branch], { cwd: root })
    const ended = once(child, 'exit')
    while ((await served.titles()).size !== count);
    const reloads = served.reloads() - before
    assert.deepEqual(await ended, [0, null])
    assert.ok(reloads * 10 <= checkedOut, `${reloads} reloads of ${checkedOut} files`)
    await assertFresh(served, root)
    publish(
      t,
      `D6 checkout of "${branch}", ${checkedOut} files: ${reloads} reloads, all of it after ` +
        `${Math.round(performance.now() - begun)} ms, ${served.answers.length - asked} answers meanwhile`,
    )
  }
  publish(t, `D6 p99 of ${served.answers.length} answers around the checkouts ${p99(served.answers)}`)
})
