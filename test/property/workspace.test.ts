import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { createWorkspace, diskFiles, layerFiles, memoryFiles } from '../../core/files.ts'
import { apply, assertSame, at, compare, compareAll, hashTree, inFolder } from './file-model.ts'
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
const steps = fc.array(step, { maxLength: 30 })
const phases = fc.array(
  fc.record({
    steps: fc.array(step, { maxLength: 8 }),
    ending: fc.constantFrom('nothing', 'commit', 'rollback', 'flush', 'publish', 'discard', 'restore'),
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
      for (const { steps, ending } of phases) {
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
        if (ending === 'restore') await workspace.restore(snapshot)
        if (ending === 'discard' || ending === 'restore') model = before
        if (ending === 'commit') committed = new Map(model)
        if (ending === 'rollback') model = new Map(committed)
        await assertSame(workspace, model)
        if (ending === 'commit' || ending === 'rollback') await assertSame(base, committed)
        if (ending === 'flush') await assertSame(base, model)
        assert.deepEqual(workspace.diff().filter(isOfFile(committed, model)), differences(committed, model))
      }
    }),
    { ...runs, numRuns: 150 },
  )
})

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
