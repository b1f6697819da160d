import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import {
  bash,
  createFramework,
  defineGroup,
  definePlugin,
  edit,
  grep,
  type Group,
  type Operation,
  type ParallelDesign,
  read,
  write,
} from 'heddle'
import { memoryFiles } from 'heddle/files'
import type { z as zod } from 'zod'
import { builtinOperations } from '../core/operations/index.ts'
import { designPlan, type DesignOptions } from '../core/run/design.ts'
import { createPlan } from '../core/run/plan.ts'
import { commandLine } from './command-line.ts'

const fixtures = fileURLToPath(new URL('../fixtures', import.meta.url))

test('a design says of each operation what it competes for, touches, and has to wait for', async () => {
  const design = await designOf([
    { name: 'look', operations: [grep({ pattern: 'x' }), read('a.txt')] },
    {
      name: 'change',
      needs: ['look'],
      operations: [
        edit({ path: 'a.txt', old: 'x', new: 'y' }),
        write({ path: 'b.txt', text: '' }),
        read('a.txt'),
      ],
    },
    { name: 'apart', operations: [read('c.txt'), bash('make', { deadlineMs: 5000 })] },
  ])
  assert.deepEqual(
    design.operations.map(({ group, name, lane, effects, level, conflictsWith, speculative }) => [
      `${group}/${name}`,
      `${lane} ${effects}`,
      level,
      conflictsWith.map((other) => `${other.group}/${other.operation}`),
      speculative,
    ]),
    [
      ['look/grep-1', 'io none', 1, [], false],
      ['look/read-2', 'io none', 1, [], false],
      ['change/edit-1', 'io workspace', 2, ['look/grep-1', 'look/read-2'], false],
      ['change/write-2', 'io workspace', 2, ['look/grep-1'], false],
      ['change/read-3', 'io none', 3, ['change/edit-1'], false],
      ['apart/read-1', 'io none', 1, [], false],
      [
        'apart/bash-2',
        'process external',
        4,
        ['look/grep-1', 'change/edit-1', 'change/write-2', 'change/read-3', 'apart/read-1'],
        false,
      ],
    ],
  )
  const [, readA, editA] = design.operations
  assert.deepEqual(readA!.claims, { reads: ['a.txt'], writes: [] })
  assert.deepEqual(editA!.claims, { reads: ['a.txt'], writes: ['a.txt'] })
  assert.equal(editA!.idempotent, false)
  assert.equal(design.operations.at(-1)!.deadlineMs, 5000)
})

test('the critical path is the longest chain by expected durations; where none is known, by steps', async () => {
  const groups: Group[] = [
    { name: 'slow', operations: [{ ...read('a.txt'), name: 'slow' }] },
    { name: 'one', operations: [{ ...read('b.txt'), name: 'one' }] },
    { name: 'two', needs: ['one'], operations: [{ ...read('b.txt'), name: 'two' }] },
  ]
  const criticalOf = ({ operations }: ParallelDesign): string[] =>
    operations.filter(({ critical }) => critical).map(({ name }) => name)
  const known: Record<string, number> = { slow: 500, one: 100, two: 200 }
  const expectedMs: DesignOptions['expectedMs'] = ({ operation }) => known[operation.name]
  const timed = await designOf(groups, { expectedMs })
  assert.deepEqual(criticalOf(timed), ['slow'])
  assert.deepEqual(timed.expected, { serialMs: 800, criticalPathMs: 500 })
  const partly = await designOf(groups, {
    expectedMs: ({ operation }) => (operation.name === 'two' ? 200 : undefined),
  })
  assert.deepEqual(criticalOf(partly), ['one', 'two'])
  assert.deepEqual(partly.expected, { serialMs: 202, criticalPathMs: 201 })
  const untimed = await designOf(groups)
  assert.deepEqual(criticalOf(untimed), ['one', 'two'])
  assert.deepEqual(untimed.expected, { serialMs: null, criticalPathMs: null })
})

