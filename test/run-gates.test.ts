import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createFramework, defineGroup, definePlugin, edit, write } from 'heddle'
import { memoryFiles } from 'heddle/files'
import { createClock } from '../core/base/clock.ts'
import { HeddleError } from '../core/base/diagnostic.ts'
import { builtinOperations } from '../core/operations/index.ts'
import type { RunEvent } from '../core/run/events.ts'
import { createConflictFinder } from '../core/run/conflicts.ts'
import { createRecord } from '../core/run/record.ts'
import type { GateReport, Outcome, Report, RunStatus } from '../core/run/report.ts'
import { judgeDuring } from '../core/run/gates-during.ts'
import { gateSeverities, statusWithGates } from '../core/run/gates.ts'
import type { Group } from '../core/run/group.ts'
import type { Operation, OperationKind } from '../core/run/operation.ts'
import { oversee, type OverseeOptions } from '../core/run/oversee.ts'
import { createPlan } from '../core/run/plan.ts'
import { createWorkspace } from '../core/vfs/workspace.ts'

// Gates

test('a run in which everything is in order passes every gate', async () => {
  const report = await runGroups([
    { name: 'g', operations: [deed('one'), deed('two')], synthesise: (outcomes) => outcomes.length },
  ])
  assert.equal(report.status, 'passed')
  assert.deepEqual(
    report.gates,
    Object.entries(gateSeverities).map(([name, severity]) => ({ name, severity, status: 'passed' })),
  )
  assert.deepEqual(report.diagnostics, [])
})

test('operations of one group that touch the same by their claims are not independent; those of other groups may', async () => {
  const claims = { reads: [], writes: ['same.txt'] }
  const together = await runGroups([
    { name: 'g', operations: [deed('one', { claims }), deed('two', { claims })], synthesise: () => 1 },
  ])
  assert.equal(gate(together, 'before/independence'), 'failed')
  assert.match(whyOf(together, 'before/independence'), /"one" and "two" of "g" touch the same/)
  assert.equal(together.status, 'passed')
  const apart = await runGroups([
    { name: 'g', operations: [deed('one', { claims })] },
    { name: 'h', operations: [deed('two', { claims })] },
  ])
  assert.equal(gate(apart, 'before/independence'), 'passed')
})

test('a plan from which something was left out, or that holds what cannot be called, is not complete', async () => {
  const groups = [{ name: 'g', operations: [deed('one')] }]
  const left = await runGroups(groups, { complete: false })
  assert.deepEqual([gate(left, 'before/completeness'), left.status], ['failed', 'partial'])
  const unknown = await runGroups([{ name: 'g', operations: [{ kind: 'nobody', name: 'x', input: {} }] }])
  assert.equal(gate(unknown, 'before/completeness'), 'failed')
  assert.match(whyOf(unknown, 'before/completeness'), /"x" cannot be called/)
})

test('too little memory, too few descriptors and a full disk are told before heavy work', async () => {
  const program: OperationKind = { ...deedKind, kind: 'program', lane: 'process' }
  const groups = [{ name: 'g', operations: [{ ...deed('heavy'), kind: 'program' }] }]
  const plenty = { memoryBytes: 2 ** 40, descriptors: 10_000, diskBytes: 2 ** 40 }
  const judged = async (room: OverseeOptions['room']): Promise<[string, string]> => {
    const report = await runGroups(groups, { room: room!, kinds: kindsOf(program) })
    return [gate(report, 'before/resources'), whyOf(report, 'before/resources')]
  }
  assert.deepEqual(await judged(plenty), ['passed', ''])
  const few = await judged({ ...plenty, descriptors: 5 })
  assert.equal(few[0], 'failed')
  assert.match(few[1], /too little file descriptors, 5 of the 38 that the plan may need/)
  assert.match((await judged({ ...plenty, memoryBytes: 2 ** 20 }))[1], /memory, 1 MiB of the 96 MiB/)
  assert.match((await judged({ ...plenty, diskBytes: 0 }))[1], /room on the disk, 0 MiB of the 64 MiB/)
  const unknown = { memoryBytes: undefined, descriptors: undefined, diskBytes: undefined }
  assert.deepEqual(await judged(unknown), ['skipped', ''])
})

