import { createHash } from 'node:crypto'
import type { ChangedFile, TreeState } from './tree.ts'

/** What a session keeps of the work it was saved from. */
export interface SessionContext {
  readonly command: string
  readonly arguments: Readonly<Record<string, string>>
  /** The modules of the command with the digests of their bytes. */
  readonly modules: readonly { readonly id: string; readonly digest: string }[]
  /** Codes of diagnostics of the run before, and how often each was reported. */
  readonly findings: readonly { readonly code: string; readonly count: number }[]
  readonly notes: string
  /** Where the work stood in git; null without a repository, absent in sessions that are older than this. */
  readonly tree?: TreeState | null | undefined
  /** Memory files of the project with their digests. */
  readonly memory?: readonly ChangedFile[] | undefined
}

/** A saved session. */
export interface Session {
  /** 128 random bits in hexadecimal. */
  readonly id: string
  readonly name: string | null
  /** When it was saved, as ISO 8601; sessions are ordered by `sequence`, for clocks jump. */
  readonly createdAt: string
  /** Higher than that of every session that was there when it was saved. */
  readonly sequence: number
  /** The session that this one was forked from. */
  readonly parent?: string | undefined
  readonly context: SessionContext
}

/** A session without its context. */
export interface SessionSummary extends Omit<Session, 'context'> {
  readonly bytes: number
  /** SHA-256 of the session as it is stored. */
  readonly digest: string
}

/** A text of the store read as a session, or why it is none. */
export type ReadSession =
  | { readonly status: 'good'; readonly session: Session; readonly digest: string }
  | { readonly status: 'damaged' }
  | { readonly status: 'newer' }

const format = 1

/** The text that is stored: the session with a digest over it, so that any change of a byte shows. */
export function writeSession(session: Session): string {
  const text = JSON.stringify(session)
  return `{"format":${format},"digest":"${digestOf(text)}","session":${text}}\n`
}

/** Reads what `writeSession` wrote for this id. Believes nothing whose digest, shape or id is wrong. */
export function readSession(text: string, id: string): ReadSession {
  const head = /^\{"format":(\d{1,6}),/.exec(text)
  if (head && Number(head[1]) > format) return { status: 'newer' }
  const parts = /^\{"format":1,"digest":"([0-9a-f]{64})","session":(.*)\}\n$/s.exec(text)
  const [, digest, inner] = parts ?? []
  if (inner === undefined || digest === undefined || digestOf(inner) !== digest) return { status: 'damaged' }
  const session = parse(inner)
  return isSession(session) && session.id === id ? { status: 'good', session, digest } : { status: 'damaged' }
}

/** True for the ids of sessions; everything else is at most a name. */
export function isSessionId(text: string): boolean {
  return /^[0-9a-f]{32}$/.test(text)
}

/** SHA-256 of a text in hexadecimal. */
export function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The digest says that we wrote it; this says that it is what this version of the format means by a session. */
function isSession(value: unknown): value is Session {
  if (!isRecord(value)) return false
  const { id, name, createdAt, sequence, context } = value
  return (
    typeof id === 'string' &&
    (name === null || typeof name === 'string') &&
    typeof createdAt === 'string' &&
    Number.isSafeInteger(sequence) &&
    isRecord(context) &&
    typeof context['command'] === 'string' &&
    isRecord(context['arguments']) &&
    Array.isArray(context['modules']) &&
    Array.isArray(context['findings']) &&
    typeof context['notes'] === 'string'
  )
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}
