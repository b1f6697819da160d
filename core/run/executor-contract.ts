import { deepStrictEqual, match, ok, strictEqual } from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClock } from '../base/clock.ts'
import { digest } from '../base/key.ts'
import { memoryFiles } from '../vfs/memory.ts'
import { createWorkspace } from '../vfs/workspace.ts'
import { bodyOf, contractKind, type ContractStep, type ContractStepOutput } from './contract-kinds.ts'
import type { RunEvent } from './events.ts'
import { execute, type ExecuteOptions } from './execute.ts'
import type { Executor } from './executor.ts'
import type { Group } from './group.ts'
import type { Operation } from './operation.ts'
import { createPlan } from './plan.ts'
import type { Outcome, Report } from './report.ts'

/** An executor, and what tests may do to whoever works for it. */
export interface ExecutorUnderTest {
  readonly executor: Executor
  /** Ends the worker that runs something, without a word; left out where calls are made in the process of the run. */
  killWorker?(): Promise<void>
  /** Has the call that a worker runs now given to another one as well, while the first goes on. */
  deliverAgain?(): Promise<void>
  close(): Promise<void>
}

/** Makes an executor whose workers, if it has any, serve a `contractWorkbench()`; called once for each case. */
export type MakeExecutor = () => Promise<ExecutorUnderTest>

/** One case, for any test runner. */
export interface ExecutorCase {
  readonly name: string
  /** Gives why it does not apply to this executor; undefined when it has been checked. */
  check(): Promise<string | undefined>
}

/** What every executor must do, as cases for any test runner. */
export function executorContract(make: MakeExecutor): readonly ExecutorCase[] {
  return Object.entries(cases).map(([name, check]) => ({
    name,
    async check() {
      const under = await make()
      const folder = mkdtempSync(join(tmpdir(), 'heddle-contract-'))
      try {
        return (await check(createScene(under, folder))) ?? undefined
      } finally {
        await under.close()
        rmSync(folder, { recursive: true, force: true })
      }
    },
  }))
}

/** What has not come by then never will, on the slowest machine. */
const patienceMs = 60_000

interface Scene {
  readonly under: ExecutorUnderTest
  /** The absolute path of a file of this case. */
  at(name: string): string
  /** Lines of such a file. */
  lines(name: string): readonly string[]
  open(name: string): void
  /** Settles when so many lines are in the file. */
  reached(name: string, lines: number): Promise<void>
  run(groups: readonly Group[], more?: Partial<ExecuteOptions>): Promise<Ran>
}

interface Ran {
  readonly report: Report
  readonly events: readonly RunEvent[]
  readonly text: (path: string) => Promise<string | null>
  readonly outcome: (name: string) => Outcome
}

function createScene(under: ExecutorUnderTest, folder: string): Scene {
  const at = (name: string): string => join(folder, name)
  const lines = (name: string): readonly string[] =>
    existsSync(at(name)) ? readFileSync(at(name), 'utf8').split('\n').filter(Boolean) : []
  return {
    under,
    at,
    lines,
    open: (name) => writeFileSync(at(name), ''),
    async reached(name, count) {
      const giveUpAt = Date.now() + patienceMs
      while (lines(name).length < count) {
        if (Date.now() > giveUpAt)
          throw new Error(`"${name}" has only these lines: ${lines(name).join(', ')}`)
        await new Promise((resolve) => setTimeout(resolve, 5))
      }
    },
    run: (groups, more) => runGroups(under.executor, groups, more),
  }
}

async function runGroups(
  executor: Executor,
  groups: readonly Group[],
  more: Partial<ExecuteOptions> = {},
): Promise<Ran> {
  const plan = createPlan(groups)
  if (!plan.ok) throw new Error(plan.diagnostic.message)
  const workspace = createWorkspace(memoryFiles({ a: 'first', 'folder/b': 'second' }))
  const events: RunEvent[] = []
  const id = digest(`${Date.now()} ${Math.random()}`).slice(0, 16)
  const opened = await executor.open({ id, command: 'contract', folder: null, tell: () => undefined })
  try {
    const report = await execute(plan.value, {
      command: 'contract',
      id,
      kinds: contractKind,
      workspace,
      folder: null,
      clock: createClock(),
      executor: opened,
      onEvent: (event) => void events.push(event),
      ...more,
    })
    return {
      report,
      events,
      outcome: (name) =>
        report.groups.flatMap(({ operations }) => operations).find((each) => each.name === name)!,
      async text(path) {
        const found = await workspace.read(path as never).catch(() => undefined)
        return found ? Buffer.from(found).toString() : null
      },
    }
  } finally {
    await opened.close()
  }
}

