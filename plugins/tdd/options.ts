import type { Planning, Schema } from 'heddle'

/** How much of what spoils code is too much. A module's settings give them, a configuration goes before. */
export interface Thresholds {
  readonly maxFileLines: number
  readonly maxClassMethods: number
  readonly maxParameters: number
  readonly maxComplexity: number
  /** Of one test. */
  readonly maxMocks: number
  /** Of the tests of the project. */
  readonly minIntegrationPercent: number
}

/** Options of the plugin. */
export interface TddOptions extends Partial<Thresholds> {
  /** The least share of covered lines, 0 to 1; what the modules of the command say when left out. */
  readonly threshold?: number | undefined
  /** Milliseconds after which a run of the tests is ended. */
  readonly limitMs: number
}

const settings: Readonly<Record<keyof Thresholds, readonly [setting: string, otherwise: number]>> = {
  maxFileLines: ['max-file-lines', 500],
  maxClassMethods: ['max-class-methods', 20],
  maxParameters: ['max-parameters', 5],
  maxComplexity: ['max-complexity', 10],
  maxMocks: ['max-mocks', 3],
  minIntegrationPercent: ['min-integration-percent', 30],
}

/** What a configuration may say. */
export const optionsSchema: Schema<TddOptions> = (z) => {
  const bound = z.number().min(0).optional()
  return z.strictObject({
    threshold: z.number().min(0).max(1).optional(),
    limitMs: z.number().int().positive().default(600_000),
    maxFileLines: bound,
    maxClassMethods: bound,
    maxParameters: bound,
    maxComplexity: bound,
    maxMocks: bound,
    minIntegrationPercent: bound,
  }) as ReturnType<Schema<TddOptions>>
}

/** The thresholds of a run: what the configuration says, else the settings of the pattern's module, else our own. */
export function thresholdsOf({ module }: Planning, options: TddOptions): Thresholds {
  const entries = Object.entries(settings).map(([name, [setting, otherwise]]) => {
    const written = module.parts.settings.find((one) => one.name === setting)?.default
    const declared = written === null || written === undefined ? Number.NaN : Number(written)
    return [name, options[name as keyof Thresholds] ?? (declared >= 0 ? declared : otherwise)]
  })
  return Object.fromEntries(entries) as Record<keyof Thresholds, number>
}
