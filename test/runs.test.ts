import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, test, type TestContext } from 'node:test'
import {
  bash,
  createFramework,
  definePlugin,
  type Framework,
  type Group,
  grep,
  HeddleError,
  type Outcome,
  read,
  type Report,
  write,
} from 'heddle'
import { createMemoryStore } from '../core/vfs/durable.ts'
import { durationStats, openDurations } from '../core/run/durations.ts'
import { commandLine } from './command-line.ts'

const folders: string[] = []

after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

// Past runs

test('past runs are listed newest first, shown as they were, and found by the start of their id', async (t) => {
  const { framework, plan } = await open(t)
  plan([{ name: 'p/g', operations: [read('a.txt')] }])
  const first = await framework.run('go')
  plan([{ name: 'p/g', operations: [read('gone.txt')] }])
  const second = await framework.run('go', { words: 'of wisdom' })
  const runs = await framework.runs()
  assert.deepEqual(
    (await runs.list()).map(({ id, status, command, arguments: given, operations }) => [
      id,
      status,
      command,
      given,
      operations,
    ]),
    [
      [second.id, 'partial', 'go', ['--words=of wisdom'], 1],
      [first.id, 'passed', 'go', [], 1],
    ],
  )
  assert.deepEqual((await runs.show(first.id.slice(0, 8))).report, first)
})

test('an id that is none, that nobody has, or that is a path is refused and looks at nothing', async (t) => {
  const { framework, plan, root } = await open(t)
  plan([{ name: 'p/g', operations: [read('a.txt')] }])
  await framework.run('go')
  mkdirSync(join(root, '.heddle/secret'))
  writeFileSync(join(root, '.heddle/secret/journal-1'), 'heddle-run 1\n')
  const runs = await framework.runs()
  const ids = [
    '',
    '..',
    '../secret',
    '../../secret',
    'abc',
    'f'.repeat(33),
    '0000',
    'ABCD',
    'ab/cd',
    'ab\u0000cd',
    '%2e%2e',
  ]
  for (const id of ids) {
    for (const call of [() => runs.show(id), () => framework.resume(id), () => runs.why(id, 'x')])
      await assert.rejects(call, (thrown) => thrown instanceof HeddleError && thrown.code === 'RUN_UNKNOWN')
  }
  const [run] = await runs.list()
  assert.match(run!.id, /^[0-9a-f]{32}$/)
})

test('what is kept is open to its owner alone, and kept out of version control', async (t) => {
  const { framework, plan, root } = await open(t)
  plan([
    {
      name: 'p/g',
      operations: [bash({ command: 'yes | head -c 5000000' }, { claims: { reads: [], writes: [] } })],
    },
  ])
  const report = await framework.run('go')
  const state = join(root, '.heddle/state')
  for (const entry of readdirSync(state, { withFileTypes: true, recursive: true })) {
    const { mode } = statSync(join(entry.parentPath, entry.name))
    assert.equal(mode & 0o077, 0, entry.name)
  }
  assert.equal(readFileSync(join(state, '.gitignore'), 'utf8'), '*\n')
  const { stdout } = report.groups[0]!.operations[0]!.output as { stdout: { blob: string; bytes: number } }
  assert.equal(stdout.bytes, 5_000_000)
  assert.match(stdout.blob, new RegExp(`^\\.heddle/state/runs/${report.id}/outputs/`))
  assert.equal(statSync(join(root, stdout.blob)).size, 5_000_000)
})

test('inputs of operations are not written into the journal', async (t) => {
  const { framework, plan, root } = await open(t)
  const env = { TOKEN: 'a-secret-token' }
  plan([
    { name: 'p/g', operations: [bash({ command: 'true', env }, { claims: { reads: [], writes: ['x'] } })] },
  ])
  const { id } = await framework.run('go')
  const folder = join(root, '.heddle/state/runs', id)
  for (const name of readdirSync(folder).filter((each) => each !== 'outputs'))
    assert.ok(!readFileSync(join(folder, name), 'latin1').includes(env.TOKEN), name)
})

