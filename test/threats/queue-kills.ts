import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClock } from '../../core/base/clock.ts'
import { contractKind, type ContractStep } from '../../core/run/contract-kinds.ts'
import type { RunEvent } from '../../core/run/events.ts'
import { execute } from '../../core/run/execute.ts'
import type { Executor } from '../../core/run/executor.ts'
import type { Operation } from '../../core/run/operation.ts'
import { createPlan } from '../../core/run/plan.ts'
import { memoryFiles } from '../../core/vfs/memory.ts'
import { createWorkspace } from '../../core/vfs/workspace.ts'

/** What came of killing again and again in the middle of groups. */
export interface KillFigures {
  readonly kills: number
  readonly operations: number
  /** Operations that were begun more than once. */
  readonly begunAgain: number
  readonly lost: number
  /** Effects outside beyond one for each operation. */
  readonly twice: number
}

export interface KillOptions {
  readonly executor: Executor
  readonly kills: number
  kill(): Promise<void>
}

const perGroup = 20

/**
 * Runs group after group and kills in the middle of each, until it has killed often enough. Each operation has an effect outside, a
 * file by its key, and adds its name to a file of the workspace that all of its group change.
 */
export async function killInTheMiddle({ executor, kills, kill }: KillOptions): Promise<KillFigures> {
  const figures = { kills: 0, operations: 0, begunAgain: 0, lost: 0, twice: 0 }
  for (let round = 0; figures.kills < kills; round++) {
    const folder = mkdtempSync(join(tmpdir(), 'heddle-kills-'))
    try {
      const found = await runOneRound({
        executor,
        folder,
        round,
        kill: async () => {
          if (figures.kills >= kills) return
          figures.kills++
          await kill()
        },
      })
      figures.operations += found.operations
      figures.begunAgain += found.begunAgain
      figures.lost += found.lost
      figures.twice += found.twice
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }
  return figures
}

interface Round {
  readonly executor: Executor
  readonly folder: string
  readonly round: number
  kill(): Promise<void>
}

async function runOneRound({ executor, folder, round, kill }: Round): Promise<Omit<KillFigures, 'kills'>> {
  const note = join(folder, 'note')
  const input: ContractStep = { note, effect: folder, waitMs: 40 }
  const effects = range(perGroup).map((index): Operation => ({
    kind: 'contract/effect',
    name: `effect-${index}`,
    input,
    idempotent: true,
  }))
  const steps = range(4).map((index): Operation => ({
    kind: 'contract/step',
    name: `step-${index}`,
    input: { note, waitMs: 20, adds: { path: 'log', text: `step-${index};` } },
  }))
  const plan = createPlan([
    { name: 'outside', operations: effects },
    { name: 'inside', operations: steps },
    {
      name: 'after',
      needs: ['outside', 'inside'],
      operations: effects.map((each) => ({ ...each, name: `after-${each.name}` })),
    },
  ])
  assert.ok(plan.ok)
  const workspace = createWorkspace(memoryFiles({ log: '' }))
  const id = `kills-${round}-${Date.now()}`
  const opened = await executor.open({ id, command: 'kills', folder: null, tell: () => undefined })
  let settled = 0
  let killing = Promise.resolve()
  try {
    const report = await execute(plan.value, {
      command: 'kills',
      id,
      kinds: contractKind,
      workspace,
      folder: null,
      clock: createClock(),
      executor: opened,
      onEvent(event: RunEvent) {
        // Some run, some wait and some are done.
        if (event.type === 'operation-settled' && [5, 20, 32].includes(++settled))
          killing = killing.then(kill)
      },
    })
    await killing
    const outcomes = report.groups.flatMap(({ operations }) => operations)
    const lost = outcomes.filter(({ status }) => status !== 'done')
    assert.deepEqual(
      lost.map(({ name, error }) => `${name}: ${error?.code} ${error?.message}`),
      [],
    )
    const log = Buffer.from(await workspace.read('log' as never)).toString()
    assert.equal(log, steps.map(({ name }) => `${name};`).join(''))
    const lines = readFileSync(note, 'utf8').split('\n').filter(Boolean)
    const files = readdirSync(folder).filter((name) => name.startsWith('effect-'))
    return {
      operations: outcomes.length,
      begunAgain: lines.length - new Set(lines).size,
      lost: lost.length + Math.max(0, 2 * perGroup - files.length),
      twice: Math.max(0, files.length - 2 * perGroup),
    }
  } finally {
    await opened.close()
  }
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index)
}
