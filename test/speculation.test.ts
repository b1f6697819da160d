import assert from 'node:assert/strict'
import { test } from 'node:test'
import { builtinOperations } from '../core/operations/index.ts'
import { read } from '../core/operations/read.ts'
import { write } from '../core/operations/write.ts'
import { type ExecuteOptions, execute } from '../core/run/execute.ts'
import type { RunEvent } from '../core/run/events.ts'
import type { Group } from '../core/run/group.ts'
import type { Claims, Operation, OperationContext, OperationKind } from '../core/run/operation.ts'
import type { RunMemory } from '../core/run/memory.ts'
import { createPlan } from '../core/run/plan.ts'
import type { Outcome, Report } from '../core/run/report.ts'
import { memoryFiles } from '../core/vfs/memory.ts'
import type { Path } from '../core/vfs/path.ts'
import { createWorkspace } from '../core/vfs/workspace.ts'
import { createVirtualClock, type VirtualClock } from 'heddle/testing'

// What cannot say what it touches runs ahead of its turn, and the outcome is that of one by one all the same.

test('an operation that says nothing of what it touches holds up no other, and each sees the files at its own place', async () => {
  const { report, events, files } = await run(
    [
      {
        name: 'g',
        operations: [
          deed('slow', async ({ files }, wait) => {
            await wait(1000)
            return text(files, 'a')
          }),
          deed('writer', async ({ files }, wait) => {
            await wait(10)
            await files.write(at('a'), 'new')
          }),
          deed('reader', async ({ files }, wait) => {
            await wait(20)
            return text(files, 'a')
          }),
        ],
      },
    ],
    { a: 'old' },
  )
  assert.deepEqual(outputs(report), ['old', undefined, 'new'])
  assert.equal(files.a, 'new')
  assert.equal(report.timing.wallMs, 1000, 'nothing was done after the slow one but to let it stand')
  assert.deepEqual(reruns(events), [], 'the later reader had seen what the writer wrote ahead of its turn')
})

test('who had been told what an earlier operation then changed runs again, and nobody else', async () => {
  const { report, events } = await run(
    [
      {
        name: 'g',
        operations: [
          deed('writer', async ({ files }, wait) => {
            await wait(50)
            await files.write(at('a'), 'new')
            await files.remove(at('gone'))
            await files.write(at('d/made'), '')
          }),
          deed('reads a', ({ files }) => text(files, 'a')),
          deed('asks for what is made', async ({ files }) => (await files.stat(at('d/made')))?.type),
          deed('reads what goes', ({ files }) => text(files, 'gone/x').catch(() => 'gone')),
          deed('lists', async ({ files }) => (await files.list(at('d')))?.length),
          deed('reads b', ({ files }) => text(files, 'b')),
          deed('lists elsewhere', async ({ files }) => (await files.list(at('e')))?.length),
        ],
      },
    ],
    { a: 'old', b: 'b', 'gone/x': 'x', 'd/one': '', 'e/one': '' },
  )
  assert.deepEqual(outputs(report), [undefined, 'new', 'file', 'gone', 2, 'b', 1])
  assert.deepEqual(reruns(events).sort(), ['asks for what is made', 'lists', 'reads a', 'reads what goes'])
  assert.deepEqual(
    report.groups[0]!.operations.map(({ reruns }) => reruns),
    [0, 1, 1, 1, 1, 0, 0],
  )
})

test('what writes again what stood there already makes nobody run again', async () => {
  const same = deed('same', async ({ files }, wait) => {
    await wait(10)
    await files.write(at('a'), 'old')
  })
  const { events, report } = await run(
    [{ name: 'g', operations: [same, deed('reader', ({ files }) => text(files, 'a'))] }],
    { a: 'old' },
  )
  assert.deepEqual(reruns(events), [])
  assert.deepEqual(outputs(report), [undefined, 'old'])
})

test('claims of a kind that only gives hints cost time when they are wrong, never the result', async () => {
  const { report, files } = await run(
    [
      {
        name: 'g',
        operations: [
          deed('slow', (_, wait) => wait(30)),
          deed(
            'liar',
            async ({ files }, wait) => {
              await wait(20)
              await files.write(at('a'), 'new')
            },
            { reads: [], writes: ['elsewhere'] },
          ),
          deed('reader', ({ files }) => text(files, 'a'), { reads: ['a'], writes: [] }),
        ],
      },
    ],
    { a: 'old' },
  )
  assert.deepEqual(outputs(report), [undefined, undefined, 'new'])
  assert.equal(files.a, 'new')
})

