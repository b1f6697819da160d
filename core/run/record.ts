import type { Diagnostic } from '../base/diagnostic.ts'
import type { RunEvent } from './events.ts'
import type { OperationName } from './operation.ts'
import type { Outcome } from './report.ts'

/** What a run showed of itself while it went on, as far as the report does not say it. */
export interface RunRecord {
  /** Operations that were tried again because their error said that it might pass. */
  readonly retried: ReadonlySet<string>
  /** Operations that were run once more with nothing beside them. */
  readonly fellBack: ReadonlySet<string>
  /** Every outcome as it was told, in the order in which they became final. */
  readonly settled: readonly SettledOutcome[]
  readonly findings: readonly Diagnostic[]
}

export interface SettledOutcome extends OperationName {
  readonly outcome: Outcome
}

/** One operation of a run, as a key. */
export function operationKey({ group, operation }: OperationName): string {
  return `${group}\n${operation}`
}

/** An empty record, and the listener that fills it. */
export function createRecord(): { readonly record: RunRecord; readonly see: (event: RunEvent) => void } {
  const retried = new Set<string>()
  const fellBack = new Set<string>()
  const settled: SettledOutcome[] = []
  const findings: Diagnostic[] = []
  return {
    record: { retried, fellBack, settled, findings },
    see(event) {
      if (event.type === 'operation-retried') retried.add(operationKey(event))
      else if (event.type === 'operation-fell-back') fellBack.add(operationKey(event))
      else if (event.type === 'finding') findings.push(event.diagnostic)
      else if (event.type === 'operation-settled')
        settled.push({ group: event.group, operation: event.outcome.name, outcome: event.outcome })
    },
  }
}