test('a group of several operations needs somebody who puts their outcomes together; one of a single operation does not', async () => {
  const report = await runGroups([
    { name: 'several', operations: [deed('one'), deed('two')] },
    { name: 'grows', operations: [], expand: () => [deed('three')] },
    { name: 'single', operations: [deed('four')] },
  ])
  assert.equal(gate(report, 'before/synthesis'), 'failed')
  assert.match(whyOf(report, 'before/synthesis'), /the groups "several" and "grows" have/)
  assert.equal(report.status, 'passed')
})

test('an output that was cut, and one that covers less than it should, each fail a gate and say which', async () => {
  const measured = (quality: object): OperationKind => ({ ...deedKind, quality: () => quality as never })
  const judged = async (quality: object): Promise<string[]> => {
    const report = await runGroups([{ name: 'g', operations: [deed('one')] }], {
      kinds: kindsOf(measured(quality)),
    })
    const names = ['during/quality', 'after/results']
    return [report.status, ...names.map((name) => gate(report, name)), whyOf(report, 'after/results')]
  }
  assert.deepEqual(await judged({ expected: 3, analysed: 3, truncated: false }), [
    'passed',
    'passed',
    'passed',
    '',
  ])
  assert.deepEqual((await judged({ expected: 3, analysed: 3, truncated: true })).slice(0, 3), [
    'passed',
    'failed',
    'failed',
  ])
  const short = await judged({ expected: 12, analysed: 11, truncated: false })
  assert.deepEqual(short.slice(0, 3), ['passed', 'passed', 'failed'])
  assert.match(short[3]!, /"one" covers 11 of 12/)
})

test('an operation that its deadline stops has not gone to its depth', async () => {
  const report = await runGroups([{ name: 'g', operations: [{ ...deed('never'), deadlineMs: 5 }] }], {
    graceMs: 1,
  })
  assert.deepEqual([gate(report, 'during/depth'), report.status], ['failed', 'partial'])
})

test('what touches something outside its claims is not isolated', async () => {
  const bound: OperationKind = { ...deedKind, kind: 'bound', binding: true }
  const groups = [
    { name: 'g', operations: [{ ...deed('stray'), kind: 'bound', claims: { reads: [], writes: ['a'] } }] },
  ]
  const report = await runGroups(groups, { kinds: kindsOf(bound) })
  assert.equal(report.groups[0]!.operations[0]!.error?.code, 'CLAIM_EXCEEDED')
  assert.equal(gate(report, 'during/isolation'), 'failed')
})

test('where it could not be looked at what a program changed, its isolation is not judged; a breach is one all the same', () => {
  const { record, see } = createRecord()
  const outcome = { name: 'x', attempts: 1, error: null, quality: null, status: 'done' } as unknown as Outcome
  see({ type: 'operation-settled', at: 0, group: 'g', outcome })
  const isolation = (): string | undefined =>
    judgeDuring(record).find(({ name }) => name === 'during/isolation')?.status
  assert.equal(isolation(), 'passed')
  see({ type: 'finding', diagnostic: { code: 'CLAIMS_UNCHECKED', severity: 'info', message: '' } })
  assert.equal(isolation(), 'skipped')
  see({ type: 'finding', diagnostic: { code: 'CLAIM_EXCEEDED', severity: 'warning', message: '' } })
  assert.equal(isolation(), 'failed')
})

