import assert from 'node:assert/strict'
import {
  existsSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { createClock } from '../core/base/clock.ts'
import type { Diagnostic } from '../core/base/diagnostic.ts'
import { HeddleError } from '../core/base/diagnostic.ts'
import { builtinOperations } from '../core/operations/index.ts'
import type { RunEvent } from '../core/run/events.ts'
import { type ExecuteOptions, execute } from '../core/run/execute.ts'
import type { Group } from '../core/run/group.ts'
import type { Claims, Operation, OperationContext, OperationKind } from '../core/run/operation.ts'
import { createPlan, type Plan } from '../core/run/plan.ts'
import type { Outcome, Report } from '../core/run/report.ts'
import { diskFiles } from '../core/vfs/disk.ts'
import { memoryFiles } from '../core/vfs/memory.ts'
import type { Path } from '../core/vfs/path.ts'
import type { z as zod } from 'zod'
import { createWorkspace } from '../core/vfs/workspace.ts'
import { createVirtualClock } from 'heddle/testing'

// Plans

test('groups stand in the order of their needs, then as declared, under their full names', () => {
  const plan = planOf([
    { name: 'b/last', needs: ['a/first', 'middle'], operations: [] },
    {
      name: 'b/middle',
      operations: [
        { kind: 'read', input: {} },
        { kind: 'list', input: {} },
      ],
    },
    { name: 'a/first', operations: [{ kind: 'read', name: 'own', input: {} }] },
  ])
  assert.deepEqual(
    plan.groups.map(({ name, needs, operations }) => [
      name,
      needs,
      operations.map((operation) => operation.name),
    ]),
    [
      ['a/first', [], ['own']],
      ['b/middle', [], ['read-1', 'list-2']],
      ['b/last', ['a/first', 'b/middle'], []],
    ],
  )
})

test('a plan that cannot be carried out is refused with what is wrong in it', () => {
  const group = (name: string, needs: string[] = [], operations: Operation[] = []): Group => ({
    name,
    needs,
    operations,
  })
  const named: Operation = { kind: 'read', name: 'twice', input: {} }
  const refused = (groups: readonly Group[]): Diagnostic => {
    const plan = createPlan(groups)
    assert.ok(!plan.ok)
    return plan.diagnostic
  }
  assert.match(refused([group('x/tests'), group('x/b', ['x/test'])]).hint!, /"x\/tests"/)
  assert.equal(refused([group('x/a'), group('x/b', ['gone'])]).code, 'PLAN_NEED_UNKNOWN')
  assert.equal(refused([group('a'), group('a')]).code, 'PLAN_DUPLICATE')
  assert.equal(refused([group('a', [], [named, named])]).code, 'PLAN_DUPLICATE')
  const cycle = refused([group('a', ['c']), group('b', ['a']), group('c', ['b'])])
  assert.equal(cycle.code, 'PLAN_CYCLE')
  assert.match(cycle.message, /a → c → b → a/)
  const many = Array.from({ length: 100_001 }, () => named)
  assert.equal(refused([group('a', [], many)]).code, 'PLAN_TOO_LARGE')
})

// Order

test('an operation starts when what its group needs is done, and waits for nothing else', async () => {
  const run = startRun([
    { name: 'slow', operations: [step('slow')] },
    { name: 'quick', operations: [step('quick')] },
    { name: 'after-quick', needs: ['quick'], operations: [step('after-quick')] },
    { name: 'after-both', needs: ['slow', 'quick'], operations: [step('after-both')] },
  ])
  await run.reached('slow', 'quick')
  run.open('quick')
  await run.reached('after-quick')
  assert.ok(!run.isReached('after-both'))
  run.open('after-quick', 'slow', 'after-both')
  assert.equal((await run.report).status, 'passed')
})

test('operations of one group run at once, as many as the lane takes, lowest first', async () => {
  const run = startRun([{ name: 'g', operations: ['a', 'b', 'c', 'd'].map((name) => step(name)) }], {
    concurrency: { io: 2 },
  })
  await run.reached('a', 'b')
  assert.ok(!run.isReached('c'))
  run.open('b')
  await run.reached('c')
  assert.ok(!run.isReached('d'))
  run.open('a', 'c', 'd')
  const report = await run.report
  assert.deepEqual(
    report.groups[0]!.operations.map(({ name }) => name),
    ['a', 'b', 'c', 'd'],
  )
})

test('one lane that is full holds up no other', async () => {
  const run = startRun(
    [
      {
        name: 'g',
        operations: [step('first'), step('second'), { ...step('program'), kind: 'process-step' }],
      },
    ],
    { concurrency: { io: 1, process: 1 } },
  )
  await run.reached('first', 'program')
  assert.ok(!run.isReached('second'))
  run.open('first', 'second', 'program')
  await run.report
})

test('what conflicts with an earlier operation waits for it, and only that', async () => {
  const run = startRun([
    {
      name: 'g',
      operations: [
        step('writer', { reads: [], writes: ['src/a.ts'] }),
        step('elsewhere', { reads: ['docs/**'], writes: ['out/x'] }),
        step('scratch', { reads: ['lib'], writes: [], scratch: ['src/a.ts'] }),
        step('neighbour', { reads: ['src/b.ts'], writes: ['src/c.ts'] }),
        step('same-file', { reads: ['src/a.ts'], writes: [] }),
        step('folder', { reads: ['src'], writes: [] }),
        step('glob', { reads: ['src/**/*.ts'], writes: [] }),
        step('everything', { reads: ['**'], writes: [] }),
        step('below', { reads: ['src/a.ts/x'], writes: [] }),
      ],
    },
  ])
  await run.reached('writer', 'elsewhere', 'scratch', 'neighbour')
  await run.quiet()
  const waiting = ['same-file', 'folder', 'glob', 'everything', 'below']
  assert.deepEqual(
    waiting.filter((name) => run.isReached(name)),
    [],
  )
  run.open('writer', 'elsewhere', 'scratch', 'neighbour')
  await run.reached(...waiting)
  run.open(...waiting)
  await run.report
})

test('a writer waits for every earlier reader, and readers for each other never', async () => {
  const reads: Claims = { reads: ['a'], writes: [] }
  const run = startRun([
    { name: 'readers', operations: [step('one', reads), step('two', reads), step('three', reads)] },
    { name: 'writers', operations: [step('writer', { reads: [], writes: ['a'] }), step('late', reads)] },
  ])
  await run.reached('one', 'two', 'three')
  run.open('one', 'three')
  await run.quiet()
  assert.ok(!run.isReached('writer'))
  run.open('two')
  await run.reached('writer')
  assert.ok(!run.isReached('late'))
  run.open('writer', 'late')
  await run.report
})

test('an operation that was skipped does not let others past what it would have waited for', async () => {
  const writesA: Claims = { reads: [], writes: ['a'] }
  const run = startRun([
    { name: 'first', operations: [step('slow', writesA)] },
    {
      name: 'broken',
      operations: [{ kind: 'broken', input: { deed: '' }, claims: { reads: [], writes: [] } }],
    },
    { name: 'skipped', needs: ['broken'], operations: [step('never', writesA)] },
    { name: 'last', operations: [step('reader', { reads: ['a'], writes: [] })] },
  ])
  await run.reached('slow')
  await run.quiet()
  assert.ok(!run.isReached('reader'))
  run.open('slow', 'reader')
  const report = await run.report
  assert.equal(outcome(report, 'never').status, 'skipped')
})

test('one by one is the same order, with one operation at a time', async () => {
  let most = 0
  const running = new Set<string>()
  const started: string[] = []
  const groups: Group[] = [
    { name: 'b', needs: ['a'], operations: [step('3'), step('4')] },
    { name: 'a', operations: [step('1'), step('2')], expand: () => [step('2b')] },
    { name: 'c', operations: [step('5')] },
  ]
  const run = startRun(groups, {
    serial: true,
    onEvent(event) {
      if (event.type === 'operation-started') {
        running.add(event.operation)
        started.push(event.operation)
        run.open(event.operation)
      }
      if (event.type === 'operation-settled') running.delete(event.outcome.name)
      most = Math.max(most, running.size)
    },
  })
  const report = await run.report
  assert.deepEqual(started, ['1', '2', '2b', '3', '4', '5'])
  assert.equal(most, 1)
  assert.deepEqual(
    report.groups.map(({ name }) => name),
    ['a', 'b', 'c'],
  )
})

// Failures

test('whatever an operation throws is named, and its siblings are complete', async () => {
  const hostile = {
    // oxlint-disable-next-line unicorn/no-thenable -- that is the hostile part
    get then(): never {
      throw new Error('a getter')
    },
  }
  const deeds: Record<string, () => unknown> = {
    error: () => {
      throw new Error('plain')
    },
    later: () => Promise.reject(new Error('later')),
    nothing: () => {
      throw null
    },
    text: () => Promise.reject('only text'),
    getter: () => hostile,
    message: () => {
      throw Object.defineProperty(new Error('x'), 'message', {
        get() {
          throw new Error('no')
        },
      })
    },
    typed: () => {
      throw new HeddleError({ code: 'OWN_CODE', severity: 'error', message: 'typed', hint: 'do this' })
    },
    fine: () => 'value',
  }
  const report = await runDeeds(deeds)
  assert.equal(report.status, 'partial')
  assert.deepEqual(
    report.groups[0]!.operations.map(({ name, status, error }) => [
      name,
      status,
      error?.code ?? null,
      error?.message ?? null,
    ]),
    [
      ['error', 'failed', 'OPERATION_FAILED', 'plain'],
      ['later', 'failed', 'OPERATION_FAILED', 'later'],
      ['nothing', 'failed', 'OPERATION_FAILED', 'a thrown null'],
      ['text', 'failed', 'OPERATION_FAILED', 'only text'],
      ['getter', 'failed', 'OPERATION_FAILED', 'a getter'],
      ['message', 'failed', 'OPERATION_FAILED', 'a thrown value that cannot be read'],
      ['typed', 'failed', 'OWN_CODE', 'typed'],
      ['fine', 'done', null, null],
    ],
  )
})

test('a failure skips the groups that need it, with the cause, and nothing else', async () => {
  const report = await runGroups([
    { name: 'p/source', operations: [deed('bad'), deed('good')] },
    {
      name: 'p/next',
      needs: ['source'],
      operations: [deed('good')],
      synthesise: () => 'never',
      gates: [gate(true)],
    },
    { name: 'p/after-next', needs: ['next'], operations: [], synthesise: () => 'never' },
    { name: 'p/last', needs: ['after-next'], operations: [deed('good')] },
    { name: 'p/other', operations: [deed('good')], synthesise: () => 'read' },
  ])
  const last = outcome(report, 'deed-1', 'p/last')
  assert.equal(last.status, 'skipped')
  assert.equal(last.error?.code, 'DEPENDENCY_FAILED')
  assert.equal(last.error.message, 'Skipped because "deed-1" of the group "p/source" failed.')
  assert.deepEqual(
    report.groups.map(({ name, synthesis }) => [name, synthesis]),
    [
      ['p/source', null],
      ['p/next', null],
      ['p/after-next', null],
      ['p/last', null],
      ['p/other', 'read'],
    ],
  )
  assert.deepEqual(report.gates, [{ name: 'gate', severity: 'blocking', status: 'skipped' }])
  assert.equal(report.status, 'partial')
})

test('wrong input names the field, an unknown kind and wrong output name the kind', async () => {
  const number: OperationKind<{ size: number }, { half: number }> = {
    ...kindBase,
    kind: 'number',
    input: (z) => z.strictObject({ size: z.number() }),
    output: (z) => z.object({ half: z.number() }),
    run: ({ size }) => ({ half: size === 0 ? ('none' as never) : size / 2 }),
  }
  const report = await runGroups(
    [
      {
        name: 'g',
        operations: [
          { kind: 'number', name: 'wrong', input: { size: 'big' } },
          { kind: 'number', name: 'typo', input: { size: 1, sise: 2 } },
          { kind: 'number', name: 'output', input: { size: 0 } },
          { kind: 'nobody', name: 'unknown', input: {} },
          { kind: 'number', name: 'right', input: { size: 4 } },
        ],
      },
    ],
    { kinds: kindsOf(number) },
  )
  assert.deepEqual(
    report.groups[0]!.operations.map(({ status, error }) => [status, error?.code ?? null]),
    [
      ['failed', 'INPUT_INVALID'],
      ['failed', 'INPUT_INVALID'],
      ['failed', 'OUTPUT_INVALID'],
      ['failed', 'KIND_UNKNOWN'],
      ['done', null],
    ],
  )
  assert.match(outcome(report, 'wrong').error!.message, /"size" of "wrong"/)
  assert.match(outcome(report, 'typo').error!.message, /"sise" of "typo"/)
  assert.match(outcome(report, 'output').error!.message, /"number".* at "half"/)
  assert.match(outcome(report, 'unknown').error!.message, /"nobody"/)
})

test('what fails leaves none of its writes; what it read before stays as it was', async () => {
  const files = memoryFiles({ 'a.txt': 'old' })
  const report = await runDeeds(
    {
      failing: async (context) => {
        await context.files.write('a.txt' as Path, 'new')
        await context.files.write('b/c.txt' as Path, 'new')
        throw new Error('after writing')
      },
      reading: async (context) => [
        new TextDecoder().decode(await context.files.read('a.txt' as Path)),
        await context.files.stat('b' as Path),
      ],
    },
    { files },
  )
  assert.equal(outcome(report, 'failing').status, 'failed')
  assert.deepEqual(outcome(report, 'reading').output, ['old', undefined])
})

test('what is written deep in a folder goes with the folder, for every later operation and in the commit', async () => {
  const files = memoryFiles({ 'a/b/c.txt': 'old' })
  const report = await runDeeds(
    {
      write: ({ files }) => files.write('a/b/c.txt' as Path, 'new'),
      remove: ({ files }) => files.remove('a' as Path),
      look: async ({ files }) => [await files.stat('a/b/c.txt' as Path), await files.list('a' as Path)],
      again: ({ files }) => files.write('a/d.txt' as Path, 'again'),
    },
    { files },
  )
  assert.deepEqual(outcome(report, 'look').output, [undefined, undefined])
  assert.deepEqual([await run(files, 'a/b/c.txt'), await run(files, 'a/d.txt')], [undefined, 'again'])
})

test('a finding of a kind keeps the output of what failed', async () => {
  const finding: Diagnostic = { code: 'FOUND', severity: 'error', message: 'found' }
  const kind = {
    ...kindBase,
    kind: 'finding',
    input: (z) => z.unknown(),
    run: () => 'output',
    failure: () => finding,
  } satisfies OperationKind
  const report = await runGroups([{ name: 'g', operations: [{ kind: 'finding', input: {} }] }], {
    kinds: kindsOf(kind),
  })
  const { status, output, error } = outcome(report, 'finding-1')
  assert.deepEqual([status, output, error], ['failed', 'output', finding])
})

test('an access outside the claims is refused before anything is learned, and nothing written is kept', async () => {
  const files = memoryFiles({ 'src/a.ts': 'a', 'secret.txt': 's' })
  const claims: Claims = { reads: ['src/**/*.ts'], writes: ['out/**'] }
  const accesses: Record<string, (context: OperationContext) => unknown> = {
    'reads "secret.txt"': ({ files }) => files.read('secret.txt' as Path),
    'reads "gone.txt"': ({ files }) => files.stat('gone.txt' as Path),
    'reads "src/a.md"': ({ files }) => files.read('src/a.md' as Path),
    'lists "src"': ({ files }) => files.list('src' as Path),
    'lists "."': ({ files }) => files.list('' as Path),
    'writes "src/a.ts"': ({ files }) => files.write('src/a.ts' as Path, 'x'),
    'removes "out"': ({ files }) => files.remove('src' as Path),
    'reads "sync.txt"': ({ files }) => files.sync!.read('sync.txt' as Path),
  }
  const report = await runDeeds(
    Object.fromEntries(
      Object.entries(accesses).map(([name, access]) => [
        name,
        async (context: OperationContext) => {
          await context.files.write('out/x' as Path, 'kept?')
          // Going on as if nothing had happened helps nobody.
          await Promise.resolve()
            .then(() => access(context))
            .catch(() => undefined)
          return 'fine'
        },
      ]),
    ),
    { files, claims },
  )
  for (const { error, status } of report.groups[0]!.operations) {
    assert.equal(status, 'failed')
    assert.equal(error?.code, 'CLAIM_EXCEEDED')
  }
  assert.match(outcome(report, 'reads "secret.txt"').error!.message, /reads "secret.txt"/)
  assert.match(outcome(report, 'lists "src"').error!.message, /lists "src"/)
  assert.equal(await run(files, 'out/x'), undefined)

  const allowed = await runDeeds(
    {
      allowed: async ({ files }) => {
        await files.read('src/a.ts' as Path)
        await files.makeFolder('out' as Path)
        await files.write('out/deep/x' as Path, 'y')
        await files.read('out/deep/x' as Path)
        return (await files.list('out' as Path))?.length
      },
    },
    { files, claims },
  )
  assert.equal(allowed.status, 'passed')
})

// Time

test('at its deadline an operation is asked to end, and what it then gives is kept', async () => {
  const report = await runDeeds(
    {
      obedient: ({ signal }) =>
        new Promise((resolve) => signal.addEventListener('abort', () => resolve('what there was'))),
    },
    { deadlineMs: 1_000 },
  )
  const { status, output, error, ranMs } = outcome(report, 'obedient')
  assert.deepEqual([status, output, error?.code, ranMs], ['timed-out', 'what there was', 'TIMEOUT', 1_000])
  assert.deepEqual(report.diagnostics, [])
})

test('one that never ends is let go after the grace and named, and its late result has no effect (E2)', async () => {
  const files = memoryFiles()
  let finish!: () => void
  let afterwards!: Promise<unknown>
  const waiting = new Promise<void>((resolve) => (finish = resolve))
  const report = await runDeeds(
    {
      stubborn(context) {
        afterwards = waiting.then(async () => {
          await context.files.write('late.txt' as Path, 'late')
          context.progress('still here')
          return context.spawn({ program: 'true', cwd: '.' }).catch((thrown: HeddleError) => thrown.code)
        })
        return afterwards
      },
      sibling: () => 'done',
    },
    { files, deadlineMs: 1_000, graceMs: 250 },
  )
  assert.deepEqual(
    report.groups[0]!.operations.map(({ name, status, ranMs }) => [name, status, ranMs]),
    [
      ['stubborn', 'timed-out', 1_250],
      ['sibling', 'done', 0],
    ],
  )
  assert.deepEqual(
    report.diagnostics.map(({ code, severity }) => [code, severity]),
    [['ABORT_IGNORED', 'warning']],
  )
  finish()
  assert.equal(await afterwards, 'CANCELLED')
  assert.equal(await run(files, 'late.txt'), undefined)
})

test('a loop that holds the thread past the deadline is late, though no timer could fire', async () => {
  const clock = createClock()
  const report = await runDeeds(
    {
      loop() {
        for (const end = performance.now() + 30; performance.now() < end;);
        return 'late'
      },
    },
    { clock, deadlineMs: 10 },
  )
  assert.equal(outcome(report, 'loop').status, 'timed-out')
})

test('10 000 operations settle once each, whatever they do (E2)', async () => {
  const settled = new Map<string, number>()
  const deeds: ((context: OperationContext) => unknown)[] = [
    () => 'value',
    () => Promise.resolve('later'),
    () => new Promise(() => undefined),
    () => Promise.reject(new Error('no')),
    ({ signal }) =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('ended')))),
    ({ signal }) =>
      new Promise((resolve) => signal.addEventListener('abort', () => queueMicrotask(() => resolve(1)))),
    () => {
      throw undefined
    },
  ]
  const named = Object.fromEntries(
    Array.from({ length: 10_000 }, (_, index) => [`n${index}`, deeds[index % deeds.length]!]),
  )
  const report = await runDeeds(named, {
    deadlineMs: 100,
    concurrency: { io: 1_000 },
    onEvent(event) {
      if (event.type === 'operation-settled')
        settled.set(event.outcome.name, (settled.get(event.outcome.name) ?? 0) + 1)
    },
  })
  assert.equal(report.groups[0]!.operations.length, 10_000)
  assert.equal(settled.size, 10_000)
  assert.ok([...settled.values()].every((times) => times === 1))
  const count = (status: Outcome['status']): number =>
    report.groups[0]!.operations.filter((each) => each.status === status).length
  assert.equal(count('done') + count('failed') + count('timed-out'), 10_000)
})

