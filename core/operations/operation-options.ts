import type { Claims, Operation } from '../run/operation.ts'

/** What differs from the settings of an operation's kind. */
export interface OperationOptions {
  readonly name?: string
  readonly deadlineMs?: number
  readonly claims?: Claims
  /** True lets a result of an earlier run stand in, while everything that it was made from is the same. */
  readonly cache?: boolean
  readonly exclusive?: string
}

/** An operation as plain data; its input is checked when it runs. */
export function asOperation(kind: string, input: object, options: OperationOptions = {}): Operation {
  return { kind, input, ...options }
}