test('an operation that said it reads what an earlier one writes does not run in vain', async () => {
  const { events, report } = await run([
    {
      name: 'g',
      operations: [
        deed('slow', (_, wait) => wait(100)),
        deed(
          'writer',
          async ({ files }, wait) => {
            await wait(10)
            await files.write(at('a'), 'new')
          },
          { reads: [], writes: ['a'] },
        ),
        deed('reader', ({ files }) => text(files, 'a'), { reads: ['a'], writes: [] }),
      ],
    },
  ])
  assert.deepEqual(outputs(report), [undefined, undefined, 'new'])
  assert.deepEqual(reruns(events), [])
  assert.equal(report.timing.wallMs, 100)
})

test('an operation that was told wrong things three times waits for its turn', async () => {
  const writers = [10, 20, 30, 40, 50].map((ms) =>
    deed(`writer ${ms}`, async ({ files }, wait) => {
      await wait(ms)
      await files.write(at('a'), String(ms))
    }),
  )
  const { report } = await run(
    [{ name: 'g', operations: [...writers, deed('reader', ({ files }) => text(files, 'a'))] }],
    { a: 'old' },
  )
  const [reader] = report.groups[0]!.operations.slice(-1)
  assert.deepEqual([reader!.output, reader!.reruns], ['50', 3])
})

test('a group may run ahead of what is not certain yet, and is not told of it when what it needs failed after all', async () => {
  const began: string[] = []
  const groups = (breaks: boolean): Group[] => [
    {
      name: 'first',
      operations: [
        deed('slow', async ({ files }, wait) => {
          await wait(100)
          if (breaks) await files.write(at('broken'), '')
        }),
      ],
    },
    {
      name: 'second',
      operations: [
        deed('needed', async ({ files }) => {
          if (await files.stat(at('broken'))) throw new Error('broken')
        }),
      ],
    },
    {
      name: 'third',
      needs: ['second'],
      operations: [
        deed('dependant', async ({ files }, wait) => {
          began.push('dependant')
          await files.write(at('out'), 'x')
          await wait(20)
        }),
      ],
    },
  ]
  const good = await run(groups(false))
  assert.equal(good.report.timing.wallMs, 100)
  assert.equal(good.files['out'], 'x')
  const bad = await run(groups(true))
  assert.deepEqual(began, ['dependant', 'dependant'])
  assert.deepEqual(bad.files, { broken: '' })
  const { status, attempts, reruns: again, ranMs } = bad.report.groups[2]!.operations[0]!
  assert.deepEqual([status, attempts, again, ranMs], ['skipped', 0, 0, 0])
})

test('what has effects outside starts once, when nothing earlier can still make a difference to it', async () => {
  const calls: string[] = []
  const outside: OperationKind = {
    ...base,
    kind: 'outside',
    effects: 'external',
    input: (z) => z.object({ claims: z.any() }),
    claims: (input) => (input as { claims: Claims }).claims,
    run: () => void calls.push(`outside at ${clock.now()}`),
  }
  const clock = createVirtualClock()
  await run(
    [
      {
        name: 'g',
        operations: [
          deed('unknown', async ({ files }, wait) => {
            await wait(100)
            await files.write(at('a'), '')
          }),
          { kind: 'outside', name: 'outside', input: { claims: { reads: ['a'], writes: [] } } },
        ],
      },
      {
        name: 'other',
        operations: [
          write({ path: 'b', text: '' }),
          { kind: 'outside', input: { claims: { reads: ['c'], writes: [] } } },
        ],
      },
    ],
    {},
    { clock, kinds: [outside] },
  )
  assert.deepEqual(calls, ['outside at 100', 'outside at 100'])
})

test('an operation that has to wait says for whom', async () => {
  const { events } = await run([
    { name: 'g', operations: [write({ path: 'a', text: '' }), read('a'), read('b')] },
    { name: 'h', operations: [write({ path: 'b', text: '' })] },
  ])
  const waits = events.flatMap((event) =>
    event.type === 'operation-waiting' ? [[event.group, event.operation, event.for]] : [],
  )
  assert.deepEqual(waits, [
    ['g', 'read-2', { group: 'g', operation: 'write-1' }],
    ['h', 'write-1', { group: 'g', operation: 'read-3' }],
  ])
})

test('what is expected to take longest, with all that waits for it, starts first', async () => {
  const begun: string[] = []
  const one = (name: string): Operation => deed(name, () => void begun.push(name), none)
  const expected: Record<string, number> = { short: 1, long: 100, leads: 5, far: 200 }
  const memory: RunMemory = {
    replays: false,
    recall: () => undefined,
    missed: () => undefined,
    cacheUse: () => undefined,
    wantsClaimed: () => false,
    starting: async () => undefined,
    record: () => undefined,
    flush: async () => undefined,
    expectedMs: ({ operation }) => expected[operation.name],
  }
  const groups: Group[] = [
    { name: 'g', operations: [one('short'), one('new'), one('long')] },
    { name: 'h', operations: [one('leads')] },
    { name: 'i', needs: ['h'], operations: [one('far')] },
  ]
  await run(groups, {}, { memory, concurrency: { io: 1 } })
  assert.deepEqual(begun, ['leads', 'far', 'long', 'short', 'new'])
  begun.length = 0
  await run(groups, {}, { memory, serial: true })
  assert.deepEqual(begun, ['short', 'new', 'long', 'leads', 'far'])
})

