import type { Session, SessionSummary } from './session.ts'

/** What a run of the pattern `session` can be asked for. */
export const actions = ['save', 'resume', 'load', 'list', 'show', 'fork', 'prune'] as const

export type Action = (typeof actions)[number]

/** Whether the context between runs is safe. Every value is computed from outcomes. */
export interface SessionState {
  /** What was read back equals what was saved; when nothing was saved: every session that is there can be read. */
  readonly contextPreserved: boolean
  /** The index of sessions was written and read back; when nothing was saved: it names exactly the sessions there are. */
  readonly artifactsUpdated: boolean
  /** The whole store was checked for sessions that cannot be read. */
  readonly healthMonitored: boolean
  /** All sessions together are within the bound, the oldest having been removed if need be. */
  readonly memoryOptimized: boolean
}

/** What the pattern `session` gives. */
export interface SessionResult extends SessionState {
  /** What a person reads first. */
  readonly summary: readonly string[]
  readonly action: Action
  /** The session that was saved, forked or loaded; null when there is none. */
  readonly session: Session | null
  /** Modules of the command that are not what they were when the loaded session was saved. */
  readonly changedModules: readonly string[]
  /** What differs between where the work stood when the loaded session was saved and where it stands, in words. */
  readonly sinceThen: readonly string[]
  /** Lines that say TODO or FIXME; null when they were not counted. */
  readonly open: number | null
  /** All sessions, oldest first. */
  readonly sessions: readonly SessionSummary[]
  /** Ids of sessions that were removed: to stay within bounds, or because it was asked for. */
  readonly removed: readonly string[]
  /** Names in the store of what could not be read; it is kept. */
  readonly unreadable: readonly string[]
}
