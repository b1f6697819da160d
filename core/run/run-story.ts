import { fail } from '../base/diagnostic.ts'
import type { Diagnostic } from '../base/diagnostic.ts'
import { findNearest } from '../base/nearest.ts'
import type { OperationName } from './events.ts'
import type { CacheUse, OutcomeStatus } from './report.ts'
import { nameKey, type Placed, type RunHistory } from './run-history.ts'
import { uncertainCode } from './run-recall.ts'
import type { OutcomeRecord, TellingEvent } from './run-records.ts'

/** Why an operation of a run went as it did. Times are milliseconds since the run, or its resumption, began. */
export interface OperationStory {
  readonly run: string
  readonly group: string
  readonly operation: string
  readonly kind: string
  /** `unfinished` when no outcome is recorded. */
  readonly status: OutcomeStatus | 'unfinished'
  readonly startedAt: number | null
  readonly endedAt: number | null
  readonly queuedMs: number
  readonly ranMs: number
  readonly attempts: number
  readonly reruns: number
  readonly steps: readonly StoryStep[]
  /** Why it was skipped, failed or cancelled. */
  readonly error: Diagnostic | null
  readonly cache: CacheUse | null
}

/** One thing that happened to it, and why. */
export type StoryStep =
  | { readonly type: 'waited'; readonly at: number; readonly for: OperationName | null }
  | { readonly type: 'ran-again'; readonly at: number; readonly path: string }
  | { readonly type: 'retried'; readonly at: number; readonly delayMs: number; readonly error: Diagnostic }
  | { readonly type: 'fell-back'; readonly at: number; readonly error: Diagnostic }
  /** What was recorded before the run was resumed did not hold any more. */
  | { readonly type: 'record-stale'; readonly at: number; readonly path: string }
  | { readonly type: 'skipped'; readonly at: number; readonly because: string }
  | { readonly type: 'held-back'; readonly at: number; readonly because: string }
  /** It was about to run when the process ended, and has no outcome. */
  | { readonly type: 'cut-short'; readonly at: null }

/** The story of an operation, named by itself or with its group before it. Throws `OPERATION_UNKNOWN` or `OPERATION_AMBIGUOUS`. */
export function storyOf(history: RunHistory, text: string): OperationStory {
  const { group, name, kind } = findOperation(history, text)
  const key = nameKey(group, name)
  const outcome = history.outcomes.get(key)
  const happened = history.events
    .filter(({ record }) => record.group === group && record.operation === name)
    .map(({ record }) => stepOf(record))
  const ending = outcome ? endingStep(outcome) : history.starts.has(key) ? [cutShort] : []
  return {
    run: history.id,
    group,
    operation: name,
    kind,
    ...figuresOf(outcome),
    steps: [...happened, ...ending],
  }
}

const cutShort: StoryStep = { type: 'cut-short', at: null }

function figuresOf(
  outcome: Placed<OutcomeRecord> | undefined,
): Omit<OperationStory, 'run' | 'group' | 'operation' | 'kind' | 'steps'> {
  const { record } = outcome ?? {}
  const [startedAt = null, endedAt = null] = record?.times ?? []
  return {
    status: record ? (record.status ?? 'done') : 'unfinished',
    startedAt,
    endedAt,
    queuedMs: record?.queuedMs ?? 0,
    ranMs: record?.ranMs ?? 0,
    attempts: record ? (record.attempts ?? 1) : 0,
    reruns: record?.reruns ?? 0,
    error: record?.error ?? null,
    cache: record?.cache ?? null,
  }
}

function stepOf(event: TellingEvent): StoryStep {
  const { at } = event
  switch (event.type) {
    case 'operation-waiting':
      return { type: 'waited', at, for: event.for }
    case 'operation-rerun':
      return { type: 'ran-again', at, path: event.path }
    case 'operation-retried':
      return { type: 'retried', at, delayMs: event.delayMs, error: event.error }
    case 'operation-fell-back':
      return { type: 'fell-back', at, error: event.error }
    case 'operation-stale':
      return { type: 'record-stale', at, path: event.path }
  }
}

function endingStep({ record }: Placed<OutcomeRecord>): readonly StoryStep[] {
  const because = record.error?.message ?? ''
  if (record.status === 'skipped') return [{ type: 'skipped', at: record.times[1], because }]
  return record.error?.code === uncertainCode ? [{ type: 'held-back', at: record.times[1], because }] : []
}

interface Named {
  readonly group: string
  readonly name: string
  readonly kind: string
}

function findOperation(history: RunHistory, text: string): Named {
  const all = operationsOf(history)
  const found = all.filter(({ group, name }) => name === text || `${group}/${name}` === text)
  if (found.length === 1) return found[0]!
  const full = ({ group, name }: Named): string => `${group}/${name}`
  if (found.length > 1) {
    const names = found.map((each) => `"${full(each)}"`).join(', ')
    fail(
      'OPERATION_AMBIGUOUS',
      `Several operations have the name "${text}": ${names}.`,
      'Write one of these.',
    )
  }
  const [near] = findNearest(
    text,
    all.flatMap((each) => [each.name, full(each)]),
    1,
  )
  const hint = near ? `Did you mean "${near.value}"?` : `See \`heddle runs show ${history.id.slice(0, 8)}\`.`
  return fail('OPERATION_UNKNOWN', `The run ${history.id} has no operation "${text}".`, hint)
}

/** Those of the plan, and those that groups have grown by. */
function operationsOf({ plan, outcomes, starts }: RunHistory): readonly Named[] {
  const found = new Map<string, Named>()
  for (const [group, , operations] of plan?.groups ?? [])
    for (const [name, kind] of operations) found.set(nameKey(group, name), { group, name, kind })
  for (const { record } of outcomes.values()) found.set(nameKey(record.group, record.name), record)
  for (const { record } of starts.values()) {
    const key = nameKey(record.group, record.name)
    if (!found.has(key)) found.set(key, { group: record.group, name: record.name, kind: '' })
  }
  return [...found.values()]
}