test('a file that is changed from outside while the run has it makes the run incoherent, whatever was done', async () => {
  const files = memoryFiles({ '.claude/commands/go.md': commandText(), 'a.txt': 'old' })
  const plugin = definePlugin({
    name: 'p',
    apply(hooks) {
      hooks.plan
        .for('p')
        .tap('p', () => [
          defineGroup({ name: 'g', operations: [edit({ path: 'a.txt', old: 'old', new: 'new' })] }),
        ])
      hooks.synthesise.tap('p', async (groups) => {
        await files.write('a.txt' as never, 'from outside')
        return groups
      })
    },
  })
  const framework = await createFramework({ files, plugins: [plugin()], config: false, builtIn: false })
  const report = await framework.run('go')
  await framework.dispose()
  assert.equal(report.status, 'partial')
  assert.equal(gate(report, 'during/coherence'), 'failed')
  assert.equal(gate(report, 'after/verdict'), 'failed')
})

test('what an earlier run left behind says nothing of this one', async () => {
  const left = { code: 'CONFLICT', severity: 'warning', message: 'A run was cut short.' } as const
  const report = await runGroups([{ name: 'g', operations: [deed('one')] }], {
    diagnostics: [left],
    settle: async (report) => report,
  })
  assert.deepEqual([gate(report, 'during/coherence'), report.status], ['passed', 'passed'])
})

test('a synthesis that fails, and a duration that nobody knows, each fail their gate after the run', async () => {
  const broken = await runGroups([
    {
      name: 'g',
      operations: [deed('one')],
      synthesise: () => {
        throw new Error('no')
      },
    },
  ])
  assert.deepEqual([gate(broken, 'after/synthesis'), broken.status], ['failed', 'partial'])
  let time = 0
  const clock = { ...createClock(), now: () => (time -= 1) }
  const lost = await runGroups([{ name: 'g', operations: [deed('one')] }], { clock })
  assert.equal(gate(lost, 'after/lessons'), 'failed')
  assert.match(whyOf(lost, 'after/lessons'), /how long "one" took/)
  assert.equal(lost.status, 'passed')
})

test('only a run that passed has a verdict that passed, and gates only ever take away', async () => {
  const failing = await runGroups([{ name: 'g', operations: [deed('one'), deed('bad')] }])
  assert.deepEqual([failing.status, gate(failing, 'after/verdict')], ['partial', 'failed'])
  const rank: Record<RunStatus, number> = { cancelled: 0, failed: 1, partial: 2, passed: 3 }
  for (const status of Object.keys(rank) as RunStatus[])
    for (const severity of ['blocking', 'conditional', 'warning'] as const)
      for (const verdict of ['passed', 'failed', 'skipped'] as const) {
        const gates: GateReport[] = [{ name: 'x', severity, status: verdict }]
        const after = statusWithGates(status, gates)
        assert.ok(rank[after] <= rank[status], `${status} with ${severity} ${verdict} is ${after}`)
        if (verdict === 'failed' && severity !== 'warning') assert.notEqual(after, 'passed')
      }
})

test('a run in which nothing ran is judged by no gate', async () => {
  const report = await runGroups([{ name: 'g', operations: [] }])
  assert.deepEqual(new Set(report.gates.map(({ status }) => status)), new Set(['skipped']))
  assert.equal(report.status, 'partial')
})

test('a gate before the run that a module declares blocking keeps everything from starting when it fails', async () => {
  let started = false
  const claims = { reads: [], writes: ['same.txt'] }
  const groups = [
    { name: 'first', operations: [deed('one', { claims }), deed('two', { claims })] },
    { name: 'next', needs: ['first'], operations: [deed('three')] },
  ]
  const report = await runGroups(groups, {
    severities: new Map([['before/independence', 'blocking']]),
    onEvent: ({ type }) => (started ||= type === 'operation-started'),
  })
  assert.equal(report.status, 'failed')
  assert.ok(!started)
  assert.deepEqual(
    report.groups.flatMap(({ operations }) => operations.map(({ status }) => status)),
    ['skipped', 'skipped', 'skipped'],
  )
})

