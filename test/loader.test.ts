import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { Module } from '../core/module/module.ts'
import type { Result } from '../core/base/result.ts'
import { createLoader, type Loader } from '../core/load/loader.ts'
import { readAhead } from '../core/load/read-ahead.ts'
import { openLayer } from '../core/load/open-layers.ts'
import type { Spot } from '../core/resolve/rungs.ts'
import type { Files, UseRead } from '../core/vfs/file-system.ts'
import { memoryFiles } from '../core/vfs/memory.ts'
import type { Path } from '../core/vfs/path.ts'
import { readTree } from '../core/vfs/tree.ts'

async function loadAll(
  stores: readonly Files[],
  paths: readonly string[],
): Promise<readonly Result<Module>[]> {
  const layers = await Promise.all(
    stores.map((files) => openLayer({ name: 'project', label: files.label, files, homes: [] })),
  )
  const spots = paths.map((path, index): Spot => ({
    layer: layers[index % layers.length]!,
    path: path as Path,
  }))
  return plainLoader().loadMany(spots)
}

function plainLoader(): Loader {
  return createLoader({
    aliases: new Set(),
    virtual: () => undefined,
    references: () => [],
    parse: (draft) => draft,
    validate: () => [],
    exists: () => false,
  })
}

/** The same files without the calls that answer at once. */
function later({ label, stat, list, read }: Files): Files {
  return { label, stat, list, read }
}

const contents: Record<string, string | Uint8Array> = {}
for (let index = 0; index < 40; index++) contents[`f${index % 5}/m${index}.md`] = `# M${index}`
contents['f1/broken.md'] = new Uint8Array([0xff, 0xff, 0x41])
/** Folders mixed, a name twice, and two that cannot be read. */
const paths = [
  'f1/m1.md',
  'f0/m0.md',
  'f1/m6.md',
  'f1/none.md',
  'f0/m5.md',
  'f1/broken.md',
  'f4/m4.md',
  'f1/m1.md',
]
const expected = ['M1', 'M0', 'M6', 'NOT_FOUND', 'M5', 'BAD_ENCODING', 'M4', 'M1']

for (const [name, makeStores] of Object.entries({
  'read in rows': () => [memoryFiles(contents)],
  'read one by one': () => {
    const files = memoryFiles(contents)
    const { readEach: _, ...sync } = files.sync
    return [{ ...files, sync }]
  },
  'that answer later': () => [later(memoryFiles(contents))],
  'of several stores': () => [memoryFiles(contents), later(memoryFiles(contents)), memoryFiles(contents)],
})) {
  test(`modules ${name} come in the order asked for, and none that is broken hides another`, async () => {
    const results = await loadAll(makeStores(), paths)
    assert.deepEqual(
      results.map((result) => (result.ok ? result.value.title : result.diagnostic.code)),
      expected,
    )
  })
}

test('a module is told of as soon as it is there, whatever others wait for', async () => {
  const base = memoryFiles(contents)
  let release: (() => void) | undefined
  const held = new Promise<void>((resolve) => (release = resolve))
  const read: Files['read'] = async (path) => {
    if (path === 'f1/m1.md') await held
    return base.read(path)
  }
  const layer = await openLayer({
    name: 'project',
    label: '',
    files: { ...later(base), read },
    homes: [],
  })
  const spots = ['f1/m1.md', 'f0/m0.md', 'f0/m5.md'].map((path): Spot => ({ layer, path: path as Path }))
  const told: number[] = []
  await plainLoader().loadEach(spots, (_, index) => {
    told.push(index)
    if (told.length === 2) release!()
  })
  assert.deepEqual(told, [1, 2, 0])
})

test('reads run ahead of what uses them, and wait when too much lies there', async () => {
  let begun = 0
  let used = 0
  let [most, least] = [0, Infinity]
  await readAhead({
    count: 3_000,
    read: async () => ++begun,
    sizeOf: () => 1024 * 1024,
    use() {
      most = Math.max(most, begun - used)
      if (used < 2_000) least = Math.min(least, begun - used)
      used++
    },
  })
  assert.deepEqual([begun, used], [3_000, 3_000])
  assert.ok(least > 1 && most <= 512 + 8, `${least} to ${most}`)
})

