import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { createFramework } from '../../core/framework.ts'
import type { CheckReport } from '../../core/index.ts'
import { place, temporaryFolder } from './ground.ts'
import { publish, rounds } from './soak.ts'

const few = new URL('../few-descriptors.ts', import.meta.url).href
const program = fileURLToPath(new URL('../../core/cli/main.ts', import.meta.url))

/** Modules in folders of a hundred, each with a reference to the next, every tenth with one that leads nowhere. */
function placeModules(root: string, count: number): void {
  const files: Record<string, string> = {}
  for (let index = 0; index < count; index++) {
    const next = (index + 1) % count
    const broken = index % 10 === 0 ? ' and [x](gone.md)' : ''
    files[`.claude/modules/f${Math.floor(index / 100)}/m${index}.md`] =
      `---\ntitle: Module ${index}\n---\n# M\n\nSee [next](../f${Math.floor(next / 100)}/m${next}.md)${broken}.\n`
  }
  place(root, files)
}

/** A check by the command line, which may have so many descriptors open. */
function checkWith(root: string, descriptors: number): { report: CheckReport; said: string } {
  const ways = ['--import', 'tsx', '--conditions=source', '--import', few]
  const words = [...ways, program, 'check', '--format', 'json', '--root', root]
  const child = spawnSync(process.execPath, words, {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    env: { ...process.env, DESCRIPTORS: String(descriptors) },
  })
  assert.equal(child.status, 1, `ended by ${child.signal}: ${child.stderr.slice(-2_000)}`)
  return { report: JSON.parse(child.stdout) as CheckReport, said: child.stdout + child.stderr }
}

test('few descriptors are enough for many modules (E8)', (context) => {
  const root = temporaryFolder(context)
  const count = rounds(1_000, 10_000)
  placeModules(root, count)
  for (const descriptors of [64, 256, 1024].slice(0, rounds(1, 3))) {
    const { report, said } = checkWith(root, descriptors)
    assert.equal(report.modules, count)
    assert.deepEqual(
      { ...report.references },
      {
        total: count + count / 10,
        resolved: count,
        searched: 0,
        missing: count / 10,
        ambiguous: 0,
        outside: 0,
      },
    )
    assert.deepEqual(new Set(report.diagnostics.map(({ code }) => code)), new Set(['REFERENCE_MISSING']))
    assert.doesNotMatch(said, /EMFILE|ENFILE|too many open/i)
    publish(context, `E8 ${descriptors} descriptors: ${count} modules loaded, 0 wrong, 0 EMFILE`)
  }
})

test('few descriptors (E8): fails for a reader that opens all files at once', (context) => {
  const root = temporaryFolder(context)
  placeModules(root, 200)
  const script = `Promise.all(process.argv.slice(1).map((path) => require('fs').promises.open(path))).then(() => console.log('read'), (error) => console.log(error.code))`
  const paths = readdirSync(join(root, '.claude/modules/f0')).map((name) =>
    join(root, '.claude/modules/f0', name),
  )
  const child = spawnSync(
    'sh',
    ['-c', 'ulimit -n 64 && exec "$@"', 'sh', process.execPath, '-e', script, ...paths],
    {
      encoding: 'utf8',
    },
  )
  assert.equal(child.stdout.trim(), 'EMFILE')
})

test('no descriptor stays open, whatever the doors are asked (E8)', async (context) => {
  const root = temporaryFolder(context)
  placeModules(root, 100)
  const open = (): number => readdirSync('/proc/self/fd').length
  await checkAll(root)
  const before = open()
  for (let round = 0; round < 10; round++) await checkAll(root)
  // Node itself opens one or the other; what stays open each time would be ten.
  assert.ok(open() < before + 10, `${before} descriptors have become ${open()}`)
})

async function checkAll(root: string): Promise<Map<string, string>> {
  const framework = await createFramework({ root, builtIn: false })
  const digests = new Map<string, string>()
  for (const { id } of (await framework.graph()).modules) digests.set(id, (await framework.load(id)).digest)
  for (const path of ['none.md', '../x', '.claude', '.claude/modules/f0'])
    await framework.read(path).catch(() => '')
  await framework.dispose()
  return digests
}

test('an edit that keeps size and time is found when everything is looked at again (D9)', async (context) => {
  const root = temporaryFolder(context)
  const count = rounds(20, 1_000)
  placeModules(root, count)
  const before = await checkAll(root)
  const framework = await createFramework({ root, builtIn: false })
  await framework.check()
  let edited = 0
  for (const path of before.keys()) {
    const at = join(root, path)
    const { size, atimeMs, mtimeMs } = statSync(at)
    writeFileSync(at, `# Another text of ${path}`.padEnd(size, '.').slice(0, size))
    utimesSync(at, atimeMs / 1_000, mtimeMs / 1_000)
    const after = statSync(at)
    assert.equal(after.size, size)
    assert.ok(Math.abs(after.mtimeMs - mtimeMs) < 0.01)
    edited++
  }
  const { changed, added, removed } = await framework.refresh()
  assert.deepEqual([changed.toSorted(), added, removed], [[...before.keys()].toSorted(), [], []])
  const after = await checkAll(root)
  assert.equal(after.size, before.size)
  for (const [path, digest] of after) {
    assert.notEqual(digest, before.get(path), path)
    assert.equal((await framework.load(path)).digest, digest)
  }
  await framework.dispose()
  publish(context, `D9 ${edited} edits with the same size and time, all found by the next look at everything`)
})
