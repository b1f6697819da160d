import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, test } from 'node:test'
import { createTrace, type RunEvent, type TraceEvent } from 'heddle'
import { memoryFiles } from 'heddle/files'
import { createClock } from '../core/base/clock.ts'
import { compareText, HeddleError } from '../core/base/diagnostic.ts'
import { execute, type ExecuteOptions } from '../core/run/execute.ts'
import type { Group } from '../core/run/group.ts'
import type { Lane, Operation, OperationKind } from '../core/run/operation.ts'
import { createPlan } from '../core/run/plan.ts'
import { createWorkspace } from '../core/vfs/workspace.ts'
import { commandLine } from './command-line.ts'

const folders: string[] = []

after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

// The trace

test('a trace has a process for each lane, a thread for each place in it, and a span for each call, in whole microseconds', async () => {
  const trace = await traceOf([
    { name: 'g', operations: [step('a', 'both'), step('b', 'both'), step('c', 'both', 'process')] },
  ])
  const spans = spansOf(trace)
  assert.deepEqual(
    spans
      .map(({ name, pid, tid, args }) => [name, nameOf(trace, pid), tid, args] as const)
      .toSorted(([a], [b]) => compareText(a, b)),
    [
      ['a', 'lane io', 1, { group: 'g', status: 'done', attempt: 1, rerun: 0 }],
      ['b', 'lane io', 2, { group: 'g', status: 'done', attempt: 1, rerun: 0 }],
      ['c', 'lane process', 1, { group: 'g', status: 'done', attempt: 1, rerun: 0 }],
    ],
  )
  const [first, second] = spans
  assert.ok(first!.ts < second!.ts + second!.dur! && second!.ts < first!.ts + first!.dur!, 'they overlap')
  assertShape(trace)
})

test('spans of one thread never overlap, however many operations share the places', async () => {
  const operations = Array.from({ length: 40 }, (_, index) => step(`s${index}`, 'none'))
  const trace = await traceOf([{ name: 'g', operations }], { concurrency: { io: 3 } })
  assert.equal(spansOf(trace).length, 40)
  assert.ok(spansOf(trace).every(({ tid }) => tid <= 3))
  assertShape(trace)
})

test('a group is an asynchronous span from its first operation to its end, with an arrow from what it needs', async () => {
  const trace = await traceOf([
    { name: 'first', operations: [step('a', 'none')] },
    { name: 'next', needs: ['first'], operations: [step('b', 'none')] },
    { name: 'empty', operations: [] },
  ])
  const groups = trace.filter(({ cat }) => cat === 'group').map(({ name, ph, id }) => [name, ph, id])
  for (const name of ['first', 'next', 'empty']) {
    const own = groups.filter(([each]) => each === name)
    assert.deepEqual(
      own.map(([, ph]) => ph),
      ['b', 'e'],
    )
    assert.equal(own[0]![2], own[1]![2])
  }
  const arrow = trace.filter(({ cat }) => cat === 'wait')
  assert.deepEqual(
    arrow.map(({ name, ph, id }) => [name, ph, id]),
    [
      ['needed', 's', '1'],
      ['needed', 'f', '1'],
    ],
  )
  const [from, to] = spansOf(trace)
  assert.ok(arrow[0]!.ts >= from!.ts && arrow[0]!.ts < from!.ts + from!.dur!, 'it begins inside a span')
  assert.equal(arrow[1]!.ts, to!.ts)
})

test('the counter of running operations goes up and down to nothing', async () => {
  const trace = await traceOf([{ name: 'g', operations: [step('a', 'both'), step('b', 'both')] }])
  const counts = trace.filter(({ ph }) => ph === 'C').map(({ args }) => args!['io'])
  assert.deepEqual(counts, [1, 2, 1, 0])
})