test('cancelling ends what runs, starts nothing more, and says so', async () => {
  const controller = new AbortController()
  const events: RunEvent[] = []
  const run = startRun(
    [
      { name: 'done', operations: [step('done')], synthesise: () => 'read before' },
      { name: 'running', operations: [step('running'), step('waiting')], synthesise: () => 'never' },
      { name: 'later', needs: ['running'], operations: [step('later')], gates: [gate(true)] },
      { name: 'growing', needs: ['running'], operations: [], expand: () => [step('grown')] },
    ],
    { signal: controller.signal, concurrency: { io: 2 }, onEvent: (event) => events.push(event) },
  )
  await run.reached('done', 'running')
  run.open('done')
  await run.reached('waiting')
  controller.abort()
  const report = await run.report
  assert.equal(report.status, 'cancelled')
  assert.deepEqual(
    report.groups.map(({ name, synthesis, operations }) => [
      name,
      synthesis,
      operations.map(({ status }) => status),
    ]),
    [
      ['done', 'read before', ['done']],
      ['running', null, ['cancelled', 'cancelled']],
      ['later', null, ['cancelled']],
      ['growing', null, []],
    ],
  )
  assert.deepEqual(
    report.gates.map(({ status }) => status),
    ['skipped'],
  )
  assert.equal(events.at(-1)?.type, 'run-settled')
  const early = await runGroups([{ name: 'g', operations: [deed('good')] }], { signal: AbortSignal.abort() })
  assert.deepEqual([early.status, outcome(early, 'deed-1').status], ['cancelled', 'cancelled'])
})