test('an operation that cannot be called has its problem in the design', async () => {
  const { operations } = await designOf([
    {
      name: 'g',
      operations: [
        { kind: 'nobody', input: {} },
        { kind: 'read', input: { path: 1 } },
      ],
    },
  ])
  assert.deepEqual(
    operations.map(({ lane, claims, problem }) => [lane, claims, problem?.code]),
    [
      [null, null, 'KIND_UNKNOWN'],
      [null, null, 'INPUT_INVALID'],
    ],
  )
})

test('gates, synthesis, growth and the handling of errors stand in the design', async () => {
  const design = await designOf(
    [
      {
        name: 'g',
        operations: [read('a.txt')],
        synthesise: () => 1,
        expand: () => [],
        rounds: 3,
        when: () => true,
        gates: [{ name: 'own', severity: 'blocking', check: () => true }],
      },
      { name: 'h', needs: ['g'], operations: [read('a.txt')] },
    ],
    { severities: new Map([['before/resources', 'blocking']]) },
  )
  assert.deepEqual(design.qualityGates[0], { group: 'g', name: 'own', severity: 'blocking' })
  assert.equal(design.qualityGates.length, 13)
  assert.deepEqual(
    design.qualityGates.find(({ name }) => name === 'before/resources'),
    { group: null, name: 'before/resources', severity: 'blocking' },
  )
  assert.deepEqual(design.synthesisStrategy, [
    { group: 'g', needs: [], synthesised: true, grows: true, rounds: 3, conditional: true },
    { group: 'h', needs: ['g'], synthesised: false, grows: false, rounds: 0, conditional: false },
  ])
  assert.deepEqual(design.errorHandling, {
    onFailure: 'continue',
    dependants: 'skip',
    attempts: 3,
    fallback: 'sequential',
  })
})

test('levels are those that comparing every operation with every other gives', async () => {
  const path = fc.constantFrom('', 'a', 'a/b', 'a/b/c', 'a/d', 'e', 'e/f')
  const paths = fc.uniqueArray(path, { maxLength: 2 })
  const operation = fc.record({ reads: paths, writes: paths })
  const group = fc.record({
    operations: fc.array(operation, { maxLength: 4 }),
    back: fc.integer({ min: 0, max: 3 }),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(group, { minLength: 1, maxLength: 6 }), async (groups) => {
      const planned = groups.map(({ operations, back }, index): Group => ({
        name: `g${index}`,
        needs: back > 0 && back <= index ? [`g${index - back}`] : [],
        operations: operations.map((claims): Operation => ({ kind: 'touch', input: {}, claims })),
      }))
      const { operations } = await designOf(planned, { kinds: () => touchKind })
      assert.deepEqual(
        operations.map(({ level }) => level),
        slowLevels(planned),
      )
    }),
    { numRuns: 300 },
  )
})

test('a plan of many operations that all touch the same is designed in a moment', async () => {
  const reader: Operation = { kind: 'touch', input: {}, claims: { reads: [''], writes: [] } }
  const operations = Array.from({ length: 20_000 }, (_, index): Operation =>
    index % 2 === 0 ? reader : { kind: 'touch', input: {}, claims: { reads: [], writes: [`f${index}`] } },
  )
  const design = await designOf([{ name: 'g', operations }], { kinds: () => touchKind })
  assert.equal(design.operations.at(-1)!.level, 20_000)
  assert.ok(design.operations.every(({ conflictsWith }) => conflictsWith.length <= 8))
  // The one just before is among those that are named.
  assert.equal(design.operations.at(-1)!.conflictsWith.at(-1)!.operation, 'touch-19999')
  assert.equal(design.operations.at(-2)!.conflictsWith.at(-1)!.operation, 'touch-19998')
})

