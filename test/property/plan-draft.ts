import type { Group } from '../../core/run/group.ts'
import type { Operation } from '../../core/run/operation.ts'
import type { Outcome } from '../../core/run/report.ts'
import { hashOf } from './random.ts'

/** A plan as plain data, so that it can be printed and made smaller. */
export interface PlanDraft {
  /** Files at the start: path to text. */
  readonly files: Readonly<Record<string, string>>
  readonly groups: readonly GroupDraft[]
}

export interface GroupDraft {
  readonly name: string
  readonly needs: readonly string[]
  readonly operations: readonly NamedDraft[]
  readonly growth?: GrowthDraft
  readonly synthesises?: boolean
  /** What its needs gave decides whether it runs at all. */
  readonly isConditional?: boolean
}

/** Names are unique in the plan. */
export interface NamedDraft extends Operation {
  readonly name: string
}

/** What the operations so far found decides by which of the two lists a group grows. */
export interface GrowthDraft {
  /** How often it grows at most. */
  readonly rounds: number
  readonly either: readonly NamedDraft[]
  readonly or: readonly NamedDraft[]
}

/** What an outcome is but for time and tries. */
export type Found = Pick<Outcome, 'name' | 'kind' | 'status' | 'output' | 'quality'> & {
  readonly error: { readonly code: string; readonly message: string } | null
}

export function foundIn({ name, kind, status, output, error, quality }: Outcome): Found {
  return {
    name,
    kind,
    status,
    output,
    quality,
    error: error && { code: error.code, message: error.message },
  }
}

/** What the group grows by: one of its lists, and a read of the first files that each glob has found. */
export function growBy(
  { either, or, rounds }: GrowthDraft,
  found: readonly Found[],
  round: number,
): NamedDraft[] {
  if (round > rounds) return []
  const grown = isEven(found) ? either : or
  if (round === 1) return [...grown, ...found.flatMap(readMatches)]
  return grown.map((draft) => ({ ...draft, name: `${draft.name}-${round}` }))
}

/** Whether a group is wanted, by what the groups gave that it needs. */
export function isWanted(found: ReadonlyMap<string, readonly Found[]>): boolean {
  return isEven([...found.values()].flat())
}

function isEven(found: readonly Found[]): boolean {
  const seen = found.map(({ name, status, output }) => JSON.stringify([name, status, output]))
  return hashOf(seen.toSorted().join('\n')) % 2 === 0
}

function readMatches({ name, kind, output }: Found): NamedDraft[] {
  if (kind !== 'glob' || output === null) return []
  const { files } = output as { files: string[] }
  return files
    .slice(0, 2)
    .map((path, index) => ({ kind: 'read', name: `${name}-found-${index}`, input: { path } }))
}

/** What a group says of itself and of all that it needs. */
export function synthesisOf(found: ReadonlyMap<string, readonly Found[]>): unknown {
  return [...found]
    .map(([name, all]) => [name, all.map(({ status, output }) => [status, output])])
    .toSorted(([a], [b]) => (String(a) < String(b) ? -1 : 1))
}

/** The draft as groups that can be planned. */
export function groupsOf({ groups }: PlanDraft): Group[] {
  return groups.map(({ name, needs, operations, growth, isConditional = false, synthesises = false }) => ({
    name,
    needs,
    operations,
    ...(isConditional && { when: (outcomes: Outcomes) => isWanted(foundInAll(outcomes)) }),
    ...(growth && {
      rounds: growth.rounds,
      expand: (outcomes: readonly Outcome[], round: number) => growBy(growth, outcomes.map(foundIn), round),
    }),
    ...(synthesises && {
      synthesise(outcomes, context) {
        context.report({ code: 'seen', severity: 'info', message: `${outcomes.length} in ${name}` })
        return synthesisOf(foundInAll(context.outcomes))
      },
      gates: [
        {
          name: `all of ${name}`,
          severity: 'conditional',
          check: (all) => all.every(({ status }) => status === 'done'),
        },
      ],
    }),
  }))
}

type Outcomes = ReadonlyMap<string, readonly Outcome[]>

function foundInAll(outcomes: Outcomes): ReadonlyMap<string, readonly Found[]> {
  return new Map([...outcomes].map(([name, all]) => [name, all.map(foundIn)]))
}
