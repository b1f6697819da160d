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
}

/** Names are unique in the plan. */
export interface NamedDraft extends Operation {
  readonly name: string
}

/** What the first operations found decides by which of the two lists a group grows. */
export interface GrowthDraft {
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
export function growBy({ either, or }: GrowthDraft, found: readonly Found[]): NamedDraft[] {
  const seen = JSON.stringify(found.map(({ status, output }) => [status, output]))
  return [...(hashOf(seen) % 2 === 0 ? either : or), ...found.flatMap(readMatches)]
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
  return groups.map(({ name, needs, operations, growth, synthesises = false }) => ({
    name,
    needs,
    operations,
    ...(growth && { expand: (outcomes: readonly Outcome[]) => growBy(growth, outcomes.map(foundIn)) }),
    ...(synthesises && {
      synthesise(outcomes, context) {
        context.report({ code: 'seen', severity: 'info', message: `${outcomes.length} in ${name}` })
        return synthesisOf(new Map([...context.outcomes].map(([key, all]) => [key, all.map(foundIn)])))
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