// Recovery

test('an error that says it is recoverable is tried again when the operation is idempotent, and counted', async () => {
  const calls = new Map<string, number>()
  const busyUntil = (name: string, attempt: number, code: string) => (): unknown => {
    const call = (calls.get(name) ?? 0) + 1
    calls.set(name, call)
    if (call < attempt) throw Object.assign(new Error(`attempt ${call}`), { code })
    return call
  }
  const deeds = {
    twice: busyUntil('twice', 2, 'EBUSY'),
    thrice: busyUntil('thrice', 3, 'EMFILE'),
    never: busyUntil('never', 9, 'EAGAIN'),
    other: busyUntil('other', 2, 'ENOENT'),
  }
  const report = await runDeeds(deeds, { idempotent: true, random: () => 0 })
  assert.deepEqual(
    report.groups[0]!.operations.map(({ name, status, attempts }) => [name, status, attempts]),
    [
      ['twice', 'done', 2],
      ['thrice', 'done', 3],
      ['never', 'failed', 4],
      ['other', 'failed', 1],
    ],
  )
  assert.deepEqual(report.recovery, { retries: 5, fallbacks: 1, recovered: 2, recoveryMs: 25 + 75 + 75 })
  calls.clear()
  const once = await runDeeds({ twice: deeds.twice }, { idempotent: false })
  assert.deepEqual([outcome(once, 'twice').attempts, once.recovery.retries], [1, 0])
})

