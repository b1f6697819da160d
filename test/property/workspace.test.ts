import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { compareText, HeddleError } from '../../core/base/diagnostic.ts'
import { createWorkspace, diskFiles, type Files, layerFiles, memoryFiles } from '../../core/files.ts'
import { act, apply, assertSame, at, compare, compareAll, hashTree, inFolder } from './file-model.ts'
import type { Model, Step } from './file-model.ts'

const runs = { numRuns: 60, seed: 20_261_123 }
const prefilled = { 'a/b/c': 'base', 'a/c': 'base', 'b/a': 'base', c: 'base' }

const segment = fc.constantFrom('a', 'b', 'c')
const path = fc.array(segment, { minLength: 1, maxLength: 3 }).map((segments) => segments.join('/'))
const step: fc.Arbitrary<Step> = fc.record({
  does: fc.constantFrom('write', 'write', 'write', 'remove', 'remove', 'makeFolder', 'read'),
  path,
  text: fc.constantFrom('', 'one', 'two', 'base'),
})
/** Names are given too. */
const renaming: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: step },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('rename' as const), path, text: path }) },
)
const steps = fc.array(renaming, { maxLength: 30 })
const regions = fc.array(path, { maxLength: 3 })
const phases = fc.array(
  fc.record({
    steps: fc.array(renaming, { maxLength: 8 }),
    ending: fc.constantFrom(
      'nothing',
      'commit',
      'rollback',
      'flush',
      'flush some',
      'publish',
      'discard',
      'restore',
    ),
    regions,
  }),
  { maxLength: 8 },
)

test('memory behaves like a map of paths (B1)', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (steps) => compareAll(memoryFiles(), new Map(), steps)),
    runs,
  )
})

test('the disk behaves like a map of paths (B2)', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (steps) =>
      inFolder(async (root) => compareAll(diskFiles({ root }), new Map(), steps)),
    ),
    runs,
  )
})

test('a layer that is empty below behaves like a map of paths', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (steps) =>
      compareAll(layerFiles(memoryFiles(), memoryFiles()), new Map(), steps),
    ),
    runs,
  )
})

test('an overlay behaves like one file system, and its base is never written (B1, B3, B4)', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (steps) =>
      inFolder(async (root) => {
        const disk = diskFiles({ root })
        for (const [path, text] of Object.entries(prefilled)) await disk.write(at(path), text)
        const untouched = hashTree(root)
        await compareAll(createWorkspace(disk), startModel(), steps)
        await compareAll(createWorkspace(disk).view('one'), startModel(), steps)
        assert.equal(hashTree(root), untouched)
      }),
    ),
    runs,
  )
})

test('commit, rollback, flush, publish, discard and restore do to a workspace what they do to a map', async () => {
  await fc.assert(
    fc.asyncProperty(phases, async (phases) => {
      const base = memoryFiles(prefilled)
      const workspace = createWorkspace(base)
      let committed = startModel()
      let model = startModel()
      for (const { steps, ending, regions } of phases) {
        const before = new Map(model)
        const snapshot = workspace.snapshot()
        const view = workspace.view('one')
        const isPrivate = ending === 'publish' || ending === 'discard'
        for (const step of steps) await compare(isPrivate ? view : workspace, model, step)
        if (isPrivate) await assertSame(workspace, before)
        if (ending === 'publish') await view.publish()
        if (ending === 'discard') view.discard()
        if (ending === 'commit') await workspace.commit()
        if (ending === 'rollback') await workspace.rollback()
        if (ending === 'flush') await workspace.flush()
        if (ending === 'flush some') await workspace.flush(regions)
        if (ending === 'restore') await workspace.restore(snapshot)
        if (ending === 'discard' || ending === 'restore') model = before
        if (ending === 'commit') committed = new Map(model)
        if (ending === 'rollback') model = new Map(committed)
        await assertSame(workspace, model)
        if (ending === 'commit' || ending === 'rollback') await assertSame(base, committed)
        if (ending === 'flush') await assertSame(base, model)
        if (ending === 'flush some') await assertSameIn(base, model, regions)
        assert.deepEqual(workspace.diff().filter(isOfFile(committed, model)), differences(committed, model))
      }
    }),
    { ...runs, numRuns: 150 },
  )
})

