import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { digest } from '../../core/base/key.ts'
import { createLoader, type Loader } from '../../core/load/loader.ts'
import { openLayer } from '../../core/load/open-layers.ts'
import type { Layer } from '../../core/resolve/layers.ts'
import { diskFiles } from '../../core/vfs/disk.ts'
import type { Files } from '../../core/vfs/file-system.ts'
import { memoryFiles } from '../../core/vfs/memory.ts'
import type { Path } from '../../core/vfs/path.ts'
import type { RaceReport } from './race-doors.ts'
import { publish, rounds } from './soak.ts'

const temporary: string[] = []
after(() => {
  for (const folder of temporary) rmSync(folder, { recursive: true, force: true })
})

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'heddle-races-'))
  temporary.push(folder)
  return folder
}

function fileOf(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url))
}

/** The program that exchanges names, compiled; undefined, and the test skipped, where there is no compiler. */
function compileSwap(context: TestContext): string | undefined {
  const program = join(makeFolder(), 'swap')
  const compiler = ['cc', 'gcc', 'clang'].find(
    (name) => spawnSync(name, ['-O2', '-o', program, fileOf('swap.c')]).status === 0,
  )
  if (compiler === undefined) context.skip('needs a C compiler (apt-get install gcc)')
  return compiler && program
}

function race(program: string, reads: number, writes: number, guard: 'on' | 'off'): RaceReport {
  const words = [program, String(reads), String(writes), guard]
  const child = spawnSync(
    process.execPath,
    ['--import', 'tsx', '--conditions=source', fileOf('race-doors.ts'), ...words],
    { encoding: 'utf8' },
  )
  assert.equal(child.status, 0, child.stderr)
  return JSON.parse(child.stdout) as RaceReport
}

test('names that are exchanged while they are used lead nobody out of the root (A4)', (context) => {
  const program = compileSwap(context)
  if (program === undefined) return
  const report = race(program, rounds(20_000, 1_000_000), rounds(2_000, 100_000), 'on')
  assert.equal(report.escaped, 0)
  assert.equal(report.changedOutside, 0)
  // The race was on: the doors met the link, and careless programs were led out in the same run.
  assert.ok(report.refused > 100, `${report.refused} refused`)
  assert.ok(report.baseline.leaked > 0, 'realpath then read never leaked')
  assert.ok(report.baseline.removed > 0, 'a removal by names never lost a file')
  const { reads, writes, baseline } = report
  publish(
    context,
    `A4 ${reads} reads and ${writes} writes raced, 0 escaped (realpath then read: ${baseline.leaked} of ${baseline.reads} leaked)`,
  )
})

test('names that are exchanged while they are used lead nobody out of the root (A4): fails without the guard', (context) => {
  const program = compileSwap(context)
  if (program === undefined) return
  const report = race(program, 2_000, 400, 'off')
  assert.ok(report.escaped > 0, 'no read escaped')
  assert.ok(report.changedOutside > 0, 'no write escaped')
})

test('a folder beside the root with the name of a removed root is outside (A2)', async () => {
  const outer = makeFolder()
  for (const name of ['mods', 'mods (deleted)']) mkdirSync(join(outer, name))
  writeFileSync(join(outer, 'mods (deleted)', 'secret.md'), 'canary')
  symlinkSync('../mods (deleted)', join(outer, 'mods/link'))
  writeFileSync(join(outer, 'mods/x (deleted)'), 'a name like any other')
  const files = diskFiles({ root: join(outer, 'mods') })
  assert.throws(() => files.sync.list('link' as Path), { code: 'LINK_LEAVES_ROOT' })
  assert.throws(() => files.sync.read('link/secret.md' as Path), { code: 'LINK_LEAVES_ROOT' })
  await assert.rejects(files.write('link/new.md' as Path, 'x'), { code: 'LINK_LEAVES_ROOT' })
  assert.equal(Buffer.from(files.sync.read('x (deleted)' as Path)).toString(), 'a name like any other')
})

/** A loader without plugins over the files. */
async function loaderOf(files: Files): Promise<{ loader: Loader; layer: Layer }> {
  const loader = createLoader({
    aliases: new Set(),
    virtual: () => undefined,
    references: () => [],
    parse: (draft) => draft,
    validate: () => [],
    exists: () => false,
  })
  return { loader, layer: await openLayer({ name: 'project', label: '', files, homes: [] }) }
}

