import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { getEventListeners } from 'node:events'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { createClock } from '../../core/base/clock.ts'
import type { RunEvent } from '../../core/run/events.ts'
import { createPlan } from '../../core/run/plan.ts'
import { mostAttempts } from '../../core/run/recovery.ts'
import type { Outcome, Report } from '../../core/run/report.ts'
import { diskFiles } from '../../core/vfs/disk.ts'
import { memoryFiles } from '../../core/vfs/memory.ts'
import type { Path } from '../../core/vfs/path.ts'
import { createWorkspace } from '../../core/vfs/workspace.ts'
import { type Deed, deed, nothing, runDeeds } from './deeds.ts'
import { temporaryFolder } from './ground.ts'
import { publish, rounds, seedOf } from './soak.ts'
import { createWatchedClock } from './watched-clock.ts'

// E1

/** An operation that fails as often as `codes` says, each time after a while. */
interface Policy {
  readonly codes: readonly string[]
  readonly idempotent: boolean
  readonly deadlineMs: number
  readonly takesMs: number
}

const policies = fc.array(
  fc.record({
    codes: fc.array(fc.constantFrom('EBUSY', 'EAGAIN', 'EMFILE', 'ENOENT', 'EACCES'), { maxLength: 6 }),
    idempotent: fc.boolean(),
    deadlineMs: fc.integer({ min: 1, max: 400 }),
    takesMs: fc.integer({ min: 0, max: 120 }),
  }),
  { minLength: 1, maxLength: 6 },
)
const mayPass = new Set(['EBUSY', 'EAGAIN', 'EMFILE'])
const graceMs = 250

test('tries stay in budget, and only what is idempotent is tried again, for errors that may pass (E1)', async (context) => {
  let cases = 0
  await fc.assert(
    fc.asyncProperty(policies, fc.double({ min: 0, max: 1, noNaN: true }), async (all, spread) => {
      assert.deepEqual(brokenRules(all, await runPolicies(all, spread)), [])
      cases += all.length
    }),
    { seed: seedOf(context), numRuns: rounds(150, 20_000) },
  )
  publish(context, `${cases} policies, 0 beyond their budget`)
})

test('the rules of tries (E1) can be broken: a try too many, too late, or of what must not be repeated is seen', () => {
  const policy: Policy = { codes: ['EBUSY', 'EBUSY'], idempotent: true, deadlineMs: 100, takesMs: 1 }
  const broken = (differs: Partial<Policy>, times: readonly number[], ranMs = 10): number => {
    const outcome = { name: 'o0', queuedMs: 0, ranMs } as Outcome
    const report = { groups: [{ operations: [outcome] }] } as unknown as Report
    const tries = { report, calls: new Map([['o0', times]]), fellBack: new Set<string>() }
    return brokenRules([{ ...policy, ...differs }], tries).length
  }
  assert.equal(broken({}, [0, 30, 60]), 0)
  assert.equal(broken({}, [0, 1, 2, 3]), 1)
  assert.equal(broken({}, [0, 500]), 1)
  assert.equal(broken({}, [0], 900), 1)
  assert.equal(broken({ idempotent: false }, [0, 30]), 1)
  assert.equal(broken({ codes: ['ENOENT'] }, [0, 30]), 1)
})

interface Tries {
  readonly report: Report
  /** When each operation was called. */
  readonly calls: ReadonlyMap<string, readonly number[]>
  /** Those whose last try was the one with nothing beside it. */
  readonly fellBack: ReadonlySet<string>
}

async function runPolicies(all: readonly Policy[], spread: number): Promise<Tries> {
  const clock = createWatchedClock()
  const calls = new Map(all.map((_, index) => [`o${index}`, [] as number[]]))
  const deeds = Object.fromEntries(
    all.map(({ codes, takesMs }, index): [string, Deed] => [
      `o${index}`,
      async () => {
        const times = calls.get(`o${index}`)!
        times.push(clock.now())
        await new Promise<void>((resolve) => clock.after(takesMs, resolve))
        const code = codes[times.length - 1]
        if (code !== undefined) throw Object.assign(new Error(code), { code })
        return 'done'
      },
    ]),
  )
  const operations = all.map(({ idempotent, deadlineMs }, index) =>
    deed(`o${index}`, { idempotent, deadlineMs, claims: nothing }),
  )
  const fellBack = new Set<string>()
  const run = runDeeds([{ name: 'g', operations }], deeds, {
    clock,
    graceMs,
    random: () => spread,
    onEvent: (event) => event.type === 'operation-fell-back' && fellBack.add(event.operation),
  })
  return { report: await clock.drive(run), calls, fellBack }
}

