import assert from 'node:assert/strict'
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { type Clock, createClock } from '../../core/base/clock.ts'
import { escapeGlob } from '../../core/base/glob.ts'
import { execute } from '../../core/run/execute.ts'
import type { Group } from '../../core/run/group.ts'
import type { Claims, Operation, OperationContext, OperationKind } from '../../core/run/operation.ts'
import { beginRun, continueRun } from '../../core/run/open-run.ts'
import { createPlan } from '../../core/run/plan.ts'
import type { Outcome, Report } from '../../core/run/report.ts'
import { runsFolder } from '../../core/run/run-folder.ts'
import { readHistory } from '../../core/run/run-history.ts'
import type { RunJournal } from '../../core/run/run-journal.ts'
import type { OutcomeRecord } from '../../core/run/run-records.ts'
import type { Files } from '../../core/vfs/file-system.ts'
import { memoryFiles } from '../../core/vfs/memory.ts'
import { childOf, type Path, rootPath } from '../../core/vfs/path.ts'
import { createWorkspace } from '../../core/vfs/workspace.ts'
import { createRandom, type Random } from './random.ts'

// A run that is cut after any of its records and taken up again gives the values and the bytes of one that was not; what was
// recorded is not run again, and what had begun outside is not run at all. Plans are made from a number, so that a difference can
// be made again: its message names the number.
const plans = Number(process.env['HEDDLE_PLANS'] ?? 40)
const firstSeed = Number(process.env['HEDDLE_SEED'] ?? 1)

const scratch = mkdtempSync(join(tmpdir(), 'heddle-resume-'))
after(() => rmSync(scratch, { recursive: true, force: true }))

test(`${plans} random plans, cut after some of their records, end as if nothing had happened`, async () => {
  let replayed = 0
  let heldBack = 0
  for (let seed = firstSeed; seed < firstSeed + plans; seed++) {
    const whole = await runWhole(seed)
    const random = createRandom(seed * 31)
    for (const cut of [0, 1, 2].map(() => random.upTo(whole.lines.length + 1))) {
      const what = `seed ${seed}, cut after ${cut} of ${whole.lines.length} records`
      const found = await resumeAfter(seed, whole, cut)
      for (const name of found.called)
        assert.ok(!found.recorded.has(name), `${what}: ${name} was recorded and ran again`)
      if (found.uncertain.length > 0) {
        heldBack++
        for (const name of found.uncertain) assert.ok(!found.called.includes(name), `${what}: ${name}`)
        continue
      }
      assert.deepEqual(found.result, whole.result, what)
      replayed += found.replayed
    }
  }
  assert.ok(replayed > plans, `only ${replayed} operations were replayed`)
  assert.ok(heldBack > 0, 'no cut fell between a start and its outcome')
})

test('the plans find it within a hundred when what was read is not compared', async () => {
  let found = false
  for (let seed = 1; seed <= 100 && !found; seed++) {
    const whole = await runWhole(seed)
    const result = await resumeAfter(seed, whole, whole.lines.length, { changed: true })
    const fresh = await runWhole(seed, { changed: true })
    if (result.uncertain.length > 0 || result.outside) continue
    assert.deepEqual(result.result, fresh.result, `seed ${seed}, files changed`)
    const blind = await resumeAfter(seed, whole, whole.lines.length, { changed: true, blind: true })
    found = JSON.stringify(blind.result) !== JSON.stringify(fresh.result)
  }
  assert.ok(found, 'no plan told the difference')
})

interface Whole {
  readonly lines: readonly string[]
  readonly folder: string
  readonly id: string
  readonly result: unknown
}

interface Settings {
  /** The files are others than at first. */
  readonly changed?: boolean
  /** Planted: recorded looks are taken out of the journal, so that everything recorded is believed. */
  readonly blind?: boolean
}

let folders = 0

async function runWhole(seed: number, settings: Settings = {}): Promise<Whole> {
  const state = join(scratch, String(folders++))
  const id = seed.toString(16).padStart(32, '0')
  const clock = createClock()
  const { journal } = await beginRun(
    id,
    { command: 'property', given: { positional: [], named: {} }, commit: 'passed' },
    { state, clock },
  )
  const { report, tree } = await runPlan(seed, settings, { clock, memory: journal })
  await journal.flush()
  journal.abandon()
  const folder = join(runsFolder(state), id)
  const lines = readFileSync(join(folder, 'journal-1'), 'utf8').trimEnd().split('\n').slice(1)
  return { lines, folder, id, result: { tree, ...valuesOf(report) } }
}

