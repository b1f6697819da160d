import { defineOperation } from 'heddle'
import { commandFails } from './refusals.ts'
import { type MeasuredCommand, measuredCommand } from './measured-command.ts'
import { spawnOf } from './subject.ts'

export interface TimeInput extends MeasuredCommand {
  /** Runs whose time is not taken: they fill caches, and let end what else begins with the run. */
  readonly warmUps: number
  readonly runs: number
  /** Milliseconds after which no further run is begun; three are made all the same. */
  readonly budgetMs: number
}

export interface TimeOutput {
  readonly subject: string
  /** Milliseconds of each run, in order. */
  readonly runs: readonly number[]
  readonly asked: number
  /** Why fewer runs were made than asked for; null when they are all there. */
  readonly short: 'budget' | 'failed' | null
  readonly code: number | null
  readonly ended: 'exit' | 'deadline' | 'cancelled'
  /** The last of what the command wrote when it failed. */
  readonly told: string
}

const fewestRuns = 3
const mostTold = 2_000

/** Runs a command again and again and takes the time of each run. A command that fails is not timed further. */
export const timeKind = defineOperation<TimeInput, TimeOutput>({
  kind: 'measure-time',
  description: 'Runs a command several times, one after the other, and takes the time of each run',
  lane: 'process',
  effects: 'external',
  untraced: true,
  idempotent: false,
  input: (z) =>
    z.strictObject({
      ...measuredCommand(z),
      warmUps: z.number().int().min(0),
      runs: z.number().int().min(1),
      budgetMs: z.number().positive(),
    }),
  output: (z) =>
    z.strictObject({
      subject: z.string(),
      runs: z.array(z.number()),
      asked: z.number(),
      short: z.enum(['budget', 'failed']).nullable(),
      code: z.number().nullable(),
      ended: z.enum(['exit', 'deadline', 'cancelled']),
      told: z.string(),
    }),
  async run({ subject, root, limitMs, warmUps, runs, budgetMs }, context) {
    const times: number[] = []
    const common = { subject: subject.name, asked: runs }
    const began = performance.now()
    for (let turn = 0; turn < warmUps + runs; turn++) {
      context.progress(turn < warmUps ? 'warming up' : `run ${turn - warmUps + 1} of ${runs}`)
      const { code, ended, ranMs, stdout, stderr } = await context.spawn({
        ...spawnOf(subject, root),
        deadlineMs: limitMs,
      })
      if (code !== 0 || ended !== 'exit') {
        const told = `${stdout}\n${stderr}`.trim().slice(-mostTold)
        return { ...common, runs: times, short: 'failed', code, ended, told }
      }
      if (turn >= warmUps) times.push(ranMs)
      const isSpent = performance.now() - began > budgetMs && times.length >= Math.min(fewestRuns, runs)
      if (isSpent && times.length < runs)
        return { ...common, runs: times, short: 'budget', code, ended, told: '' }
    }
    return { ...common, runs: times, short: null, code: 0, ended: 'exit', told: '' }
  },
  quality: ({ runs }, output) => ({
    expected: runs,
    analysed: output.runs.length,
    truncated: output.short !== null,
  }),
  failure: (output) => (output.short === 'failed' ? commandFails(output) : undefined),
})
