import type { Diagnostic } from '../base/diagnostic.ts'
import type { ExecuteOptions } from './execute.ts'
import type { Plan } from './plan.ts'
import type { GroupReport, Outcome, Report } from './report.ts'
import { timingOf } from './verdict.ts'

/** The report of a run that a gate kept from starting: every operation is skipped, for that reason. */
export function refuseRun(plan: Plan, options: ExecuteOptions): Report {
  const { command, id, onEvent, diagnostics = [] } = options
  const groups = plan.groups.map(({ name, operations }): GroupReport => ({
    name,
    operations: operations.map(({ name, kind }) => skipped(name, kind)),
    synthesis: null,
  }))
  onEvent?.({
    type: 'run-started',
    command,
    id,
    groups: plan.groups.map(({ name, needs, operations }) => ({
      name,
      needs,
      operations: operations.map(({ name, kind }) => ({ name, kind })),
    })),
  })
  for (const { name: group, operations } of groups) {
    for (const outcome of operations) onEvent?.({ type: 'operation-settled', at: 0, group, outcome })
    onEvent?.({ type: 'group-settled', at: 0, group })
  }
  return {
    command,
    id,
    status: 'failed',
    groups,
    gates: plan.groups.flatMap(({ gates = [] }) =>
      gates.map(({ name, severity }) => ({ name, severity, status: 'skipped' as const })),
    ),
    timing: timingOf(0, groups, 0),
    recovery: { retries: 0, fallbacks: 0, recovered: 0, recoveryMs: 0 },
    diagnostics,
  }
}

const reason: Diagnostic = {
  code: 'RUN_REFUSED',
  severity: 'error',
  message: 'Skipped because a gate before the run did not pass.',
  hint: 'Mend what the gate found, or declare it with another severity than "blocking".',
}

function skipped(name: string, kind: string): Outcome {
  return {
    name,
    kind,
    status: 'skipped',
    attempts: 0,
    reruns: 0,
    queuedMs: 0,
    ranMs: 0,
    output: null,
    error: reason,
    quality: null,
  }
}