test('the severity of a gate of the run is the one that a module of the command declares', async () => {
  const files = memoryFiles({
    '.claude/commands/go.md': commandText(
      'gates:\n  - name: before/independence\n    severity: conditional\n',
    ),
  })
  const plugin = definePlugin({
    name: 'p',
    apply: (hooks) =>
      hooks.plan.for('p').tap('p', () => [
        defineGroup({
          name: 'g',
          operations: [write({ path: 'a', text: '1' }), write({ path: 'a', text: '2' })],
          synthesise: () => 1,
        }),
      ]),
  })
  const framework = await createFramework({ files, plugins: [plugin()], config: false, builtIn: false })
  const report = await framework.run('go')
  await framework.dispose()
  assert.deepEqual(
    report.gates.find(({ name }) => name === 'before/independence'),
    { name: 'before/independence', severity: 'conditional', status: 'failed' },
  )
  assert.equal(report.status, 'partial')
})

test('a run of which not everything could be kept has learned nothing for later, whatever else went well', async () => {
  const lost = { code: 'STATE_NOT_SAVED', severity: 'warning', message: 'The disk is full.' } as const
  const report = await runGroups([{ name: 'g', operations: [deed('one')] }], {
    keep: async (report) => ({ ...report, diagnostics: [...report.diagnostics, lost] }),
  })
  assert.equal(gate(report, 'after/lessons'), 'failed')
  assert.equal(report.status, 'passed')
})

// Claims that meet

test('claims meet above, below and at the same path, never beside it', () => {
  const met = (first: object, second: object): boolean => {
    const finder = createConflictFinder()
    const none = { reads: [], writes: [] }
    finder.place({ index: 0, level: 1, endMs: 1 }, { ...none, ...first })
    return finder.find({ ...none, ...second }).nearest.length > 0
  }
  assert.ok(met({ writes: ['a/b'] }, { reads: ['a/b'] }))
  assert.ok(met({ writes: ['a/b'] }, { reads: ['a'] }))
  assert.ok(met({ writes: ['a'] }, { reads: ['a/b/c'] }))
  assert.ok(met({ reads: ['a'] }, { writes: ['a/b'] }))
  assert.ok(met({ reads: ['a/b'] }, { writes: [''] }))
  assert.ok(met({ writes: ['a'] }, { writes: ['a'] }))
  assert.ok(!met({ reads: ['a'] }, { reads: ['a'] }))
  assert.ok(!met({ writes: ['a/b'] }, { reads: ['a/c'] }))
  assert.ok(!met({ writes: ['a'] }, { writes: ['ab'] }))
})

test('the deepest of many that are met is known, also when it is not among those that are named', () => {
  const finder = createConflictFinder()
  const read = { reads: ['a'], writes: [] }
  finder.place({ index: 0, level: 9, endMs: 9 }, read)
  for (let index = 1; index < 60; index++) finder.place({ index, level: 1, endMs: 1 }, read)
  const { nearest, before } = finder.find({ reads: [], writes: ['a/b'] })
  assert.deepEqual(nearest.slice(0, 2), [59, 58])
  assert.deepEqual([before.deepest?.index, before.last?.index, before.newest?.index], [0, 0, 59])
  assert.equal(finder.find({ reads: [], writes: [''] }).before.deepest?.index, 0)
})

// Figures and failures

test('the report says how much was done, how much of the trouble was overcome, and what it took', async () => {
  let calls = 0
  const busy = (): unknown => {
    if (calls++ === 0)
      throw new HeddleError({ code: 'BUSY', severity: 'error', message: 'busy', hint: 'wait' })
    return 'value'
  }
  const report = await runGroups(
    [{ name: 'g', operations: [deed('busy'), deed('bad'), deed('good'), deed('fine')] }],
    { kinds: kindsOf({ ...deedKind, idempotent: true, run: byName({ busy }) }), random: () => 0 },
  )
  const { completionRate, recoveryRate, cpuMs, peakMemoryBytes } = report.figures!
  assert.deepEqual([completionRate, recoveryRate], [0.75, 1])
  assert.ok(cpuMs > 0 && peakMemoryBytes > 2 ** 20)
})

