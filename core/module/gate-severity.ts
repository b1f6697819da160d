import { readPlaceholder } from './placeholder.ts'

/** How hard a gate is: failing it fails the run, makes it partial, or is only told. */
export type GateSeverity = 'blocking' | 'conditional' | 'warning'

const severities: ReadonlyMap<string, GateSeverity> = new Map(
  Object.entries({
    blocking: ['blocking', 'critical', 'error', 'mandatory', 'required', 'must', 'strict', 'true'],
    conditional: ['conditional', 'high', 'medium', 'should', 'moderate'],
    warning: ['warning', 'warn', 'advisory', 'optional', 'low', 'info', 'may', 'flexible', 'false'],
  }).flatMap(([severity, words]) => words.map((word) => [word, severity as GateSeverity] as const)),
)

/** The keys by which authors say how hard a gate is, the clearest first. */
export const severityKeys = ['severity', 'enforcement', 'blocking', 'priority', 'requirement'] as const

/** How hard a gate is by one word, whatever its letter case; of a placeholder its default counts. Undefined for other words. */
export function severityOf(word: string): GateSeverity | undefined {
  const placeholder = readPlaceholder(word)
  return severities.get((placeholder ? (placeholder.default ?? '') : word).trim().toLowerCase())
}

/**
 * How hard a gate is by all that its author says of it: the first key with a word that is known counts. A `requirement` in words of its
 * own must be met, so it blocks. Undefined when nothing is said.
 */
export function readSeverity(said: (key: string) => string | null): GateSeverity | undefined {
  for (const key of severityKeys) {
    const found = severityOf(said(key) ?? '')
    if (found) return found
  }
  return said('requirement') === null ? undefined : 'blocking'
}