test('every try is a span, and what came between stands as an instant', async () => {
  const at = (type: string, ms: number, more: object): RunEvent =>
    ({ type, at: ms, group: 'g', operation: 'o', ...more }) as RunEvent
  const error = { code: 'BUSY', severity: 'error', message: 'busy' } as const
  const trace = collect([
    started('g'),
    at('operation-waiting', 0.5, { for: { group: 'g', operation: 'other' } }),
    at('operation-started', 1, { lane: 'io', attempt: 1, rerun: 0 }),
    at('operation-ended', 2, { status: 'failed' }),
    at('operation-retried', 2, { delayMs: 3, error }),
    at('operation-started', 5, { lane: 'io', attempt: 2, rerun: 0 }),
    at('operation-ended', 6, { status: 'done' }),
    at('operation-rerun', 7, { path: 'a.txt' }),
    at('operation-started', 7, { lane: 'io', attempt: 1, rerun: 1 }),
    at('operation-ended', 8.25, { status: 'done' }),
    at('operation-fell-back', 9, { error }),
  ])
  assert.deepEqual(
    spansOf(trace).map(({ name, ts, dur, args }) => [name, ts, dur, args!['attempt'], args!['rerun']]),
    [
      ['o', 1000, 1000, 1, 0],
      ['o', 5000, 1000, 2, 0],
      ['o (again)', 7000, 1250, 1, 1],
    ],
  )
  assert.deepEqual(
    trace.filter(({ ph }) => ph === 'i').map(({ name, ts }) => [name, ts]),
    [
      ['waits', 500],
      ['is tried again', 2000],
      ['runs again', 7000],
      ['falls back to running alone', 9000],
    ],
  )
})

test('an arrow leads from the end of what was waited for to who waited', () => {
  const trace = collect([
    started('g'),
    { type: 'operation-started', at: 0, group: 'g', operation: 'w', lane: 'io', attempt: 1, rerun: 0 },
    {
      type: 'operation-waiting',
      at: 1,
      group: 'g',
      operation: 'r',
      for: { group: 'g', operation: 'w' },
    },
    { type: 'operation-ended', at: 4, group: 'g', operation: 'w', status: 'done' },
    { type: 'operation-started', at: 5, group: 'g', operation: 'r', lane: 'io', attempt: 1, rerun: 0 },
  ])
  assert.deepEqual(
    trace.filter(({ cat }) => cat === 'wait').map(({ name, ph, ts }) => [name, ph, ts]),
    [
      ['waited', 's', 3999],
      ['waited', 'f', 5000],
    ],
  )
})

test('a trace that is ended in the middle closes what is open, says so, and takes nothing more', () => {
  const written: TraceEvent[] = []
  const trace = createTrace((event) => written.push(event))
  trace.see(started('g'))
  const start = { group: 'g', operation: 'o', lane: 'io', attempt: 1, rerun: 0 } as const
  trace.see({ type: 'operation-started', at: 1, ...start })
  trace.see({ type: 'operation-progress', at: 3, group: 'g', operation: 'o', message: '' })
  trace.end()
  const count = written.length
  trace.see({ type: 'operation-started', at: 4, ...start })
  trace.end()
  assert.equal(written.length, count)
  assert.deepEqual(
    spansOf(written).map(({ ts, dur, args }) => [ts, dur, args!['status']]),
    [[1000, 2000, 'unfinished']],
  )
  assert.equal(written.filter(({ ph }) => ph === 'e').length, 1)
  assertShape(written)
})

// The command line

test('--trace and --events write files that are whole when the run fails', async () => {
  const root = project({ test: 'node -e "process.exit(1)"', lint: 'node -e ""' })
  const [trace, events] = [join(root, 'trace.json'), join(root, 'events.jsonl')]
  const { status } = await heddle(['run', 'protocol', '--root', root, '--trace', trace, '--events', events])
  assert.equal(status, 1)
  const read = JSON.parse(readFileSync(trace, 'utf8')) as TraceEvent[]
  assertShape(read)
  assert.deepEqual(
    spansOf(read)
      .filter(({ name }) => name.startsWith('npm run'))
      .map(({ args }) => String(args!['status']))
      .toSorted(compareText),
    ['done', 'failed'],
  )
  const lines = linesOf(readFileSync(events, 'utf8'))
  assert.equal(lines[0]!.type, 'run-started')
  const last = lines.at(-1)!
  assert.ok(last.type === 'run-settled' && last.report.status === 'failed')
})