interface Resumed {
  readonly result: unknown
  readonly called: readonly string[]
  readonly recorded: ReadonlySet<string>
  readonly uncertain: readonly string[]
  readonly replayed: number
  /** True when the plan has operations with effects outside. */
  readonly outside: boolean
}

async function resumeAfter(
  seed: number,
  whole: Whole,
  cut: number,
  settings: Settings = {},
): Promise<Resumed> {
  const state = join(scratch, String(folders++))
  const folder = join(runsFolder(state), whole.id)
  mkdirSync(folder, { recursive: true })
  // The head is always there: without it nobody knows what to resume.
  const lines = ['heddle-run 1', ...whole.lines.slice(0, Math.max(1, cut)), '']
  writeFileSync(join(folder, 'journal-1'), lines.join('\n'))
  try {
    copyFileSync(join(whole.folder, 'content-1'), join(folder, 'content-1'))
  } catch {
    // Nothing was large enough to stand beside the records.
  }
  const history = readHistory(folder, whole.id)
  assert.equal(history.damaged, 0)
  if (settings.blind)
    for (const { record } of history.outcomes.values())
      delete (record as { looks?: OutcomeRecord['looks'] }).looks
  const clock = createClock()
  const { journal } = await continueRun(history, [], { state, clock })
  const called: string[] = []
  const { report, tree } = await runPlan(seed, settings, {
    clock,
    memory: journal,
    called: (name) => called.push(name),
  })
  journal.abandon()
  const operations = report.groups.flatMap((group) => group.operations)
  return {
    result: { tree, ...valuesOf(report) },
    called,
    recorded: new Set(
      [...history.outcomes.values()]
        .filter(({ record }) => record.status !== 'skipped')
        .map(({ record }) => record.name),
    ),
    uncertain: operations.filter(({ error }) => error?.code === 'RUN_UNCERTAIN').map(({ name }) => name),
    replayed: operations.filter((outcome) => outcome.replayed).length,
    outside: operations.some(({ kind }) => kind === 'outside'),
  }
}

interface RunParts {
  readonly clock: Clock
  readonly memory: RunJournal
  readonly called?: (name: string) => void
}

async function runPlan(
  seed: number,
  { changed = false }: Settings,
  { clock, memory, called }: RunParts,
): Promise<{ report: Report; tree: unknown }> {
  const random = createRandom(seed)
  const files = memoryFiles({ ...initialFiles(random), ...(changed && { a: 'changed\n', 'c/new': 'new\n' }) })
  const plan = createPlan(randomGroups(random))
  assert.ok(plan.ok)
  const kinds = kindsOf(clock, createRandom(seed * 7919), called ?? (() => {}))
  const workspace = createWorkspace(files, { now: () => 0 })
  const report = await execute(plan.value, {
    command: 'property',
    id: String(seed),
    kinds: (kind) => kinds.get(kind),
    workspace,
    folder: null,
    clock,
    memory,
    concurrency: { io: 8 },
    onEvent: (event) => memory.event(event),
  })
  return { report, tree: await treeOf(workspace) }
}