function step(name: string, input: ContractStep, more: Partial<Operation> = {}): Operation {
  return { kind: 'contract/step', name, input, ...more }
}

function effect(name: string, input: ContractStep, more: Partial<Operation> = {}): Operation {
  return { kind: 'contract/effect', name, input, ...more }
}

function given({ output }: Outcome): ContractStepOutput {
  return output as ContractStepOutput
}

const cases: Record<string, (scene: Scene) => Promise<string | void>> = {
  async 'tells outcomes in declared order, each with its output'({ run }) {
    const names = Array.from({ length: 40 }, (_, index) => `step-${index}`)
    const { report } = await run([
      { name: 'all', operations: names.map((name) => step(name, { write: { [`new/${name}`]: name } })) },
    ])
    strictEqual(report.status, 'passed')
    deepStrictEqual(
      report.groups[0]!.operations.map(({ name }) => name),
      names,
    )
    ok(report.groups[0]!.operations.every((outcome) => given(outcome).key.endsWith(`/all/${outcome.name}`)))
  },

  async 'shows an operation what earlier ones wrote and removed, and nothing that later ones write'({ run }) {
    const { report, outcome, text } = await run([
      {
        name: 'one',
        operations: [step('writes', { read: 'a', write: { a: 'changed', 'folder/c': 'new' } })],
      },
      { name: 'two', operations: [step('removes', { list: 'folder', remove: 'folder/b' })] },
      { name: 'three', operations: [step('reads', { read: 'a', list: 'folder', write: { a: 'again' } })] },
      { name: 'four', operations: [step('last', { read: 'a' })] },
    ])
    strictEqual(report.status, 'passed')
    strictEqual(given(outcome('writes')).text, 'first')
    deepStrictEqual(given(outcome('removes')).names, ['b', 'c'])
    deepStrictEqual([given(outcome('reads')).text, given(outcome('reads')).names], ['changed', ['c']])
    strictEqual(given(outcome('last')).text, 'again')
    deepStrictEqual([await text('a'), await text('folder/b'), await text('folder/c')], ['again', null, 'new'])
  },

  async 'starts a group when what it needs is done, and skips it when that failed'({ run }) {
    const { report, outcome } = await run([
      { name: 'bad', operations: [step('fails', { fails: { code: 'BROKEN', times: 9, hint: 'Mend it.' } })] },
      { name: 'after', needs: ['bad'], operations: [step('never', { write: { a: 'never' } })] },
      { name: 'beside', operations: [step('reads', { read: 'a' })] },
    ])
    strictEqual(report.status, 'partial')
    const { code, message, hint } = outcome('fails').error!
    deepStrictEqual([code, message, hint], ['BROKEN', 'It failed with BROKEN.', 'Mend it.'])
    strictEqual(outcome('never').status, 'skipped')
    strictEqual(given(outcome('reads')).text, 'first')
  },

  async 'leaves nothing of what a failed operation wrote'({ run }) {
    const fails = { code: 'ODD', times: 9 }
    const { report, outcome, text } = await run([
      { name: 'bad', operations: [step('fails', { write: { a: 'bad', new: 'bad' }, fails })] },
      { name: 'good', operations: [step('reads', { read: 'a', list: '' })] },
    ])
    strictEqual(report.status, 'partial')
    strictEqual(outcome('fails').error!.code, 'OPERATION_FAILED')
    deepStrictEqual([given(outcome('reads')).text, given(outcome('reads')).names], ['first', ['a', 'folder']])
    deepStrictEqual([await text('a'), await text('new')], ['first', null])
  },

  async 'tries again what says that it may pass, and what wrote before does not count'({ run }) {
    const fails = { code: 'EBUSY', times: 2 }
    const { report, outcome, text } = await run([
      { name: 'g', operations: [step('busy', { write: { a: 'busy' }, fails }, { idempotent: true })] },
    ])
    deepStrictEqual([report.status, outcome('busy').attempts, report.recovery.retries], ['passed', 3, 2])
    strictEqual(await text('a'), 'busy')
  },

  async 'never tries again what must not be done twice'({ run, lines, at }) {
    const input = { note: at('note'), fails: { code: 'EBUSY', times: 1 } }
    const { outcome } = await run([{ name: 'g', operations: [effect('once', input)] }])
    deepStrictEqual(
      [outcome('once').status, outcome('once').attempts, lines('note').length],
      ['failed', 1, 1],
    )
  },

  async 'runs alone, in the end, what failed because something was taken'({ run }) {
    const taken = step('taken', { fails: { code: 'EADDRINUSE', times: 1 } }, { idempotent: true })
    const { report, outcome } = await run([{ name: 'g', operations: [taken, step('other', { read: 'a' })] }])
    deepStrictEqual(
      [report.status, report.recovery.fallbacks, outcome('taken').status],
      ['passed', 1, 'done'],
    )
  },

  async 'ends at its deadline what does not end by itself, and tells it'({ run, at, reached, lines }) {
    const { outcome, text } = await run([
      {
        name: 'g',
        operations: [
          step(
            'endless',
            { note: at('note'), write: { a: 'never' }, until: at('never') },
            { deadlineMs: 300 },
          ),
          step('other', { read: 'folder/b' }),
        ],
      },
    ])
    deepStrictEqual([outcome('endless').status, outcome('endless').error!.code], ['timed-out', 'TIMEOUT'])
    deepStrictEqual([outcome('other').status, await text('a')], ['done', 'first'])
    await reached('note', 2)
    match(lines('note')[1]!, /stopped$/)
  },

  async 'ends what runs and begins nothing more when the run is cancelled'({ run, at, reached, lines }) {
    const controller = new AbortController()
    const running = run(
      [
        { name: 'g', operations: [step('endless', { note: at('note'), until: at('never') })] },
        { name: 'h', needs: ['g'], operations: [step('later', { note: at('later') })] },
      ],
      { signal: controller.signal },
    )
    await reached('note', 1)
    controller.abort()
    const { report, outcome } = await running
    strictEqual(report.status, 'cancelled')
    strictEqual(outcome('endless').status, 'cancelled')
    await reached('note', 2)
    deepStrictEqual([lines('note').length, lines('later')], [2, []])
  },

  async 'runs operations of a group beside each other'({ run, at, reached, open }) {
    const both = ['one', 'two'].map((name) => step(name, { note: at('note'), until: at('both') }))
    const running = run([{ name: 'g', operations: both }])
    await reached('note', 2)
    open('both')
    strictEqual((await running).report.status, 'passed')
  },

  async 'judges gates over what came back'({ run }) {
    const { report } = await run([
      {
        name: 'g',
        operations: [step('reads', { read: 'a' })],
        synthesise: (outcomes) => given(outcomes[0]!).text,
        gates: [
          { name: 'is second', severity: 'blocking', check: (_, text) => text === 'second' },
          { name: 'is first', severity: 'blocking', check: (_, text) => text === 'first' },
        ],
      },
    ])
    deepStrictEqual(
      report.gates.map(({ status }) => status),
      ['failed', 'passed'],
    )
    deepStrictEqual([report.status, report.groups[0]!.synthesis], ['failed', 'first'])
  },

  async 'tells progress while it runs, in order, between its start and its end'({ run }) {
    const { events } = await run([
      { name: 'g', operations: [step('talks', { progress: ['one', 'two', 'three'] })] },
    ])
    const seen = events.flatMap((event) => {
      if (event.type === 'operation-progress') return [event.message]
      return event.type === 'operation-started' || event.type === 'operation-ended' ? [event.type] : []
    })
    deepStrictEqual(seen, ['operation-started', 'one', 'two', 'three', 'operation-ended'])
  },

  async 'brings back large outputs and large files whole'({ run, at }) {
    const bytes = 3_000_001
    const { report, outcome, text } = await run([
      { name: 'g', operations: [step('large', { note: at('note'), bytes, write: { big: bodyOf(bytes) } })] },
      { name: 'h', operations: [step('reads', { read: 'big' })] },
    ])
    strictEqual(report.status, 'passed')
    strictEqual(digest(given(outcome('large')).body!), given(outcome('large')).digest)
    deepStrictEqual([given(outcome('reads')).text?.length, await text('big')], [bytes, bodyOf(bytes)])
  },

  async 'refuses an output that is not what the kind promises, and takes none where none is promised'({
    run,
  }) {
    const { outcome } = await run([
      { name: 'g', operations: [step('wrong', { gives: 'x' }), step('nothing', { givesNothing: true })] },
    ])
    deepStrictEqual([outcome('wrong').status, outcome('wrong').error!.code], ['failed', 'OUTPUT_INVALID'])
    deepStrictEqual([outcome('nothing').status, outcome('nothing').output], ['done', null])
  },

  async 'refuses what binding claims leave out, and keeps nothing that was written'({ run }) {
    const { outcome, text } = await run([
      {
        name: 'g',
        operations: [
          { kind: 'contract/held', name: 'reads', input: { write: { a: 'new' }, read: 'folder/b' } },
          { kind: 'contract/held', name: 'writes', input: { write: { a: 'new', other: 'new' } } },
          { kind: 'contract/held', name: 'keeps', input: { read: 'a' } },
        ],
      },
    ])
    const codes = ['reads', 'writes'].map((name) => outcome(name).error?.code)
    deepStrictEqual(codes, ['CLAIM_EXCEEDED', 'CLAIM_EXCEEDED'])
    deepStrictEqual([given(outcome('keeps')).text, await text('other')], ['first', null])
  },

  async 'runs what a group grows by'({ run }) {
    const { report, outcome } = await run([
      {
        name: 'g',
        operations: [step('lists', { list: 'folder' })],
        expand: (outcomes) =>
          given(outcomes[0]!).names!.map((name) => step(`reads-${name}`, { read: `folder/${name}` })),
      },
    ])
    deepStrictEqual([report.status, given(outcome('reads-b')).text], ['passed', 'second'])
  },

  async 'gives every call of an operation the same key'({ run, at, lines }) {
    const fails = { code: 'EBUSY', times: 1 }
    const { report } = await run([
      { name: 'g', operations: [effect('again', { note: at('note'), fails }, { idempotent: true })] },
    ])
    strictEqual(report.status, 'passed')
    deepStrictEqual(
      lines('note').map((line) => line.split(' ')),
      [1, 2].map((attempt) => [`${report.id}/g/again`, String(attempt)]),
    )
  },

  async 'has another worker take over from one that died, and loses nothing'({
    under,
    run,
    at,
    reached,
    open,
    lines,
  }) {
    if (!under.killWorker) return 'it makes calls in the process of the run'
    const waits = step('waits', { note: at('note'), until: at('go'), write: { a: 'done' } })
    const running = run([
      // By itself: whoever is at work then is the one that has it.
      { name: 'g', operations: [waits] },
      {
        name: 'h',
        needs: ['g'],
        operations: [step('reads', { read: 'a' }), step('other', { read: 'folder/b' })],
      },
    ])
    await reached('note', 1)
    await under.killWorker()
    await reached('note', 2)
    open('go')
    const { report, outcome, text } = await running
    deepStrictEqual([report.status, outcome('waits').attempts, await text('a')], ['passed', 1, 'done'])
    deepStrictEqual([given(outcome('reads')).text, lines('note').length], ['done', 2])
    return undefined
  },

  async 'names what may have been done by a worker that died, and does not do it again'({
    under,
    run,
    at,
    reached,
    lines,
  }) {
    if (!under.killWorker) return 'it makes calls in the process of the run'
    const running = run([
      { name: 'g', operations: [effect('once', { note: at('note'), until: at('never') })] },
    ])
    await reached('note', 1)
    await under.killWorker()
    const { outcome } = await running
    deepStrictEqual([outcome('once').status, outcome('once').error!.code], ['failed', 'RUN_UNCERTAIN'])
    strictEqual(lines('note').length, 1)
    return undefined
  },

  async 'counts one result where a call was delivered twice'({ under, run, at, reached, open }) {
    if (!under.deliverAgain) return 'nothing is delivered'
    const running = run([
      { name: 'g', operations: [step('twice', { note: at('note'), until: at('go'), write: { a: 'once' } })] },
    ])
    await reached('note', 1)
    await under.deliverAgain()
    await reached('note', 2)
    open('go')
    const { report, events, text } = await running
    deepStrictEqual([report.status, await text('a')], ['passed', 'once'])
    strictEqual(events.filter(({ type }) => type === 'operation-settled').length, 1)
    return undefined
  },
}