test('two runs are compared by what their operations gave, how they ended and how long they took', async (t) => {
  const { framework, plan, root } = await open(t)
  const slow = (seconds: number) =>
    bash({ command: `sleep ${seconds}` }, { name: 'slow', claims: { reads: [], writes: [] } })
  plan([{ name: 'p/g', operations: [read('a.txt', { name: 'a' }), read('b.txt', { name: 'b' }), slow(0)] }])
  const before = await framework.run('go')
  writeFileSync(join(root, 'a.txt'), 'other\n')
  rmSync(join(root, 'b.txt'))
  plan([
    {
      name: 'p/g',
      operations: [
        read('a.txt', { name: 'a' }),
        read('b.txt', { name: 'b' }),
        slow(0.3),
        grep({ pattern: 'x' }, { name: 'new' }),
      ],
    },
  ])
  const after = await framework.run('go')
  const runs = await framework.runs()
  const { operations, same } = await runs.diff(before.id, after.id)
  assert.deepEqual(
    operations.map(({ name, differs }) => [
      name,
      differs.filter((each) => each !== 'duration' || name === 'slow'),
    ]),
    [
      ['a', ['output']],
      ['b', ['status', 'output']],
      ['slow', ['duration']],
      ['new', ['presence']],
    ],
  )
  assert.equal(same, 0)
  assert.equal((await runs.diff(after.id, after.id)).same, 4)
})

test('as many runs are kept as the configuration says, and pruning never takes the last one', async (t) => {
  const { framework, plan } = await open(t, { runs: { keep: 3 } })
  plan([{ name: 'p/g', operations: [read('a.txt')] }])
  const ids: string[] = []
  for (let count = 0; count < 5; count++) ids.push((await framework.run('go')).id)
  const runs = await framework.runs()
  const kept = async (): Promise<readonly string[]> => (await runs.list()).map(({ id }) => id)
  assert.deepEqual(await kept(), ids.slice(2).toReversed())
  assert.deepEqual((await runs.prune({ keep: 1 }, { dryRun: true })).removed, [ids[3], ids[2]])
  assert.equal((await kept()).length, 3)
  await runs.prune({ keep: 1, days: 0, megabytes: 0.000001 })
  assert.deepEqual(await kept(), [ids[4]])
})

test('nothing is kept of a run when the configuration or the caller says so', async (t) => {
  const { framework, plan, root } = await open(t, { runs: false })
  plan([{ name: 'p/g', operations: [read('a.txt')] }])
  await framework.run('go')
  const other = await open(t)
  other.plan([{ name: 'p/g', operations: [read('a.txt')] }])
  await other.framework.run('go', {}, { journal: false })
  for (const each of [root, other.root]) assert.ok(!existsSync(join(each, '.heddle/state/runs')))
})

test('a run that cannot be kept runs all the same and says so', async (t) => {
  const { framework, plan, root } = await open(t)
  plan([{ name: 'p/g', operations: [read('a.txt')] }])
  mkdirSync(join(root, '.heddle/state'), { recursive: true })
  writeFileSync(join(root, '.heddle/state/runs'), 'in the way')
  const report = await framework.run('go')
  assert.equal(report.status, 'passed')
  assert.deepEqual(
    report.diagnostics.map(({ severity }) => severity),
    ['warning'],
  )
})

// Why

test('why says for whom an operation waited and why it was skipped, and names the nearest when there is none', async (t) => {
  const { framework, plan } = await open(t)
  plan([
    { name: 'p/first', operations: [read('gone.txt', { name: 'look' })] },
    { name: 'p/next', needs: ['p/first'], operations: [read('a.txt', { name: 'after' })] },
  ])
  const { id } = await framework.run('go')
  const runs = await framework.runs()
  const skipped = await runs.why(id, 'after')
  assert.equal(skipped.status, 'skipped')
  assert.deepEqual(
    skipped.steps.map((step) => [step.type, 'because' in step ? step.because : '']),
    [['skipped', 'Skipped because "look" of the group "p/first" failed.']],
  )
  const failed = await runs.why(id, 'p/first/look')
  assert.equal(failed.error?.code, 'NOT_FOUND')
  assert.ok(failed.startedAt! <= failed.endedAt!)
  await assert.rejects(runs.why(id, 'aftre'), /Did you mean "after"\?/)
})

// Durations

test('an operation that got more than 10 % worse is flagged, with enough runs, and by more than it varies', async () => {
  const store = createMemoryStore()
  const sample = async (name: string, ranMs: number): Promise<void> => {
    const durations = await openDurations(store, 'go')
    durations.add({ group: 'g', operation: { kind: 'read', name, input: {} } }, ranMs)
    await durations.save()
  }
  for (const ranMs of [100, 102, 99, 101, 100, 100, 130, 131, 129]) await sample('worse', ranMs)
  for (const ranMs of [100, 102, 99, 101, 100, 100, 104, 103, 105]) await sample('same', ranMs)
  for (const ranMs of [100, 180, 90, 170, 80, 160, 150, 155, 145]) await sample('restless', ranMs)
  for (const ranMs of [100, 100, 130, 130, 130]) await sample('new', ranMs)
  for (const ranMs of [100, 100, 100, 100, 100, 130, 100, 100, 100]) await sample('once', ranMs)
  const stats = await durationStats(store)
  assert.deepEqual(
    stats.filter(({ isWorse }) => isWorse).map(({ operation }) => operation),
    ['worse'],
  )
  const worse = stats.find(({ operation }) => operation === 'worse')!
  assert.equal(worse.recentMs, 130)
  assert.ok(worse.change > 0.28 && worse.change < 0.32, String(worse.change))
  const known = await openDurations(store, 'go')
  const expected = known.expectedMs({ group: 'g', operation: { kind: 'read', name: 'worse', input: {} } })
  assert.ok(expected! > 110 && expected! < 130, String(expected))
  assert.equal(
    known.expectedMs({ group: 'g', operation: { kind: 'read', name: 'never', input: {} } }),
    undefined,
  )
})

