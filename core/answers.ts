import { fail } from './base/diagnostic.ts'
import type { Explanation } from './load/explain.ts'
import type { Resolution } from './resolve/trail.ts'

/** How a reference on its own was answered. */
export interface Resolved {
  readonly reference: string
  readonly from: string | null
  readonly status: Resolution['status']
  readonly path: string | null
  readonly layer: Resolution['layer']
  readonly rung: Resolution['rung']
  readonly suggestion: Resolution['suggestion']
}

/** The same with every place that was looked at. */
export interface Explained extends Resolved {
  readonly tried: Resolution['tried']
  readonly candidates: readonly string[]
  readonly plugin: string | null
  readonly hint: string | null
}

/** The same for a reference as a file holds it, with everything that had a hand in it. */
export interface ExplainedInPlace extends Explained {
  readonly form: Explanation['form']
  readonly plugins: Explanation['plugins']
  readonly passedOver: Explanation['passedOver']
  readonly fragment: Explanation['fragment']
}

/** An answer without what led to it. */
export function asResolved(reference: string, from: string | undefined, resolution: Resolution): Resolved {
  const { status, to, layer, rung, suggestion } = resolution
  return { reference, from: from ?? null, status, path: to, layer, rung, suggestion }
}

/** An answer with every place that was looked at. */
export function asExplained(reference: string, from: string | undefined, resolution: Resolution): Explained {
  const { status, to, layer, rung, suggestion, tried, candidates, plugin, hint } = resolution
  return {
    reference,
    from: from ?? null,
    status,
    path: to,
    layer,
    rung,
    suggestion,
    tried,
    candidates,
    plugin,
    hint,
  }
}

/** Throws REFERENCE_SYNTAX. */
export function notAReference(reference: string): never {
  return fail(
    'REFERENCE_SYNTAX',
    `"${reference}" is not a reference.`,
    'Write a path or an alias such as @modules/patterns/x.md.',
  )
}