test('operations that share a name never run at once', async () => {
  let open = 0
  let most = 0
  const one = (name: string): Operation => ({
    ...deed(
      name,
      async (_, wait) => {
        most = Math.max(most, ++open)
        await wait(10)
        open--
      },
      { reads: [], writes: [] },
    ),
    exclusive: 'port:8000',
  })
  const { report } = await run([
    { name: 'g', operations: [one('a'), one('b'), one('c'), deed('free', (_, wait) => wait(5), none)] },
  ])
  assert.deepEqual([report.status, most, report.timing.wallMs], ['passed', 1, 30])
})

test('what failed because others were in the way is run once more alone, and what needs it goes on', async () => {
  let open = 0
  const busy: Deed = async (_, wait) => {
    open++
    await wait(5)
    const wasCrowded = open > 1
    await wait(1)
    open--
    if (wasCrowded) throw Object.assign(new Error('taken'), { code: 'EADDRINUSE' })
    return 'had it for myself'
  }
  const { report, events } = await run([
    {
      name: 'g',
      operations: [
        { ...deed('server', busy, none), idempotent: true },
        deed('other', (context, wait) => Promise.resolve(busy(context, wait)).catch(() => 'fine'), none),
      ],
    },
    { name: 'after', needs: ['g'], operations: [write({ path: 'x', text: '' })] },
  ])
  assert.deepEqual(outputs(report), ['had it for myself', 'fine', { path: 'x', bytes: 0 }])
  assert.deepEqual([report.status, report.recovery.fallbacks, report.recovery.recovered], ['passed', 1, 1])
  assert.equal(events.filter(({ type }) => type === 'operation-fell-back').length, 1)
})

test('a failure stops what has not begun, or what runs as well, when the run is told so', async () => {
  const groups: Group[] = [
    {
      name: 'g',
      operations: [
        deed(
          'bad',
          async (_, wait) => {
            await wait(10)
            throw new Error('bad')
          },
          none,
        ),
        deed('long', (_, wait) => wait(100), none),
        deed('waits for its turn', (_, wait) => wait(1), none),
      ],
    },
    { name: 'later', operations: [deed('other', () => 'ran', none)] },
  ]
  const statuses = async (onFailure: 'continue' | 'no-new' | 'kill'): Promise<string[]> => {
    const { report } = await run(groups, {}, { onFailure, concurrency: { io: 2 }, graceMs: 0 })
    assert.equal(report.status, 'partial')
    return report.groups.flatMap(({ operations }) => operations.map(({ status }) => status))
  }
  assert.deepEqual(await statuses('continue'), ['failed', 'done', 'done', 'done'])
  assert.deepEqual(await statuses('no-new'), ['failed', 'done', 'skipped', 'skipped'])
  assert.deepEqual(await statuses('kill'), ['failed', 'cancelled', 'skipped', 'skipped'])
})

test('when the time for the whole run is over, what runs is ended and what has not begun is skipped', async () => {
  const { report } = await run(
    [
      {
        name: 'g',
        operations: [deed('short', (_, wait) => wait(10), none), deed('long', (_, wait) => wait(500), none)],
      },
      { name: 'later', needs: ['g'], operations: [write({ path: 'x', text: '' })] },
    ],
    {},
    { budgetMs: 100, graceMs: 0 },
  )
  assert.deepEqual(
    report.groups.flatMap(({ operations }) => operations.map(({ status }) => status)),
    ['done', 'cancelled', 'skipped'],
  )
  assert.deepEqual([report.status, report.diagnostics.map(({ code }) => code)], ['partial', ['BUDGET_SPENT']])
})

test('a group that is not wanted is skipped, and what needs it goes on as if it had been done', async () => {
  const groups = (text: string): Group[] => [
    { name: 'look', operations: [read('a')] },
    {
      name: 'repair',
      needs: ['look'],
      when: (outcomes) => (outcomes.get('look')![0]!.output as { text: string }).text === 'broken',
      operations: [write({ path: 'a', text: 'whole' })],
    },
    { name: 'after', needs: ['repair'], operations: [write({ path: 'done', text })] },
  ]
  const whole = await run(groups('1'), { a: 'whole' })
  assert.deepEqual([whole.report.status, whole.files], ['passed', { a: 'whole', done: '1' }])
  assert.equal(whole.report.groups[1]!.operations[0]!.error?.code, 'NOT_WANTED')
  const broken = await run(groups('2'), { a: 'broken' })
  assert.deepEqual([broken.report.status, broken.files], ['passed', { a: 'whole', done: '2' }])
})

