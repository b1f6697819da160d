import type { Schema } from 'heddle'
import { families, type Family } from './result.ts'

/** A check that a configuration adds to those of the manifests; it takes the place of one with the same name. */
export interface ConfiguredCheck {
  readonly family: Family
  /** What the shell runs in the folder of the project. */
  readonly command: string
  /** How it is called in the report; the command when left out. */
  readonly name?: string | undefined
  /** Programs without which it is skipped, with a hint. */
  readonly programs?: readonly string[] | undefined
  /** Caches and reports of its tool, as globs. */
  readonly scratch?: readonly string[] | undefined
}

/** Options of the plugin. */
export interface ValidationOptions {
  readonly checks: readonly ConfiguredCheck[]
  /** Percent of lines that tests must reach; null leaves it to the module. */
  readonly coverage: number | null
  /** Reports that checks write, besides those in the usual places. */
  readonly reports: readonly string[]
}

/** What a configuration may say. */
export const optionsSchema: Schema<ValidationOptions> = (z) =>
  z.strictObject({
    checks: z
      .array(
        z.strictObject({
          family: z.enum(families),
          command: z.string().min(1),
          name: z.string().min(1).optional(),
          programs: z.array(z.string()).optional(),
          scratch: z.array(z.string()).optional(),
        }),
      )
      .default([]),
    coverage: z.number().min(0).max(100).nullable().default(null),
    reports: z.array(z.string()).default([]),
  })
