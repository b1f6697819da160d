import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { createFramework, type DurableStore, type Report, type RunEvent } from 'heddle'
import { performance, type PerformanceResult } from 'heddle/plugins'
import { createTestFramework } from 'heddle/testing'
import { bottleneckOf } from '../plugins/performance/bottleneck.ts'
import { figuresOf, type Measured, measuredIn } from '../plugins/performance/figures.ts'
import { createHistory } from '../plugins/performance/history.ts'
import { hottest, readPythonProfile } from '../plugins/performance/hot-functions.ts'
import { whyNotLocal } from '../plugins/performance/local-url.ts'
import { canSample } from '../plugins/performance/process-samples.ts'
import { spreadOf } from '../plugins/performance/statistics.ts'
import { splitWords } from '../plugins/performance/subject.ts'
import { synthesise } from '../plugins/performance/synthesise.ts'

const command =
  '---\nkind: command\npattern: performance\narguments:\n  - name: command\n  - name: url\nsettings:\n  - name: runs\n    default: 3\n  - name: load-seconds\n    default: 1\n  - name: load-rounds\n    default: 2\n---\n# Measure\n'

/** Computes for a good while in one function, and says where its profile must look. */
const busy = [
  'function burn(until) {',
  '  let sum = 0',
  '  while (Date.now() < until) for (let i = 0; i < 1e5; i++) sum += Math.sqrt(i)',
  '  return sum',
  '}',
  'burn(Date.now() + 300)',
].join('\n')

test('a command is timed again and again, profiled and sampled, each figure with its spread and what to do about it', async (t) => {
  const root = projectOf(t, { 'busy.cjs': busy })
  const { report, most } = await measure(root, { command: 'node busy.cjs' })
  const result = resultOf(report)
  assert.equal(report.status, 'passed', JSON.stringify(report.diagnostics))
  const wall = result.metrics.find(({ name }) => name === 'wall time')!
  assert.equal(wall.samples, 3)
  assert.ok(wall.least >= 300 && wall.least <= wall.median && wall.median <= wall.most)
  for (const { recommendation, verdict } of result.metrics)
    assert.ok(recommendation !== '' && verdict === null, recommendation)
  const [profile] = result.profiles
  assert.equal(profile?.profiler, 'node')
  assert.deepEqual([profile?.functions[0]?.name, profile?.functions[0]?.path], ['burn', 'busy.cjs'])
  if (canSample()) {
    const names = new Set(result.metrics.map(({ name }) => name))
    assert.ok(names.has('peak memory') && names.has('open descriptors') && names.has('disk written'))
    assert.ok(result.metrics.every(({ name, median }) => name !== 'peak memory' || median > 1024 * 1024))
  }
  assert.deepEqual(
    result.bottlenecks.map(({ subject }) => subject),
    ['node busy.cjs'],
  )
  assert.ok(
    result.summary.some((line) => line.includes('bottleneck')),
    result.summary.join('\n'),
  )
  // The machine is looked at while the first run warms up; nothing that measures runs beside another.
  assert.deepEqual([most.all, most.measuring], [2, 1])
})

test('one by one the same is measured, under the same names and with the same outcomes', async (t) => {
  const root = projectOf(t, {
    'package.json': '{"scripts":{"build":"node -e 0","lint":"true","test":"jest --watch"}}',
  })
  const shape = ({ groups, gates, diagnostics }: Report): string =>
    JSON.stringify([
      groups.map(({ operations }) => operations.map(({ name, status }) => `${name} ${status}`)),
      gates.filter(({ name }) => !name.includes('/')),
      diagnostics
        .filter(({ code }) => code.startsWith('performance/') && code !== 'performance/worse')
        // Whether a sample of so short a program can be taken depends on the moment.
        .filter(({ message }) => !message.includes('ends too soon')),
    ])
  const parallel = (await measure(root, {})).report
  rmSync(join(root, '.heddle/state'), { recursive: true })
  assert.equal(shape((await measure(root, {}, true)).report), shape(parallel))
  const names = parallel.groups[0]!.operations.map(({ name }) => name)
  assert.deepEqual(
    names.filter((name) => name.endsWith(': time')),
    ['npm run build: time', 'npm run lint: time'],
  )
})