test('a condition that cannot be told is named, and what needs the group is skipped', async () => {
  const { report } = await run([
    {
      name: 'g',
      when: () => {
        throw new Error('no idea')
      },
      operations: [write({ path: 'a', text: '' })],
    },
    { name: 'after', needs: ['g'], operations: [write({ path: 'b', text: '' })] },
  ])
  assert.deepEqual([report.status, report.diagnostics[0]?.code], ['partial', 'CONDITION_FAILED'])
  assert.deepEqual(
    report.groups.map(({ operations }) => operations[0]!.status),
    ['skipped', 'skipped'],
  )
})

test('a group goes on round by round until it has enough, and is named when it does not come to an end', async () => {
  const counting = (rounds: number): Group => ({
    name: 'g',
    operations: [write({ path: 'n', text: '0' })],
    rounds,
    expand: (outcomes, round) =>
      round > 3 ? [] : [write({ path: 'n', text: String(outcomes.length) }, { name: `round ${round}` })],
  })
  const enough = await run([counting(5)])
  assert.deepEqual([enough.report.status, enough.files], ['passed', { n: '3' }])
  const tooFew = await run([counting(2)])
  assert.deepEqual([tooFew.report.status, tooFew.files], ['partial', { n: '2' }])
  assert.equal(tooFew.report.diagnostics[0]?.code, 'ROUNDS_SPENT')
})

type Deed = (context: OperationContext, wait: (ms: number) => Promise<void>) => unknown

const none: Claims = { reads: [], writes: [] }
const base = {
  description: 'Made by a test',
  lane: 'io',
  effects: 'workspace',
  idempotent: false,
  output: (z) => z.unknown(),
} satisfies Partial<OperationKind>

const deeds = new Map<string, Deed>()

/** An operation of a kind that only hints at what it touches. */
function deed(name: string, does: Deed, claims?: Claims): Operation {
  const id = `${name} ${deeds.size}`
  deeds.set(id, does)
  return { kind: 'deed', name, input: { id }, ...(claims && { claims }) }
}

function deedKind(clock: VirtualClock): OperationKind<{ id: string }> {
  return {
    ...base,
    kind: 'deed',
    input: (z) => z.object({ id: z.string() }),
    run: ({ id }, context) => {
      const wait = (ms: number): Promise<void> =>
        new Promise((resolve) => {
          context.signal.addEventListener('abort', () => resolve())
          clock.after(ms, resolve)
        })
      return deeds.get(id)!(context, wait)
    },
  }
}

interface Ran {
  readonly report: Report
  readonly events: readonly RunEvent[]
  /** What stands in the files when all is committed. */
  readonly files: Readonly<Record<string, string>>
}

interface RunSettings extends Partial<Omit<ExecuteOptions, 'kinds' | 'clock'>> {
  readonly clock?: VirtualClock
  readonly kinds?: readonly OperationKind[]
}

async function run(
  groups: readonly Group[],
  start: Record<string, string> = {},
  settings: RunSettings = {},
): Promise<Ran> {
  const plan = createPlan(groups)
  assert.ok(plan.ok)
  const { clock = createVirtualClock(), kinds: own = [], ...options } = settings
  const kinds = new Map<string, OperationKind>(builtinOperations)
  for (const kind of [deedKind(clock) as OperationKind, ...own]) kinds.set(kind.kind, kind)
  const base = memoryFiles(start)
  const workspace = createWorkspace(base)
  const events: RunEvent[] = []
  const report = await clock.drive(
    execute(plan.value, {
      command: 'test',
      id: '1',
      kinds: (kind) => kinds.get(kind),
      workspace,
      folder: null,
      clock,
      onEvent: (event) => events.push(event),
      ...options,
    }),
  )
  await workspace.commit()
  const files: Record<string, string> = {}
  for (const { name, type } of (await base.list(at(''))) ?? []) {
    if (type === 'file') files[name] = await text(base, name)
  }
  return { report, events, files }
}

function at(path: string): Path {
  return path as Path
}

async function text(files: OperationContext['files'], path: string): Promise<string> {
  return new TextDecoder().decode(await files.read(at(path)))
}

function outputs(report: Report): unknown[] {
  return report.groups.flatMap(({ operations }) =>
    operations.map((outcome: Outcome) => outcome.output ?? undefined),
  )
}

function reruns(events: readonly RunEvent[]): string[] {
  return [...new Set(events.flatMap((event) => (event.type === 'operation-rerun' ? [event.operation] : [])))]
}
