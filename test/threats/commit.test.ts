import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { compareText } from '../../core/base/diagnostic.ts'
import { diskFiles } from '../../core/vfs/disk.ts'
import { recoverCommit } from '../../core/vfs/journal.ts'
import type { Path } from '../../core/vfs/path.ts'
import { settlePaths } from '../../core/vfs/settle.ts'
import { createWorkspace, type Workspace } from '../../core/vfs/workspace.ts'
import { place } from './ground.ts'
import {
  plant,
  resolveMoves,
  type Told,
  type Tree,
  treeOf,
  treesAfter,
  watch,
  type Watched,
} from './power.ts'
import { publish, rounds, seedOf } from './soak.ts'

const at = (path: string): Path => path as Path

/** The fastest disk there is. */
function shelf(t: TestContext): string {
  const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'heddle-commit-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

const big = 'b'.repeat(9000)
const old = {
  'project/a': 'old a',
  'project/big': `old ${big}`,
  'project/gone/x': 'old x',
  'project/keep': 'k',
}
const anew = {
  'project/a': 'new a',
  'project/big': `new ${big}`,
  'project/made/deep/y': 'new y',
  'project/keep': 'k',
}

/** Everything a commit can do: files changed, made and removed, folders made and removed, one part flushed before. */
async function changeAll(workspace: Workspace): Promise<void> {
  await workspace.write(at('a'), 'flushed a')
  await workspace.remove(at('gone'))
  await workspace.flush(['a', 'gone'])
  await workspace.write(at('a'), anew['project/a'])
  await workspace.write(at('big'), anew['project/big'])
  await workspace.write(at('made/deep/y'), anew['project/made/deep/y'])
  await workspace.commit()
}

function setUp(folder: string): void {
  mkdirSync(folder, { recursive: true })
  place(folder, old)
}

function openIn(folder: string, watched: Watched): Workspace {
  return createWorkspace(watched.files, { state: join(folder, 'journal'), machine: watched.machine })
}

/** Says what a project is: `old`, `new`, or what it holds when it is something in between. */
function stateOf(folder: string): string {
  const texts = Object.fromEntries(
    [...treeOf(folder)].flatMap(([name, body]) =>
      body === null || !name.startsWith('project/') ? [] : [[name, Buffer.from(body).toString()]],
    ),
  )
  const same = (wanted: object): boolean => {
    const sorted = (texts: object): string =>
      JSON.stringify(Object.entries(texts).toSorted(([a], [b]) => compareText(a, b)))
    return sorted(texts) === sorted(wanted)
  }
  if (same(old)) return 'old'
  return same(anew)
    ? 'new'
    : JSON.stringify(texts, (_, text: unknown) => (typeof text === 'string' ? text.slice(0, 20) : text))
}

/** The number of a process that is gone. */
const gone = spawnSync(process.execPath, ['-e', '']).pid
const asGone = (name: string): string => name.replace(/commit-\d+-\d+-/, `commit-${gone}-1-`)

/** Recovers a tree in a folder of its own, and says what came of it. */
async function recover(folder: string, tree: Tree): Promise<string> {
  mkdirSync(join(folder, 'project'), { recursive: true })
  plant(folder, tree, asGone)
  await recoverCommit(join(folder, 'journal'), diskFiles({ root: join(folder, 'project') }))
  return stateOf(folder)
}

function randomFrom(seed: number): () => number {
  let state = seed >>> 0 || 1
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

/** One commit that comes to its end, with every step that it told. */
async function watchCommit(folder: string): Promise<{ start: Tree; told: readonly Told[] }> {
  setUp(folder)
  const start = treeOf(folder)
  const watched = watch(folder, diskFiles({ root: join(folder, 'project') }))
  await changeAll(openIn(folder, watched))
  watched.told.push({ type: 'acknowledged' })
  resolveMoves(watched.told)
  return { start, told: watched.told }
}

interface Losses {
  readonly states: number
  readonly bad: readonly string[]
  /** States that were old, and new. */
  readonly olds: number
  readonly news: number
}

/** More of them tell nothing new. */
const mostBad = 3

/** Loses power after every step, in every legal way, and recovers. */
async function loseAll(
  shelf: string,
  from: { start: Tree; told: readonly Told[] },
  random: () => number,
): Promise<Losses> {
  const bad: string[] = []
  let [states, olds, news] = [0, 0, 0]
  for (let count = 0; count <= from.told.length && bad.length < mostBad; count++) {
    const isAcknowledged = count === from.told.length && from.told.at(-1)?.type === 'acknowledged'
    for (const tree of treesAfter(from.start, from.told.slice(0, count), random)) {
      const folder = join(shelf, `state-${states++}`)
      const found = await recover(folder, tree).catch((thrown: unknown) => String(thrown))
      if (found === 'old') olds++
      if (found === 'new') news++
      if (!(found === 'new' || (found === 'old' && !isAcknowledged)))
        bad.push(`after step ${count}: ${found}`)
      rmSync(folder, { recursive: true })
    }
  }
  return { states, bad, olds, news }
}

test('whenever the power goes during a commit, the next start finds all old or all new (H2)', async (t) => {
  const folder = shelf(t)
  const random = randomFrom(seedOf(t))
  const lost = await loseAll(folder, await watchCommit(join(folder, 'first')), random)
  assert.deepEqual(lost.bad.slice(0, 3), [])
  assert.ok(lost.olds > 50 && lost.news > 10, JSON.stringify(lost))
  publish(t, `H2 ${lost.states} crash states of a commit enumerated, 0 bad`)
})

test('whenever the power goes during a commit (H2): fails where the files are not synced before the undo is forgotten', async (t) => {
  const folder = shelf(t)
  const { start, told } = await watchCommit(join(folder, 'first'))
  const bodies = new Set(
    told.flatMap((step) => (step.type === 'link' && step.name.startsWith('project/') ? [step.body] : [])),
  )
  const careless = told.filter((step) => !(step.type === 'sync-body' && bodies.has(step.body)))
  assert.ok(careless.length < told.length)
  const lost = await loseAll(folder, { start, told: careless }, randomFrom(1))
  assert.ok(lost.bad.length > 0)
})

test('whenever the power goes during a recovery, the next one ends it (H2)', async (t) => {
  const folder = shelf(t)
  const random = randomFrom(seedOf(t))
  const { start, told } = await watchCommit(join(folder, 'first'))
  const tries = rounds(6, told.length)
  let states = 0
  for (let turn = 1; turn <= tries; turn++) {
    const count = Math.round((turn * told.length) / (tries + 1))
    const [tree] = treesAfter(start, told.slice(0, count), () => 1)
    const again = join(folder, `again-${turn}`)
    mkdirSync(join(again, 'project'), { recursive: true })
    plant(again, tree!, asGone)
    const before = treeOf(again)
    const watched = watch(again, diskFiles({ root: join(again, 'project') }))
    await recoverCommit(join(again, 'journal'), watched.files, { on: watched.machine })
    assert.match(stateOf(again), /^(?:old|new)$/)
    resolveMoves(watched.told)
    const lost = await loseAll(folder, { start: before, told: watched.told }, random)
    assert.deepEqual(lost.bad.slice(0, 3), [], `a recovery after step ${count}`)
    states += lost.states
  }
  publish(t, `H2 ${states} crash states of a recovery enumerated, 0 bad`)
})

test('settling syncs each file, the folder of each name, and where that is gone the next above it', async (t) => {
  const folder = shelf(t)
  place(folder, { 'd/file': 'x', 'e/other': 'y' })
  const opened = new Set<string>()
  await settlePaths([at('d/file'), at('d/gone'), at('none/deep/gone')], {
    label: '',
    hold(path) {
      if (!existsSync(join(folder, path))) return undefined
      opened.add(path)
      return openSync(join(folder, path), 'r')
    },
  })
  assert.deepEqual([...opened].toSorted(), ['', 'd', 'd/file'])
})

// A disk that fails (H4)

class Broken extends Error {
  readonly code: string
  constructor(code: string) {
    super(code)
    this.code = code
  }
}

/** Every step that a commit takes, by name. */
async function stepsOf(folder: string): Promise<readonly string[]> {
  const steps: string[] = []
  setUp(folder)
  const watched = watch(folder, diskFiles({ root: join(folder, 'project') }), (step) => void steps.push(step))
  await changeAll(openIn(folder, watched))
  return steps
}

for (const code of ['EIO', 'ENOSPC']) {
  test(`a commit in which a step fails with ${code} is told as done only where it is, and otherwise nothing is (H4)`, async (t) => {
    const folder = shelf(t)
    const steps = await stepsOf(join(folder, 'whole'))
    // From here on it is over, and what fails only leaves something to clear away at the next start.
    const decided = steps.findIndex((step) => /^remove journal\/commit-.*-1\.json$/.test(step))
    assert.ok(decided > 20, steps.join(', '))
    for (let failing = 0; failing < steps.length; failing++) {
      // What fails once may fail from then on, or never again.
      for (const isLasting of [false, true]) {
        const what = `${steps[failing]} (step ${failing}${isLasting ? ', and all after it' : ''})`
        const here = join(folder, `${failing}-${isLasting}`)
        setUp(here)
        let count = 0
        const watched = watch(here, diskFiles({ root: join(here, 'project') }), () => {
          const index = count++
          if (index === failing || (isLasting && index > failing)) throw new Broken(code)
        })
        const workspace = openIn(here, watched)
        const isDone = await changeAll(workspace).then(
          () => true,
          () => false,
        )
        assert.equal(isDone, failing >= decided, what)
        const later = await recover(join(here, 'later'), treeOf(here))
        if (isDone) assert.equal(later, 'new', what)
        else if (isLasting) assert.match(later, /^(?:old|new)$/, what)
        if (isDone || isLasting) continue
        await workspace.rollback()
        assert.equal(stateOf(here), 'old', what)
        assert.deepEqual(
          existsSync(join(here, 'journal')) ? readdirSync(join(here, 'journal')) : [],
          [],
          what,
        )
      }
    }
    publish(
      t,
      `H4 ${steps.length * 2} points of failure with ${code}: none told as done that is not, 0 mixed`,
    )
  })
}

test('a commit on a disk that is full is refused at every size, and works when there is room (H4)', async (t) => {
  const folder = shelf(t)
  const sizes = rounds(4, 48)
  let refused = 0
  for (let index = 0; index < sizes; index++) {
    const kibibytes = 60 + Math.round((index * 320) / sizes)
    const here = join(folder, String(kibibytes))
    mkdirSync(here)
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${kibibytes}k`, 'tmpfs', here])
    if (mounted.status !== 0) return t.skip('needs the right to mount a tmpfs')
    try {
      setUp(here)
      const workspace = createWorkspace(diskFiles({ root: join(here, 'project') }), {
        state: join(here, 'journal'),
      })
      for (const name of ['first', 'second', 'third']) await workspace.write(at(name), 'x'.repeat(60_000))
      await workspace.write(at('a'), 'new a')
      const isDone = await workspace.commit().then(
        () => true,
        () => false,
      )
      assert.equal(isDone, existsSync(join(here, 'project/third')), `${kibibytes} KiB`)
      if (!isDone) {
        refused++
        await workspace.rollback()
        assert.equal(stateOf(here), 'old', `${kibibytes} KiB`)
        await workspace.write(at('a'), 'new a')
        await workspace.commit()
      }
      assert.equal(readFileSync(join(here, 'project/a'), 'utf8'), 'new a')
    } finally {
      spawnSync('umount', [here])
    }
  }
  assert.ok(refused > 0 && refused < sizes, `${refused} refused`)
  publish(t, `H4 ${sizes} disk sizes, ${refused} too small: 0 mixed`)
})

// A journal that is not ours (H7)

test('a journal of a later version is left untouched, and so is everything that it is about (H7)', async (t) => {
  const folder = shelf(t)
  setUp(folder)
  mkdirSync(join(folder, 'journal'))
  const group = `commit-${gone}-1-0123456789abcdef`
  const ours = { version: 1, entries: [{ path: 'a', type: 'absent' }] }
  writeFileSync(
    join(folder, 'journal', `${group}-1.json`),
    JSON.stringify({ version: 2, anything: ['else'] }),
  )
  writeFileSync(join(folder, 'journal', `${group}-2.json`), JSON.stringify(ours))
  const before = treeOf(folder)
  const files = diskFiles({ root: join(folder, 'project') })
  await assert.rejects(recoverCommit(join(folder, 'journal'), files), { code: 'STATE_TOO_NEW' })
  assert.deepEqual(treeOf(folder), before)
})

test('a journal of our first version, which does not say what was put down, is undone', async (t) => {
  const folder = shelf(t)
  setUp(folder)
  mkdirSync(join(folder, 'journal'))
  const content = Buffer.from('older').toString('base64')
  const entries = [
    { path: 'a', type: 'file', content, mode: 0o600 },
    { path: 'big', type: 'absent' },
  ]
  writeFileSync(
    join(folder, 'journal', `commit-${gone}-1-0123456789abcdef-1.json`),
    JSON.stringify({ version: 1, entries }),
  )
  const files = diskFiles({ root: join(folder, 'project') })
  assert.deepEqual(await recoverCommit(join(folder, 'journal'), files), ['a', 'big'])
  assert.equal(readFileSync(join(folder, 'project/a'), 'utf8'), 'older')
  assert.equal(existsSync(join(folder, 'project/big')), false)
})

test('what a process was writing when it died is cleared away, and what a living one writes is not', async (t) => {
  const folder = shelf(t)
  setUp(folder)
  mkdirSync(join(folder, 'journal'))
  const unfinished = (pid: number): string => `project/.heddle-${pid}-${'0'.repeat(32)}.tmp`
  const journal = `commit-${gone}-1-0123456789abcdef-1.json`
  const entries = [{ path: 'a', type: 'absent', after: ['file', '0:0'] }]
  place(folder, {
    [unfinished(gone)]: 'half',
    [unfinished(process.pid)]: 'half',
    [`journal/${journal}`]: JSON.stringify({ version: 1, entries }),
    [`journal/.${journal}.${gone}-${'0'.repeat(32)}.tmp`]: 'half',
  })
  await recoverCommit(join(folder, 'journal'), diskFiles({ root: join(folder, 'project') }))
  assert.equal(existsSync(join(folder, unfinished(gone))), false)
  assert.equal(existsSync(join(folder, unfinished(process.pid))), true)
  assert.deepEqual(readdirSync(join(folder, 'journal')), [])
})

test('a version that somebody made after a crash is kept when the old one comes back', async (t) => {
  const folder = shelf(t)
  setUp(folder)
  const watched = watch(folder, diskFiles({ root: join(folder, 'project') }))
  const workspace = openIn(folder, watched)
  await workspace.write(at('a'), 'ours')
  await workspace.write(at('keep'), 'ours')
  await workspace.flush()
  const later = join(folder, 'later')
  mkdirSync(later)
  plant(later, treeOf(folder), asGone)
  writeFileSync(join(later, 'project/a'), 'theirs')
  const files = diskFiles({ root: join(later, 'project') })
  await recoverCommit(join(later, 'journal'), files, { keepIn: join(later, 'conflicts') })
  assert.equal(readFileSync(join(later, 'project/a'), 'utf8'), 'old a')
  const [kept] = readdirSync(join(later, 'conflicts'))
  assert.deepEqual(readdirSync(join(later, 'conflicts', kept!, 'files')), ['a'])
  assert.equal(readFileSync(join(later, 'conflicts', kept!, 'files/a'), 'utf8'), 'theirs')
})

// kill -9 (B7)

const child = join(import.meta.dirname, 'commit-killed.ts')
const node = ['--import', 'tsx', '--conditions=source', child]

test('a commit that is killed at any of its steps is undone or done at the next start (B7)', async (t) => {
  const folder = shelf(t)
  const steps = await stepsOf(join(folder, 'whole'))
  const every = rounds(6, 1)
  let [undone, finished, kills] = [0, 0, 0]
  for (let step = 0; step <= steps.length; step += every) {
    const here = join(folder, `step-${step}`)
    setUp(here)
    const run = spawnSync(process.execPath, [...node, here, String(step)], { encoding: 'utf8' })
    assert.ok(run.signal === 'SIGKILL' || run.status === 0, run.stderr)
    await recoverCommit(join(here, 'journal'), diskFiles({ root: join(here, 'project') }))
    const found = stateOf(here)
    assert.match(found, /^(?:old|new)$/, `after ${steps[step]}`)
    if (found === 'old') undone++
    else finished++
    if (run.signal) kills++
    assert.deepEqual(existsSync(join(here, 'journal')) ? readdirSync(join(here, 'journal')) : [], [])
  }
  assert.ok(undone >= 1 && kills >= 1, `${undone} undone, ${finished} finished`)
  publish(t, `B7 ${kills} kills, one at every ${every} of ${steps.length} steps of a commit, 0 mixed`)
})

test('a commit that is killed at any moment is undone or done at the next start (B7)', async (t) => {
  const folder = shelf(t)
  const random = randomFrom(seedOf(t))
  let [undone, finished, kills] = [0, 0, 0]
  const wanted = rounds(4, 1_000)
  for (let turn = 0; kills < wanted && turn < wanted * 4; turn++) {
    const here = join(folder, `turn-${turn}`)
    setUp(here)
    const run = spawn(process.execPath, [...node, here, 'at any moment'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const ended = new Promise<NodeJS.Signals | null>((resolve) =>
      run.on('exit', (_, signal) => resolve(signal)),
    )
    // It says when it begins, and goes on from there over and over.
    await new Promise((resolve) => run.stdout.once('data', resolve))
    const until = performance.now() + random() * 40
    while (performance.now() < until) await new Promise((resolve) => setImmediate(resolve))
    run.kill('SIGKILL')
    if ((await ended) === 'SIGKILL') kills++
    await recoverCommit(join(here, 'journal'), diskFiles({ root: join(here, 'project') }))
    const found = stateOf(here)
    assert.match(found, /^(?:old|new)$/)
    if (found === 'old') undone++
    else finished++
    rmSync(here, { recursive: true })
  }
  assert.equal(kills, wanted)
  publish(t, `B7 ${kills} kills in commit, ${undone} undone, ${finished} done, 0 mixed`)
})