test('tries and the pauses between them stay within the deadline of the operation (E1)', async () => {
  const report = await runDeeds(
    {
      slow: async () => {
        throw Object.assign(new Error('busy'), { code: 'EBUSY' })
      },
    },
    { idempotent: true, deadlineMs: 120, random: () => 1 },
  )
  assert.deepEqual([outcome(report, 'slow').attempts, outcome(report, 'slow').status], [3, 'failed'])
})

// Growth, synthesis, gates

test('a group grows once by what its first operations found, before anything later may overtake it', async () => {
  const files = memoryFiles({ 'a/1.txt': 'one', 'a/2.txt': 'two' })
  const clock = createVirtualClock()
  const workspace = createWorkspace(files)
  const plan = planOf([
    {
      name: 'grow',
      operations: [{ kind: 'glob', input: { pattern: 'a/*' } }],
      expand: (outcomes) =>
        (outcomes[0]!.output as { files: string[] }).files.flatMap((path) => [
          { kind: 'edit', name: path, input: { path, old: 'o', new: '0' } },
        ]),
      synthesise: (outcomes) => outcomes.map(({ name, status }) => [name, status]),
    },
    { name: 'later', operations: [{ kind: 'read', input: { path: 'a/1.txt' } }] },
  ])
  const report = await clock.drive(
    execute(plan, { ...baseOptions, kinds: (kind) => builtinOperations.get(kind), clock, workspace }),
  )
  assert.deepEqual(report.groups[0]!.synthesis, [
    ['glob-1', 'done'],
    ['a/1.txt', 'done'],
    ['a/2.txt', 'done'],
  ])
  assert.equal((outcome(report, 'read-1').output as { text: string }).text, '0ne')
})

