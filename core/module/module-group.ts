import type { GateSeverity } from './gate-severity.ts'

/** The kinds of operation that a module may declare as data; `bash` only where the configuration allows the program. */
export const declarableKinds = ['read', 'list', 'glob', 'grep', 'todo', 'bash'] as const

export type DeclarableKind = (typeof declarableKinds)[number]

/** A finding for everything that an operation finds: each match, each file, each name. */
export interface DeclaredFinding {
  readonly message: string
  readonly hint: string | null
  readonly severity: 'error' | 'warning' | 'info'
}

/** One operation as a module declares it. Its texts may hold `${argument}`, `${setting}`, `${either:-otherwise}` and placeholders. */
export interface DeclaredOperation {
  readonly kind: DeclarableKind
  /** Unique in its group. */
  readonly name: string
  readonly input: Readonly<Record<string, unknown>>
  readonly finding: DeclaredFinding | null
  readonly line: number
}

/** A verdict over operations of a declared group. */
export interface DeclaredGate {
  readonly name: string
  readonly severity: GateSeverity
  /** `done`: all ended well; `nothing`: none found anything; `something`: each found something. */
  readonly expect: 'done' | 'nothing' | 'something'
  /** Names of operations; all of the group when empty. */
  readonly of: readonly string[]
}

/** A group of operations that a module contributes without code. */
export interface DeclaredGroup {
  readonly name: string
  readonly needs: readonly string[]
  readonly operations: readonly DeclaredOperation[]
  readonly gates: readonly DeclaredGate[]
  readonly line: number
}
