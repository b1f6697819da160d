import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { createFramework } from 'heddle'
import { memoryFiles } from 'heddle/files'
import { createLoader } from '../core/load/loader.ts'
import { ModuleCache } from '../core/load/module-cache.ts'
import { sizeOf } from '../core/load/module-size.ts'
import { openLayer } from '../core/load/open-layers.ts'
import { createRegistry, type Registry } from '../core/load/registry.ts'
import type { Result } from '../core/base/result.ts'
import type { Module, ModuleId } from '../core/module/module.ts'
import type { Spot } from '../core/resolve/rungs.ts'
import type { Path } from '../core/vfs/path.ts'
import { commandLine } from './command-line.ts'

/** A clock that the test moves. */
function handClock() {
  let time = 0
  const timers: { at: number; callback: () => void }[] = []
  return {
    timers,
    clock: {
      now: () => time,
      later: (ms: number, callback: () => void) => {
        timers.push({ at: time + ms, callback })
        return () => undefined
      },
    },
    advance(minutes: number) {
      time += minutes * 60_000
      for (const due of timers.filter(({ at }) => at <= time)) {
        timers.splice(timers.indexOf(due), 1)
        due.callback()
      }
    },
  }
}

async function registryOf(
  count: number,
  makeCache: (bytesOfOne: number) => ModuleCache,
): Promise<{ registry: Registry; spots: Spot[]; reads: string[]; bytesOfOne: number }> {
  const contents: Record<string, string> = {}
  for (let index = 0; index < count; index++) contents[`m${10 + index}.md`] = `# Module ${10 + index}\n`
  const base = memoryFiles(contents)
  const reads: string[] = []
  const read = (path: Path): Uint8Array => {
    reads.push(path)
    return base.sync.read(path)
  }
  const files = { ...base, sync: { stat: base.sync.stat, list: base.sync.list, read } }
  const layer = await openLayer({ name: 'project', label: '', files, homes: [] })
  const loader = createLoader({
    aliases: new Set(),
    virtual: () => undefined,
    references: () => [],
    parse: (draft) => draft,
    validate: () => [],
    exists: () => false,
  })
  const spots = Object.keys(contents).map((path): Spot => ({ layer, path: path as Path }))
  const first = await loader.load(spots[0]!)
  const bytesOfOne = first.ok ? sizeOf(first.value) : 0
  reads.length = 0
  return {
    registry: createRegistry(loader, () => undefined, makeCache(bytesOfOne)),
    spots,
    reads,
    bytesOfOne,
  }
}

const megabytes = (bytes: number): number => bytes / 1024 / 1024

test('what was asked for longest ago is dropped when there is no room, and loads again', async () => {
  const { registry, spots, reads, bytesOfOne } = await registryOf(
    5,
    (bytes) => new ModuleCache({ megabytes: megabytes(bytes * 3.5), minutes: 1 }),
  )
  const [a, b, c, d, e] = spots as [Spot, Spot, Spot, Spot, Spot]
  for (const spot of [a, b, c]) await registry.get(spot)
  await registry.get(a)
  await registry.get(d)
  assert.deepEqual(registry.ids(), ['m12.md', 'm10.md', 'm13.md'])
  assert.equal(registry.peek('m11.md' as ModuleId), undefined)
  await registry.getMany([a, e])
  assert.deepEqual(registry.ids(), ['m13.md', 'm10.md', 'm14.md'])
  await registry.get(b)
  assert.deepEqual(reads, ['m10.md', 'm11.md', 'm12.md', 'm13.md', 'm14.md', 'm11.md'])
  const { modules, bytes, evictions, accessCount, hits, hitRatio, loads } = registry.figures
  assert.deepEqual([modules, bytes, evictions], [3, bytesOfOne * 3, 3])
  assert.deepEqual([accessCount, hits, loads, hitRatio], [8, 2, 6, 0.25])
})

test('a module that nobody asks for is dropped by itself, one that is used stays', async () => {
  const { clock, advance, timers } = handClock()
  const { registry, spots } = await registryOf(2, () => new ModuleCache({ megabytes: 1, minutes: 15 }, clock))
  await registry.getMany(spots)
  advance(10)
  await registry.get(spots[1]!)
  advance(6)
  assert.deepEqual(registry.ids(), ['m11.md'])
  advance(10)
  assert.deepEqual(registry.ids(), [])
  assert.deepEqual([registry.figures.bytes, registry.figures.evictions], [0, 2])
  assert.equal(timers.length, 0)
})

test('a module that is too old is not given although no timer has fired', async () => {
  let time = 0
  const cache = new ModuleCache(
    { megabytes: 1, minutes: 1 },
    { now: () => time, later: () => () => undefined },
  )
  const { registry, spots, reads } = await registryOf(1, () => cache)
  await registry.get(spots[0]!)
  time = 60_000
  await registry.get(spots[0]!)
  assert.equal(reads.length, 2)
})

test('pinned modules stay without room and without being asked for, until they change', async () => {
  const { clock, advance } = handClock()
  const { registry, spots, reads } = await registryOf(
    3,
    (bytes) => new ModuleCache({ megabytes: megabytes(bytes * 1.5), minutes: 15 }, clock),
  )
  const [hot, b, c] = spots as [Spot, Spot, Spot]
  await registry.get(hot)
  await registry.pin(hot)
  for (const spot of [b, c, hot]) await registry.get(spot)
  advance(100)
  assert.deepEqual(registry.ids(), ['m10.md'])
  registry.drop('m10.md' as ModuleId)
  assert.deepEqual([registry.ids(), registry.figures.bytes], [[], 0])
  await registry.get(hot)
  await registry.getMany([b, c])
  assert.deepEqual(registry.ids(), ['m10.md'])
  assert.equal(reads.filter((path) => path === 'm10.md').length, 2)
})

