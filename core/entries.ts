import { fail } from './base/diagnostic.ts'
import { compileGlob } from './base/glob.ts'
import type { HookCalls } from './plugin/hooks.ts'

/**
 * The hooks with one more say: files of the project that match one of the globs are entry points, whatever the dialects say.
 * Throws CONFIG_VALUE for a glob that is refused.
 */
export function withEntries(calls: HookCalls, patterns: readonly string[]): HookCalls {
  if (patterns.length === 0) return calls
  const globs = patterns.map((pattern) => {
    const compiled = compileGlob(pattern)
    if (!compiled.ok)
      fail(
        'CONFIG_VALUE',
        `"entries" cannot be used. ${compiled.diagnostic.message}`,
        compiled.diagnostic.hint,
      )
    return compiled.value
  })
  return {
    ...calls,
    parse(draft, context) {
      const parsed = calls.parse(draft, context)
      const { layer, path } = parsed.document
      const isEntry = layer === 'project' && globs.some((glob) => glob.matches(path))
      return isEntry && !parsed.entry ? { ...parsed, entry: true } : parsed
    },
  }
}
