import assert from 'node:assert/strict'
import { test } from 'node:test'
import { escapeGlob } from '../../core/base/glob.ts'
import { builtinOperations } from '../../core/operations/index.ts'
import { type ExecuteOptions, execute, type PlantedFault } from '../../core/run/execute.ts'
import type { Group } from '../../core/run/group.ts'
import type { Claims, Operation, OperationKind } from '../../core/run/operation.ts'
import { createPlan } from '../../core/run/plan.ts'
import type { Outcome, Report } from '../../core/run/report.ts'
import type { Files, WritableFiles } from '../../core/vfs/file-system.ts'
import { memoryFiles } from '../../core/vfs/memory.ts'
import { childOf, type Path, rootPath } from '../../core/vfs/path.ts'
import { createWorkspace } from '../../core/vfs/workspace.ts'
import { createVirtualClock, type VirtualClock } from '../virtual-clock.ts'

// Law 1: a parallel run leaves the values and the bytes of a run one by one. Plans are made from a number, so that a
// difference can be made again: its message names the number.
const plans = Number(process.env['HEDDLE_PLANS'] ?? 40)
const firstSeed = Number(process.env['HEDDLE_SEED'] ?? 1)

test(`${plans} random plans give at every concurrency and schedule what they give one by one`, async () => {
  let overlapped = 0
  for (let seed = firstSeed; seed < firstSeed + plans; seed++) {
    const expected = await runPlan(seed, { serial: true })
    for (const concurrency of [1, 2, 8, 64]) {
      for (const schedule of [1, 2, 3]) {
        const found = await runPlan(seed, { concurrency, schedule })
        assert.deepEqual(
          found.result,
          expected.result,
          `seed ${seed}, concurrency ${concurrency}, schedule ${schedule}`,
        )
        if (found.overlap > 1) overlapped++
      }
    }
  }
  assert.ok(overlapped > plans * 4, `operations overlapped in ${overlapped} runs`)
})

test('the plans are of every kind: done, failed, skipped, tried again, grown, refused for their claims', async () => {
  const seen = new Set<string>()
  for (let seed = firstSeed; seed < firstSeed + 60; seed++) {
    const { report } = await runPlan(seed, { concurrency: 8, schedule: 1 })
    for (const { name, operations, synthesis } of report.groups) {
      if (operations.some((outcome) => outcome.name.startsWith('grown'))) seen.add('grown')
      if (synthesis !== null && name !== '') seen.add('synthesised')
      for (const { kind, status, attempts, error } of operations) {
        seen
          .add(kind)
          .add(status)
          .add(error?.code ?? 'no error')
        if (attempts > 1) seen.add('tried again')
      }
    }
  }
  for (const each of [
    'script',
    'read',
    'write',
    'edit',
    'list',
    'glob',
    'grep',
    'todo',
    'done',
    'failed',
    'skipped',
  ]) {
    assert.ok(seen.has(each), each)
  }
  for (const each of ['grown', 'synthesised', 'tried again', 'NOT_FOUND', 'EDIT_NO_MATCH']) {
    assert.ok(seen.has(each), each)
  }
})

test('the plans find it within a hundred when conflicts are ignored', async () => {
  const found = await findDifference(100, { ignoreConflicts: true })
  assert.ok(found !== undefined, 'no plan told the difference')
})

for (const [plant, most] of [
  ['no-validation', 100],
  ['no-absences', 100],
  ['no-listings', 100],
  ['later-writer-shown', 500],
  ['lost-retry-reads', 500],
  ['orphaned-children', 500],
] as const) {
  test(`the plans find the planted fault ${plant} within ${most}`, async () => {
    const found = await findDifference(most, { plant })
    assert.ok(found !== undefined, 'no plan told the difference')
  })
}

async function findDifference(most: number, options: Partial<RunSettings>): Promise<number | undefined> {
  for (let seed = 1; seed <= most; seed++) {
    const expected = await runPlan(seed, { ...options, serial: true })
    for (const schedule of [1, 2, 3]) {
      const found = await runPlan(seed, { ...options, concurrency: 8, schedule })
      if (JSON.stringify(found.result) !== JSON.stringify(expected.result)) return seed
    }
  }
  return undefined
}

interface RunSettings {
  readonly serial?: boolean
  readonly concurrency?: number
  /** Decides how long operations take. */
  readonly schedule?: number
  readonly ignoreConflicts?: boolean
  readonly plant?: PlantedFault
}

interface Ran {
  readonly report: Report
  /** Values and bytes. */
  readonly result: unknown
  /** Most operations that ran at once. */
  readonly overlap: number
}

