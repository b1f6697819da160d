import { fail } from '../base/diagnostic.ts'
import { compileGlob, type Glob } from '../base/glob.ts'

/**
 * Which modules a plugin wants to see at all; what it does not want it is not called for. All keys that are given must fit, of a list
 * one entry. What a hook cannot know yet (the kind of a file that is still to be read) is held against nobody.
 */
export interface PluginFilter {
  /** Globs over ids, as people see them: `.claude/modules/**`, `heddle:modules/**`. */
  readonly id?: string | readonly string[]
  /** Kinds: `command`, `module`, `document`, or one's own. */
  readonly kind?: string | readonly string[]
  /** Globs over paths below the root of the module's layer. */
  readonly path?: string | readonly string[]
}

/** True for a module that is wanted: by its id, its path, and its kind where that is known. */
export type Wants = (id: string, path: string, kind?: string) => boolean

/** Undefined for no filter. Throws PLUGIN_FILTER for a glob that is refused, naming the plugin. */
export function compileFilter(plugin: string, filter: PluginFilter | undefined): Wants | undefined {
  if (filter === undefined) return undefined
  const ids = compileGlobs(plugin, filter.id)
  const paths = compileGlobs(plugin, filter.path)
  const kinds = filter.kind === undefined ? undefined : new Set([filter.kind].flat())
  // A module passes one hook after the other: what was said of it last is mostly asked again.
  let last = ''
  let isPlaced = false
  return (id, path, kind) => {
    if (kinds && kind !== undefined && !kinds.has(kind)) return false
    if (id !== last) {
      isPlaced = (ids === undefined || fits(ids, id)) && (paths === undefined || fits(paths, path))
      last = id
    }
    return isPlaced
  }
}

/** True where both want it; undefined where neither asks. */
export function both(one: Wants | undefined, other: Wants | undefined): Wants | undefined {
  return one && other ? (...subject) => one(...subject) && other(...subject) : (one ?? other)
}

function compileGlobs(
  plugin: string,
  given: string | readonly string[] | undefined,
): readonly Glob[] | undefined {
  if (given === undefined) return undefined
  return [given].flat().map((pattern) => {
    const compiled = compileGlob(pattern)
    if (compiled.ok) return compiled.value
    return fail(
      'PLUGIN_FILTER',
      `The filter of the plugin "${plugin}" cannot be used. ${compiled.diagnostic.message}`,
      compiled.diagnostic.hint,
    )
  })
}

function fits(globs: readonly Glob[], text: string): boolean {
  return globs.some((glob) => text.startsWith(glob.prefix) && glob.matches(text))
}
