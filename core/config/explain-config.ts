import { resolve } from 'node:path'
import type { ConfigValue } from './merge-configs.ts'
import { originsOf } from './merge-configs.ts'
import { readConfigs } from './read-config.ts'

/** Which configuration to explain. */
export interface ExplainConfigOptions {
  /** The project's folder on the machine; the current folder when left out. */
  readonly root?: string
  /** The configuration file below the root; found when left out. */
  readonly config?: string | false
  /** True also gives what nobody set, with its default. */
  readonly all?: boolean
}

/** What a project is configured to, and by whom. */
export interface ExplainedConfig {
  /** What was put together, the strongest first: files and presets by the names that origins use. */
  readonly sources: readonly string[]
  readonly values: readonly ConfigValue[]
}

/** The merged configuration of a project, each key with the place that it comes from. Rejects as `createFramework` does. */
export async function explainConfig(options: ExplainConfigOptions = {}): Promise<ExplainedConfig> {
  const layers = await readConfigs(resolve(options.root ?? '.'), options.config)
  return {
    sources: layers.map(({ source }) => source).toReversed(),
    values: originsOf(layers, options.all === true),
  }
}
