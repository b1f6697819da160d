import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { watch } from 'node:fs'
import { createServer } from 'node:http'
import { test } from 'node:test'
import { bash, defineGroup, definePlugin, HeddleError, read, write } from 'heddle'
import { memoryFiles, parsePath } from 'heddle/files'
import {
  createTestFramework,
  createTestGate,
  createTestOrder,
  createVirtualClock,
  expectDiagnostics,
  expectPlan,
  filesContract,
  injectFileFaults,
  LeakError,
  readingContract,
  readTexts,
  type TestProgram,
  withoutLeaks,
} from 'heddle/testing'

function at(text: string) {
  const path = parsePath(text)
  assert.ok(path.ok)
  return path.value
}

test('a gate lets nobody through before the test says so, and tells when somebody has come', async () => {
  const gate = createTestGate()
  const passed: number[] = []
  const all = [1, 2, 3].map(async (each) => {
    await gate.pass()
    passed.push(each)
  })
  await gate.reached(3)
  assert.deepEqual([passed, gate.waiting], [[], 3])
  gate.admit()
  await all[0]
  assert.deepEqual([passed, gate.waiting], [[1], 2])
  gate.fail(new Error('closed'))
  await assert.rejects(all[1]!, /closed/)
  await assert.rejects(all[2]!, /closed/)
  await assert.rejects(gate.pass(), /closed/)
  const open = createTestGate()
  open.admit(2)
  await Promise.all([open.pass(), open.pass()])
  open.open()
  await open.pass()
})

test('an order is kept whatever order things come in; what is not in it is refused', async () => {
  const step = createTestOrder(['c', 'a', 'b'])
  const seen: string[] = []
  await Promise.all(['a', 'b', 'c'].map((name) => step(name).then(() => seen.push(name))))
  assert.deepEqual(seen, ['c', 'a', 'b'])
  await assert.rejects(step('d'), /"d" is not in the order c, a, b/)
  await assert.rejects(step('a'), /stepped on twice/)
})

test('a virtual clock goes on when it is told to, and calls what is due in order', async () => {
  const clock = createVirtualClock()
  const called: string[] = []
  clock.after(30, () => called.push(`late ${clock.now()}`))
  clock.after(10, () => {
    called.push(`early ${clock.now()}`)
    clock.after(5, () => called.push(`nested ${clock.now()}`))
  })
  const cancel = clock.after(20, () => called.push('never'))
  cancel()
  clock.advance(20)
  assert.deepEqual([called, clock.now(), clock.waiting], [['early 10', 'nested 15'], 20, 1])
  const hour = new Promise<string>((resolve) => clock.after(3_600_000, () => resolve('done')))
  assert.equal(await clock.drive(hour), 'done')
  assert.deepEqual(called.at(-1), 'late 30')
  await assert.rejects(createVirtualClock({ patience: 20 }).drive(new Promise(() => {})), /Nothing is left/)
})

test('faults of files come where and as often as they are asked for', async () => {
  const gate = createTestGate()
  const files = injectFileFaults(memoryFiles({ 'a.md': 'one', 'b/c.md': 'two' }), [
    { path: '**/c.md', after: 1, times: 1, error: 'UNREADABLE' },
    { path: 'a.md', cut: 2, wait: gate.pass },
    { path: '**', on: ['write', 'remove'], error: new Error('no space') },
  ])
  const text = async (path: string): Promise<string> => new TextDecoder().decode(await files.read(at(path)))
  assert.equal(await text('b/c.md'), 'two')
  await assert.rejects(
    text('b/c.md'),
    (thrown) => thrown instanceof HeddleError && thrown.code === 'UNREADABLE',
  )
  assert.equal(await text('b/c.md'), 'two')
  const cut = text('a.md')
  await gate.reached()
  gate.open()
  assert.equal(await cut, 'on')
  await assert.rejects(files.write(at('x'), ''), /no space/)
  await assert.rejects(files.remove(at('a.md')), /no space/)
  assert.deepEqual(await readTexts(memoryFiles({ 'b/c.md': 'two', a: '' })), { a: '', 'b/c.md': 'two' })
})

for (const { name, check } of [
  ...filesContract(() => injectFileFaults(memoryFiles(), [])),
  ...readingContract(async (contents) => injectFileFaults(memoryFiles(contents), [])),
])
  test(`files without faults keep the contract: ${name}`, check)

/** Reads a file and writes what it says to another one, runs two programs beside it. */
const copying = definePlugin({
  name: 'copying',
  apply(hooks) {
    hooks.plan.for('copy').tap('copying', () => [
      defineGroup({
        name: 'look',
        operations: [read('in.txt'), bash('wc in.txt', { name: 'count', claims: { writes: [] } })],
      }),
      defineGroup({
        name: 'keep',
        needs: ['look'],
        operations: [write({ path: 'out.txt', text: 'kept' })],
      }),
    ])
  },
})
const project = { '.claude/commands/copy.md': '---\npattern: copy\n---\n# Copy\n', 'in.txt': 'text' }

test('programs are stood in for over files in memory, with what they print and how they end', async () => {
  const framework = await createTestFramework({
    files: project,
    plugins: [copying()],
    programs: [{ command: 'wc', stdout: '1 1 4 in.txt' }],
  })
  const report = await framework.run('copy')
  assert.equal(report.status, 'passed')
  assert.equal((report.groups[0]!.operations[1]!.output as { stdout: string }).stdout, '1 1 4 in.txt')
  assert.deepEqual(framework.started, [{ command: 'wc in.txt', cwd: '/project', ended: 'exit' }])
  assert.deepEqual(await framework.texts(), { ...project, 'out.txt': 'kept' })
  await framework.dispose()
})

