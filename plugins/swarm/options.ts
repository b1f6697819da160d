import type { Schema } from 'heddle'

/** Options of the plugin. */
export interface SwarmOptions {
  /**
   * The program of an agent and its arguments, run without a shell. `{prompt}` in an argument stands for the task; without one it
   * comes on standard input. `{name}` is the name of the task, `{promptFile}` a file that holds it. Null: there is no agent.
   */
  readonly agent: readonly string[] | null
  /** Names of environment variables that agents get besides PATH, HOME, LANG, LC_ALL, TERM and TMPDIR. */
  readonly env: readonly string[]
  /** Minutes that one agent may take; null leaves it to the module. */
  readonly minutes: number | null
}

/** What a configuration may say. */
export const optionsSchema: Schema<SwarmOptions> = (z) =>
  z.strictObject({
    agent: z.array(z.string()).min(1).nullable().default(null),
    env: z.array(z.string().regex(/^[A-Za-z_]\w*$/)).default([]),
    minutes: z.number().positive().nullable().default(null),
  })
