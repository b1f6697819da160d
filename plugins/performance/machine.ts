import { statfs } from 'node:fs/promises'
import { arch, availableParallelism, cpus, freemem, loadavg, platform, totalmem } from 'node:os'
import { defineOperation } from 'heddle'

/** The machine that the figures are of. */
export interface Machine {
  /** Figures of machines with different names are not compared. */
  readonly name: string
  readonly processors: number
  /** Processes that wanted to run in the last minute, on average. */
  readonly load: number
  readonly memoryBytes: number
  readonly freeMemoryBytes: number
  /** Free bytes of the disk under the project; null where the system does not tell. */
  readonly freeDiskBytes: number | null
}

/** Looks at the machine before anything is measured. */
export const machineKind = defineOperation<{ readonly root: string }, Machine>({
  kind: 'measure-machine',
  description: 'Looks at processors, load, memory and free disk of the machine',
  lane: 'io',
  effects: 'none',
  idempotent: true,
  claims: () => ({ reads: [], writes: [] }),
  input: (z) => z.strictObject({ root: z.string() }),
  output: (z) =>
    z.strictObject({
      name: z.string(),
      processors: z.number(),
      load: z.number(),
      memoryBytes: z.number(),
      freeMemoryBytes: z.number(),
      freeDiskBytes: z.number().nullable(),
    }),
  async run({ root }) {
    const disk = await statfs(root).catch(() => null)
    const processors = availableParallelism()
    const model = cpus()[0]?.model.trim() ?? 'unknown processor'
    return {
      name: `${platform()} ${arch()}, ${processors} × ${model}, Node ${process.versions.node.split('.')[0]}`,
      processors,
      load: loadavg()[0] ?? 0,
      memoryBytes: totalmem(),
      freeMemoryBytes: freemem(),
      freeDiskBytes: disk === null ? null : disk.bavail * disk.bsize,
    }
  },
})