test('the next run is compared with the last, what has grown worse is named, and figures of another machine are not', async (t) => {
  const root = projectOf(t, { 'wait.cjs': 'setTimeout(String, 250)' })
  // Mostly waiting, so that whatever else the machine does is little beside it.
  const command = 'node wait.cjs'
  const first = resultOf((await measure(root, { command })).report)
  assert.equal(first.comparedWith, null)
  const folder = join(root, '.heddle/state/performance')
  const path = join(folder, readdirSync(folder)[0]!)
  const kept = JSON.parse(readFileSync(path, 'utf8')) as { entries: { figures: Record<string, object> }[] }
  const quick = { median: 0.001, least: 0.001, most: 0.001, deviation: 0, samples: 3 }
  kept.entries[0]!.figures = { 'wall time': quick }
  writeFileSync(path, JSON.stringify(kept))
  const { report } = await measure(root, { command })
  const second = resultOf(report)
  const wall = second.metrics.find(({ name }) => name === 'wall time')!
  assert.ok(wall.verdict === 'worse' && wall.previous === 0.001 && wall.change! > 0, JSON.stringify(wall))
  assert.equal(report.gates.find(({ name }) => name === 'no-regression')?.status, 'failed')
  assert.equal(report.status, 'passed')
  assert.ok(
    report.diagnostics.some(
      ({ code, message }) => code === 'performance/worse' && message.includes('wall time'),
    ),
  )
  writeFileSync(path, readFileSync(path, 'utf8').replaceAll(second.machine!.name, 'another machine'))
  const third = resultOf((await measure(root, { command })).report)
  assert.equal(third.comparedWith, null)
})

test('a command that fails is not timed further, and the report says how it failed', async (t) => {
  const root = projectOf(t, { 'fail.cjs': 'throw new Error("no loom")' })
  const { report } = await measure(root, { command: 'node fail.cjs' })
  assert.equal(report.status, 'failed')
  const operations = report.groups[0]!.operations
  assert.deepEqual(
    operations.map(({ name, status }) => `${name} ${status}`),
    ['node fail.cjs: time failed', 'machine done'],
  )
  assert.match(operations[0]!.error!.message, /"node fail\.cjs" failed with code 1.*no loom/)
  assert.equal(report.gates.find(({ name }) => name === 'measured')?.status, 'failed')
  assert.deepEqual(resultOf(report).metrics, [])
})

