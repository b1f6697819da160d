import { fail } from '../base/diagnostic.ts'
import { findNearest } from '../base/nearest.ts'

declare const provided: unique symbol

/** The key of something that one plugin gives to others, with its type. */
export interface Service<T> {
  readonly name: string
  readonly [provided]?: T
}

/** A key for `context.provide` and `context.use`; the name is unique in a framework, best `plugin/what`. */
export function defineService<T>(name: string): Service<T> {
  return { name }
}

/** The services of one framework. */
export interface Services {
  /** Throws SERVICE_TWICE. */
  provide(plugin: string, service: Service<unknown>, value: unknown): void
  /** Throws SERVICE_MISSING with the nearest name. */
  use(plugin: string, service: Service<unknown>): unknown
  has(service: Service<unknown>): boolean
  /** Takes back what a plugin provided that could not be applied. */
  withdraw(plugin: string): void
}

/** No services yet. */
export function createServices(): Services {
  const byName = new Map<string, { readonly plugin: string; readonly value: unknown }>()
  return {
    provide(plugin, { name }, value) {
      const known = byName.get(name)
      if (known)
        fail(
          'SERVICE_TWICE',
          `The service "${name}" is provided by "${known.plugin}" and again by "${plugin}".`,
          'Take one of them out, or give the service of one another name.',
        )
      byName.set(name, { plugin, value })
    },
    use(plugin, { name }) {
      const known = byName.get(name)
      if (known) return known.value
      const [near] = findNearest(name, byName.keys(), 1)
      return fail(
        'SERVICE_MISSING',
        `The plugin "${plugin}" uses the service "${name}", which no plugin before it provides.`,
        near
          ? `Did you mean "${near.value}"?`
          : 'Name the plugin that provides it in "dependsOn", or ask with has() first.',
      )
    },
    has: ({ name }) => byName.has(name),
    withdraw(plugin) {
      for (const [name, known] of byName) if (known.plugin === plugin) byName.delete(name)
    },
  }
}
