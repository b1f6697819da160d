import { type Diagnostic, fail } from '../base/diagnostic.ts'
import { findNearest } from '../base/nearest.ts'
import { topologicalOrder } from '../base/order.ts'
import type { AppliedPlugin, Plugin } from './plugin.ts'

/** Plugins in the order in which they are applied, and what is odd about the order that they ask for. */
export interface OrderedPlugins {
  readonly plugins: readonly AppliedPlugin[]
  readonly diagnostics: readonly Diagnostic[]
}

/**
 * Sorts plugins by `after`, `before` and `dependsOn`, ties as declared. Throws PLUGIN_DUPLICATE, PLUGIN_CYCLE, and PLUGIN_UNKNOWN for
 * a plugin that another depends on; one that is only named for the order may be missing, which is told.
 */
export function orderPlugins(plugins: readonly AppliedPlugin[]): OrderedPlugins {
  const byName = new Map<string, AppliedPlugin>()
  for (const applied of plugins) {
    const { name } = applied.plugin
    if (byName.has(name))
      fail('PLUGIN_DUPLICATE', `Two plugins are named "${name}".`, 'Take one of them out, or rename it.')
    byName.set(name, applied)
  }
  const diagnostics: Diagnostic[] = []
  const after = new Map<string, string[]>()
  for (const { plugin } of plugins) {
    const { name, dependsOn = [], before = [] } = plugin
    for (const needed of dependsOn) if (!byName.has(needed)) missing(name, needed, byName)
    for (const key of ['after', 'before'] as const)
      for (const other of plugin[key] ?? [])
        if (!byName.has(other) && !other.endsWith(optional))
          diagnostics.push(unordered(plugin, { key, other, byName }))
    after.set(name, [...(after.get(name) ?? []), ...(plugin.after ?? []).map(bare), ...dependsOn])
    for (const other of before.map(bare)) after.set(other, [...(after.get(other) ?? []), name])
  }
  const result = topologicalOrder(plugins.map(({ plugin: { name } }) => ({ name, after: after.get(name)! })))
  if ('cycle' in result)
    fail(
      'PLUGIN_CYCLE',
      `Plugins wait for each other: ${result.cycle.join(' → ')}.`,
      'Remove one "after", "before" or "dependsOn".',
    )
  return { plugins: result.order.map(({ name }) => byName.get(name)!), diagnostics }
}

/** Behind a name it says that the plugin may well be missing. */
const optional = '?'

function bare(name: string): string {
  return name.endsWith(optional) ? name.slice(0, -optional.length) : name
}

function missing(plugin: string, needed: string, byName: ReadonlyMap<string, unknown>): never {
  const [near] = findNearest(needed, byName.keys(), 1)
  return fail(
    'PLUGIN_UNKNOWN',
    `The plugin "${plugin}" depends on "${needed}", which is not there.`,
    near ? `Did you mean "${near.value}"?` : `Add the plugin "${needed}", or remove it from "dependsOn".`,
  )
}

/** Most likely a plugin that is left out on purpose; where a name is nearly the same, a slip. */
function unordered(
  { name: plugin }: Plugin,
  { key, other, byName }: { key: 'after' | 'before'; other: string; byName: ReadonlyMap<string, unknown> },
): Diagnostic {
  const [near] = findNearest(other, byName.keys(), 1)
  return {
    code: 'PLUGIN_UNKNOWN',
    severity: near ? 'warning' : 'info',
    message: `The plugin "${plugin}" wants to come ${key} "${other}", which is not there.`,
    hint: near
      ? `Did you mean "${near.value}"?`
      : 'Nothing has to be done where that is left out on purpose.',
    plugin,
  }
}
