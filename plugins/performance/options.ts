import type { Schema } from 'heddle'

/** Options of the plugin. */
export interface PerformanceOptions {
  /** Command lines of the project that are measured when no argument names one; they may be named by their keys. */
  readonly commands: Readonly<Record<string, string>>
  /** False refuses command lines that stand in an argument: then only scripts of manifests and `commands` are measured. */
  readonly typed: boolean
}

/** What a configuration may say. */
export const optionsSchema: Schema<PerformanceOptions> = (z) =>
  z.strictObject({
    commands: z.record(z.string().min(1), z.string().min(1)).default({}),
    typed: z.boolean().default(true),
  })