test('a growth that fails, repeats a name or is too large is named, and what needs the group is skipped', async () => {
  const growths: Record<string, Group['expand']> = {
    throws: () => {
      throw new Error('no growth')
    },
    repeats: () => [{ ...deed('good'), name: 'deed-1' }],
    large: () => Array.from({ length: 100_001 }, () => deed('good')),
    nonsense: () => 'nothing' as never,
  }
  for (const [name, expand] of Object.entries(growths)) {
    const report = await runGroups([
      { name, operations: [deed('good')], expand: expand! },
      { name: 'next', needs: [name], operations: [deed('good')] },
    ])
    assert.equal(report.status, 'partial', name)
    assert.equal(outcome(report, 'deed-1', 'next').status, 'skipped')
    assert.match(report.diagnostics[0]!.code, /^(?:EXPAND_FAILED|PLAN_TOO_LARGE)$/)
  }
})

test('a group that is always run goes on after a failure of what it needs, and sees it; its condition still counts', async () => {
  const report = await runGroups([
    { name: 'first', operations: [deed('bad')] },
    { name: 'skipped', needs: ['first'], operations: [deed('good')] },
    {
      name: 'tidy',
      needs: ['skipped'],
      always: true,
      operations: [deed('good')],
      synthesise: (_, { outcomes }) => outcomes.get('first')!.map(({ status }) => status),
    },
    { name: 'unwanted', needs: ['first'], always: true, when: () => false, operations: [deed('good')] },
    { name: 'after', needs: ['tidy'], operations: [deed('good')] },
  ])
  assert.equal(report.status, 'partial')
  assert.deepEqual(
    report.groups.map(({ name, operations }) => `${name} ${operations[0]!.status}`),
    ['first failed', 'skipped skipped', 'tidy done', 'unwanted skipped', 'after done'],
  )
  assert.deepEqual(report.groups[2]!.synthesis, ['failed'])
  assert.equal(report.groups[3]!.operations[0]!.error!.code, 'NOT_WANTED')
})

test('a group grows by what came of those that it needs, directly or through others', async () => {
  const report = await runGroups([
    { name: 'first', operations: [deed('good')] },
    { name: 'second', needs: ['first'], operations: [] },
    {
      name: 'third',
      needs: ['second'],
      operations: [],
      expand: (_, __, needed) =>
        needed.get('first')!.map(({ name }) => ({ ...deed('good'), name: `after ${name}` })),
    },
  ])
  assert.equal(outcome(report, 'after deed-1', 'third').status, 'done')
})

test('a synthesis reads all outcomes, failed ones too, and those of the groups that were needed', async () => {
  const report = await runGroups([
    { name: 'first', operations: [deed('good')] },
    { name: 'second', needs: ['first'], operations: [deed('good')] },
    { name: 'unrelated', operations: [deed('good')] },
    {
      name: 'third',
      needs: ['second'],
      operations: [deed('good'), deed('bad')],
      synthesise(outcomes, context) {
        context.report({ code: 'p/seen', severity: 'info', message: 'seen' })
        return { own: outcomes.map(({ status }) => status), groups: [...context.outcomes.keys()].toSorted() }
      },
    },
  ])
  assert.deepEqual(report.groups[3]!.synthesis, {
    own: ['done', 'failed'],
    groups: ['first', 'second', 'third'],
  })
  assert.deepEqual(
    report.diagnostics.map(({ code }) => code),
    ['p/seen'],
  )
})

test('a synthesis that throws or never ends is named with its group, and other groups are complete', async () => {
  const report = await runGroups(
    [
      {
        name: 'throws',
        operations: [deed('good')],
        synthesise: () => {
          throw new Error('cannot read')
        },
        gates: [gate(true)],
      },
      { name: 'endless', operations: [deed('good')], synthesise: () => new Promise(() => undefined) },
      { name: 'fine', operations: [deed('good')], synthesise: async () => 'read' },
    ],
    { deadlineMs: 1_000 },
  )
  assert.equal(report.status, 'partial')
  assert.deepEqual(
    report.diagnostics.map(({ code, message }) => [code, /"(\w+)"/.exec(message)?.[1]]),
    [
      ['SYNTHESIS_FAILED', 'throws'],
      ['SYNTHESIS_FAILED', 'endless'],
    ],
  )
  assert.deepEqual(
    report.groups.map(({ synthesis }) => synthesis),
    [null, null, 'read'],
  )
  assert.deepEqual(
    report.gates.map(({ status }) => status),
    ['skipped'],
  )
})

