import { fail } from './base/diagnostic.ts'
import { compileGlob } from './base/glob.ts'
import type { Draft } from './module/draft.ts'
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
  const marked = (draft: Draft): Draft => {
    const { layer, path } = draft.document
    const isEntry = layer === 'project' && globs.some((glob) => glob.matches(path))
    return isEntry && !draft.entry ? { ...draft, entry: true } : draft
  }
  return {
    ...calls,
    parse: (draft, context) => marked(calls.parse(draft, context)),
    steps(context) {
      const steps = calls.steps(context)
      return { ...steps, parse: [...steps.parse, { plugin: 'entries of the configuration', run: marked }] }
    },
  }
}