test('files of one folder are read in a row, whatever stands between them', async () => {
  const files = memoryFiles(contents)
  const told: string[] = []
  const readEach = (row: readonly Path[], use: UseRead): number =>
    files.sync.readEach!(row, (found, index) => {
      told.push(row[index]!)
      return use(found, index)
    })
  await loadAll([{ ...files, sync: { ...files.sync, readEach } }], paths)
  const inFolder = (folder: string): string[] => paths.filter((path) => path.startsWith(folder))
  assert.deepEqual(told, ['f1', 'f0', 'f4'].flatMap(inFolder))
})

test('folders of a store that answers later are listed at the same time, a level at once', async () => {
  const names = Array.from({ length: 12 }, (_, index) => `a${index}/b/c/x.md`)
  const base = later(memoryFiles(Object.fromEntries(names.map((name) => [name, 'x']))))
  let listing = 0
  let most = 0
  let turns = 0
  const list: Files['list'] = async (path) => {
    most = Math.max(most, ++listing)
    await new Promise((resolve) => setImmediate(resolve))
    turns++
    listing--
    return base.list(path)
  }
  const tree = await readTree({ ...base, list })
  assert.deepEqual(tree.files, names.toSorted())
  assert.equal(turns, 1 + 3 * 12)
  assert.equal(most, 12)
})

test('a store that runs out of descriptors is asked again with fewer at once, for reads and for lists', async () => {
  const names = Array.from({ length: 300 }, (_, index) => `d${index % 60}/m${index}.md`)
  const base = later(memoryFiles(Object.fromEntries(names.map((name) => [name, `# ${name}`]))))
  let open = 0
  let refused = 0
  const few = async <T>(call: () => Promise<T>): Promise<T> => {
    if (open >= 10) {
      refused++
      throw Object.assign(new Error('too many open files'), { code: 'EMFILE' })
    }
    open++
    await new Promise((resolve) => setImmediate(resolve))
    open--
    return call()
  }
  const files: Files = {
    ...base,
    list: (path) => few(() => base.list(path)),
    read: (path) => few(() => base.read(path)),
  }
  assert.equal((await readTree(files)).files.length, 300)
  const results = await loadAll([files], names)
  assert.deepEqual(
    results.map((result) => (result.ok ? result.value.title : result.diagnostic.code)),
    names,
  )
  assert.ok(refused > 0)
})

/** Reads through two descriptors of the machine that stay open for a moment each, as many at once as it is asked for. */
const slowDisk = `
  import { open, readdir } from 'node:fs/promises'
  import { createFramework } from 'heddle'
  const root = process.argv[1]
  let most = 0
  let refused = 0
  let now = 0
  async function read(path) {
    const handles = []
    try {
      for (let each = 0; each < 2; each++) handles.push(await open(root + '/' + path))
      most = Math.max(most, ++now)
      await new Promise((resolve) => setTimeout(resolve, 5))
      now--
      return await handles[0].readFile()
    } catch (error) {
      refused++
      throw error
    } finally {
      for (const handle of handles) await handle.close()
    }
  }
  async function list(path) {
    const entries = await readdir(root + '/' + path, { withFileTypes: true })
    return entries.map((entry) => ({ name: entry.name, type: entry.isDirectory() ? 'directory' : 'file' }))
  }
  const stat = async () => undefined
  const framework = await createFramework({ files: { label: '', stat, list, read }, plugins: [], builtIn: false })
  const { modules, diagnostics } = await framework.check()
  console.log(JSON.stringify({ modules, codes: diagnostics.filter(({ code }) => code !== 'ORPHAN').map(({ code }) => code), most, refused }))`

test('64 descriptors are enough for a store that opens what it is asked for (E8)', (context) => {
  const root = mkdtempSync(join(tmpdir(), 'heddle-loader-'))
  context.after(() => rmSync(root, { recursive: true, force: true }))
  for (let index = 0; index < 1_500; index++) {
    const path = join(root, `.claude/modules/f${index % 80}/m${index}.md`)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, `# M${index}\n`)
  }
  const few = new URL('./few-descriptors.ts', import.meta.url).href
  const ways = ['--import', 'tsx', '--conditions=source', '--import', few, '--input-type=module']
  const child = spawnSync(process.execPath, [...ways, '-e', slowDisk, root], {
    encoding: 'utf8',
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    env: { ...process.env, DESCRIPTORS: '64' },
  })
  assert.equal(child.status, 0, child.stderr)
  const { most, refused, ...report } = JSON.parse(child.stdout) as { most: number; refused: number }
  assert.deepEqual(report, { modules: 1_500, codes: [] })
  // The limit was met: what was refused was read again.
  assert.ok(refused > 0 && most < 64, child.stdout)
})