function valuesOf({ status, groups, diagnostics }: Report): object {
  return {
    status,
    diagnostics,
    groups: groups.map(({ name, synthesis, operations }) => ({
      name,
      synthesis,
      operations: operations.map(({ name, kind, status, output, error, quality }) => ({
        name,
        kind,
        status,
        output,
        error,
        quality,
      })),
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
const listed = ['', 'c', 'e', 'c/d', 'e/f']

function initialFiles(random: Random): Record<string, string> {
  const files: Record<string, string> = {}
  for (const path of paths.slice(0, 7)) if (random.chance(0.6)) files[path] = `old ${path}\n`
  return files
}

function randomGroups(random: Random): Group[] {
  let count = 0
  const operations = (most: number): Operation[] =>
    Array.from({ length: random.upTo(most) }, () => randomOperation(random, `o${count++}`))
  return Array.from({ length: random.upTo(5) + 1 }, (_, index) => {
    const grown = operations(3)
    return {
      name: `g${index}`,
      needs: Array.from({ length: index }, (_, earlier) => `g${earlier}`).filter(() => random.chance(0.2)),
      operations: operations(6),
      ...(random.chance(0.25) && { expand: () => grown }),
      ...(random.chance(0.5) && {
        synthesise: (outcomes: readonly Outcome[]) => outcomes.map(({ status, output }) => [status, output]),
      }),
    }
  })
}

interface Step {
  readonly type: 'wait' | 'fail' | 'read' | 'stat' | 'list' | 'remove' | 'folder' | 'write' | 'copy'
  readonly path: string
  readonly from: string
}

function randomOperation(random: Random, name: string): Operation {
  if (random.chance(0.15)) return { kind: 'outside', name, input: { steps: [], name } }
  const steps = Array.from({ length: random.upTo(5) + 1 }, (): Step => {
    const type = random.chance(0.05)
      ? 'fail'
      : random.pick(['wait', 'read', 'stat', 'list', 'remove', 'folder', 'write', 'copy', 'write'] as const)
    return {
      type,
      path: type === 'list' ? random.pick(listed) : random.pick(paths),
      from: random.pick(paths),
    }
  })
  // Most say what they touch; the others run ahead of their turn.
  const claims = random.chance(0.7) ? { claims: claimsOf(steps) } : {}
  return { kind: 'script', name, input: { steps, name }, ...claims }
}

function claimsOf(steps: readonly Step[]): Claims {
  const all = (types: readonly Step['type'][], of: (step: Step) => string): string[] =>
    steps
      .filter(({ type }) => types.includes(type))
      .map((step) => (of(step) === '' ? '**' : escapeGlob(of(step))))
  return {
    reads: [...all(['read', 'stat', 'list'], ({ path }) => path), ...all(['copy'], ({ from }) => from)],
    writes: all(['remove', 'folder', 'write', 'copy'], ({ path }) => path),
  }
}

function kindsOf(
  clock: RunParts['clock'],
  delays: Random,
  called: (name: string) => void,
): ReadonlyMap<string, OperationKind> {
  const pause = (ms: number): Promise<void> => new Promise((resolve) => clock.after(delays.upTo(ms), resolve))
  const common: Pick<OperationKind, 'description' | 'lane' | 'idempotent' | 'input' | 'output'> = {
    description: 'Made by a test',
    lane: 'io',
    idempotent: false,
    input: (z) => z.unknown(),
    output: (z) => z.unknown(),
  }
  type Input = { readonly steps: readonly Step[]; readonly name: string }
  const script: OperationKind = {
    ...common,
    kind: 'script',
    effects: 'workspace',
    async run(input, { files }) {
      const { steps, name } = input as Input
      called(name)
      const seen: string[] = []
      for (const step of steps) {
        await pause(step.type === 'wait' ? 8 : 2)
        seen.push(await doStep(step, files))
      }
      return seen
    },
  }
  const outside: OperationKind = {
    ...common,
    kind: 'outside',
    effects: 'external',
    claims: () => ({ reads: [], writes: [] }),
    async run(input) {
      called((input as Input).name)
      await pause(6)
      return 'heard'
    },
  }
  return new Map([script, outside].map((kind) => [kind.kind, kind]))
}

async function doStep({ type, path: text, from }: Step, files: OperationContext['files']): Promise<string> {
  const path = text as Path
  const textAt = async (path: Path): Promise<string> => Buffer.from(await files.read(path)).toString()
  switch (type) {
    case 'wait':
      return 'waited'
    case 'fail':
      throw new Error('as planned')
    case 'read':
      return textAt(path)
    case 'stat':
      return (await files.stat(path))?.type ?? 'absent'
    case 'list':
      return ((await files.list(path)) ?? []).map(({ name, type }) => `${name} ${type}`).join(', ')
    case 'remove':
      await files.remove(path)
      return 'removed'
    case 'folder':
      await files.makeFolder(path)
      return 'made'
    case 'write':
      await files.write(path, `from ${from}\n`)
      return 'written'
    case 'copy':
      await files.write(path, `${await textAt(from as Path)}copied\n`)
      return 'copied'
  }
}