test('a failure names its cause and everything that was not run because of it, and what would help', async () => {
  const report = await runGroups([
    { name: 'source', operations: [deed('bad'), deed('good')] },
    { name: 'next', needs: ['source'], operations: [deed('one')] },
    { name: 'last', needs: ['next'], operations: [deed('two')] },
    { name: 'other', operations: [deed('three')] },
  ])
  assert.deepEqual(report.failures, [
    {
      operation: { group: 'source', operation: 'bad' },
      recoverable: false,
      dependentOperations: [
        { group: 'next', operation: 'one' },
        { group: 'last', operation: 'two' },
      ],
      cause: report.groups[0]!.operations[0]!.error,
    },
  ])
  assert.deepEqual(report.recoveryStrategy, {
    individualRecoveries: [],
    overallStrategy: 'repair-first',
    successCriteria: ['"bad" of the group "source" and the 2 operations after it must be done.'],
  })
})

test('a failure that may pass is to be retried by itself, or in order with what needs it', async () => {
  const busy = (): never => {
    throw new HeddleError({ code: 'EADDRINUSE', severity: 'error', message: 'taken', hint: 'wait' })
  }
  const later = (): never => {
    throw new HeddleError({ code: 'BUSY', severity: 'error', message: 'busy', hint: 'wait' })
  }
  const groups = [
    { name: 'port', operations: [deed('busy')] },
    { name: 'next', needs: ['port'], operations: [deed('one')] },
  ]
  const kinds = kindsOf({ ...deedKind, idempotent: true, run: byName({ busy, later }) })
  const report = await runGroups(groups, { kinds, random: () => 0 })
  assert.deepEqual(report.recoveryStrategy?.individualRecoveries, [
    {
      type: 'sequential-fallback',
      operations: [
        { group: 'port', operation: 'busy' },
        { group: 'next', operation: 'one' },
      ],
    },
  ])
})

test('a run without failures says nothing of recovery', async () => {
  const report = await runGroups([{ name: 'g', operations: [deed('one')] }])
  assert.ok(!('failures' in report) && !('recoveryStrategy' in report))
})

// Listeners

test('a listener that throws, rejects or changes what it is given does nothing to the run, and is named', async () => {
  const seen: string[] = []
  const groups: Group[] = [{ name: 'g', operations: [deed('one')], synthesise: ([one]) => one!.output }]
  const listeners: Record<string, (event: RunEvent) => unknown> = {
    throws: () => {
      throw new Error('no')
    },
    rejects: () => Promise.reject(new Error('no')),
    changes(event) {
      seen.push(event.type)
      if (event.type === 'operation-settled') (event.outcome.output as { list: string[] }).list.push('more')
    },
    replaces(event) {
      if (event.type === 'operation-settled') Object.assign(event.outcome, { status: 'failed' })
    },
  }
  for (const [name, onEvent] of Object.entries(listeners)) {
    const report = await runGroups(groups, {
      onEvent,
      kinds: kindsOf({ ...deedKind, run: () => ({ list: ['a'] }) }),
    })
    assert.equal(report.status, 'passed', name)
    assert.deepEqual(report.groups[0]!.synthesis, { list: ['a'] }, name)
    assert.deepEqual(
      report.diagnostics.map(({ code, severity }) => [code, severity]),
      [['LISTENER_FAILED', 'warning']],
      name,
    )
  }
  assert.equal(seen[0], 'run-started')
  assert.equal(seen.at(-1), 'run-settled')
})

test('what a listener looks at is a copy: the run goes on with its own data', async () => {
  let tell!: (isFrozen: boolean) => void
  const seen = new Promise<boolean>((resolve) => (tell = resolve))
  const report = await runGroups(
    [
      {
        name: 'g',
        operations: [deed('one')],
        async synthesise([one]) {
          assert.ok(await seen)
          const { list } = one!.output as { list: string[] }
          list.push('own')
          return list
        },
      },
    ],
    {
      kinds: kindsOf({ ...deedKind, run: () => ({ list: ['a'] }) }),
      onEvent(event) {
        if (event.type === 'operation-settled') tell(Object.isFrozen(event.outcome.output))
      },
    },
  )
  assert.deepEqual(report.groups[0]!.synthesis, ['a', 'own'])
  assert.equal(report.status, 'passed')
})

