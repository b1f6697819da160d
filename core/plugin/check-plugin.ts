import { fail } from '../base/diagnostic.ts'
import { ownVersion } from '../base/own-version.ts'
import { buildSchema } from '../base/schema.ts'
import type { AppliedPlugin, Plugin } from './plugin.ts'

/**
 * Checks one entry of a list of plugins before anything of it runs. Rejects with PLUGIN_SHAPE for what is no plugin, PLUGIN_API when it
 * is written for another version of Heddle, PLUGIN_OPTIONS for options that were given and do not fit.
 */
export async function checkPlugin(applied: AppliedPlugin, index: number): Promise<void> {
  checkShape(applied, index)
  await checkRange(applied.plugin)
  const { options } = applied
  // Defaults alone need no check, and no schema is loaded for them.
  if (options === null || typeof options !== 'object' || Object.keys(options).length > 0)
    await parseOptions(applied.plugin, options)
}

/** Options as the plugin sees them: checked, and with its defaults. Rejects with PLUGIN_OPTIONS. */
export async function parseOptions(plugin: Plugin, options: unknown): Promise<unknown> {
  if (!plugin.options) {
    const given = options !== null && typeof options === 'object' ? Object.keys(options) : ['options']
    if (given.length === 0) return {}
    return fail(
      'PLUGIN_OPTIONS',
      `The plugin "${plugin.name}" takes no options; "${given[0]}" was given.`,
      'Remove it.',
    )
  }
  const schema = await buildSchema(plugin.options)
  const parsed = await schema.safeParseAsync(options)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const key = issue && issue.path.length > 0 ? `option "${issue.path.join('.')}"` : 'options'
  return fail(
    'PLUGIN_OPTIONS',
    `The ${key} of the plugin "${plugin.name}" cannot be used: ${issue?.message ?? 'unknown fault'}.`,
    'Correct it in the configuration.',
  )
}

function checkShape(applied: AppliedPlugin, index: number): void {
  const plugin: unknown = isObject(applied) ? applied.plugin : undefined
  if (!isObject(plugin))
    fail(
      'PLUGIN_SHAPE',
      `Entry ${index + 1} of the plugins is none.`,
      'Give what definePlugin() makes, called: tdd() rather than tdd.',
    )
  const { name, apply } = plugin
  if (typeof name !== 'string' || !/^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/.test(name) || name.length > 100)
    fail(
      'PLUGIN_SHAPE',
      `Entry ${index + 1} of the plugins has the name ${JSON.stringify(name)?.slice(0, 100)}.`,
      'Name it with lower-case words joined by hyphens.',
    )
  if (typeof apply !== 'function')
    fail('PLUGIN_SHAPE', `The plugin "${name}" has no apply().`, 'Give it a function that taps hooks.')
  for (const key of ['after', 'before', 'dependsOn']) {
    const names = plugin[key] ?? []
    if (!Array.isArray(names) || names.some((one) => typeof one !== 'string'))
      fail('PLUGIN_SHAPE', `"${key}" of the plugin "${name}" is no list of names.`, 'Write a list of names.')
  }
}

async function checkRange({ name, apiRange }: Plugin): Promise<void> {
  if (apiRange === undefined) return
  const { default: semver } = await import('semver')
  const version = ownVersion()
  const range = semver.validRange(apiRange)
  if (range === null)
    fail(
      'PLUGIN_API',
      `The plugin "${name}" is written for heddle ${JSON.stringify(apiRange)}, which is no range of versions.`,
      'Write it as npm does: "^1.2.0".',
    )
  if (!semver.satisfies(version, range, { includePrerelease: true }))
    fail(
      'PLUGIN_API',
      `The plugin "${name}" is written for heddle ${apiRange}, and this is ${version}.`,
      'Install a version of the plugin, or of heddle, that fits the other.',
    )
}

function isObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object'
}