/** Where a run went beyond what is allowed, in words. */
function brokenRules(all: readonly Policy[], { report, calls, fellBack }: Tries): string[] {
  return all.flatMap(({ codes, idempotent, deadlineMs }, index) => {
    const name = `o${index}`
    const times = calls.get(name)!
    // The one with nothing beside it waits until that is so.
    const tries = fellBack.has(name) ? times.slice(0, -1) : times
    const { ranMs } = report.groups[0]!.operations[index]!
    const repeated = codes.slice(0, Math.max(0, times.length - 1))
    const broken: string[] = []
    if (tries.length > mostAttempts) broken.push(`${name} was tried ${tries.length} times`)
    if (times.length > 1 && !idempotent) broken.push(`${name} is not idempotent and was tried again`)
    if (repeated.some((code) => !mayPass.has(code)))
      broken.push(`${name} was tried again after ${repeated.join()}`)
    if (tries.at(-1)! - tries[0]! > deadlineMs) broken.push(`${name} was tried again after its deadline`)
    if (ranMs > deadlineMs + graceMs) broken.push(`${name} ran for ${ranMs} ms`)
    return broken
  })
}

// E2

test('operations that never end, end late or throw oddly settle once, by deadline and grace, and leave nothing (E2)', async (context) => {
  const size = rounds(3_000, 100_000)
  const clock = createWatchedClock()
  const unhandled: unknown[] = []
  const onUnhandled = (thrown: unknown): void => void unhandled.push(thrown)
  process.on('unhandledRejection', onUnhandled)
  context.after(() => process.off('unhandledRejection', onUnhandled))
  const late = (ms: number): Promise<void> => new Promise((resolve) => clock.after(ms, resolve))
  const deeds: Record<string, Deed> = {
    never: () => new Promise(() => undefined),
    late: ({ files }) => late(2_000).then(() => files.write('late' as Path, 'late')),
    'late throw': () => late(2_000).then(() => Promise.reject(new Error('late'))),
    nothing: () => {
      throw undefined
    },
    thenable: () => ({
      // oxlint-disable-next-line unicorn/no-thenable -- that is the hostile part
      then() {
        throw new Error('then')
      },
    }),
    twice: () => ({
      // oxlint-disable-next-line unicorn/no-thenable -- that is the hostile part
      then(resolve: (value: unknown) => void, reject: (thrown: unknown) => void) {
        resolve(1)
        reject(new Error('and again'))
      },
    }),
    getter: () => ({
      // oxlint-disable-next-line unicorn/no-thenable -- that is the hostile part
      get then() {
        throw new Error('getter')
      },
    }),
    'in time': () => late(5).then(() => 'in time'),
  }
  const names = Object.keys(deeds)
  const named = Object.fromEntries(
    Array.from({ length: size }, (_, index) => [`o${index}`, deeds[names[index % names.length]!]!]),
  )
  const settled = new Map<string, number>()
  const starts = new Map<string, number>()
  const files = memoryFiles()
  const workspace = createWorkspace(files)
  const report = await clock.drive(
    runDeeds([{ name: 'g', operations: Object.keys(named).map((name) => deed(name)) }], named, {
      clock,
      workspace,
      deadlineMs: 100,
      graceMs,
      concurrency: { io: 1_000 },
      onEvent(event) {
        if (event.type === 'operation-started') starts.set(event.operation, event.at)
        if (event.type === 'operation-settled')
          settled.set(event.outcome.name, (settled.get(event.outcome.name) ?? 0) + 1)
      },
    }),
  )
  await clock.drive(late(5_000))
  await workspace.commit()
  const { operations } = report.groups[0]!
  assert.equal(operations.length, size)
  assert.deepEqual(
    operations.filter(({ name }) => settled.get(name) !== 1),
    [],
  )
  assert.deepEqual(
    operations.filter(({ ranMs }) => ranMs > 100 + graceMs),
    [],
  )
  assert.equal(await files.stat('late' as Path), undefined)
  assert.deepEqual(unhandled, [])
  publish(context, `${size} operations, 0 unsettled`)
})