const ends: readonly [TestProgram, string, string][] = [
  [{ command: /^wc/, code: 3, stderr: 'no' }, 'failed COMMAND_FAILED', 'exit'],
  [{ command: 'wc', fails: 'COMMAND_NOT_EXECUTABLE' }, 'failed COMMAND_NOT_EXECUTABLE', 'not-started'],
  [{ command: 'w' }, 'failed COMMAND_NOT_FOUND', 'not-started'],
  [{ command: 'wc', hangs: true }, 'timed-out TIMEOUT', 'deadline'],
  [{ command: 'wc', takesMs: 59_000 }, 'done undefined', 'exit'],
]
for (const [program, wanted, ended] of ends) {
  test(`a program that ${JSON.stringify(program)} ends as ${wanted}, and no real time passes`, async () => {
    const clock = createVirtualClock()
    const framework = await createTestFramework({
      files: project,
      plugins: [copying()],
      programs: [program],
      clock,
      deadlineMs: 60_000,
    })
    const report = await clock.drive(framework.run('copy'))
    const { status, error } = report.groups[0]!.operations[1]!
    assert.equal(`${status} ${error?.code}`, wanted)
    assert.deepEqual(framework.started.map((each) => each.ended).slice(0, 1), [ended])
    assert.equal('out.txt' in (await framework.texts()), wanted.startsWith('done'))
    await framework.dispose()
  })
}

test('a file that cannot be read is a finding of the check and a failed operation of the run', async () => {
  const framework = await createTestFramework({
    files: { ...project, '.claude/modules/a.md': '# A\n' },
    faults: [
      { path: '.claude/modules/*', error: 'UNREADABLE' },
      { path: 'in.txt', error: 'UNREADABLE' },
    ],
    plugins: [copying()],
    programs: [{ command: 'wc' }],
  })
  const check = await framework.check()
  expectDiagnostics(check, ['error UNREADABLE .claude/modules/a.md:1:1'])
  const report = await framework.run('copy')
  assert.deepEqual(
    report.groups.map(({ operations }) => operations.map(({ status }) => status)),
    [['failed', 'done'], ['skipped']],
  )
  await framework.dispose()
})

test('expectations of diagnostics and plans show what is otherwise, whole', async () => {
  const framework = await createTestFramework({
    files: { ...project, 'CLAUDE.md': 'See [a](gone.md).\n' },
    plugins: [copying()],
  })
  const check = await framework.check()
  expectDiagnostics(check, ['error REFERENCE_MISSING CLAUDE.md:1:9'])
  assert.throws(() => expectDiagnostics(check, []), /REFERENCE_MISSING CLAUDE\.md:1:9 "gone\.md"/)
  assert.throws(() => expectDiagnostics(check, ['error REFERENCE_MISS']), /REFERENCE_MISS/)
  const plan = await framework.plan('copy')
  expectPlan(plan, ['copying/look/read-1', 'copying/look/count', 'copying/keep/write-1 (copying/look)'])
  expectPlan(
    plan,
    ['1 copying/look/read-1', '1 copying/look/count', '2 copying/keep/write-1 (copying/look)'],
    { levels: true },
  )
  assert.throws(() => expectPlan(plan, ['copying/look/count']), /copying\/keep/)
  await framework.dispose()
})

const leaving: Readonly<Record<string, readonly [RegExp, () => unknown]>> = {
  timer: [/a timer, made at .*testing\.test\.ts:\d+/, () => setTimeout(() => {}, 1e6)],
  'timer that is no reason to stay': [/a timer/, () => setInterval(() => {}, 1e6).unref()],
  watcher: [/a file watcher, made at/, () => watch('.', { persistent: false })],
  child: [/a child process, made at/, () => spawn(process.execPath, ['-e', 'setTimeout(() => {}, 1e6)'])],
  server: [
    /a server, made at/,
    () =>
      new Promise(
        (resolve) =>
          void createServer().listen(0, function (this: unknown) {
            resolve(this)
          }),
      ),
  ],
  listener: [/a listener of process for "SIGWINCH"/, () => process.on('SIGWINCH', nothing)],
  taps: [
    /not disposed, with the taps of copying/,
    () => createTestFramework({ files: {}, plugins: [copying()] }),
  ],
}
function nothing(): void {}

for (const [what, [pattern, make]] of Object.entries(leaving)) {
  test(`a ${what} left behind fails the test and is named`, async () => {
    let left: unknown
    await assert.rejects(
      withoutLeaks(async () => {
        left = await make()
      }),
      (thrown) => thrown instanceof LeakError && pattern.test(thrown.message) && thrown.leaks.length >= 1,
    )
    process.off('SIGWINCH', nothing)
    if (left === process) return
    const thing = left as Partial<Record<'close' | 'kill' | 'dispose', () => unknown>>
    if (typeof left === 'object' && left !== null && Symbol.toPrimitive in left) clearTimeout(left as never)
    else await (thing.kill ?? thing.dispose ?? thing.close)?.call(left)
  })
}

test('what is tidied up is no leak, however late it ends', async () => {
  const value = await withoutLeaks(async () => {
    clearTimeout(setTimeout(() => {}, 1e6))
    setTimeout(() => {}, 30)
    watch('.').close()
    const child = spawn(process.execPath, ['-e', ''])
    const framework = await createTestFramework({
      files: project,
      plugins: [copying()],
      programs: [{ command: 'wc' }],
    })
    await framework.run('copy')
    await framework.dispose()
    await new Promise((resolve) => child.once('close', resolve))
    return 'value'
  })
  assert.equal(value, 'value')
})
