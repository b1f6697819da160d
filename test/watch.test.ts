import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import fs, {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { type Change, createFramework, type Framework, type Path } from 'heddle'
import { memoryFiles } from 'heddle/files'
import { type Clock, createClock } from '../core/base/clock.ts'

/** A folder with these files that is gone when the test is over, and a framework over it. */
async function frameworkOver(
  context: TestContext,
  files: Readonly<Record<string, string>>,
  options: { readonly clock?: Clock; readonly isCheckout?: boolean } = {},
): Promise<{ root: string; framework: Framework }> {
  const root = mkdtempSync(join(tmpdir(), 'heddle-watch-'))
  for (const [path, text] of Object.entries(files)) write(root, path, text)
  if (options.isCheckout) execFileSync('git', ['init', '-q'], { cwd: root })
  const { clock } = options
  const framework = await createFramework({ root, builtIn: false, ...(clock && { clock }) })
  context.after(async () => {
    await framework.dispose()
    rmSync(root, { recursive: true, force: true })
  })
  return { root, framework }
}

function write(root: string, path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), text)
}

/** A clock on which nothing is looked at again by itself, so that only what the watcher tells is seen. */
function withoutReconciling(): Clock {
  const clock = createClock()
  return { now: clock.now, after: (ms, callback) => (ms < 300 ? clock.after(ms, callback) : () => {}) }
}

const patienceMs = 30_000

