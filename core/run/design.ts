import type { GateSeverity } from '../module/module.ts'
import type { Group } from './group.ts'

/** A plan as it would run, before anything has run. */
export interface ParallelDesign {
  readonly command: string
  readonly operations: readonly {
    readonly group: string
    readonly needs: readonly string[]
    readonly name: string
    readonly kind: string
  }[]
  readonly qualityGates: readonly {
    readonly group: string
    readonly name: string
    readonly severity: GateSeverity
  }[]
  readonly errorHandling: { readonly onFailure: 'continue'; readonly dependants: 'skip' }
  /** Groups whose outcomes are put together, and those whose outcomes are given as they are. */
  readonly synthesisStrategy: readonly {
    readonly group: string
    readonly synthesised: boolean
    readonly grows: boolean
  }[]
}

/** The design of groups in serial order. */
export function describePlan(command: string, groups: readonly Group[]): ParallelDesign {
  return {
    command,
    operations: groups.flatMap((group) =>
      group.operations.map((operation, index) => ({
        group: group.name,
        needs: group.needs ?? [],
        name: operation.name ?? `${operation.kind}-${index + 1}`,
        kind: operation.kind,
      })),
    ),
    qualityGates: groups.flatMap((group) =>
      (group.gates ?? []).map(({ name, severity }) => ({ group: group.name, name, severity })),
    ),
    errorHandling: { onFailure: 'continue', dependants: 'skip' },
    synthesisStrategy: groups.map((group) => ({
      group: group.name,
      synthesised: group.synthesise !== undefined,
      grows: group.expand !== undefined,
    })),
  }
}