test('what is edited from outside is never lost, and what is refused leaves everything as it was (B5)', async () => {
  let [refused, agreed] = [0, 0]
  const near = fc.constantFrom('a', 'c', 'a/b/c', 'a/c', 'b/a', 'b/b')
  const edit = fc.record({
    path: near,
    does: fc.constantFrom('write', 'remove'),
    when: fc.constantFrom('before', 'after'),
  })
  const script = fc.record({
    first: fc.array(renaming, { minLength: 3, maxLength: 6 }),
    regions,
    edit,
    second: fc.array(renaming, { maxLength: 4 }),
    ending: fc.constantFrom('commit', 'rollback'),
    looks: fc.boolean(),
  })
  await fc.assert(
    fc.asyncProperty(script, async ({ first, regions, edit, second, ending, looks }) => {
      const base = memoryFiles(prefilled)
      const workspace = createWorkspace(base)
      const doAll = async (steps: readonly Step[]): Promise<void> => {
        for (const step of steps) await act(workspace, step).catch(isOfOurs)
      }
      const meddle = async (): Promise<boolean> => {
        const before = await snapshotOf(base)
        await act(base, { ...edit, text: 'theirs' }).catch(isOfOurs)
        return JSON.stringify([...(await snapshotOf(base))]) !== JSON.stringify([...before])
      }
      await doAll(first)
      const isEarly = edit.when === 'before' && (await meddle())
      await workspace.flush(regions).catch(isOfOurs)
      const isLate = edit.when === 'after' && (await meddle())
      await doAll(second)
      const before = await snapshotOf(base)
      const wanted = looks ? await snapshotOf(workspace).catch(() => undefined) : undefined
      const isDone = await workspace[ending]().then(
        () => true,
        (thrown: unknown) => (isOfOurs(thrown), false),
      )
      const after = await snapshotOf(base)
      if (!isDone && ending === 'commit')
        assert.deepEqual(after, before, 'nothing is written by a commit that is refused')
      if (isDone && ending === 'commit' && wanted) {
        for (const [path, text] of wanted)
          assert.equal(after.get(path), text, 'what was shown is what is there')
        for (const path of after.keys()) assert.ok(wanted.has(path) || isOnTheWay(path, edit.path), path)
      }
      // What was seen for the first time after the edit may be changed, knowingly.
      const isUntouched = !second.some(({ path, text }) =>
        [path, text].some((each) => isOnTheWay(each, edit.path)),
      )
      if ((isEarly || isLate) && edit.does === 'write' && (ending === 'rollback' || isUntouched)) {
        assert.equal(after.get(edit.path), 'theirs', 'lost')
      }
      if (isDone) agreed++
      else refused++
    }),
    { ...runs, numRuns: 400 },
  )
  assert.ok(refused > 40 && agreed > 40, `${refused} refused, ${agreed} agreed`)
})

function isOnTheWay(a: string, b: string): boolean {
  return a === b || b.startsWith(`${a}/`) || a.startsWith(`${b}/`)
}

test('one and the same file never has two contents, however little is kept and whatever happens below', async () => {
  let conflicts = 0
  const move = fc.record({
    does: fc.constantFrom('look', 'look', 'edit'),
    path: fc.constantFrom('c', 'a', 'a/b/c', 'b/new'),
    text: fc.constantFrom('one', 'two', 'three'),
  })
  await fc.assert(
    fc.asyncProperty(
      fc.array(move, { minLength: 20, maxLength: 40 }),
      fc.constantFrom(0, 200, 100_000),
      async (moves, cacheBytes) => {
        const base = memoryFiles(prefilled)
        const workspace = createWorkspace(base, { limits: { cacheBytes } })
        const told = new Map<string, string>()
        for (const { does, path, text } of moves) {
          if (does === 'edit') {
            await base.write(at(path), text).catch(isOfOurs)
            continue
          }
          const answer = await tell(workspace, path)
          if (answer === 'CONFLICT') conflicts++
          else assert.equal(answer, told.get(path) ?? answer, path)
          if (answer !== 'CONFLICT') told.set(path, answer)
        }
      },
    ),
    { ...runs, numRuns: 300 },
  )
  assert.ok(conflicts > 20, `${conflicts} conflicts`)
})

/** Content, names, or why there is none. */
async function tell(files: Files, path: string): Promise<string> {
  try {
    const found = await files.stat(at(path))
    if (found?.type === 'directory') return JSON.stringify(await files.list(at(path)))
    return found ? Buffer.from(await files.read(at(path))).toString() : 'absent'
  } catch (thrown) {
    isOfOurs(thrown)
    return (thrown as HeddleError).code
  }
}

function isOfOurs(thrown: unknown): void {
  if (!(thrown instanceof HeddleError)) throw thrown
}

/** All paths with their texts, sorted; null for folders. */
async function snapshotOf(files: Files, folder = ''): Promise<Map<string, string | null>> {
  const found = new Map<string, string | null>()
  for (const { name, type } of (await files.list(at(folder))) ?? []) {
    const path = folder === '' ? name : `${folder}/${name}`
    found.set(path, type === 'directory' ? null : Buffer.from(await files.read(at(path))).toString())
    if (type === 'directory')
      for (const [below, text] of await snapshotOf(files, path)) found.set(below, text)
  }
  return found
}

/** The files agree with the model in the regions and below them. */
async function assertSameIn(files: Files, model: Model, regions: readonly string[]): Promise<void> {
  const isIn = ([path]: [string, unknown]): boolean =>
    regions.some((region) => path === region || path.startsWith(`${region}/`))
  const found = [...(await snapshotOf(files))].filter(isIn).toSorted(([a], [b]) => compareText(a, b))
  assert.deepEqual(
    found,
    [...model].filter(isIn).toSorted(([a], [b]) => compareText(a, b)),
  )
}

function startModel(): Model {
  const model: Model = new Map()
  for (const [path, text] of Object.entries(prefilled)) apply(model, { does: 'write', path, text })
  return model
}

/** Changes of files, by the models; what became of folders is compared through the files themselves. */
function differences(before: Model, after: Model): { path: string; type: string }[] {
  const paths = [...new Set([...before.keys(), ...after.keys()])].sort()
  return paths.flatMap((path) => {
    const [from, to] = [before.get(path), after.get(path)]
    if (!isFile(from) && !isFile(to)) return []
    if (isFile(from) !== isFile(to) && (from === null || to === null)) return []
    if (from === to) return []
    return [{ path, type: from === undefined ? 'added' : to === undefined ? 'removed' : 'changed' }]
  })
}

function isOfFile(before: Model, after: Model): (change: { path: string }) => boolean {
  return ({ path }) =>
    (isFile(before.get(path)) || isFile(after.get(path))) &&
    before.get(path) !== null &&
    after.get(path) !== null
}

function isFile(content: string | null | undefined): boolean {
  return typeof content === 'string'
}