test('a slow listener is called beside the run: operations come to their end before it has heard of their start', async () => {
  const order: string[] = []
  const report = await runGroups([{ name: 'g', operations: [deed('one'), deed('two')] }], {
    kinds: kindsOf({
      ...deedKind,
      run: (input) => void order.push(`ran ${(input as { deed: string }).deed}`),
    }),
    onEvent: (event) => {
      if (event.type === 'operation-started') order.push(`heard ${event.operation}`)
    },
  })
  for (const name of ['one', 'two'])
    assert.ok(order.indexOf(`ran ${name}`) < order.indexOf(`heard ${name}`), order.join(', '))
  assert.equal(report.status, 'passed')
})

test('a listener that keeps the thread for more than a second is named', async () => {
  const report = await runGroups([{ name: 'g', operations: [deed('one')] }], {
    onEvent({ type }) {
      if (type !== 'operation-settled') return
      for (const end = performance.now() + 1010; performance.now() < end;);
    },
  })
  assert.deepEqual(
    report.diagnostics.map(({ code }) => code),
    ['LISTENER_SLOW'],
  )
  assert.equal(report.status, 'passed')
})

test('the last event is the report as people get it, with every gate', async () => {
  let last: RunEvent | undefined
  const report = await runGroups([{ name: 'g', operations: [deed('one')] }], {
    onEvent: (event) => (last = event),
    settle: async (report) => ({ ...report, id: 'finished' }),
  })
  assert.equal(last?.type, 'run-settled')
  assert.deepEqual(last.report, report)
  assert.equal(report.id, 'finished')
})

// What the tests are made of

const never = new Promise<never>(() => {})

function byName(
  deeds: Readonly<Record<string, () => unknown>>,
): (input: unknown, context: Parameters<OperationKind['run']>[1]) => unknown {
  return (input, context) => {
    const { deed } = input as { deed: string }
    return deeds[deed] ? deeds[deed]() : deedKind.run(input, context)
  }
}

const deedKind: OperationKind = {
  kind: 'deed',
  description: 'Made by a test',
  lane: 'io',
  effects: 'workspace',
  idempotent: false,
  input: (z) => z.object({ deed: z.string() }),
  output: (z) => z.unknown(),
  async run(input, { files }) {
    const { deed } = input as { deed: string }
    if (deed === 'bad') throw new Error('bad')
    if (deed === 'never') return never
    if (deed === 'stray') await files.write('elsewhere' as never, 'x')
    return deed
  },
}

function deed(name: string, more: Partial<Operation> = {}): Operation {
  return { kind: 'deed', name, input: { deed: name }, claims: { reads: [], writes: [] }, ...more }
}

function kindsOf(...own: OperationKind[]): OverseeOptions['kinds'] {
  const all = new Map([...builtinOperations, ...[deedKind, ...own].map((kind) => [kind.kind, kind] as const)])
  return (kind) => all.get(kind)
}

function runGroups(groups: readonly Group[], options: Partial<OverseeOptions> = {}): Promise<Report> {
  const plan = createPlan(groups)
  if (!plan.ok) throw new HeddleError(plan.diagnostic)
  return oversee(plan.value, {
    command: 'test',
    id: '1',
    folder: null,
    kinds: kindsOf(),
    clock: createClock(),
    workspace: createWorkspace(memoryFiles({ 'a.txt': 'a' })),
    ...options,
  })
}

function gate({ gates }: Report, name: string): GateReport['status'] {
  const found = gates.find((each) => each.name === name)
  assert.ok(found, `a gate "${name}"`)
  return found.status
}

function whyOf({ diagnostics }: Report, name: string): string {
  return diagnostics.find(({ message }) => message.includes(`"${name}"`))?.message ?? ''
}

function commandText(more = ''): string {
  return `---\nname: go\ndescription: Goes.\npattern: p\n${more}---\n\n# Go\n`
}
