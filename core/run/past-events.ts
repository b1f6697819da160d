import type { RunEvent } from './events.ts'
import type { Lane } from './operation.ts'
import { outcomeOf } from './run-recall.ts'
import type { Report } from './report.ts'
import type { RunHistory } from './run-history.ts'
import type { OutcomeRecord, TellingEvent } from './run-records.ts'

/**
 * What happened in a run, told again from its journal, in order of time. Outputs are left out: they stand in the report. Of an
 * operation that was tried more than once, the first start is known, and when each later try was decided.
 */
export function eventsOf(
  history: RunHistory,
  { report, laneOf }: { readonly report: Report | null; laneOf(kind: string): Lane },
): readonly RunEvent[] {
  const { heads, plan, outcomes, events } = history
  const started: RunEvent = {
    type: 'run-started',
    command: heads[0]?.command ?? '',
    id: history.id,
    groups: (plan?.groups ?? []).map(([name, needs, operations]) => ({
      name,
      needs,
      operations: operations.map(([name, kind]) => ({ name, kind })),
    })),
  }
  const timed = [
    ...[...outcomes.values()].flatMap(({ record }) => retold(record, laneOf(record.kind))),
    ...events.map(({ record }) => record).filter(isTold),
  ]
  return [
    started,
    ...timed.toSorted((a, b) => a.at - b.at),
    ...(report ? [{ type: 'run-settled', report } as const] : []),
  ]
}

type Timed = Extract<RunEvent, { readonly at: number }>
type Told = Exclude<TellingEvent, { type: 'operation-stale' }>

function retold(record: OutcomeRecord, lane: Lane): readonly Timed[] {
  const { group, name: operation, times } = record
  const [began, ended] = times
  const settled = { type: 'operation-settled', at: ended, group, outcome: outcomeOf(record, null) } as const
  if (began === null) return [settled]
  return [{ type: 'operation-started', at: began, group, operation, lane, attempt: 1, rerun: 0 }, settled]
}

function isTold(event: TellingEvent): event is Told {
  return event.type !== 'operation-stale'
}