// E3

test('cancelling leaks nothing, wherever it comes (E3)', async (context) => {
  let points = 0
  for (let point = 0; ; point++) {
    const { reached, leaks, report } = await cancelAt(point)
    assert.deepEqual(leaks, [], `cancelled at point ${point}`)
    if (!reached) {
      assert.notEqual(report.status, 'cancelled')
      break
    }
    points++
  }
  assert.ok(points > 40, `${points} points`)
  publish(context, `${points} points cancelled, 0 leaks`)
})

/** Runs a plan and cancels it when something happens for the so-manieth time: an event, or a call of an operation's files. */
async function cancelAt(point: number): Promise<{ reached: boolean; leaks: string[]; report: Report }> {
  const clock = createWatchedClock()
  const controller = new AbortController()
  let happened = 0
  const happens = (): void => {
    if (happened++ === point) controller.abort()
  }
  const pause = (ms: number): Promise<void> => new Promise((resolve) => clock.after(ms, resolve))
  const signals = new Set<AbortSignal>()
  const step =
    (path: string, ms: number): Deed =>
    async ({ files, signal }) => {
      signals.add(signal)
      happens()
      const isThere = await files.stat(path as Path)
      happens()
      await Promise.race([
        pause(ms),
        new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true })),
      ])
      happens()
      await files.write(path as Path, `${isThere?.size}`)
      happens()
    }
  const deeds: Record<string, Deed> = {
    a: step('a', 10),
    b: step('b', 20),
    'b again': step('b', 5),
    busy: ({ attempt }) => {
      if (attempt < 3) throw Object.assign(new Error('busy'), { code: 'EBUSY' })
      return attempt
    },
    grown: step('c', 1),
    last: step('a', 1),
  }
  const files = memoryFiles({ a: 'first' })
  const workspace = createWorkspace(files)
  const report = await clock.drive(
    runDeeds(
      [
        {
          name: 'first',
          operations: [deed('a'), deed('b'), deed('b again'), deed('busy', { idempotent: true })],
          expand: () => [deed('grown')],
          synthesise: () => pause(3),
        },
        { name: 'second', needs: ['first'], operations: [deed('last')] },
      ],
      deeds,
      { clock, workspace, signal: controller.signal, onEvent: happens },
    ),
  )
  await workspace.rollback()
  const leaks: string[] = []
  // What an operation or a synthesis of the test waits for is not ours to end.
  await clock.drive(pause(30))
  if (clock.pending > 0) leaks.push(`${clock.pending} callbacks of the clock`)
  const listeners = getEventListeners(controller.signal, 'abort').length
  if (listeners > 0) leaks.push(`${listeners} listeners of the signal`)
  if (new TextDecoder().decode(await files.read('a' as Path)) !== 'first') leaks.push('a write')
  return { reached: happened > point, leaks, report }
}

test('cancelling ends commands and leaves no process, descriptor or timer (E3)', async (context) => {
  const folder = temporaryFolder(context)
  const run = async (cancelAfter: RunEvent['type'] | undefined): Promise<void> => {
    const controller = new AbortController()
    let left = 2
    const operations = ['sleep 30 & sleep 30', 'sleep 30 | cat', 'echo quick'].map((command, index) => ({
      kind: 'bash',
      name: `c${index}`,
      input: { command },
      claims: nothing,
      deadlineMs: cancelAfter === undefined ? 60 : 20_000,
    }))
    const report = await runDeeds(
      [{ name: 'g', operations }],
      {},
      {
        clock: createClock(),
        folder,
        signal: controller.signal,
        onEvent: ({ type }) => {
          if (type === cancelAfter && --left === 0) setTimeout(() => controller.abort(), 20)
        },
      },
    )
    assert.equal(
      report.groups[0]!.operations[0]!.status,
      cancelAfter === undefined ? 'timed-out' : 'cancelled',
    )
  }
  await run(undefined)
  const before = held()
  for (let round = 0; round < rounds(3, 100); round++) await run('operation-started')
  const after = await settledTo(before)
  assert.ok(holdsNoMore(after, before), `${JSON.stringify(after)}, before ${JSON.stringify(before)}`)
})