test('one load for all that ask at once, also within one call and without any room', async () => {
  const { registry, spots, reads } = await registryOf(2, () => new ModuleCache({ megabytes: 0, minutes: 15 }))
  const [a, b] = spots as [Spot, Spot]
  const single = registry.get(a)
  const [first, second, third] = await registry.getMany([a, b, a])
  assert.equal(first, await single)
  assert.equal(third, first)
  assert.ok(second!.ok)
  assert.deepEqual(reads, ['m10.md', 'm11.md'])
  assert.deepEqual([registry.figures.modules, registry.figures.hits], [0, 2])
})

test('the accounted memory is that of the modules that are kept, whatever happens', async () => {
  const { registry, spots, bytesOfOne } = await registryOf(
    12,
    (bytes) => new ModuleCache({ megabytes: megabytes(bytes * 5), minutes: 15 }),
  )
  let state = 7
  for (let step = 0; step < 2_000; step++) {
    state = (Math.imul(state, 48_271) >>> 0) % 2_147_483_647
    const spot = spots[state % spots.length]!
    if (state % 7 === 0) registry.drop(spot.path as string as ModuleId)
    else if (step % 500 === 499) await registry.pin(spot)
    else await registry.get(spot)
    assert.equal(registry.figures.bytes, registry.ids().length * bytesOfOne)
    assert.ok(registry.ids().length <= 5)
  }
})

test('what is loaded in passing is not kept, unless it is pinned or somebody else waits for it', async () => {
  const { registry, spots } = await registryOf(9, () => new ModuleCache({ megabytes: 1, minutes: 15 }))
  await registry.get(spots[0]!)
  await registry.pin(spots[1]!)
  registry.drop('m11.md' as ModuleId)
  const given: Result<Module>[] = []
  const asked = registry.get(spots[8]!)
  await registry.getEach(spots, (result, index) => (given[index] = result), { inPassing: true })
  assert.equal(given[8], await asked)
  assert.ok(given.length === 9 && given.every(({ ok }) => ok))
  assert.deepEqual(registry.ids().toSorted(), ['m10.md', 'm11.md', 'm18.md'])
  assert.deepEqual([registry.figures.evictions, registry.figures.loads], [0, 10])
})

const project = {
  '.claude/modules/hot.md': '# Hot\n\nNeeds @modules/cold.md\n',
  '.claude/modules/cold.md': '# Cold\n',
}

test('preloaded modules are there at the start, others are loaded when they are needed; what is missing is a fault', async () => {
  const framework = await createFramework({
    files: memoryFiles(project),
    plugins: [],
    builtIn: false,
    preload: ['@modules/hot.md', '@modules/none.md'],
    cache: { megabytes: 0 },
  })
  assert.equal(framework.stats().modules, 1)
  assert.deepEqual(
    framework.faults.map(({ code }) => code),
    ['REFERENCE_MISSING'],
  )
  const { loads } = framework.stats()
  const hot = await framework.load('@modules/hot.md')
  assert.equal(await framework.load('@modules/hot.md'), hot)
  assert.equal(framework.stats().loads, loads)
  await framework.load('@modules/cold.md')
  assert.deepEqual([framework.stats().loads, framework.stats().modules], [loads + 1, 1])
  await framework.dispose()
})

test('a check with little memory finds what a check with enough finds', async () => {
  const files: Record<string, string> = {}
  for (let index = 0; index < 60; index++)
    files[`.claude/modules/m${index}.md`] =
      `# M ${index}\n\nNeeds @modules/m${(index * 7) % 70}.md#m-${index % 3}\n`
  const reportWith = async (size: number) => {
    const framework = await createFramework({ files: memoryFiles(files), cache: { megabytes: size } })
    const [report, graph] = [await framework.check(), await framework.graph()]
    const { evictions } = framework.stats()
    await framework.dispose()
    return { report, graph, evictions }
  }
  const enough = await reportWith(50)
  const little = await reportWith(0.01)
  assert.deepEqual([little.report, little.graph], [enough.report, enough.graph])
  assert.ok(enough.evictions === 0 && little.evictions > 60)
})

test('check --stats tells what the registry did: on standard error, or in JSON', (context) => {
  const root = mkdtempSync(join(tmpdir(), 'heddle-stats-'))
  context.after(() => rmSync(root, { recursive: true, force: true }))
  mkdirSync(join(root, '.claude/modules'), { recursive: true })
  for (const [path, text] of Object.entries(project)) writeFileSync(join(root, path), text)
  const run = (...words: string[]): { stdout: string; stderr: string } =>
    spawnSync(process.execPath, [...commandLine, 'check', '--root', root, ...words], {
      encoding: 'utf8',
    })
  const plain = run('--format', 'json', '--no-cache')
  const { stats, ...report } = JSON.parse(run('--format', 'json', '--no-cache', '--stats').stdout) as {
    stats: Record<string, number>
  }
  assert.deepEqual(report, JSON.parse(plain.stdout))
  assert.deepEqual([stats['loads'], stats['evictions'], stats['modules']], [2, 0, 2])
  const text = run('--stats')
  assert.match(
    text.stderr,
    /registry: asked 2 times, 0 hits \(0 %\), 2 loads; holds 2 modules in about 0\.0 MB, 0 evictions/,
  )
  assert.doesNotMatch(text.stdout, /registry:/)
})