const versions = ['a', 'b'].map((letter) => `# ${letter}\n${letter.repeat(4_000)}\nend\n`)

/** Writes the versions in turn, in place and byte by byte, and says after each how long its longest pause was. */
const writer = `
  const fs = require('fs'), [path, ...versions] = process.argv.slice(1)
  let round = 0
  process.on('message', () => {
    let last = process.hrtime.bigint(), longest = 0n
    const fd = fs.openSync(path, 'w')
    for (const byte of Buffer.from(versions[round++ % 2])) {
      fs.writeSync(fd, Uint8Array.of(byte))
      const now = process.hrtime.bigint()
      if (now - last > longest) longest = now - last
      last = now
    }
    fs.closeSync(fd)
    process.send(Number(longest) / 1e6)
  })`

/** How many of the modules loaded while the writer wrote were made of half a file; rounds with a long pause are void. */
async function loadWhileWriting(
  open: (root: string) => Files,
  wanted: number,
): Promise<{ loads: number; partial: number; sound: number; torn: number }> {
  const root = makeFolder()
  const path = join(root, 'x.md')
  writeFileSync(path, versions[1]!)
  const { loader, layer } = await loaderOf(open(root))
  const whole = new Set(versions.map((text) => digest(text)))
  const child = spawn(process.execPath, ['-e', writer, path, ...versions], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  // `torn` counts those of void rounds too.
  const found = { loads: 0, partial: 0, sound: 0, torn: 0 }
  try {
    for (let round = 0; round < wanted * 20 && found.sound < wanted; round++) {
      const pauses: number[] = []
      child.once('message', (longest) => pauses.push(Number(longest)))
      child.send('write')
      let loads = 0
      let partial = 0
      while (pauses.length === 0) {
        const result = await loader.load({ layer, path: 'x.md' as Path })
        if (result.ok && !whole.has(result.value.digest)) partial++
        if (!result.ok) assert.equal(result.diagnostic.code, 'CHANGED_WHILE_READ')
        loads++
        await new Promise((resolve) => setImmediate(resolve))
      }
      found.torn += partial
      // The promise is for writers that pause for less than the time between two looks.
      if (pauses[0]! >= 3) continue
      found.sound++
      found.loads += loads
      found.partial += partial
    }
    return found
  } finally {
    child.kill('SIGKILL')
  }
}

test('a module that is being written byte by byte is loaded whole, or not yet (D7)', async (context) => {
  const found = await loadWhileWriting((root) => diskFiles({ root }), rounds(40, 5_000))
  assert.ok(found.sound > 0 && found.loads > 0, JSON.stringify(found))
  assert.equal(found.partial, 0)
  publish(context, `D7 ${found.loads} loads during ${found.sound} writes byte by byte, 0 partial`)
})

test('a module that is being written byte by byte is loaded whole (D7): fails without the second look', async () => {
  const found = await loadWhileWriting((root) => {
    const { sync, ...files } = diskFiles({ root })
    return { ...files, sync: { stat: sync.stat, list: sync.list, read: sync.read } }
  }, 8)
  assert.ok(found.torn > 0, JSON.stringify(found))
})

test('a file that never rests is refused by its name, and the others are loaded (D7)', async () => {
  const files = memoryFiles({ 'still.md': '# Still', 'busy.md': '# Busy' })
  let looks = 0
  const read = (path: Path): Uint8Array =>
    path === 'busy.md' ? Buffer.from(`# Busy ${looks++}`) : files.sync.read(path)
  const { readEach: _, ...oneByOne } = files.sync
  const busy: Files = {
    ...files,
    sync: { ...oneByOne, read, look: (path) => ({ bytes: read(path), isYoung: true }) },
  }
  const { loader, layer } = await loaderOf(busy)
  const [still, restless] = await loader.loadMany(
    ['still.md', 'busy.md'].map((path) => ({ layer, path: path as Path })),
  )
  assert.equal(still!.ok && still!.value.title, 'Still')
  assert.ok(!restless!.ok)
  assert.equal(restless!.diagnostic.code, 'CHANGED_WHILE_READ')
  assert.deepEqual(restless!.diagnostic.at, { path: 'busy.md', line: 1, column: 1 })
})