test('an address of this machine is put under load in rounds; errors and silence are told', async (t) => {
  let answers = 0
  const server = createServer((request, response) => {
    answers++
    response.statusCode = request.url === '/bad' ? 500 : 200
    response.end('ok')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const root = projectOf(t, {})
  const good = (await measure(root, { url: `${url}/` })).report
  assert.equal(good.status, 'passed', JSON.stringify(good.diagnostics))
  const metrics = resultOf(good).metrics
  assert.deepEqual(
    metrics.map(({ name, samples }) => `${name} ${samples}`),
    ['median latency 2', 'latency of the slowest hundredth 2', 'requests 2'],
  )
  assert.ok(metrics[2]!.median > 0 && answers > metrics[2]!.median)
  const bad = (await measure(root, { url: `${url}/bad` })).report
  assert.equal(resultOf(bad).bottlenecks[0]?.kind, 'errors')
  assert.ok(bad.diagnostics.some(({ code }) => code === 'performance/load-errors'))
  server.close()
  server.closeAllConnections()
  const silent = (await measure(root, { url: `${url}/` })).report
  assert.equal(silent.groups[0]!.operations[0]!.error?.code, 'performance/no-answer')
})

test('only this machine is put under load, however its address is written', async () => {
  for (const url of [
    'http://localhost:1/',
    'http://127.0.0.1',
    'http://127.9.8.7:80/',
    'https://[::1]:1/',
    'http://2130706433/',
    'http://0x7f.1/',
    'http://[::ffff:127.0.0.1]/',
  ])
    assert.equal(await whyNotLocal(url), undefined, url)
  for (const url of [
    'http://example.com/',
    'http://0.0.0.0/',
    'http://10.0.0.1/',
    'http://169.254.169.254/',
    'http://[::]/',
    'http://[fe80::1]/',
    'http://[::ffff:10.0.0.1]/',
    'http://localhost.example.com/',
    'http://127.0.0.1.nip.io/',
    'http://a:b@localhost/',
    'http://127.0.0.1@example.com/',
    'ftp://localhost/',
    'file:///etc/passwd',
    'localhost:80',
    '',
    'http://',
  ])
    assert.notEqual(await whyNotLocal(url), undefined, url)
})

test('nothing runs where there is nothing to measure, or what is asked for may not be', async (t) => {
  const root = projectOf(t, { 'package.json': '{"scripts":{"test":"jest --watch"}}' })
  const codes = async (words: Record<string, string>, typed = true): Promise<unknown> => {
    const { report } = await measure(root, words, false, typed)
    return [
      report.status,
      report.groups.length,
      report.diagnostics.filter(({ severity }) => severity === 'error').map(({ code }) => code),
    ]
  }
  assert.deepEqual(await codes({}), ['partial', 0, ['performance/nothing-to-measure']])
  assert.deepEqual(await codes({ command: 'node a.js | cat' }), ['partial', 0, ['performance/needs-shell']])
  assert.deepEqual(await codes({ command: 'node a.js' }, false), [
    'partial',
    0,
    ['performance/command-refused'],
  ])
  assert.deepEqual(await codes({ url: 'http://10.0.0.1/' }), ['partial', 0, ['performance/address-refused']])
  const framework = await createTestFramework({
    files: { '.claude/commands/m.md': command },
    plugins: [performance()],
  })
  const inMemory = await framework.run('m', { command: 'node a.js' })
  assert.deepEqual(
    inMemory.diagnostics.filter(({ severity }) => severity === 'error').map(({ code }) => code),
    ['performance/not-on-disk'],
  )
  await framework.dispose()
})

test('a line is split into words as they were meant, or not at all', () => {
  assert.deepEqual(splitWords(`node "a b.js" --x='1 2' c`), ['node', 'a b.js', '--x=1 2', 'c'])
  for (const line of [
    'a | b',
    'a; b',
    'a && b',
    'a > b',
    'a $(b)',
    'a `b`',
    'a "b',
    "a 'b",
    'a "$b"',
    'a\\ b',
  ])
    assert.equal(splitWords(line), undefined, line)
})

test('the figures of a spread are those of the middle, whatever one wild run says', () => {
  assert.deepEqual(spreadOf([12, 10, 500, 11, 9]), {
    median: 11,
    least: 9,
    most: 500,
    deviation: 1,
    samples: 5,
  })
  assert.deepEqual(spreadOf([2, 4]), { median: 3, least: 2, most: 4, deviation: 1, samples: 2 })
  assert.equal(spreadOf([]), undefined)
})

test('profiles of many processes are read together; idle time is none of the busy time', () => {
  const frame = (functionName: string, url: string, lineNumber: number) => ({ functionName, url, lineNumber })
  const profile = {
    nodes: [
      { id: 1, callFrame: frame('(idle)', '', -1) },
      { id: 2, callFrame: frame('weave', 'file:///p/src/loom.js', 4) },
      { id: 3, callFrame: frame('', 'node:fs', 9) },
    ],
    samples: [1, 2, 2, 3],
    timeDeltas: [4000, 1000, 2000, 1000],
  }
  const { functions, busyMs, idleShare } = hottest([profile, profile], '/p')
  assert.deepEqual([busyMs, idleShare], [8, 0.5])
  assert.deepEqual(functions, [
    { name: 'weave', path: 'src/loom.js', line: 5, selfMs: 6, share: 0.75 },
    { name: '(anonymous)', path: 'node:fs', line: 10, selfMs: 2, share: 0.25 },
  ])
  assert.deepEqual(
    readPythonProfile('[["<built-in sum>","~",0,0.1],["slow","/p/a.py",3,0.3]]', '/p').functions.map(
      ({ name, path, line }) => `${name} ${path}:${line}`,
    ),
    ['slow a.py:3', '<built-in sum> :0'],
  )
  assert.equal(readPythonProfile('Traceback', '/p').profiles, 0)
})

test('the bottleneck follows from the figures: computing, waiting, the disk, memory', () => {
  const used = {
    wallMs: 1000,
    cpuMs: 0,
    crowdedMs: 0,
    peakMemoryBytes: 1e6,
    peakDescriptors: 10,
    peakProcesses: 1,
    readBytes: 0,
    writtenBytes: 0,
    diskReadBytes: 0,
    diskWrittenBytes: 0,
    samples: 9,
  }
  const machine = {
    name: 'm',
    processors: 2,
    load: 0,
    memoryBytes: 8e9,
    freeMemoryBytes: 1,
    freeDiskBytes: 1,
  }
  const kindOf = (change: Partial<typeof used>): string => {
    const measured: Measured = {
      machine,
      times: [{ subject: 's', runs: [1000], asked: 1, short: null, code: 0, ended: 'exit', told: '' }],
      resources: [{ subject: 's', supported: true, asked: 1, runs: [{ ...used, ...change }] }],
      profiles: [],
      loads: [],
    }
    return bottleneckOf(figuresOf(measured)[0]!, measured).kind
  }
  assert.equal(kindOf({ cpuMs: 900 }), 'cpu')
  assert.equal(kindOf({ cpuMs: 100 }), 'waiting')
  assert.equal(kindOf({ cpuMs: 300, crowdedMs: 650 }), 'cpu')
  assert.equal(kindOf({ cpuMs: 100, diskReadBytes: 200e6 }), 'disk')
  assert.equal(kindOf({ cpuMs: 100, peakMemoryBytes: 5e9 }), 'memory')
})

test('slowest comes first, and a change within the spread of both runs is none', () => {
  const time = (subject: string, runs: number[]) =>
    outcome('measure-time', {
      subject,
      runs,
      asked: runs.length,
      short: null,
      code: 0,
      ended: 'exit',
      told: '',
    })
  const before = (median: number, deviation: number) => ({
    at: '2026-01-01',
    sequence: 1,
    machine: 'm',
    figures: { 'wall time': { median, least: 0, most: 0, deviation, samples: 3 } },
  })
  const record = outcome('measure-record', {
    previous: { fast: before(10, 0), slow: before(100, 0), wild: before(40, 10) },
    damaged: [],
  })
  const { metrics, regressions } = synthesise(
    [time('fast', [5, 5, 5]), time('slow', [200, 201, 202]), time('wild', [50, 60, 70]), record],
    0.1,
  )
  assert.deepEqual(
    metrics.map(({ subject, verdict }) => `${subject} ${verdict}`),
    ['slow worse', 'wild same', 'fast better'],
  )
  assert.equal(regressions, 1)
  assert.equal(measuredIn([]).machine, null)
})

test('what is kept is bounded, and what cannot be read is told and begun anew', async () => {
  const texts = new Map<string, string>()
  const store: DurableStore = {
    read: async (name) => texts.get(name),
    write: async (name, text) => void texts.set(name, text),
    remove: async (name) => void texts.delete(name),
    list: async () => [...texts.keys()].toSorted(),
  }
  const history = createHistory(store)
  const subject = (name: string) => ({ machine: 'm', subjects: [{ name, figures: {} }] })
  for (let run = 0; run < 25; run++) await history.add(subject('one'))
  const [text] = [...texts.values()]
  assert.equal((JSON.parse(text!) as { entries: unknown[] }).entries.length, 20)
  for (let run = 0; run < 110; run++) await history.add(subject(`other ${run}`))
  assert.equal(texts.size, 100)
  const last = [...texts].find(([, kept]) => kept.includes('"other 109"'))!
  texts.set(last[0], last[1].slice(0, 40))
  const { damaged, previous } = await history.add(subject('other 109'))
  assert.deepEqual([damaged, previous], [['other 109'], { 'other 109': null }])
  assert.equal((await history.add(subject('other 109'))).previous['other 109']?.sequence, 1)
})

function outcome(kind: string, output: unknown) {
  return {
    name: kind,
    kind,
    status: 'done' as const,
    attempts: 1,
    reruns: 0,
    queuedMs: 0,
    ranMs: 0,
    output,
    error: null,
    quality: null,
  }
}

function resultOf({ groups }: Report): PerformanceResult {
  return groups[0]!.synthesis as PerformanceResult
}

async function measure(
  root: string,
  words: Record<string, string>,
  serial = false,
  typed = true,
): Promise<{ report: Report; most: { all: number; measuring: number } }> {
  const framework = await createFramework({ root, config: false, plugins: [performance({ typed })] })
  const running = new Set<string>()
  const most = { all: 0, measuring: 0 }
  const onEvent = (event: RunEvent): void => {
    if (event.type === 'operation-started') running.add(event.operation)
    if (event.type === 'operation-ended') running.delete(event.operation)
    most.all = Math.max(most.all, running.size)
    most.measuring = Math.max(most.measuring, [...running].filter((name) => name !== 'machine').length)
  }
  try {
    return { report: await framework.run('measure', words, { onEvent, serial }), most }
  } finally {
    await framework.dispose()
  }
}

function projectOf(t: TestContext, files: Record<string, string>): string {
  const root = mkdtempSync(join(tmpdir(), 'heddle-performance-'))
  t.after(() => rmSync(root, { recursive: true, force: true, maxRetries: 3 }))
  for (const [path, text] of Object.entries({ '.heddle/commands/measure.md': command, ...files })) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  return root
}