test('gates decide: blocking fails, conditional makes partial, a warning changes nothing', async () => {
  const statusWith = async (...gates: NonNullable<Group['gates']>): Promise<[string, string[]]> => {
    const report = await runGroups([{ name: 'g', operations: [deed('good')], synthesise: () => 1, gates }])
    return [report.status, report.gates.map(({ status }) => status)]
  }
  assert.deepEqual(await statusWith(gate(true)), ['passed', ['passed']])
  assert.deepEqual(await statusWith(gate(false), gate(true)), ['failed', ['failed', 'passed']])
  assert.deepEqual(await statusWith(gate(false, 'conditional')), ['partial', ['failed']])
  assert.deepEqual(await statusWith(gate(false, 'warning')), ['passed', ['failed']])
  assert.deepEqual(await statusWith(gate(undefined)), ['passed', ['skipped']])
  const throwing = {
    ...gate(true),
    check: () => {
      throw new Error('no verdict')
    },
  }
  assert.deepEqual(await statusWith(throwing), ['partial', ['skipped']])
  assert.deepEqual(await statusWith(gate('yes' as never)), ['partial', ['skipped']])
})

test('what planning left out can never read as passed', async () => {
  const groups = [{ name: 'g', operations: [deed('good')] }]
  const error: Diagnostic = { code: 'PLUGIN_FAILED', severity: 'error', message: 'no groups' }
  const status = async (options: Partial<ExecuteOptions>): Promise<string> =>
    (await runGroups(groups, options)).status
  assert.equal(await status({}), 'passed')
  assert.equal(await status({ complete: false }), 'partial')
  assert.equal(await status({ diagnostics: [error] }), 'partial')
  assert.equal(await status({ diagnostics: [{ ...error, severity: 'warning' }] }), 'passed')
})

// Events and figures

test('events tell the run in order, and a listener that throws harms nothing', async () => {
  const types: string[] = []
  const report = await runGroups([{ name: 'g', operations: [deed('good')], synthesise: () => 1 }], {
    onEvent({ type }) {
      types.push(type)
      throw new Error('a bad listener')
    },
  })
  assert.equal(report.status, 'passed')
  assert.deepEqual(types, [
    'run-started',
    'operation-started',
    'operation-ended',
    'operation-settled',
    'group-settled',
    'run-settled',
  ])
})

test('the figures are those of the work: serial time, critical path through needs and conflicts, reduction', async () => {
  const clock = createVirtualClock()
  const takes =
    (ms: number): ((context: OperationContext) => unknown) =>
    () =>
      new Promise<void>((resolve) => clock.after(ms, resolve))
  deedsByName = { three: takes(3_000), two: takes(2_000), one: takes(1_000) }
  const apart: Claims = { reads: [], writes: [] }
  const plan = planOf([
    { name: 'a', operations: [deed('three', apart), deed('one', apart)] },
    { name: 'b', operations: [deed('two', { reads: [], writes: ['x'] })] },
    { name: 'c', needs: ['a'], operations: [deed('two', apart)] },
    { name: 'd', operations: [deed('one', { reads: ['x'], writes: [] })] },
  ])
  const options = { ...baseOptions, kinds: kindsOf(), clock, workspace: createWorkspace(memoryFiles()) }
  const { timing, groups } = await clock.drive(execute(plan, options))
  assert.deepEqual(timing, { wallMs: 5_000, serialMs: 9_000, criticalPathMs: 5_000, reduction: 1 - 5 / 9 })
  assert.deepEqual([groups[3]!.operations[0]!.queuedMs, groups[3]!.operations[0]!.ranMs], [2_000, 1_000])
  const empty = await runGroups([])
  assert.deepEqual([empty.status, empty.timing.reduction], ['partial', 0])
})

test('10 000 operations settle in one group, in 10 000, all in conflict, and skipped one after the other', async () => {
  const kinds = kindsOf()
  deedsByName = { nothing: () => undefined }
  const nothing = deed('nothing', { reads: [], writes: [] })
  const shapes: Record<string, Group[]> = {
    'one group': [{ name: 'g', operations: Array.from({ length: 10_000 }, () => nothing) }],
    'groups with three needs': Array.from({ length: 10_000 }, (_, index) => ({
      name: `g${index}`,
      needs: [1, 8, 64].filter((back) => back <= index).map((back) => `g${index - back}`),
      operations: [nothing],
    })),
    'each conflicts with all': [
      { name: 'g', operations: Array.from({ length: 10_000 }, () => ({ ...nothing, claims: {} })) },
    ],
    'skipped one after the other': Array.from({ length: 10_000 }, (_, index) => ({
      name: `g${index}`,
      needs: index === 0 ? [] : [`g${index - 1}`],
      operations: [index === 0 ? deed('bad') : nothing],
    })),
  }
  for (const [shape, groups] of Object.entries(shapes)) {
    const plan = planOf(groups)
    const options = { ...baseOptions, kinds, clock: createClock(), workspace: createWorkspace(memoryFiles()) }
    const report = await execute(plan, options)
    assert.equal(report.groups.flatMap(({ operations }) => operations).length, 10_000, shape)
  }
})

test('operations that never leave the thread do not keep a cancel waiting', async () => {
  const controller = new AbortController()
  setImmediate(() => setImmediate(() => controller.abort()))
  deedsByName = {
    busy() {
      for (const end = performance.now() + 1; performance.now() < end;);
    },
  }
  const operations = Array.from({ length: 5_000 }, () => deed('busy', { reads: [], writes: [] }))
  const report = await execute(planOf([{ name: 'g', operations }]), {
    ...baseOptions,
    kinds: kindsOf(),
    clock: createClock(),
    workspace: createWorkspace(memoryFiles()),
    signal: controller.signal,
  })
  assert.equal(report.status, 'cancelled')
  assert.ok(report.groups[0]!.operations.filter(({ status }) => status === 'done').length < 1_000)
})

