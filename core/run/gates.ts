import type { Diagnostic } from '../base/diagnostic.ts'
import type { GateSeverity, Module } from '../module/module.ts'
import type { GateReport, RunStatus } from './report.ts'

/**
 * The gates of every run. A gate is `conditional` where a run that fails it has left something out, so that it is `partial`
 * at best, and `warning` where everything was done and a person should still know. None is `blocking` by itself: a module
 * may make it so, by declaring a gate of the same name.
 */
export const gateSeverities = {
  'before/independence': 'warning',
  'before/completeness': 'conditional',
  'before/resources': 'warning',
  'before/synthesis': 'warning',
  'during/quality': 'warning',
  'during/depth': 'conditional',
  'during/isolation': 'warning',
  'during/coherence': 'conditional',
  'after/results': 'warning',
  'after/synthesis': 'conditional',
  'after/verdict': 'conditional',
  'after/lessons': 'warning',
} as const satisfies Readonly<Record<string, GateSeverity>>

export type GateName = keyof typeof gateSeverities

/** What a gate saw: `why` is a sentence for a person where nothing else in the report says it. */
export interface Judgement {
  readonly name: GateName
  readonly status: GateReport['status']
  readonly why?: string
  readonly hint?: string
}

/** Severities by name, as modules of the command declare them. */
export type DeclaredSeverities = ReadonlyMap<string, GateSeverity>

/** The severities that modules declare for the run's own gates; the first module of a gate counts. */
export function declaredSeverities(modules: readonly Module[]): DeclaredSeverities {
  const found = new Map<string, GateSeverity>()
  for (const { parts } of modules)
    for (const { name, severity } of parts.gates) if (!found.has(name)) found.set(name, severity)
  return found
}

/** How hard a gate is by the first module that declares it, whatever its letter case and separators; otherwise what is given. */
export function declaredSeverity(
  modules: readonly Module[],
  gate: string,
  otherwise: GateSeverity,
): GateSeverity {
  for (const { parts } of modules)
    for (const { name, severity } of parts.gates)
      if (name.toLowerCase().replace(/[_\s]+/g, '-') === gate) return severity
  return otherwise
}

/** Judgements as they stand in a report, and what a person is told about those that failed. */
export function reportGates(
  judgements: readonly Judgement[],
  declared: DeclaredSeverities,
): { readonly gates: readonly GateReport[]; readonly findings: readonly Diagnostic[] } {
  const gates = judgements.map(({ name, status }): GateReport => {
    return { name, severity: declared.get(name) ?? gateSeverities[name], status }
  })
  const findings = judgements.flatMap(({ status, why, hint }, index): Diagnostic[] => {
    if (status !== 'failed' || why === undefined) return []
    const { name, severity } = gates[index]!
    const message = `The gate "${name}" did not pass: ${why}.`
    return [{ code: 'GATE_NOT_PASSED', severity: findingSeverity[severity], message, ...(hint && { hint }) }]
  })
  return { gates, findings }
}

const findingSeverity = { blocking: 'error', conditional: 'warning', warning: 'info' } as const

/** The status of a run with these gates added: gates can only take away from it. */
export function statusWithGates(status: RunStatus, gates: readonly GateReport[]): RunStatus {
  if (status === 'cancelled' || status === 'failed') return status
  const failed = gates.filter((gate) => gate.status === 'failed')
  if (failed.some(({ severity }) => severity === 'blocking')) return 'failed'
  return failed.some(({ severity }) => severity === 'conditional') ? 'partial' : status
}

/** `"a", "b" and 3 more`. */
export function quoted(names: readonly string[], most = 2): string {
  const shown = names.slice(0, most).map((name) => `"${name}"`)
  const left = names.length - shown.length
  if (left > 0) return `${shown.join(', ')} and ${left} more`
  return shown.length < 2 ? shown.join('') : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`
}
