import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import os from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import * as fc from 'fast-check'
import type { Files, WritableFiles } from '../../core/files.ts'
import { createWorkspace, diskFiles, layerFiles, memoryFiles, parsePath } from '../../core/files.ts'
import type { Path } from '../../core/vfs/path.ts'

/** Paths to text, or to null for a folder; the root is always there. */
type Model = Map<string, string | null>

interface Step {
  readonly does: 'write' | 'remove' | 'makeFolder' | 'read'
  readonly path: string
  readonly text: string
}

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

async function compareAll(files: WritableFiles, model: Model, steps: readonly Step[]): Promise<void> {
  for (const step of steps) {
    await compare(files, model, step)
    await assertSame(files, model)
  }
}

async function compare(files: WritableFiles, model: Model, step: Step): Promise<void> {
  const expected = apply(model, step)
  const found = await act(files, step).catch((thrown: unknown) => `! ${(thrown as { code?: string }).code}`)
  assert.equal(found, expected, JSON.stringify(step))
}

async function act(files: WritableFiles, { does, path, text }: Step): Promise<string | undefined> {
  if (does === 'read') return new TextDecoder().decode(await files.read(at(path)))
  if (does === 'write') await files.write(at(path), text)
  else if (does === 'remove') await files.remove(at(path))
  else await files.makeFolder(at(path))
  return undefined
}

/** The same on the model: undefined, the text read, or the code of the error. */
function apply(model: Model, { does, path, text }: Step): string | undefined {
  const found = model.get(path)
  if (does === 'read') return found === undefined ? '! NOT_FOUND' : (found ?? '! NOT_A_FILE')
  if (does === 'remove') {
    for (const each of Array.from(model.keys()))
      if (each === path || each.startsWith(`${path}/`)) model.delete(each)
    return undefined
  }
  const folders = foldersOf(path)
  if (folders.some((folder) => typeof model.get(folder) === 'string')) return '! NOT_A_FOLDER'
  if (does === 'write' && found === null) return '! NOT_A_FILE'
  if (does === 'makeFolder' && typeof found === 'string') return '! NOT_A_FOLDER'
  for (const folder of folders) model.set(folder, null)
  model.set(path, does === 'write' ? text : null)
  return undefined
}

function foldersOf(path: string): string[] {
  const segments = path.split('/').slice(0, -1)
  return segments.map((_, index) => segments.slice(0, index + 1).join('/'))
}

/** Walks the files and checks that list, stat and read agree with the model and with each other. */
async function assertSame(files: Files, model: Model): Promise<void> {
  const found: Model = new Map()
  await collect(files, '' as Path, found)
  assert.deepEqual(sorted(found), sorted(model))
  for (const path of ['a', 'b', 'c', 'a/a', 'a/b', 'b/a', 'a/b/c', 'c/c/c']) {
    const type = (await files.stat(at(path)))?.type
    const expected = model.get(path)
    assert.equal(type, expected === undefined ? undefined : expected === null ? 'directory' : 'file', path)
  }
}

function sorted(model: Model): [string, string | null][] {
  return [...model].sort(([a], [b]) => (a < b ? -1 : 1))
}

async function collect(files: Files, folder: Path, found: Model): Promise<void> {
  for (const { name, type } of (await files.list(folder)) ?? []) {
    const path = at(folder === '' ? name : `${folder}/${name}`)
    assert.equal((await files.stat(path))?.type, type)
    found.set(path, type === 'directory' ? null : new TextDecoder().decode(await files.read(path)))
    if (type === 'directory') await collect(files, path, found)
  }
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

function at(text: string): Path {
  const parsed = parsePath(text)
  assert.ok(parsed.ok)
  return parsed.value
}

async function inFolder(use: (root: string) => Promise<void>): Promise<void> {
  const root = mkdtempSync(join(os.tmpdir(), 'heddle-model-'))
  try {
    await use(root)
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}

/** Names, kinds, permissions, times and bytes of everything below. */
function hashTree(root: string): string {
  const hash = createHash('sha256')
  const visit = (absolute: string): void => {
    const stat = lstatSync(absolute)
    hash.update(`${absolute} ${stat.mode} ${stat.mtimeMs} ${stat.size}\n`)
    if (stat.isFile()) hash.update(readFileSync(absolute))
    if (stat.isDirectory()) for (const name of readdirSync(absolute).sort()) visit(join(absolute, name))
  }
  visit(root)
  return hash.digest('hex')
}