async function runPlan(seed: number, settings: RunSettings): Promise<Ran> {
  const { serial = false, concurrency = 8, schedule = 0, ignoreConflicts = false } = settings
  const random = createRandom(seed)
  const files = memoryFiles(initialFiles(random))
  const clock = createVirtualClock()
  const workspace = createWorkspace(files, { now: () => 0 })
  const plan = createPlan(randomGroups(random))
  assert.ok(plan.ok)
  const running = new Set<string>()
  let overlap = 0
  const delays = createRandom(seed * 7919 + schedule)
  const kinds = new Map(builtinOperations).set('script', scriptKind(clock, delays))
  const options: ExecuteOptions = {
    command: 'property',
    id: String(seed),
    kinds: (kind) => kinds.get(kind),
    workspace,
    folder: null,
    clock,
    serial,
    ignoreConflicts,
    ...(settings.plant && { plant: settings.plant }),
    random: delays.next,
    concurrency: { io: concurrency, process: concurrency, network: concurrency, agent: concurrency },
    onEvent(event) {
      if (event.type === 'operation-started') running.add(`${event.group} ${event.operation}`)
      if (event.type === 'operation-settled') running.delete(`${event.group} ${event.outcome.name}`)
      overlap = Math.max(overlap, running.size)
    },
  }
  const report = await clock.drive(execute(plan.value, options))
  const tree = await treeOf(workspace)
  await workspace.commit()
  assert.deepEqual(await treeOf(files), tree, 'what was committed is what the workspace showed')
  return { report, overlap, result: { tree, ...valuesOf(report) } }
}

/** Everything in a report but times and the identity of the run. */
function valuesOf({ status, groups, gates, diagnostics, recovery }: Report): object {
  return {
    status,
    gates,
    diagnostics,
    recovery: { ...recovery, recoveryMs: 0 },
    groups: groups.map(({ name, synthesis, operations }) => ({
      name,
      synthesis,
      operations: operations.map((outcome) => ({ ...outcome, queuedMs: 0, ranMs: 0, reruns: 0 })),
    })),
  }
}

async function treeOf(files: Files, folder: Path = rootPath): Promise<unknown[]> {
  const found: unknown[] = []
  for (const { name, type } of (await files.list(folder)) ?? []) {
    const path = childOf(folder, name)
    if (type === 'directory') found.push(`${path}/`, ...(await treeOf(files, path)))
    else found.push([path, Buffer.from(await files.read(path)).toString('latin1')])
  }
  return found
}

const paths = ['a', 'b', 'c/x', 'c/y', 'c/d/z', 'e/f/g', 'e/h', 'c', 'e/f']
const folders = ['', 'c', 'e', 'c/d', 'e/f']

function initialFiles(random: Random): Record<string, string> {
  const files: Record<string, string> = {}
  for (const path of paths.slice(0, 7)) if (random.chance(0.6)) files[path] = `old ${path}\n`
  return files
}

function randomGroups(random: Random): Group[] {
  return Array.from({ length: random.upTo(6) + 1 }, (_, index) => {
    const needs = Array.from({ length: index }, (_, earlier) => `g${earlier}`).filter(() =>
      random.chance(0.2),
    )
    const operations = Array.from({ length: random.upTo(7) }, () => randomOperation(random))
    const grown = Array.from({ length: random.upTo(3) }, (_, at) => ({
      ...randomOperation(random),
      name: `grown-${at}`,
    }))
    return {
      name: `g${index}`,
      needs,
      operations,
      ...(random.chance(0.25) && {
        expand: (outcomes: readonly Outcome[]) => [...grown, ...outcomes.flatMap(readFound)],
      }),
      ...(random.chance(0.6) && {
        synthesise: (outcomes: readonly Outcome[], context) => {
          context.report({ code: 'seen', severity: 'info', message: `${outcomes.length} in g${index}` })
          return [...context.outcomes].map(([name, all]) => [
            name,
            all.map(({ status, output }) => [status, output]),
          ])
        },
        gates: [
          {
            name: `gate-${index}`,
            severity: 'conditional',
            check: (all) => all.every(({ status }) => status === 'done'),
          },
        ],
      }),
    } satisfies Group
  })
}

/** What a group grows by depends on what its first operations saw. */
function readFound({ name, kind, output }: Outcome): Operation[] {
  if (kind !== 'glob' || output === null) return []
  return (output as { files: string[] }).files.slice(0, 2).map((path, index) => ({
    kind: 'read',
    name: `grown from ${name} ${index}`,
    input: { path },
  }))
}

type Step =
  | { readonly type: 'wait' | 'fail' | 'fail-once'; readonly path?: never }
  | { readonly type: 'read' | 'stat' | 'list' | 'remove' | 'folder' | 'busy-if'; readonly path: string }
  | { readonly type: 'write' | 'copy'; readonly path: string; readonly from: string }