test('planning runs nothing and writes nothing', async () => {
  const files = memoryFiles({ '.claude/commands/go.md': '---\npattern: p\n---\n\n# Go\n' })
  let ran = false
  const plugin = definePlugin({
    name: 'p',
    apply(hooks) {
      hooks.operation.for('own').tap('p', () => ({ ...touchKind, kind: 'own', run: () => (ran = true) }))
      hooks.plan.for('p').tap('p', () => [
        defineGroup({
          name: 'g',
          operations: [{ kind: 'own', input: {} }, write({ path: 'new.txt', text: '' })],
        }),
      ])
    },
  })
  const framework = await createFramework({ files, plugins: [plugin()], config: false, builtIn: false })
  const design = await framework.plan('go')
  await framework.dispose()
  assert.deepEqual(
    design.operations.map(({ group, name }) => [group, name]),
    [
      ['p/g', 'own-1'],
      ['p/g', 'write-2'],
    ],
  )
  assert.ok(!ran)
  assert.equal(await files.stat('new.txt' as never), undefined)
})

test('--dry-run draws the plan as a tree, with lanes by level, and runs nothing', (t) => {
  const root = mkdtempSync(join(tmpdir(), 'heddle-design-'))
  t.after(() => rmSync(root, { recursive: true, force: true }))
  cpSync(join(fixtures, 'four-checks'), root, {
    recursive: true,
    filter: (path) => !path.includes('.heddle'),
  })
  const words = ['run', 'protocol', '--dry-run', '--root', root]
  const { status, stdout } = spawnSync(process.execPath, [...commandLine, ...words], {
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1', CI: '1' },
  })
  assert.equal(status, 0)
  const expected = [
    '',
    'validation/checks  outcomes are put together',
    '├─ ○  1 npm run test      process bash · reads everything',
    '├─ ○  1 npm run lint      process bash · reads everything',
    '├─ ○  1 npm run typecheck process bash · reads everything',
    '├─ ○  1 npm run audit     process bash · reads everything',
    '└─ … and more, from what is found',
    '',
    'protocol/readiness  outcomes are put together',
  ]
  assert.deepEqual(stdout.split('\n').slice(0, expected.length), expected)
  assert.match(stdout, /\n\nAt once\n {2}level {4}1\n {2}process {2}\d\n/)
  assert.match(
    stdout,
    /\n\nGates {2}these, and the 12 gates of every run\n {2}testing +blocking +validation\/checks\n/,
  )
  assert.match(stdout, /\n\d operations in 3 groups; nothing was run\.\n$/)
})

// What the tests are made of

const touchKind = {
  kind: 'touch',
  description: 'Made by a test',
  lane: 'io',
  effects: 'workspace',
  idempotent: true,
  binding: true,
  input: (z: typeof zod) => z.unknown(),
  output: (z: typeof zod) => z.unknown(),
  run: (): unknown => undefined,
} as const

async function designOf(
  groups: readonly Group[],
  options: Partial<DesignOptions> = {},
): Promise<ParallelDesign> {
  const plan = createPlan(groups)
  assert.ok(plan.ok)
  return designPlan(plan.value, {
    command: 'test',
    kinds: (kind) => builtinOperations.get(kind),
    deadlineMs: 1000,
    severities: new Map(),
    diagnostics: [],
    ...options,
  })
}

/** The level of each operation: one more than that of all it needs or meets. */
function slowLevels(groups: readonly Group[]): number[] {
  const all: { claims: Operation['claims']; group: number; level: number }[] = []
  const meets = (one: readonly string[] = [], other: readonly string[] = []): boolean =>
    one.some((a) =>
      other.some((b) => a === b || a === '' || b === '' || a.startsWith(`${b}/`) || b.startsWith(`${a}/`)),
    )
  for (const [index, { operations, needs = [] }] of groups.entries()) {
    const needed = new Set<number>()
    const visit = (name: string): void => {
      const at = Number(name.slice(1))
      if (needed.has(at)) return
      needed.add(at)
      for (const need of groups[at]!.needs ?? []) visit(need)
    }
    for (const need of needs) visit(need)
    for (const { claims = {} } of operations) {
      const before = all.filter(
        (other) =>
          needed.has(other.group) ||
          meets(claims.writes, other.claims!.reads) ||
          meets(claims.writes, other.claims!.writes) ||
          meets(claims.reads, other.claims!.writes),
      )
      all.push({ claims, group: index, level: 1 + Math.max(0, ...before.map(({ level }) => level)) })
    }
  }
  return all.map(({ level }) => level)
}