// Programs

test('a program sees what earlier operations wrote, and a later operation what it wrote', async (t) => {
  const { report, root } = await runOnDisk(t, { 'in.txt': 'old' }, [
    {
      name: 'g',
      operations: [
        { kind: 'edit', input: { path: 'in.txt', old: 'old', new: 'new' } },
        {
          kind: 'bash',
          input: { command: 'cat in.txt > out.txt' },
          claims: { reads: ['in.txt'], writes: ['out.txt'] },
        },
        { kind: 'read', input: { path: 'out.txt' } },
      ],
    },
  ])
  assert.equal(report.status, 'passed')
  assert.equal((outcome(report, 'read-3').output as { text: string }).text, 'new')
  assert.equal(readFileSync(join(root, 'out.txt'), 'utf8'), 'new')
})

test('checks that claim no writes run beside each other, commands without claims alone', async (t) => {
  // Each says that it is there and waits for the other: only together can they end.
  const meet = (own: string, other: string): string =>
    `touch ${own}; while [ ! -e ${other} ]; do sleep 0.01; done`
  const claims: Claims = { writes: [], scratch: ['a', 'b'] }
  const together = await runOnDisk(t, {}, [
    {
      name: 'g',
      operations: [
        { kind: 'bash', input: { command: meet('a', 'b') }, claims, deadlineMs: 20_000 },
        { kind: 'bash', input: { command: meet('b', 'a') }, claims, deadlineMs: 20_000 },
      ],
    },
  ])
  assert.equal(together.report.status, 'passed')
  const alone = '[ ! -e busy ] && touch busy && sleep 0.05 && rm busy'
  const apart = await runOnDisk(t, {}, [
    { name: 'g', operations: Array.from({ length: 3 }, () => ({ kind: 'bash', input: { command: alone } })) },
  ])
  assert.equal(apart.report.status, 'passed')
})

test('a program past its deadline, or cancelled, is ended with its whole tree, its output kept', async (t) => {
  const command = 'echo before; sleep 60 & echo $! > pid; sleep 60'
  const { report, root } = await runOnDisk(t, {}, [
    {
      name: 'g',
      operations: [{ kind: 'bash', name: 'late', input: { command, isolation: 'none' }, deadlineMs: 2_500 }],
    },
  ])
  const { status, output, error, ranMs } = outcome(report, 'late')
  assert.deepEqual([status, error?.code], ['timed-out', 'TIMEOUT'])
  assert.ok(ranMs < 30_000, `it waited for the program to end by itself: ${ranMs} ms`)
  assert.deepEqual(
    [(output as { stdout: string }).stdout, (output as { ended: string }).ended],
    ['before\n', 'deadline'],
  )
  assert.ok(hasEnded(Number(readFileSync(join(root, 'pid'), 'utf8'))))

  const controller = new AbortController()
  const cancelled = await runOnDisk(
    t,
    {},
    [
      {
        name: 'g',
        operations: [
          { kind: 'bash', name: 'long', input: { command: 'echo started >&2; touch up; sleep 60' } },
        ],
      },
    ],
    (root) => ({
      signal: controller.signal,
      onEvent({ type }) {
        if (type === 'operation-started') void whenExists(join(root, 'up')).then(() => controller.abort())
      },
    }),
  )
  assert.equal(cancelled.report.status, 'cancelled')
  assert.equal((outcome(cancelled.report, 'long').output as { ended: string }).ended, 'cancelled')
})

test('a program runs in a folder of the project only', async (t) => {
  const outside = realpathSync(mkdtempSync(join(tmpdir(), 'heddle-outside-')))
  t.after(() => rmSync(outside, { recursive: true, force: true }))
  const run = (cwd: string): Promise<{ report: Report }> =>
    runOnDisk(
      t,
      { 'sub/x': '' },
      [{ name: 'g', operations: [{ kind: 'bash', input: { command: 'pwd', cwd } }] }],
      (root) => {
        symlinkSync(outside, join(root, 'link'))
        return {}
      },
    )
  const code = async (cwd: string): Promise<string | undefined> =>
    outcome((await run(cwd)).report, 'bash-1').error?.code
  assert.equal(await code('sub'), undefined)
  assert.equal(await code('..'), 'OUTSIDE_ROOT')
  assert.equal(await code(outside), 'OUTSIDE_ROOT')
  assert.equal(await code('link'), 'OUTSIDE_ROOT')
  assert.equal(await code('gone'), 'FOLDER_MISSING')
  const inMemory = await runGroups([{ name: 'g', operations: [{ kind: 'bash', input: { command: 'pwd' } }] }])
  assert.equal(outcome(inMemory, 'bash-1').error?.code, 'NOT_ON_DISK')
})

// What the tests are made of

type Deed = (context: OperationContext) => unknown

const none: Claims = { reads: [], writes: [] }
const baseOptions = { command: 'test', id: '1', folder: null }
let deedsByName: Readonly<Record<string, Deed>> = {}

const kindBase = {
  description: 'Made by a test',
  lane: 'io',
  effects: 'workspace',
  idempotent: false,
  binding: true,
  output: (z: typeof zod) => z.unknown(),
} as const

/** Does what `deedsByName` says under the name in its input. */
const deedKind: OperationKind<{ deed: string }> = {
  ...kindBase,
  kind: 'deed',
  input: (z) => z.object({ deed: z.string() }),
  run: ({ deed }, context) => {
    if (deed === 'good') return 'good'
    if (deed === 'bad') throw new Error('bad')
    return deedsByName[deed]!(context)
  },
}

function deed(name: string, claims: Claims = none): Operation {
  return { kind: 'deed', input: { deed: name }, claims }
}

