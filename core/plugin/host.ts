import { fail } from '../base/diagnostic.ts'
import { findNearest } from '../base/nearest.ts'
import { topologicalOrder } from '../base/order.ts'
import { buildSchema } from '../base/schema.ts'
import type { DurableStore } from '../vfs/durable.ts'
import { type Faults, pluginFailed } from './faults.ts'
import type { HookSet } from './hooks.ts'
import type { AppliedPlugin, Plugin } from './plugin.ts'

/** What the host needs from the framework. */
export interface HostOptions {
  readonly plugins: readonly AppliedPlugin[]
  readonly hooks: HookSet
  readonly faults: Faults
  storeFor(plugin: string): DurableStore
}

/** The plugins of one framework, applied in order. */
export interface Host {
  readonly plugins: readonly Plugin[]
  /** Calls what the plugins gave back, in reverse order; one that throws is named and does not stop the others. */
  dispose(): Promise<void>
}

/**
 * Checks, orders and applies plugins, then freezes the hooks. Rejects with one HeddleError for what makes the list itself
 * wrong: PLUGIN_DUPLICATE, PLUGIN_UNKNOWN, PLUGIN_CYCLE, PLUGIN_OPTIONS. A plugin whose `apply` throws is named among the
 * faults, and the others are applied.
 */
export async function createHost({ plugins, hooks, faults, storeFor }: HostOptions): Promise<Host> {
  const ordered = orderPlugins(plugins)
  for (const applied of ordered) await checkOptions(applied)
  const teardowns: { plugin: string; teardown: () => void | Promise<void> }[] = []
  for (const { plugin, options } of ordered) {
    try {
      const teardown = plugin.apply(hooks.doorsFor(plugin.name), {
        options: () => parseOptions(plugin, options) as Promise<never>,
        store: storeFor(plugin.name),
      })
      if (teardown) teardowns.push({ plugin: plugin.name, teardown })
    } catch (thrown) {
      faults.add(pluginFailed(plugin.name, 'apply', thrown))
    }
  }
  hooks.freeze()
  return {
    plugins: ordered.map(({ plugin }) => plugin),
    async dispose() {
      for (const { plugin, teardown } of teardowns.toReversed()) {
        try {
          await teardown()
        } catch (thrown) {
          faults.add(pluginFailed(plugin, 'dispose', thrown))
        }
      }
    },
  }
}

function orderPlugins(plugins: readonly AppliedPlugin[]): readonly AppliedPlugin[] {
  const byName = new Map<string, AppliedPlugin>()
  for (const applied of plugins) {
    const { name } = applied.plugin
    if (byName.has(name))
      fail('PLUGIN_DUPLICATE', `Two plugins are named "${name}".`, 'Take one of them out, or rename it.')
    byName.set(name, applied)
  }
  for (const { plugin } of plugins)
    for (const name of plugin.dependsOn ?? []) known(plugin.name, name, byName)
  const after = new Map(
    plugins.map(({ plugin }) => [plugin.name, [...(plugin.after ?? []), ...(plugin.dependsOn ?? [])]]),
  )
  for (const { plugin } of plugins) for (const name of plugin.before ?? []) after.get(name)?.push(plugin.name)
  const result = topologicalOrder(
    plugins.map(({ plugin }) => ({ name: plugin.name, after: after.get(plugin.name)! })),
  )
  if ('cycle' in result) {
    fail(
      'PLUGIN_CYCLE',
      `Plugins wait for each other: ${result.cycle.join(' → ')}.`,
      'Remove one "after", "before" or "dependsOn".',
    )
  }
  return result.order.map(({ name }) => byName.get(name)!)
}

function known(plugin: string, name: string, byName: ReadonlyMap<string, unknown>): void {
  if (byName.has(name)) return
  const [near] = findNearest(name, byName.keys(), 1)
  const hint = near
    ? `Did you mean "${near.value}"?`
    : `Add the plugin "${name}", or remove it from "dependsOn".`
  fail('PLUGIN_UNKNOWN', `The plugin "${plugin}" depends on "${name}", which is not there.`, hint)
}

/** Options that were given are checked at once; defaults alone need no check, and no schema is loaded for them. */
async function checkOptions({ plugin, options }: AppliedPlugin): Promise<void> {
  if (options === null || typeof options !== 'object' || Object.keys(options).length > 0)
    await parseOptions(plugin, options)
}

async function parseOptions(plugin: Plugin, options: unknown): Promise<unknown> {
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
