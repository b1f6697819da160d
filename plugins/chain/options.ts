import type { Schema } from 'heddle'

/** Options of the plugin. */
export interface ChainOptions {
  /** Files and folders that steps may write; `.` for all of the project. Nothing when left out: text of a module permits nothing. */
  readonly writes: readonly string[]
}

/** What a configuration may say. */
export const optionsSchema: Schema<ChainOptions> = (z) =>
  z.strictObject({ writes: z.array(z.string().min(1)).default([]) })
