import type { Condition } from './condition.ts'

/** What a step may do. `try` is a program whose exit code is an answer, not a failure. */
export const stepKinds = ['read', 'list', 'glob', 'grep', 'todo', 'write', 'edit', 'bash', 'try'] as const

export type StepKind = (typeof stepKinds)[number]

/** One thing to do, as an operation with holes for values. */
export interface Action {
  readonly kind: StepKind
  readonly input: Readonly<Record<string, unknown>>
  readonly claims: {
    readonly reads?: readonly string[]
    readonly writes?: readonly string[]
    readonly scratch?: readonly string[]
  }
}

/** One step of a workflow. */
export interface Step {
  readonly name: string
  /** True when its author gave it the name. */
  readonly isNamed: boolean
  readonly needs: readonly string[]
  /** All must hold. */
  readonly when: readonly Condition[]
  /** Once for each entry of this value, as `${item}`. */
  readonly each: string | null
  /** Again until all hold, `rounds` times at most. */
  readonly until: readonly Condition[]
  readonly rounds: number
  /** What it does; several steps when it goes round. */
  readonly action: Action | null
  readonly steps: readonly Step[]
}