test('durations that cannot be read count as none', async () => {
  for (const text of [
    '',
    '{',
    '[]',
    '{"version":1,"entries":[["a",{"samples":"x"}],[1,2],null]}',
    '{"version":9}',
  ]) {
    const store = createMemoryStore()
    await store.write('durations.json', text)
    assert.deepEqual(await durationStats(store), [])
  }
})

// Cached results

const cached = (command: string) =>
  bash({ command }, { name: 'check', cache: true, claims: { reads: ['src/**'], writes: [] } })

test('a result is taken while its inputs are the same, with its age and inputs; else the miss names the input', async (t) => {
  const { framework, plan, root } = await open(t)
  const run = async (options = {}): Promise<Outcome['cache']> => {
    const report = await framework.run('go', {}, options)
    const [outcome] = report.groups[0]!.operations
    assert.deepEqual((outcome!.output as { stdout: string }).stdout, contents(root))
    return outcome!.cache
  }
  plan([{ name: 'p/g', operations: [cached('cat src/*')] }])
  assert.deepEqual(await run(), { hit: false, because: 'it has no result yet' })
  const hit = await run()
  assert.ok(hit?.hit && hit.ageMs >= 0)
  assert.deepEqual(hit.inputs, ['src/**', 'src/one.txt', 'src/two.txt'])
  writeFileSync(join(root, 'src/two.txt'), 'changed\n')
  assert.deepEqual(await run(), { hit: false, because: '"src/two.txt" has changed' })
  writeFileSync(join(root, 'src/zoo.txt'), 'new\n')
  assert.deepEqual(await run(), { hit: false, because: 'other files than before fit "src/**"' })
  writeFileSync(join(root, 'unrelated.txt'), 'x\n')
  assert.ok((await run())?.hit)
  // Back to what it was: both results are kept.
  rmSync(join(root, 'src/zoo.txt'))
  assert.ok((await run())?.hit)
  assert.deepEqual(await run({ fresh: true }), { hit: false, because: 'a fresh result was asked for' })
  plan([{ name: 'p/g', operations: [cached('cat  src/*')] }])
  assert.deepEqual(await run(), { hit: false, because: 'its input "command" is another than before' })
})

test('what an operation wrote comes back with its result, and what it read through the workspace counts', async (t) => {
  const { framework, plan, root } = await open(t)
  plan([
    { name: 'p/made', operations: [write({ path: 'src/made.txt', text: 'made\n' })] },
    {
      name: 'p/g',
      needs: ['p/made'],
      operations: [{ ...grep({ pattern: 'made' }, { name: 'look' }), cache: true }],
    },
    { name: 'p/w', operations: [{ ...write({ path: 'out/w.txt', text: 'w\n' }), cache: true }] },
  ])
  const uses = async (): Promise<readonly (boolean | undefined)[]> => {
    const report: Report = await framework.run('go')
    assert.equal(report.status, 'passed')
    assert.equal(readFileSync(join(root, 'out/w.txt'), 'utf8'), 'w\n')
    return report.groups.flatMap(({ operations }) => operations.map(({ cache }) => cache?.hit))
  }
  assert.deepEqual(await uses(), [undefined, false, false])
  rmSync(join(root, 'out'), { recursive: true })
  rmSync(join(root, 'src/made.txt'))
  assert.deepEqual(await uses(), [undefined, true, true])
})