test('an interrupted run leaves a trace, also when it is not let end', async () => {
  for (const signals of [1, 2]) {
    const root = project({
      test: `node -e "process.on('SIGTERM', () => {}); setTimeout(() => {}, 60000)"`,
      lint: 'node -e ""',
    })
    const trace = join(root, 'trace.json')
    const { status } = await heddle(['run', 'protocol', '--root', root, '--trace', trace], { signals })
    assert.equal(status, 130)
    const read = JSON.parse(readFileSync(trace, 'utf8')) as TraceEvent[]
    assertShape(read)
    const test = spansOf(read).find(({ name }) => name === 'npm run test')
    assert.equal(test?.args!['status'], signals === 1 ? 'cancelled' : 'unfinished')
  }
})

test('--events - gives the events on standard output alone, and --reporter jsonl on standard error', async () => {
  const root = project({ test: 'node -e ""' })
  const piped = await heddle(['run', 'protocol', '--root', root, '--events', '-'])
  assert.equal(linesOf(piped.stdout).at(-1)!.type, 'run-settled')
  assert.match(piped.stderr, /\[validation\/checks\] ✓ npm run test/)
  const other = await heddle(['run', 'protocol', '--root', root, '--reporter', 'jsonl', '--format', 'json'])
  assert.equal(linesOf(other.stderr).at(-1)!.type, 'run-settled')
  assert.equal((JSON.parse(other.stdout) as { command: string }).command, 'protocol')
})

test('files that cannot be written, and two things on one output, are wrong usage before anything runs', async () => {
  const root = project({ test: "node -e \"require('fs').writeFileSync('ran', '')\"" })
  const both = await heddle(['run', 'protocol', '--root', root, '--events', '-', '--format', 'json'])
  assert.deepEqual([both.status, /want standard output/.test(both.stderr)], [2, true])
  const nowhere = await heddle(['run', 'protocol', '--root', root, '--trace', join(root, 'no/folder.json')])
  assert.deepEqual(
    [nowhere.status, /no\/folder\.json", cannot be written: ENOENT/.test(nowhere.stderr)],
    [2, true],
  )
  assert.throws(() => readFileSync(join(root, 'ran')), /ENOENT/)
})

test('readers that go away do not keep a run from its end, nor from telling how it went', async () => {
  const root = project({
    test: `node -e "require('fs').writeFileSync('ran', '')"`,
    lint: 'node -e "process.exit(1)"',
  })
  const words = ['run', 'protocol', '--root', root, '--events', '-', '--trace', join(root, 'trace.json')]
  const { status } = await heddle(words, { closed: true })
  assert.equal(status, 1)
  assert.equal(readFileSync(join(root, 'ran'), 'utf8'), '')
  assertShape(JSON.parse(readFileSync(join(root, 'trace.json'), 'utf8')) as TraceEvent[])
})

// What the tests are made of

interface Ended {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs the command line; `signals` are sent when the second check is done, `closed` closes both outputs at once. */
function heddle(
  words: readonly string[],
  { signals = 0, closed = false }: { signals?: number; closed?: boolean } = {},
): Promise<Ended> {
  const child = spawn(process.execPath, [...commandLine, ...words], {
    env: { ...process.env, NO_COLOR: '1', CI: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  if (closed) {
    child.stdout.destroy()
    child.stderr.destroy()
  }
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
    if (signals > 0 && /npm run lint|Interrupted/.test(text)) {
      signals--
      child.kill('SIGINT')
    }
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (status) => resolve({ status, stdout, stderr }))
  })
}

function project(scripts: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'heddle-trace-'))
  folders.push(folder)
  const file = join(folder, 'package.json')
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, JSON.stringify({ name: 'sample', private: true, scripts }))
  return folder
}

