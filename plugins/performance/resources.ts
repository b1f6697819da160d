import { randomBytes } from 'node:crypto'
import { defineOperation } from 'heddle'
import { type MeasuredCommand, measuredCommand } from './measured-command.ts'
import { canSample, createSampler, type Sample } from './process-samples.ts'
import { spawnOf } from './subject.ts'

export interface ResourcesInput extends MeasuredCommand {
  readonly runs: number
}

/** What one run of the command has used. */
export interface Used {
  readonly wallMs: number
  readonly cpuMs: number
  readonly crowdedMs: number
  readonly peakMemoryBytes: number
  readonly peakDescriptors: number
  readonly peakProcesses: number
  readonly readBytes: number
  readonly writtenBytes: number
  readonly diskReadBytes: number
  readonly diskWrittenBytes: number
  readonly samples: number
}

export interface ResourcesOutput {
  readonly subject: string
  /** False where the system does not tell what a process uses; then there are no runs. */
  readonly supported: boolean
  readonly runs: readonly Used[]
  readonly asked: number
}

const everyMs = 20

/** Runs a command and looks every 20 ms at what its processes hold and have used. What begins and ends between two looks is not seen. */
export const resourcesKind = defineOperation<ResourcesInput, ResourcesOutput>({
  kind: 'measure-resources',
  description: 'Runs a command and samples CPU, memory, open descriptors and bytes of all its processes',
  lane: 'process',
  effects: 'external',
  untraced: true,
  idempotent: false,
  input: (z) => z.strictObject({ ...measuredCommand(z), runs: z.number().int().min(1) }),
  output: (z) =>
    z.strictObject({
      subject: z.string(),
      supported: z.boolean(),
      asked: z.number(),
      runs: z.array(z.custom<Used>((value) => typeof value === 'object' && value !== null)),
    }),
  async run({ subject, root, limitMs, runs: asked }, context) {
    const runs: Used[] = []
    if (!canSample()) return { subject: subject.name, supported: false, runs, asked }
    for (let turn = 0; turn < asked; turn++) {
      context.progress(`run ${turn + 1} of ${asked}`)
      const mark = `HEDDLE_MEASURED=${randomBytes(16).toString('hex')}`
      const sampler = createSampler(mark)
      const samples: Sample[] = []
      const look = (): void => void samples.push(...[sampler.take()].filter((sample) => sample !== undefined))
      const timer = setInterval(look, everyMs)
      const { env, ...how } = spawnOf(subject, root)
      const [key = '', value = ''] = mark.split('=')
      try {
        const { code, ended, ranMs } = await context.spawn({
          ...how,
          env: { ...env, [key]: value },
          deadlineMs: limitMs,
        })
        if (code !== 0 || ended !== 'exit') break
        runs.push(usedIn(samples, ranMs))
      } finally {
        clearInterval(timer)
      }
    }
    return { subject: subject.name, supported: true, runs, asked }
  },
  quality: ({ runs }, output) => ({
    expected: runs,
    analysed: output.runs.length,
    truncated: output.runs.length < runs,
  }),
})

function usedIn(samples: readonly Sample[], wallMs: number): Used {
  const last = samples.at(-1)
  const most = (of: keyof Sample): number => samples.reduce((sum, sample) => Math.max(sum, sample[of]), 0)
  return {
    wallMs,
    cpuMs: last?.cpuMs ?? 0,
    crowdedMs: last?.crowdedMs ?? 0,
    peakMemoryBytes: most('memoryBytes'),
    peakDescriptors: most('descriptors'),
    peakProcesses: most('processes'),
    readBytes: last?.readBytes ?? 0,
    writtenBytes: last?.writtenBytes ?? 0,
    diskReadBytes: last?.diskReadBytes ?? 0,
    diskWrittenBytes: last?.diskWrittenBytes ?? 0,
    samples: samples.length,
  }
}