test('a damaged result is not believed, a failure is not kept, and what cannot be brought back is never cached', async (t) => {
  const { framework, plan, root } = await open(t)
  const use = async (): Promise<Outcome['cache']> =>
    (await framework.run('go')).groups[0]!.operations[0]!.cache
  plan([{ name: 'p/g', operations: [cached('cat src/*')] }])
  await use()
  const results = join(root, '.heddle/state/results')
  const name = readdirSync(results).find((each) => each !== 'index.json')
  const file = join(results, name!)
  const bytes = readFileSync(file)
  bytes[bytes.length >> 1]! ^= 1
  writeFileSync(file, bytes)
  assert.deepEqual(await use(), { hit: false, because: 'what was kept of it is damaged' })
  assert.ok((await use())?.hit)
  plan([{ name: 'p/g', operations: [cached('exit 3')] }])
  await use()
  assert.equal((await use())?.hit, false)
  const cache = true
  plan([{ name: 'p/g', operations: [bash('true', { cache, claims: { writes: [] } })] }])
  assert.deepEqual(await use(), { hit: false, because: 'it does not claim what it reads' })
  plan([{ name: 'p/g', operations: [bash('true', { cache, claims: { reads: [], writes: ['x'] } })] }])
  assert.deepEqual(await use(), {
    hit: false,
    because: 'it may write outside, which cannot be brought back',
  })
})

// The command line

test('the command line lists, shows, compares, explains and prunes runs, and refuses what it does not know', () => {
  const root = projectFolder()
  writeFileSync(
    join(root, '.claude/commands/check.md'),
    '---\nname: check\npattern: validation\n---\n\n# Check\n',
  )
  writeFileSync(join(root, 'package.json'), '{"name":"x","scripts":{"test":"echo fine"}}')
  const first = heddle(root, 'run', 'check')
  const second = heddle(root, 'run', 'check', '--format', 'json')
  assert.ok([0, 1].includes(first.status!), first.stderr)
  const report = JSON.parse(second.stdout) as Report
  const list = heddle(root, 'runs')
  assert.equal(list.stdout.split('\n').length, 3)
  assert.match(
    list.stdout,
    new RegExp(`^${report.id.slice(0, 8)} {2}\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d {2}${report.status} `),
  )
  const shown = heddle(root, 'runs', 'show', report.id.slice(0, 6), '--format', 'json')
  assert.deepEqual((JSON.parse(shown.stdout) as { report: Report }).report, report)
  const operation = report.groups.flatMap((group) => group.operations)[0]!
  assert.match(
    heddle(root, 'why', '--run', report.id.slice(0, 6), operation.name).stdout,
    /started[^]*done|failed/,
  )
  const resumed = heddle(root, 'run', '--resume', report.id.slice(0, 6), '--format', 'json')
  assert.match(resumed.stderr, /had come to its end; nothing was executed/)
  assert.deepEqual(JSON.parse(resumed.stdout), report)
  for (const words of [
    ['runs', 'burn'],
    ['runs', 'diff', 'abcd'],
    ['runs', 'prune', '--keep', '0'],
    ['run', 'check', '--resume'],
    ['why', '--run', report.id.slice(0, 6), 'nobody'],
  ]) {
    const { status, stderr } = heddle(root, ...words)
    assert.equal(status, 2, `${words.join(' ')}: ${stderr}`)
  }
  assert.match(heddle(root, 'runs', 'prune', '--keep', '1').stdout, /^1 run removed, 1 kept/)
})

// What these tests are made of

interface Opened {
  readonly framework: Framework
  readonly root: string
  /** What the command \`go\` is made of from now on. */
  plan(groups: readonly Group[]): void
}

function projectFolder(): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'heddle-runs-')))
  folders.push(root)
  const files = {
    '.claude/commands/go.md':
      '---\nname: go\npattern: p\narguments:\n  - name: words\n    description: any\n---\n\n# Go\n',
    'a.txt': 'a\n',
    'b.txt': 'b\n',
    'src/one.txt': 'one\n',
    'src/two.txt': 'two\n',
  }
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  return root
}

async function open(t: TestContext, config: Parameters<typeof createFramework>[0] = {}): Promise<Opened> {
  const root = projectFolder()
  let groups: readonly Group[] = []
  const plugin = definePlugin({
    name: 'p',
    apply(hooks) {
      hooks.plan.for('p').tap('p', () => groups)
    },
  })
  const framework = await createFramework({
    config: false,
    builtIn: false,
    ...config,
    root,
    plugins: [plugin()],
  })
  t.after(() => framework.dispose())
  return { framework, root, plan: (next) => void (groups = next) }
}

function contents(root: string): string {
  const names = readdirSync(join(root, 'src')).toSorted()
  return names.map((name) => readFileSync(join(root, 'src', name), 'utf8')).join('')
}

function heddle(root: string, ...words: string[]): { status: number | null; stdout: string; stderr: string } {
  const given = [...commandLine, ...words]
  return spawnSync(process.execPath, given, {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1', CI: '1' },
  })
}