interface Held {
  readonly children: number
  readonly descriptors: number
  readonly resources: readonly string[]
}

function held(): Held {
  const descriptors = process.platform === 'linux' ? readdirSync('/proc/self/fd').length : 0
  const resources = process.getActiveResourcesInfo().filter((each) => /Process|Timeout|Pipe/.test(each))
  return { children: childrenOf(process.pid), descriptors, resources: resources.toSorted() }
}

/** Pipes of ended children are closed in a later turn. */
async function settledTo(wanted: Held): Promise<Held> {
  for (let turn = 0; turn < 200; turn++) {
    if (holdsNoMore(held(), wanted)) break
    await new Promise((resolve) => setImmediate(resolve))
  }
  return held()
}

/** Less is fine: what the first commands held may have been let go meanwhile. */
function holdsNoMore(now: Held, before: Held): boolean {
  const isWithin = now.children <= before.children && now.descriptors <= before.descriptors
  return isWithin && now.resources.length <= before.resources.length
}

function childrenOf(pid: number): number {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).length
  } catch {
    return 0
  }
}

// E4

test('what overlaps takes effect in declared order, whoever is quicker, and readers see what came before them (E4)', async () => {
  for (const concurrency of [1, 2, 64]) {
    const clock = createWatchedClock()
    const files = memoryFiles({ shared: '0' })
    const workspace = createWorkspace(files)
    const names = Array.from({ length: 12 }, (_, index) => `o${index}`)
    const deeds = Object.fromEntries(
      names.map((name, index): [string, Deed] => [
        name,
        async ({ files }) => {
          const seen = new TextDecoder().decode(await files.read('shared' as Path))
          // The first declared is the slowest.
          await new Promise<void>((resolve) => clock.after(100 - index * 7, resolve))
          await files.write((index % 2 === 0 ? 'shared' : './shared') as Path, `${seen} ${index}`)
          return seen
        },
      ]),
    )
    const report = await clock.drive(
      runDeeds([{ name: 'g', operations: names.map((name) => deed(name)) }], deeds, {
        clock,
        workspace,
        concurrency: { io: concurrency },
      }),
    )
    await workspace.commit()
    const expected = names.map((_, index) =>
      ['0', ...Array.from({ length: index }, (_, each) => each)].join(' '),
    )
    assert.deepEqual(
      report.groups[0]!.operations.map(({ output }) => output),
      expected,
    )
    assert.equal(new TextDecoder().decode(await files.read('shared' as Path)), `${expected.at(-1)} 11`)
  }
})

test('operations that write the same are no conflict; an edit from outside is, and nothing is written (E4)', async (context) => {
  const folder = temporaryFolder(context)
  mkdirSync(join(folder, 'docs'))
  writeFileSync(join(folder, 'docs/a.md'), 'ours to change')
  const clock = createWatchedClock()
  const deeds: Record<string, Deed> = Object.fromEntries(
    ['one', 'two'].map((text): [string, Deed] => [
      text,
      async ({ files }) => {
        await files.read('docs/a.md' as Path)
        await files.write('docs/a.md' as Path, text)
        await files.write(`docs/${text}.md` as Path, text)
      },
    ]),
  )
  const run = async (edit: () => void): Promise<unknown> => {
    const workspace = createWorkspace(diskFiles({ root: folder }), { folder })
    const report = await clock.drive(
      runDeeds([{ name: 'g', operations: [deed('one'), deed('two')] }], deeds, { clock, workspace }),
    )
    assert.equal(report.status, 'passed')
    edit()
    return workspace.commit().then(
      () => 'committed',
      (thrown: { code?: string }) => thrown.code,
    )
  }
  const edited = await run(() => writeFileSync(join(folder, 'docs/a.md'), 'from outside'))
  assert.equal(edited, 'CONFLICT')
  assert.deepEqual(readdirSync(join(folder, 'docs')), ['a.md'])
  assert.equal(readFileSync(join(folder, 'docs/a.md'), 'utf8'), 'from outside')
  assert.equal(await run(() => undefined), 'committed')
  assert.equal(readFileSync(join(folder, 'docs/a.md'), 'utf8'), 'two')
})

// E6

