import { defineOperation, type Claims, type OperationKind, type Schema } from 'heddle'
import type { Session, SessionContext, SessionSummary } from './session.ts'
import type { Bounds, Inventory, Shelf, Tidied } from './shelf.ts'
import { type ChangedFile, lookKind } from './tree.ts'

export interface SaveInput {
  readonly name: string | null
  readonly context: SessionContext
}

export interface LoadInput {
  /** An id or a name; null for the newest session. */
  readonly wanted: string | null
}

export interface LoadOutput {
  readonly session: Session
  readonly digest: string
}

export interface ForkInput extends LoadInput {
  /** What the new session is called. */
  readonly name: string
}

export interface RemoveInput {
  /** An id or a name. */
  readonly wanted: string
}

export interface RemoveOutput {
  readonly removed: readonly string[]
}

export interface IndexOutput {
  readonly matches: boolean
}

/** All of them work on one folder, where even reading may keep something aside: so they go in declared order. */
const shelfClaims: Claims = { reads: ['.heddle/state/session/**'], writes: ['.heddle/state/session/**'] }

const changed: Schema<ChangedFile[]> = (z) =>
  z.array(z.object({ path: z.string(), digest: z.string().nullable() }))

const context: Schema<SessionContext> = (z) =>
  z.object({
    command: z.string(),
    arguments: z.record(z.string(), z.string()),
    modules: z.array(z.object({ id: z.string(), digest: z.string() })),
    findings: z.array(z.object({ code: z.string(), count: z.number() })),
    notes: z.string(),
    tree: z
      .object({
        branch: z.string().nullable(),
        head: z.string().nullable(),
        changed: changed(z),
        more: z.number(),
      })
      .nullish(),
    memory: changed(z).optional(),
  })

const head: Schema<Omit<Session, 'context'>> = (z) =>
  z.object({
    id: z.string(),
    name: z.string().nullable(),
    createdAt: z.string(),
    sequence: z.number(),
    parent: z.string().optional(),
  })

const summary: Schema<SessionSummary> = (z) =>
  z.intersection(head(z), z.object({ bytes: z.number(), digest: z.string() }))

const common = { lane: 'io', effects: 'external', deadlineMs: 30_000, claims: () => shelfClaims } as const

/** The kinds of operation on a shelf of sessions, by name. */
export function sessionKinds(shelf: Shelf): readonly OperationKind[] {
  const kinds: OperationKind[] = [
    lookKind,
    defineOperation<SaveInput, SessionSummary>({
      ...common,
      kind: 'session-save',
      description: 'Saves context under a new id; it is on the disk when the operation is done',
      idempotent: false,
      input: (z) => z.object({ name: z.string().nullable(), context: context(z) }),
      output: summary,
      run: (input) => shelf.save(input.name, input.context),
    }),
    defineOperation<LoadInput, LoadOutput>({
      ...common,
      kind: 'session-load',
      description: 'Reads a saved session by id or name, or the newest one',
      idempotent: true,
      input: (z) => z.object({ wanted: z.string().nullable() }),
      output: (z) =>
        z.object({ session: z.intersection(head(z), z.object({ context: context(z) })), digest: z.string() }),
      run: ({ wanted }) => shelf.load(wanted ?? undefined),
    }),
    defineOperation<ForkInput, SessionSummary>({
      ...common,
      kind: 'session-fork',
      description: 'Saves what a session holds once more, under another name',
      idempotent: false,
      input: (z) => z.object({ wanted: z.string().nullable(), name: z.string() }),
      output: summary,
      run: ({ wanted, name }) => shelf.fork(wanted ?? undefined, name),
    }),
    defineOperation<RemoveInput, RemoveOutput>({
      ...common,
      kind: 'session-remove',
      description: 'Removes the sessions of a name, or one by its id',
      idempotent: false,
      input: (z) => z.object({ wanted: z.string() }),
      output: (z) => z.object({ removed: z.array(z.string()) }),
      run: async ({ wanted }) => ({ removed: await shelf.remove(wanted) }),
    }),
    defineOperation<Record<string, never>, Inventory>({
      ...common,
      kind: 'session-list',
      description: 'Reads every saved session and keeps damaged ones aside',
      idempotent: true,
      input: (z) => z.object({}),
      output: (z) =>
        z.object({
          sessions: z.array(summary(z)),
          bytes: z.number(),
          damaged: z.array(z.string()),
          newer: z.array(z.string()),
          indexed: z.boolean(),
        }),
      run: () => shelf.inspect(),
    }),
    defineOperation<Bounds, Tidied>({
      ...common,
      kind: 'session-compact',
      description: 'Removes the oldest sessions until the rest is within bounds',
      idempotent: true,
      input: (z) => z.object({ maximumBytes: z.number(), maximumSessions: z.number() }),
      output: (z) => z.object({ removed: z.array(z.string()), bytes: z.number(), withinBounds: z.boolean() }),
      run: (bounds) => shelf.tidy(bounds),
    }),
    defineOperation<Record<string, never>, IndexOutput>({
      ...common,
      kind: 'session-index',
      description: 'Writes the index of all sessions and reads it back',
      idempotent: true,
      input: (z) => z.object({}),
      output: (z) => z.object({ matches: z.boolean() }),
      run: async () => ({ matches: await shelf.index() }),
    }),
  ]
  return kinds
}
