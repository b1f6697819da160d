import { isDeepStrictEqual } from 'node:util'
import type { GrepOutput, Outcome } from 'heddle'
import type { IndexOutput, LoadOutput, RemoveOutput } from './kinds.ts'
import type { Action, SessionResult } from './result.ts'
import type { SessionContext, SessionSummary } from './session.ts'
import type { Bounds, Inventory, Tidied } from './shelf.ts'
import { summarise } from './summary.ts'
import { differences, memoryDifferences, memoryIn, treeOf } from './tree.ts'

/** What the outcomes are compared with. */
export interface Wanted {
  readonly action: Action
  /** The context of this run: what was to be saved. */
  readonly context: SessionContext
  readonly bounds: Bounds
}

/** Reads the outcomes of the operations into the state of sessions. What did not happen makes its value false. */
export function synthesise(outcomes: readonly Outcome[], { action, context, bounds }: Wanted): SessionResult {
  const saved = savedIn(outcomes)
  const loaded = outputOf(outcomes, 'session-load')
  const found = outputOf(outcomes, 'session-list')
  const tidied = outputOf(outcomes, 'session-compact')
  const index = outputOf(outcomes, 'session-index')
  const removed = tidied?.removed ?? outputOf(outcomes, 'session-remove')?.removed ?? []
  const now = { ...context, tree: treeOf(outcomes), memory: memoryIn(outcomes) }
  const isResumed = action === 'load' || action === 'resume'
  const then = loaded?.session.context
  const result: Omit<SessionResult, 'summary'> = {
    action,
    contextPreserved: isPreserved(action, { saved, loaded, found, context: now }),
    artifactsUpdated: changes.has(action) ? index?.matches === true : found?.indexed === true,
    healthMonitored: found !== undefined,
    memoryOptimized: tidied?.withinBounds ?? (found !== undefined && found.bytes <= bounds.maximumBytes),
    session: loaded?.session ?? null,
    changedModules: isResumed && then ? changed(then, context) : [],
    sinceThen: isResumed && then ? differencesSince(then, now) : [],
    open: outputOf(outcomes, 'grep')?.total ?? null,
    sessions: found?.sessions ?? [],
    removed,
    unreadable: [...(found?.damaged ?? []), ...(found?.newer ?? [])],
  }
  return { ...result, summary: summarise(result) }
}

function differencesSince(then: SessionContext, now: SessionContext): string[] {
  return [
    ...(then.tree && now.tree ? differences(then.tree, now.tree) : []),
    ...(then.memory && now.memory ? memoryDifferences(then.memory, now.memory) : []),
  ]
}

/** What was put on the shelf, when something was. */
export function savedIn(outcomes: readonly Outcome[]): SessionSummary | undefined {
  return outputOf(outcomes, 'session-save') ?? outputOf(outcomes, 'session-fork')
}

/** Actions after which the index is written anew. */
const changes: ReadonlySet<Action> = new Set(['save', 'fork', 'prune'])

interface Seen {
  readonly saved: SessionSummary | undefined
  readonly loaded: LoadOutput | undefined
  readonly found: Inventory | undefined
  readonly context: SessionContext
}

function isPreserved(action: Action, { saved, loaded, found, context }: Seen): boolean {
  switch (action) {
    case 'save':
      return isSame(saved, loaded) && isDeepStrictEqual(plain(loaded!.session.context), plain(context))
    case 'fork':
      return isSame(saved, loaded)
    case 'load':
    case 'resume':
    case 'show':
      return loaded !== undefined
    case 'list':
    case 'prune':
      return found !== undefined && found.damaged.length === 0
  }
}

/** What each kind gives when it is done. */
interface Outputs {
  grep: GrepOutput
  'session-save': SessionSummary
  'session-fork': SessionSummary
  'session-remove': RemoveOutput
  'session-load': LoadOutput
  'session-list': Inventory
  'session-compact': Tidied
  'session-index': IndexOutput
}

function outputOf<K extends keyof Outputs>(outcomes: readonly Outcome[], kind: K): Outputs[K] | undefined {
  const outcome = outcomes.find((one) => one.kind === kind && one.status === 'done')
  return outcome?.output as Outputs[K] | undefined
}

function isSame(saved: SessionSummary | undefined, loaded: LoadOutput | undefined): boolean {
  return saved !== undefined && saved.id === loaded?.session.id && saved.digest === loaded.digest
}

/** Only what JSON keeps counts: it is what is stored. */
function plain(value: SessionContext): unknown {
  return JSON.parse(JSON.stringify(value))
}

function changed(then: SessionContext, now: SessionContext): string[] {
  const digests = new Map(now.modules.map(({ id, digest }) => [id, digest]))
  return then.modules.filter(({ id, digest }) => digests.get(id) !== digest).map(({ id }) => id)
}
