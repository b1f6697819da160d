import { HeddleError } from '../base/diagnostic.ts'
import { type Kept, keptValue } from './keeping-values.ts'
import type { GroupReport, Outcome, Report } from './report.ts'
import { readStored } from './run-folder.ts'
import { nameKey, type RunHistory } from './run-history.ts'
import { outcomeOf } from './run-recall.ts'
import type { OutcomeRecord, ReportedOperation, ReportRecord } from './run-records.ts'

/** The report of a run that has one; rejects with `STATE_CORRUPT` when it cannot be put together any more. */
export function reportOf(history: RunHistory): Report {
  const { report, id } = history
  if (!report) throw corrupt(id, 'it holds no report')
  const { t: _, groups, ...rest } = report
  return { ...rest, groups: groups.map((group) => groupOf(history, group)) }
}

/** What is recorded of a run so far, in the order of its plan, as groups of a report. */
export function outcomesSoFar(history: RunHistory): readonly GroupReport[] {
  const groups = new Map<string, Outcome[]>((history.plan?.groups ?? []).map(([name]) => [name, []]))
  for (const { record } of history.outcomes.values()) {
    const outcomes = groups.get(record.group) ?? []
    outcomes.push(wholeOutcome(history, record))
    groups.set(record.group, outcomes)
  }
  return [...groups].map(([name, operations]) => ({ name, operations, synthesis: null }))
}

function groupOf(history: RunHistory, group: ReportRecord['groups'][number]): GroupReport {
  const [name, operations, synthesis] = group
  return {
    name,
    operations: operations.map((each) => reportedOutcome(history, name, each)),
    synthesis: synthesis ? valueOf(history, synthesis) : null,
  }
}

function reportedOutcome(history: RunHistory, group: string, each: ReportedOperation): Outcome {
  if (typeof each === 'object' && 'outcome' in each) return each.outcome
  const name = typeof each === 'string' ? each : each.name
  const found = history.outcomes.get(nameKey(group, name))
  if (!found) throw corrupt(history.id, `the outcome of "${name}" is damaged`)
  const outcome = wholeOutcome(history, found.record)
  return typeof each === 'string' ? outcome : { ...outcome, ...each.but }
}

function wholeOutcome(history: RunHistory, record: OutcomeRecord): Outcome {
  return outcomeOf(record, record.output ? valueOf(history, record.output) : null)
}

/** What was never kept reads as null; what was kept and is damaged is told. */
function valueOf({ folder, id }: RunHistory, kept: Kept): unknown {
  if ('lost' in kept) return null
  const found = keptValue(kept, (stored) => readStored(folder, stored))
  if (!found) throw corrupt(id, 'an output is damaged')
  return found.value
}

function corrupt(id: string, why: string): HeddleError {
  return new HeddleError({
    code: 'STATE_CORRUPT',
    severity: 'error',
    message: `The report of the run ${id} cannot be shown: ${why}.`,
    hint: 'Run the command again.',
  })
}