function gate(verdict: boolean | undefined, severity: 'blocking' | 'conditional' | 'warning' = 'blocking') {
  return { name: 'gate', severity, check: () => verdict }
}

function kindsOf(...own: OperationKind[]): ExecuteOptions['kinds'] {
  const broken: OperationKind = {
    ...(deedKind as OperationKind),
    kind: 'broken',
    run: () => Promise.reject(new Error('broken')),
  }
  const kinds = new Map([
    ...builtinOperations,
    ...[deedKind as OperationKind, broken, ...own].map((kind) => [kind.kind, kind] as const),
  ])
  return (kind) => kinds.get(kind)
}

function planOf(groups: readonly Group[]): Plan {
  const plan = createPlan(groups)
  if (!plan.ok) throw new Error(plan.diagnostic.message)
  return plan.value
}

async function runGroups(groups: readonly Group[], options: Partial<ExecuteOptions> = {}): Promise<Report> {
  const clock = createVirtualClock()
  const workspace = createWorkspace(memoryFiles())
  return clock.drive(
    execute(planOf(groups), { ...baseOptions, kinds: kindsOf(), clock, workspace, ...options }),
  )
}

interface DeedOptions extends Partial<ExecuteOptions> {
  readonly files?: ReturnType<typeof memoryFiles>
  readonly claims?: Claims
  readonly idempotent?: boolean
}

/** Runs the deeds as one group; what is written is committed. */
async function runDeeds(deeds: Readonly<Record<string, Deed>>, options: DeedOptions = {}): Promise<Report> {
  const { files = memoryFiles(), claims = {}, idempotent = false, ...rest } = options
  deedsByName = deeds
  const operations = Object.keys(deeds).map((name) => ({ ...deed(name, claims), name, idempotent }))
  const workspace = createWorkspace(files)
  const virtual = createVirtualClock()
  const running = execute(planOf([{ name: 'g', operations }]), {
    ...baseOptions,
    kinds: kindsOf(),
    clock: virtual,
    workspace,
    ...rest,
  })
  const report = rest.clock ? await running : await virtual.drive(running)
  await workspace.commit()
  return report
}

/** The text of a file, or undefined when there is none. */
async function run(files: ReturnType<typeof memoryFiles>, path: string): Promise<string | undefined> {
  const stat = await files.stat(path as Path)
  return stat && new TextDecoder().decode(await files.read(path as Path))
}

function step(name: string, claims: Claims = none): Operation {
  return { kind: 'step', name, input: { name }, claims }
}

interface StartedRun {
  readonly report: Promise<Report>
  /** Settles when all these steps have begun. */
  reached(...names: string[]): Promise<void>
  isReached(name: string): boolean
  /** Lets these steps end, now or when they begin. */
  open(...names: string[]): void
  /** Settles when nothing can happen any more without a step being let go. */
  quiet(): Promise<void>
}

/** A run of steps that each wait until the test lets them go. */
function startRun(groups: readonly Group[], options: Partial<ExecuteOptions> = {}): StartedRun {
  const begun = new Set<string>()
  const gates = new Map<string, { promise: Promise<void>; open: () => void }>()
  const gateOf = (name: string): { promise: Promise<void>; open: () => void } => {
    let found = gates.get(name)
    if (!found) {
      let open!: () => void
      const promise = new Promise<void>((resolve) => (open = resolve))
      gates.set(name, (found = { promise, open }))
    }
    return found
  }
  const kind: OperationKind<{ name: string }> = {
    ...kindBase,
    kind: 'step',
    input: (z) => z.object({ name: z.string() }),
    run: ({ name }, { signal }) => {
      begun.add(name)
      return Promise.race([
        gateOf(name).promise,
        new Promise((resolve) => signal.addEventListener('abort', resolve)),
      ])
    },
  }
  const program = { ...kind, kind: 'process-step', lane: 'process' } as const
  const quiet = async (): Promise<void> => {
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
  }
  return {
    report: execute(planOf(groups), {
      ...baseOptions,
      kinds: kindsOf(kind, program),
      clock: createClock(),
      workspace: createWorkspace(memoryFiles()),
      // A test that fails before it lets its steps go must not hang on them.
      deadlineMs: 20_000,
      ...options,
    }),
    async reached(...names) {
      for (let turn = 0; turn < 10_000 && !names.every((name) => begun.has(name)); turn++) await quiet()
      assert.deepEqual(
        names.filter((name) => !begun.has(name)),
        [],
        'these have not begun',
      )
    },
    isReached: (name) => begun.has(name),
    open(...names) {
      for (const name of names) gateOf(name).open()
    },
    quiet,
  }
}

async function runOnDisk(
  t: TestContext,
  files: Readonly<Record<string, string>>,
  groups: readonly Group[],
  more: (root: string) => Partial<ExecuteOptions> = () => ({}),
): Promise<{ report: Report; root: string }> {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'heddle-run-')))
  t.after(() => rmSync(root, { recursive: true, force: true }))
  const disk = diskFiles({ root })
  for (const [path, text] of Object.entries(files)) {
    if (path.includes('/')) await disk.write(path as Path, text)
    else writeFileSync(join(root, path), text)
  }
  const workspace = createWorkspace(disk, { folder: root })
  const options = { ...baseOptions, folder: root, kinds: kindsOf(), clock: createClock(), workspace }
  const report = await execute(planOf(groups), { ...options, ...more(root) })
  await workspace.commit()
  return { report, root }
}

function outcome(report: Report, name: string, group?: string): Outcome {
  const found = report.groups
    .filter((each) => group === undefined || each.name === group)
    .flatMap(({ operations }) => operations)
    .find((each) => each.name === name)
  assert.ok(found, `an operation "${name}"`)
  return found
}

function hasEnded(pid: number): boolean {
  try {
    return /\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return true
  }
}

async function whenExists(path: string): Promise<void> {
  while (!existsSync(path)) await new Promise((resolve) => setTimeout(resolve, 5))
}