test('a queue of many groups holds little and gives it back; beyond 100 000 operations a plan is refused (E6)', async (context) => {
  const size = rounds(5_000, 100_000)
  const groups = (count: number) =>
    Array.from({ length: count }, (_, index) => ({
      name: `g${index}`,
      operations: [deed(`o`, { claims: nothing })],
    }))
  const refused = createPlan(groups(100_001))
  assert.equal(refused.ok ? undefined : refused.diagnostic.code, 'PLAN_TOO_LARGE')
  assert.ok(createPlan(groups(100_000)).ok)
  const run = async (count: number): Promise<number> => {
    const report = await runDeeds(groups(count), { o: () => null }, { clock: createClock() })
    const held = heapInUse()
    assert.equal(report.status, 'passed')
    assert.equal(report.groups.length, count)
    return held
  }
  // What is loaded and compiled by a run stays.
  await run(size)
  await run(10)
  await turn()
  const first = heapInUse()
  const peak = await run(size)
  await run(10)
  await turn()
  const after = heapInUse()
  assert.ok(after - first < 8, `${after - first} MB are kept`)
  const each = ((peak - first) * 2 ** 20) / size
  assert.ok(each < 8_192, `${each} bytes for each group with its report`)
  publish(
    context,
    `${size} groups: ${(peak - first).toFixed(1)} MB with the report, ${(after - first).toFixed(1)} MB after`,
  )
})

/** What a run leaves to the event loop is done. */
function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 20))
}

/** Megabytes after a collection. */
function heapInUse(): number {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  collect()
  collect()
  return process.memoryUsage().heapUsed / 2 ** 20
}

// H8

test('a wall clock that jumps by hours and days changes no deadline, pause, duration or order (H8)', (context) => {
  const program = compileShim(context)
  if (program === undefined) return context.skip('no C compiler here')
  const source = fileURLToPath(new URL('jumping-run.ts', import.meta.url))
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', 'tsx', '--conditions=source', source],
    { env: { ...process.env, LD_PRELOAD: program }, encoding: 'utf8', timeout: 60_000 },
  )
  assert.equal(status, 0, stderr)
  const found = JSON.parse(stdout) as {
    readonly walls: readonly number[]
    readonly steady: readonly number[]
    readonly outcomes: readonly Pick<Outcome, 'name' | 'status' | 'ranMs' | 'queuedMs' | 'attempts'>[]
    readonly times: readonly number[]
    readonly timing: Report['timing']
  }
  const jumps = found.walls.filter(
    (at, index) => index > 0 && Math.abs(at - found.walls[index - 1]!) > 1_800_000,
  )
  assert.ok(jumps.length > 5, 'the wall clock jumps')
  assert.deepEqual(
    found.steady,
    found.steady.toSorted((a, b) => a - b),
  )
  assert.deepEqual(
    found.outcomes.map(({ name, status, attempts }) => [name, status, attempts]),
    [
      ['never', 'timed-out', 1],
      ['obedient', 'timed-out', 1],
      ['busy', 'done', 3],
      ['quick', 'done', 1],
      ['endless', 'timed-out', 1],
      ['short', 'done', 1],
    ],
  )
  const anHour = 1_800_000
  for (const { name, ranMs, queuedMs } of found.outcomes) {
    assert.ok(
      ranMs >= 0 && ranMs < anHour && queuedMs >= 0 && queuedMs < anHour,
      `${name}: ${ranMs}, ${queuedMs}`,
    )
  }
  assert.ok(found.timing.wallMs > 0 && found.timing.wallMs < anHour)
  assert.deepEqual(
    found.times,
    found.times.toSorted((a, b) => a - b),
  )
  publish(context, `${jumps.length} jumps seen by ten looks at the wall clock`)
})

/** The path of the compiled shim; undefined where it cannot be made or loaded. */
function compileShim(context: TestContext): string | undefined {
  if (process.platform !== 'linux') return undefined
  const program = join(temporaryFolder(context), 'clock-jumps.so')
  const source = fileURLToPath(new URL('clock-jumps.c', import.meta.url))
  const compiler = ['cc', 'gcc', 'clang'].find(
    (name) => spawnSync(name, ['-shared', '-fPIC', '-O2', '-o', program, source, '-ldl']).status === 0,
  )
  return compiler === undefined ? undefined : program
}