/** Settles when the condition holds; rejects with what was waited for when it never does. */
async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const limit = performance.now() + patienceMs
  while (!(await holds())) {
    if (performance.now() > limit) throw new Error(`Waited in vain: ${what}.`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

/** What the kernel watches for this process. */
function countWatches(): number {
  const infos = readdirSync('/proc/self/fdinfo').map((fd) => {
    try {
      return readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8')
    } catch {
      return ''
    }
  })
  return infos.join('\n').match(/^inotify wd/gm)?.length ?? 0
}

const onLinux = { skip: process.platform !== 'linux' && 'watches are counted in /proc' }

async function titleOf(framework: Framework, path: string): Promise<string | null | undefined> {
  return (await framework.graph()).modules.find((module) => module.path === path)?.title
}

test('a second save shortly after the first is told as well', async (context) => {
  const { root, framework } = await frameworkOver(
    context,
    { 'docs/a.md': '# A\n' },
    { clock: withoutReconciling() },
  )
  await framework.watch(() => {})
  for (let edit = 0; edit < 10; edit++) {
    write(root, 'docs/a.md', `# First ${edit}\n`)
    await new Promise((resolve) => setTimeout(resolve, 20))
    write(root, 'docs/a.md', `# Second ${edit}\n`)
    await until('the second save', async () => (await titleOf(framework, 'docs/a.md')) === `Second ${edit}`)
  }
})

test('a burst of saves becomes few changes, counted up by one, and whoever is told sees them', async (context) => {
  const { root, framework } = await frameworkOver(context, { 'docs/m0.md': '# M 0\n' })
  const seen: Promise<{ change: Change; modules: number }>[] = []
  await framework.watch((change) => {
    seen.push(framework.check().then(({ modules }) => ({ change, modules })))
  })
  for (let index = 1; index < 1_000; index++) write(root, `docs/m${index}.md`, `# M ${index}\n`)
  let added = 0
  const isAll = async (): Promise<boolean> => {
    const told = await Promise.all(seen)
    added = told.reduce((sum, { change }) => sum + change.added.length - change.removed.length, 0)
    return added === 999
  }
  await until('every module', isAll)
  const told = await Promise.all(seen)
  assert.ok(told.length < 100, `${told.length} batches`)
  let modules = 1
  for (const [index, { change, modules: now }] of told.entries()) {
    modules += change.added.length - change.removed.length
    assert.equal(change.generation, index + 1)
    assert.ok(now >= modules, `${now} modules are seen where ${modules} were told`)
  }
  assert.equal(modules, 1_000)
})

test('a listener that throws or rejects is told the next change all the same', async (context) => {
  const { root, framework } = await frameworkOver(context, { 'a.md': '# A\n' })
  const told: number[] = []
  await framework.watch(({ generation }) => {
    told.push(generation)
    throw new Error('from the listener')
  })
  const rejecting = (): unknown => Promise.reject(new Error('from the other listener'))
  await framework.watch(rejecting)
  for (const [index, title] of ['B', 'C', 'D'].entries()) {
    write(root, 'a.md', `# ${title}\n`)
    await until(title, () => told.length > index)
  }
  assert.deepEqual(told, [1, 2, 3])
})

test('two that watch are told the same, and one goes on when the other has closed', async (context) => {
  const { root, framework } = await frameworkOver(context, { 'a.md': '# A\n' })
  const first: number[] = []
  const second: number[] = []
  const watching = await framework.watch(({ generation }) => first.push(generation))
  await framework.watch(({ generation }) => second.push(generation))
  write(root, 'a.md', '# B\n')
  await until('both', () => first.length === 1 && second.length === 1)
  await watching.close()
  write(root, 'a.md', '# C\n')
  await until('the second', () => second.length === 2)
  assert.deepEqual([first, second], [[1], [1, 2]])
})

test('files in memory are looked at when somebody says so, and whoever watches is told', async () => {
  const files = memoryFiles({ 'a.md': '# A\n' })
  const framework = await createFramework({ files, builtIn: false })
  const told: (readonly string[])[] = []
  const watching = await framework.watch(({ changed, added }) => told.push([...changed, ...added]))
  await files.write('a.md' as Path, '# B\n')
  await framework.refresh(['a.md'])
  await files.write('b.md' as Path, '# B\n')
  await watching.reconcile()
  await framework.refresh()
  assert.deepEqual(told, [['a.md'], ['b.md']])
  await framework.dispose()
})

test('looking at everything reads only files that have another stamp', async () => {
  const files = memoryFiles({ 'a.md': '# A\n', 'b.md': '# B\n', 'c.md': '# C\n' })
  const reads: string[] = []
  const { sync } = files
  const read = (path: Path): Uint8Array => {
    reads.push(path)
    return sync.read(path)
  }
  const counted = { ...files, sync: { ...sync, read } }
  const framework = await createFramework({ files: counted, builtIn: false })
  await framework.check()
  await framework.refresh()
  reads.length = 0
  await framework.refresh()
  assert.deepEqual(reads, [])
  await files.write('b.md' as Path, '# X\n')
  assert.deepEqual((await framework.refresh()).changed, ['b.md'])
  assert.deepEqual([...new Set(reads)], ['b.md'])
  await framework.dispose()
})

test('what is behind a link is told under the path of the link', async (context) => {
  const { root, framework } = await frameworkOver(
    context,
    { 'docs/a.md': '# A\n', 'other/x.md': '[b](../linked/b.md)\n' },
    { clock: withoutReconciling() },
  )
  symlinkSync('docs/a.md', join(root, 'a.md'))
  symlinkSync('docs', join(root, 'linked'))
  await framework.watch(() => {})
  assert.equal((await framework.check()).references.missing, 1)
  assert.equal((await framework.load('a.md')).title, 'A')
  write(root, 'docs/a.md', '# B\n')
  await until('the title', async () => (await framework.load('a.md')).title === 'B')
  write(root, 'docs/b.md', '# B\n')
  await until('the target', async () => (await framework.check()).references.missing === 0)
})

test(
  'a folder that was removed and made again is watched again, and so is the root',
  onLinux,
  async (context) => {
    const { root, framework } = await frameworkOver(context, { 'docs/deep/a.md': '# A\n' })
    const before = countWatches()
    const watching = await framework.watch(() => {})
    for (const [index, gone] of ['docs/deep', 'docs', '', 'docs/deep', ''].entries()) {
      rmSync(join(root, gone), { recursive: true })
      if (index % 2 === 0) await watching.reconcile()
      write(root, 'docs/deep/a.md', `# Again ${index}\n`)
      await watching.reconcile()
      assert.equal(await titleOf(framework, 'docs/deep/a.md'), `Again ${index}`)
      await until('the root, docs and deep', () => countWatches() - before === 3)
      write(root, 'docs/deep/a.md', `# Told ${index}\n`)
      await until('an edit', async () => (await titleOf(framework, 'docs/deep/a.md')) === `Told ${index}`)
    }
  },
)

test('a folder in which another one is put in place of a folder is watched', async (context) => {
  const { root, framework } = await frameworkOver(
    context,
    { 'docs/a.md': '# A\n', 'next/a.md': '# B\n' },
    { clock: withoutReconciling() },
  )
  const watching = await framework.watch(() => {})
  renameSync(join(root, 'docs'), join(root, 'old'))
  renameSync(join(root, 'next'), join(root, 'docs'))
  await until('the other folder', async () => (await titleOf(framework, 'docs/a.md')) === 'B')
  await watching.reconcile()
  write(root, 'docs/a.md', '# C\n')
  await until('an edit in it', async () => (await titleOf(framework, 'docs/a.md')) === 'C')
})

test(
  'folders that git ignores cost no watches, by new rules from the next reconcile on',
  onLinux,
  async (context) => {
    const files: Record<string, string> = { '.gitignore': 'target/\n', 'docs/a.md': '# A\n' }
    for (let index = 0; index < 50; index++) {
      files[`target/f${index}/x.md`] = '# X\n'
      files[`build/f${index}/x.md`] = '# X\n'
    }
    const { root, framework } = await frameworkOver(context, files, {
      isCheckout: true,
      clock: withoutReconciling(),
    })
    const before = countWatches()
    const watching = await framework.watch(() => {})
    // The root, docs, build and what is in build; no file on its own.
    assert.equal(countWatches() - before, 53)
    write(root, '.gitignore', 'target/\nbuild/\n')
    await watching.reconcile()
    assert.equal(countWatches() - before, 2)
    write(root, '.gitignore', 'build/\n')
    await watching.reconcile()
    assert.equal(countWatches() - before, 53)
    await watching.close()
    assert.equal(countWatches() - before, 0)
  },
)

test('where the machine watches no more, changes are found by looking, and that is told', async (context) => {
  const real = fs.watch
  context.after(() => {
    fs.watch = real
    syncBuiltinESMExports()
  })
  fs.watch = ((place: string, ...rest: readonly never[]) => {
    if (place.endsWith('docs')) throw Object.assign(new Error('ENOSPC: no space left'), { code: 'ENOSPC' })
    return real(place, ...rest)
  }) as typeof fs.watch
  syncBuiltinESMExports()
  const clock = createClock()
  const hurried: Clock = { now: clock.now, after: (ms, call) => clock.after(ms > 1_000 ? ms / 50 : ms, call) }
  const { root, framework } = await frameworkOver(context, { 'docs/a.md': '# A\n' }, { clock: hurried })
  const told: Change[] = []
  await framework.watch((change) => told.push(change))
  await until('that notices are lost', () => told.length > 0)
  assert.deepEqual([told[0]!.degraded, told[0]!.generation], [true, 0])
  assert.deepEqual(
    framework.faults.map(({ code, severity }) => [code, severity]),
    [['WATCH_DEGRADED', 'warning']],
  )
  assert.match(framework.faults[0]!.message, /^Change notices were lost; a full scan ran\..*ENOSPC/)
  write(root, 'docs/a.md', '# B\n')
  await until('the edit', async () => (await titleOf(framework, 'docs/a.md')) === 'B')
  assert.deepEqual(told.at(-1)!.changed, ['docs/a.md'])
  assert.equal(told.at(-1)!.degraded, true)
})

const leaving = `
  import { createFramework } from 'heddle'
  import { writeFileSync } from 'node:fs'
  const framework = await createFramework({ root: process.argv[1], builtIn: false })
  let isTold
  const told = new Promise((resolve) => (isTold = resolve))
  const watching = await framework.watch(isTold)
  for (let index = 0; index < 300; index++) writeFileSync(process.argv[1] + '/m' + index + '.md', '# M ' + index)
  await told
  writeFileSync(process.argv[1] + '/m1.md', '# Another')
  await (process.argv[2] === 'close' ? watching.close() : framework.dispose())
  console.log('closed')
`

test('a process ends by itself when its watching is closed or its framework disposed, in the middle of a batch', () => {
  for (const how of ['close', 'dispose']) {
    const root = mkdtempSync(join(tmpdir(), 'heddle-watch-'))
    const words = ['--import', 'tsx', '--conditions=source', '--input-type=module', '-e', leaving, root, how]
    const child = spawnSync(process.execPath, words, { encoding: 'utf8', timeout: 60_000 })
    rmSync(root, { recursive: true, force: true })
    assert.deepEqual([child.signal, child.status, child.stdout.trim()], [null, 0, 'closed'], child.stderr)
  }
})
