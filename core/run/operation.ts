import type { Schema } from '../base/schema.ts'
import type { Diagnostic } from '../base/diagnostic.ts'
import type { ProcessResult } from '../base/process.ts'
import type { WritableFiles } from '../vfs/file-system.ts'
import type { SpawnOptions, TogetherResult } from './spawn.ts'

/** What an operation competes for. */
export type Lane = 'io' | 'process' | 'network' | 'agent'

/** What an operation may change: nothing, the workspace, or the world outside it. */
export type Effects = 'none' | 'workspace' | 'external'

/**
 * What an operation touches, as globs relative to the root. A list that is left out means everything below the root;
 * an empty list means nothing. `scratch` are caches and reports that nobody reads back. Claims help to choose what runs
 * beside what: one that is wrong costs time, never a wrong result, except where they bind.
 */
export interface Claims {
  readonly reads?: readonly string[]
  readonly writes?: readonly string[]
  readonly scratch?: readonly string[]
}

/** "Nothing cut" in figures: units of the kind (bytes, files, matches, tests) expected and analysed. */
export interface Quality {
  readonly expected: number
  readonly analysed: number
  readonly truncated: boolean
}

/** One unit of work as plain data: a kind, its input, and what differs from the kind's own settings. */
export interface Operation {
  readonly kind: string
  /** Unique in its group; made from the kind and its position when left out. */
  readonly name?: string
  readonly input: unknown
  readonly deadlineMs?: number
  readonly claims?: Claims
  readonly idempotent?: boolean
  /** True lets a result of an earlier run stand in, while everything that it was made from is the same. */
  readonly cache?: boolean
  /** Operations of a run that give the same name here never run at once: `port:8000`. */
  readonly exclusive?: string
}

/** An operation of a run by the names that the report shows. */
export interface OperationName {
  readonly group: string
  readonly operation: string
}

/** What an operation gets to work with. Its files are its own view: written bytes are seen by others when it settles. */
export interface OperationContext {
  readonly files: WritableFiles
  /** Which try this is, from 1. */
  readonly attempt: number
  /**
   * The same in every call of this operation of this run, whoever makes it: what has effects outside hands it on, so that they come
   * about once even where a worker died and another took over.
   */
  readonly key: string
  /** Aborts at the deadline, on cancel, or when the run is given up. */
  readonly signal: AbortSignal
  /** Runs a program in the project, ends its whole tree at the deadline; never through a shell unless `shell` is set. */
  spawn(options: SpawnOptions): Promise<ProcessResult>
  /**
   * Runs programs side by side, each on an overlay of its own, with the result of one after the other: for fixers that treat each
   * file by itself and each line by its neighbours alone.
   */
  spawnTogether(programs: readonly SpawnOptions[]): Promise<readonly TogetherResult[]>
  /** Says how far it has come; shown by live reporters, never part of the outcome. */
  progress(message: string): void
}

/** A kind of operation: its types, what it competes for and may change, and the function that does it. */
export interface OperationKind<I = unknown, O = unknown> {
  readonly kind: string
  /** The name of the same tool in agent hosts: `Read`, `Grep`. */
  readonly tool?: string
  readonly description: string
  readonly lane: Lane
  readonly effects: Effects
  /** What it may change with this input, where that is something else. */
  effectsOf?(input: I): Effects
  /** It looks at files by programs, which nobody can watch: it runs in its turn, by its claims. */
  readonly untraced?: boolean
  readonly idempotent: boolean
  /** True lets results of earlier runs stand in, while everything that they were made from is the same. */
  readonly cache?: boolean
  readonly deadlineMs?: number
  readonly input: Schema<I>
  readonly output: Schema<O>
  /** What it will touch, from its input alone. Left out: everything. */
  claims?(input: I): Claims
  /** The claims are a promise: what they leave out is refused with CLAIM_EXCEEDED, and nothing written is kept. */
  readonly binding?: boolean
  run(input: I, context: OperationContext): O | Promise<O>
  quality?(input: I, output: O): Quality
  /** The reason why a finished output still counts as a failure (a command's exit code); its output is kept. */
  failure?(output: O): Diagnostic | undefined
}

/** Gives the kind back with its types inferred from its schemas. */
export function defineOperation<I, O>(kind: OperationKind<I, O>): OperationKind<I, O> {
  return kind
}