function linesOf(text: string): RunEvent[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as RunEvent)
}

function started(...groups: string[]): RunEvent {
  const planned = groups.map((name) => ({ name, needs: [], operations: [] }))
  return { type: 'run-started', command: 'test', id: '1', groups: planned }
}

function collect(events: readonly RunEvent[]): TraceEvent[] {
  const written: TraceEvent[] = []
  const trace = createTrace((event) => written.push(event))
  for (const event of events) trace.see(event)
  return written
}

function step(name: string, meets: 'both' | 'none', lane: Lane = 'io'): Operation {
  return { kind: `step-${lane}`, name, input: { meets }, claims: { reads: [], writes: [] } }
}

/** Steps that meet end only when as many run at once as there are operations in the plan. */
async function traceOf(
  groups: readonly Group[],
  options: Partial<ExecuteOptions> = {},
): Promise<TraceEvent[]> {
  const plan = createPlan(groups)
  if (!plan.ok) throw new HeddleError(plan.diagnostic)
  let missing = groups.reduce((sum, { operations }) => sum + operations.length, 0)
  let open: () => void
  const met = new Promise<void>((resolve) => (open = resolve))
  const kind = (lane: Lane): OperationKind => ({
    kind: `step-${lane}`,
    description: 'Made by a test',
    lane,
    effects: 'workspace',
    idempotent: false,
    binding: true,
    input: (z) => z.object({ meets: z.string() }),
    output: (z) => z.unknown(),
    run(input) {
      if (--missing === 0) open()
      return (input as { meets: string }).meets === 'both' ? met : undefined
    },
  })
  const kinds = new Map((['io', 'process'] as const).map((lane) => [`step-${lane}`, kind(lane)]))
  const written: TraceEvent[] = []
  const trace = createTrace((event) => written.push(event))
  await execute(plan.value, {
    command: 'test',
    id: '1',
    folder: null,
    kinds: (name) => kinds.get(name),
    clock: createClock(),
    workspace: createWorkspace(memoryFiles()),
    deadlineMs: 20_000,
    onEvent: trace.see,
    ...options,
  })
  return written
}

function spansOf(trace: readonly TraceEvent[]): TraceEvent[] {
  return trace.filter(({ ph, cat }) => ph === 'X' && cat === 'operation').toSorted((a, b) => a.ts - b.ts)
}

function nameOf(trace: readonly TraceEvent[], pid: number): unknown {
  return trace.find(({ ph, name, pid: of }) => ph === 'M' && name === 'process_name' && of === pid)?.args![
    'name'
  ]
}

/** What every reader of the format relies on. */
function assertShape(trace: readonly TraceEvent[]): void {
  const ends = new Map<string, number>()
  for (const event of trace) {
    const text = JSON.stringify(event)
    assert.ok(Number.isInteger(event.ts) && event.ts >= 0, text)
    assert.ok(Number.isInteger(event.pid) && Number.isInteger(event.tid), text)
    assert.ok(event.ph !== 'X' || (Number.isInteger(event.dur) && event.dur! > 0), text)
    assert.ok(!'besf'.includes(event.ph) || (event.id !== undefined && event.cat !== undefined), text)
    assert.notEqual(nameOf(trace, event.pid), undefined, text)
  }
  for (const { ts, dur, pid, tid } of spansOf(trace)) {
    const thread = `${pid}/${tid}`
    assert.ok(ts >= (ends.get(thread) ?? 0), `a span of ${thread} begins before the one before it ended`)
    ends.set(thread, ts + dur!)
  }
  const whole = trace.filter(({ ph, cat }) => ph === 'X' && cat === 'run')
  assert.equal(whole.length, 1)
}
