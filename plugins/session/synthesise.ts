import { isDeepStrictEqual } from 'node:util'
import type { Outcome } from 'heddle'
import type { IndexOutput, LoadOutput } from './kinds.ts'
import type { Action, SessionResult } from './result.ts'
import type { SessionContext, SessionSummary } from './session.ts'
import type { Bounds, Inventory, Tidied } from './shelf.ts'
import { summarise } from './summary.ts'

/** What the outcomes are compared with. */
export interface Wanted {
  readonly action: Action
  /** The context of this run: what was to be saved. */
  readonly context: SessionContext
  readonly bounds: Bounds
}

/** Reads the outcomes of the operations into the state of sessions. What did not happen makes its value false. */
export function synthesise(outcomes: readonly Outcome[], { action, context, bounds }: Wanted): SessionResult {
  const saved = outputOf(outcomes, 'session-save')
  const loaded = outputOf(outcomes, 'session-load')
  const found = outputOf(outcomes, 'session-list')
  const tidied = outputOf(outcomes, 'session-compact')
  const index = outputOf(outcomes, 'session-index')
  const isSave = action === 'save'
  const isWhole = found !== undefined && found.damaged.length === 0
  const result: Omit<SessionResult, 'summary'> = {
    action,
    contextPreserved: isSave
      ? isSame(saved, loaded, context)
      : action === 'load'
        ? loaded !== undefined
        : isWhole,
    artifactsUpdated: isSave ? index?.matches === true : found?.indexed === true,
    healthMonitored: found !== undefined,
    memoryOptimized: isSave
      ? tidied?.withinBounds === true
      : found !== undefined && found.bytes <= bounds.maximumBytes,
    session: loaded?.session ?? null,
    changedModules: action === 'load' && loaded ? changed(loaded.session.context, context) : [],
    sessions: found?.sessions ?? [],
    removed: tidied?.removed ?? [],
    unreadable: [...(found?.damaged ?? []), ...(found?.newer ?? [])],
  }
  return { ...result, summary: summarise(result) }
}

/** What each kind gives when it is done. */
interface Outputs {
  'session-save': SessionSummary
  'session-load': LoadOutput
  'session-list': Inventory
  'session-compact': Tidied
  'session-index': IndexOutput
}

function outputOf<K extends keyof Outputs>(outcomes: readonly Outcome[], kind: K): Outputs[K] | undefined {
  const outcome = outcomes.find((one) => one.kind === kind && one.status === 'done')
  return outcome?.output as Outputs[K] | undefined
}

function isSame(
  saved: SessionSummary | undefined,
  loaded: LoadOutput | undefined,
  context: SessionContext,
): boolean {
  if (!saved || !loaded || saved.id !== loaded.session.id || saved.digest !== loaded.digest) return false
  return isDeepStrictEqual(plain(loaded.session.context), plain(context))
}

/** Only what JSON keeps counts: it is what is stored. */
function plain(value: SessionContext): unknown {
  return JSON.parse(JSON.stringify(value))
}

function changed(then: SessionContext, now: SessionContext): string[] {
  const digests = new Map(now.modules.map(({ id, digest }) => [id, digest]))
  return then.modules.filter(({ id, digest }) => digests.get(id) !== digest).map(({ id }) => id)
}
