import { fail, HeddleError } from '../base/diagnostic.ts'
import type { DurableStore } from '../vfs/durable.ts'
import { checkPlugin, parseOptions } from './check-plugin.ts'
import { createCollections } from './collection.ts'
import { type Faults, pluginSkipped } from './faults.ts'
import { compileFilter } from './filter.ts'
import { plain } from './guard.ts'
import type { HookSet } from './hooks.ts'
import { orderPlugins } from './order-plugins.ts'
import type { AppliedPlugin, Plugin, PluginContext } from './plugin.ts'
import { createServices } from './service.ts'

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
  /** Calls what the plugins gave back, in reverse order; one that throws or never settles is named and does not stop the others. */
  dispose(): Promise<void>
}

interface Teardown {
  readonly plugin: string
  readonly teardown: () => void | Promise<void>
}

/**
 * Checks, orders and applies plugins, then freezes the hooks. Rejects with one HeddleError for what makes the list itself
 * wrong: PLUGIN_SHAPE, PLUGIN_DUPLICATE, PLUGIN_UNKNOWN, PLUGIN_CYCLE, PLUGIN_OPTIONS, PLUGIN_API, PLUGIN_FILTER. A plugin whose `apply`
 * throws is named among the faults and leaves nothing behind; those that depend on it are left out and named, the others are applied.
 */
export async function createHost(options: HostOptions): Promise<Host> {
  const { hooks, faults } = options
  for (const [index, applied] of options.plugins.entries()) await checkPlugin(applied, index)
  const { plugins, diagnostics } = orderPlugins(options.plugins)
  for (const diagnostic of diagnostics) faults.add(diagnostic)
  const apply = createApplier(options)
  const failed = new Set<string>()
  const teardowns: Teardown[] = []
  for (const { plugin, options } of plugins) {
    const needed = plugin.dependsOn?.find((name) => failed.has(name))
    if (needed !== undefined) faults.add(pluginSkipped(plugin.name, needed))
    const applied = needed === undefined && apply(plugin, options)
    if (!applied) failed.add(plugin.name)
    else if (applied.teardown) teardowns.push({ plugin: plugin.name, teardown: applied.teardown })
  }
  hooks.freeze()
  return {
    plugins: plugins.map(({ plugin }) => plugin),
    async dispose() {
      for (const { plugin, teardown } of teardowns.toReversed())
        await hooks.settle([{ plugin, call: () => teardown() }], 'dispose')
    },
  }
}

type Applied = { readonly teardown: Teardown['teardown'] | undefined }

/** Applies one plugin after the other; undefined for one that failed. */
function createApplier({
  hooks,
  storeFor,
}: HostOptions): (plugin: Plugin, options: unknown) => Applied | undefined {
  const services = createServices()
  const collections = createCollections(hooks.settle)

  function contextFor(plugin: Plugin, options: unknown): { context: PluginContext<never>; close(): void } {
    const { name } = plugin
    let isOpen = true
    const whileOpen = (what: string): void => {
      if (!isOpen)
        fail(
          'HOOKS_FROZEN',
          `The plugin "${name}" ${what} after its apply() had ended.`,
          'Do so inside apply().',
        )
    }
    const context: PluginContext<never> = {
      options: () => parseOptions(plugin, options) as Promise<never>,
      store: storeFor(name),
      provide(service, value) {
        whileOpen(`provided "${service.name}"`)
        services.provide(name, service, value)
      },
      use: (service) => services.use(name, service) as never,
      has: (service) => services.has(service),
      contribute(collection, give) {
        whileOpen(`contributed to "${collection.name}"`)
        collections.contribute(name, collection as never, give as never)
      },
      async collect(collection, input) {
        if (!hooks.isFrozen)
          fail(
            'COLLECTION_OPEN',
            `The plugin "${name}" collects "${collection.name}" while plugins are still being applied.`,
            'Collect inside a hook, when all have contributed.',
          )
        return (await collections.collect(collection as never, input)) as never
      },
    }
    return { context: Object.freeze(context), close: () => (isOpen = false) }
  }

  return (plugin, options) => {
    const { name } = plugin
    const doors = hooks.doorsFor(name, compileFilter(name, plugin.filter))
    const { context, close } = contextFor(plugin, options)
    const applied = hooks.guard({ plugin: name, hook: 'apply' }, undefined, () => {
      const teardown = plain(plugin.apply(doors.hooks, context)) as unknown
      return { teardown: asTeardown(teardown) }
    })
    close()
    if (applied) doors.take()
    else {
      doors.drop()
      services.withdraw(name)
      collections.withdraw(name)
    }
    return applied
  }
}

function asTeardown(value: unknown): Teardown['teardown'] | undefined {
  if (value === undefined || typeof value === 'function') return value as Teardown['teardown'] | undefined
  throw new HeddleError({
    code: 'PLUGIN_SHAPE',
    severity: 'error',
    message: `it gave ${value === null ? 'null' : `a ${typeof value}`} instead of a function.`,
    hint: 'Give back a function that ends what was begun, or nothing.',
  })
}