function randomOperation(random: Random): Operation {
  const path = random.pick(paths)
  const builtin: (() => Operation)[] = [
    () => ({ kind: 'read', input: { path } }),
    () => ({ kind: 'write', input: { path, text: `${random.upTo(100)}\n` } }),
    () => ({
      kind: 'edit',
      input: { path, old: random.pick(['old', '1', '\n']), new: `<${random.upTo(9)}>`, all: true },
    }),
    () => ({ kind: 'list', input: { path: random.pick(folders) } }),
    () => ({ kind: 'glob', input: { pattern: random.pick(['**', '*/x', 'c/**', 'e/*']) } }),
    () => ({
      kind: 'grep',
      input: { pattern: 'old', ...(random.chance(0.5) && { path: random.pick(['c', 'e', 'a']) }) },
    }),
    () => ({ kind: 'todo', input: { todos: [{ content: `${random.upTo(9)}`, status: 'pending' }] } }),
  ]
  return random.chance(0.45) ? random.pick(builtin)() : randomScript(random)
}

function randomScript(random: Random): Operation {
  const steps = Array.from({ length: random.upTo(5) + 1 }, () => randomStep(random))
  const truth = claimsOfSteps(steps)
  const choice = random.upTo(10)
  // Most claims are true; some are missing, and some leave out a path.
  const claims =
    choice < 7
      ? truth
      : choice < 9
        ? {}
        : { ...truth, reads: truth.reads!.slice(1), writes: truth.writes!.slice(1) }
  return { kind: 'script', input: { steps }, claims, idempotent: random.chance(0.5) }
}

function randomStep(random: Random): Step {
  const path = random.pick(paths)
  if (random.chance(0.25)) return { type: 'wait' }
  if (random.chance(0.06)) return { type: random.chance(0.5) ? 'fail' : 'fail-once' }
  if (random.chance(0.4))
    return { type: random.chance(0.5) ? 'write' : 'copy', path, from: random.pick(paths) }
  const type = random.pick(['read', 'stat', 'list', 'remove', 'folder', 'busy-if'] as const)
  return { type, path: type === 'list' ? random.pick(folders) : path }
}

function claimsOfSteps(steps: readonly Step[]): Claims {
  const reads = new Set<string>()
  const writes = new Set<string>()
  for (const step of steps) {
    if (step.path === undefined) continue
    const path = step.path === '' ? '**' : escapeGlob(step.path)
    if (['read', 'stat', 'list', 'busy-if'].includes(step.type)) reads.add(path)
    else writes.add(path)
    if (step.type === 'copy') reads.add(escapeGlob(step.from))
  }
  return { reads: [...reads], writes: [...writes] }
}

/** Does its steps one after another, with pauses that the schedule decides, and says what it saw. */
function scriptKind(clock: VirtualClock, delays: Random): OperationKind {
  const kind: OperationKind<{ steps: readonly Step[] }, readonly string[]> = {
    kind: 'script',
    description: 'Does steps',
    lane: 'io',
    effects: 'workspace',
    idempotent: false,
    input: (z) => z.strictObject({ steps: z.array(z.custom<Step>()) }),
    output: (z) => z.array(z.string()),
    async run({ steps }, { files, attempt }) {
      const seen: string[] = []
      for (const step of steps) {
        await new Promise<void>((resolve) => clock.after(delays.upTo(step.type === 'wait' ? 50 : 3), resolve))
        seen.push(await doStep(step, { files, attempt }))
      }
      return seen
    },
  }

  async function doStep(
    step: Step,
    { files, attempt }: { files: WritableFiles; attempt: number },
  ): Promise<string> {
    if (step.type === 'wait') return 'waited'
    if (step.type === 'fail') throw new Error('as planned')
    if (step.type === 'fail-once') {
      if (attempt > 1) return 'now it works'
      throw Object.assign(new Error('busy'), { code: 'EBUSY' })
    }
    const path = step.path as Path
    switch (step.type) {
      case 'read':
        return text(await files.read(path))
      case 'stat':
        return (await files.stat(path))?.type ?? 'absent'
      case 'busy-if':
        // What a failed try had read decides what comes of the operation, though the next try does not look again.
        if (attempt > 1) return 'was busy'
        if (!(await files.stat(path))) return 'free'
        throw Object.assign(new Error('busy'), { code: 'EBUSY' })
      case 'list':
        return ((await files.list(path)) ?? []).map(({ name, type }) => `${name} ${type}`).join(', ')
      case 'remove':
        await files.remove(path)
        return 'removed'
      case 'folder':
        await files.makeFolder(path)
        return 'made'
      case 'write':
        await files.write(path, `from ${step.from}\n`)
        return 'written'
      case 'copy':
        await files.write(path, `${text(await files.read(step.from as Path))}copied\n`)
        return 'copied'
    }
  }

  return kind
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes)
}

interface Random {
  /** From 0 to 1. */
  next(): number
  /** A whole number below `limit`. */
  upTo(limit: number): number
  chance(probability: number): boolean
  pick<T>(items: readonly T[]): T
}

/** Mulberry32: the same numbers for the same seed, on every machine. */
function createRandom(seed: number): Random {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const upTo = (limit: number): number => Math.floor(next() * limit)
  return {
    next,
    upTo,
    chance: (probability) => next() < probability,
    pick: (items) => items[upTo(items.length)]!,
  }
}
