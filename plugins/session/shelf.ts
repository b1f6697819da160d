import { randomBytes } from 'node:crypto'
import { type DurableStore, HeddleError } from 'heddle'
import {
  digestOf,
  isSessionId,
  readSession,
  type Session,
  type SessionContext,
  type SessionSummary,
  writeSession,
} from './session.ts'

/** What is on the shelf, oldest first, and what there cannot be read. */
export interface Inventory {
  readonly sessions: readonly SessionSummary[]
  readonly bytes: number
  /** Names in the store of damaged sessions, where they are kept now. */
  readonly damaged: readonly string[]
  /** Names in the store of sessions that a newer version wrote; they are left alone. */
  readonly newer: readonly string[]
  /** True when the index names exactly these sessions. */
  readonly indexed: boolean
}

/** How far the shelf may fill. */
export interface Bounds {
  readonly maximumBytes: number
  readonly maximumSessions: number
}

/** What tidying did. */
export interface Tidied {
  /** Ids of the sessions that were removed, oldest first. */
  readonly removed: readonly string[]
  readonly bytes: number
  readonly withinBounds: boolean
}

/** Sessions in a durable store. Calls wait for each other; every one of them rejects when the store does. */
export interface Shelf {
  save(name: string | null, context: SessionContext): Promise<SessionSummary>
  /** Saves what a session holds once more, under another name; the first stays as it is. */
  fork(wanted: string | undefined, name: string): Promise<SessionSummary>
  /** Removes every session of this name, or the one with this id; gives their ids, oldest first. */
  remove(wanted: string): Promise<readonly string[]>
  /** The session with this id, the newest of this name, or the newest of all for undefined. */
  load(wanted: string | undefined): Promise<{ session: Session; digest: string }>
  /** Reads every session, and keeps those that are damaged aside. */
  inspect(): Promise<Inventory>
  /** Removes the oldest sessions until the rest is within bounds; the newest one always stays. */
  tidy(bounds: Bounds): Promise<Tidied>
  /** Writes the index and reads it back; true when what was read is what was written. */
  index(): Promise<boolean>
}

const indexName = 'index.json'

/** The shelf in a store. */
export function createShelf(store: DurableStore): Shelf {
  let last: Promise<unknown> = Promise.resolve()

  /** Sessions are listed, then changed: two such calls at once would each miss what the other does. */
  function inTurn<T>(task: () => Promise<T>): Promise<T> {
    const turn = last.then(task, task)
    last = turn.catch(() => undefined)
    return turn
  }

  async function inspect(): Promise<Inventory> {
    const sessions: SessionSummary[] = []
    const damaged: string[] = []
    const newer: string[] = []
    const names = await store.list()
    for (const name of names) {
      if (name.startsWith('damaged-')) damaged.push(name)
      const id = /^session-(.+)\.json$/.exec(name)?.[1]
      const text = id === undefined ? undefined : await store.read(name)
      if (id === undefined || text === undefined) continue
      const read = readSession(text, id)
      if (read.status === 'good') sessions.push(summaryOf(read.session, text, read.digest))
      else if (read.status === 'newer') newer.push(name)
      else damaged.push(await keepAside(store, name, text))
    }
    const ordered = sessions.toSorted((a, b) => a.sequence - b.sequence || (a.id < b.id ? -1 : 1))
    const bytes = ordered.reduce((sum, session) => sum + session.bytes, 0)
    const indexed = (await readIndex(store)) === indexText(ordered)
    return { sessions: ordered, bytes, damaged: [...new Set(damaged)].toSorted(), newer, indexed }
  }

  async function put(
    content: Pick<Session, 'name' | 'context' | 'parent'>,
    sessions: readonly SessionSummary[],
  ): Promise<SessionSummary> {
    const session: Session = {
      id: randomBytes(16).toString('hex'),
      createdAt: new Date().toISOString(),
      sequence: (sessions.at(-1)?.sequence ?? 0) + 1,
      ...content,
    }
    const text = writeSession(session)
    await store.write(fileOf(session.id), text)
    return summaryOf(session, text, digestOf(JSON.stringify(session)))
  }

  async function take(
    wanted: string | undefined,
    sessions: readonly SessionSummary[],
  ): Promise<{ session: Session; digest: string }> {
    const found = sessions.findLast(
      ({ id, name }) => wanted === undefined || id === wanted || name === wanted,
    )
    const text = found && (await store.read(fileOf(found.id)))
    const read = found && text !== undefined ? readSession(text, found.id) : undefined
    if (read?.status !== 'good') throw notFound(wanted, sessions)
    return { session: read.session, digest: read.digest }
  }

  return {
    inspect: () => inTurn(inspect),
    save: (name, context) => inTurn(async () => put({ name, context }, (await inspect()).sessions)),
    fork: (wanted, name) =>
      inTurn(async () => {
        const { sessions } = await inspect()
        const { session } = await take(wanted, sessions)
        return put({ name, context: session.context, parent: session.id }, sessions)
      }),
    load: (wanted) => inTurn(async () => take(wanted, (await inspect()).sessions)),
    remove: (wanted) =>
      inTurn(async () => {
        const { sessions } = await inspect()
        const meant = sessions.filter(({ id, name }) => id === wanted || name === wanted)
        if (meant.length === 0) throw notFound(wanted, sessions)
        for (const { id } of meant) await store.remove(fileOf(id))
        return meant.map(({ id }) => id)
      }),
    tidy: (bounds) =>
      inTurn(async () => {
        const { sessions, bytes } = await inspect()
        const removed = oldestBeyond(sessions, bounds)
        for (const { id } of removed) await store.remove(fileOf(id))
        const left = bytes - removed.reduce((sum, session) => sum + session.bytes, 0)
        return {
          removed: removed.map(({ id }) => id),
          bytes: left,
          withinBounds: left <= bounds.maximumBytes,
        }
      }),
    index: () =>
      inTurn(async () => {
        const { sessions } = await inspect()
        const text = indexText(sessions)
        await store.write(indexName, text)
        return (await store.read(indexName)) === text
      }),
  }
}

function fileOf(id: string): string {
  if (!isSessionId(id)) throw new TypeError('An id of a session has 32 hexadecimal digits.')
  return `session-${id}.json`
}

function summaryOf(session: Session, text: string, digest: string): SessionSummary {
  const { context: _, ...head } = session
  return { ...head, bytes: Buffer.byteLength(text), digest }
}

/**
 * Moves a damaged text out of the way of the good ones. A text that is not even UTF-8 stays where it is: what was decoded is
 * no longer what is on the disk.
 */
async function keepAside(store: DurableStore, name: string, text: string): Promise<string> {
  if (text.includes('\uFFFD')) return name
  const aside = `damaged-${digestOf(text).slice(0, 12)}-${name}`.slice(0, 100)
  await store.write(aside, text)
  await store.remove(name)
  return aside
}

function indexText(sessions: readonly SessionSummary[]): string {
  return `${JSON.stringify({ format: 1, sessions }, null, 2)}\n`
}

/** The index only repeats what the sessions say, so one that cannot be read is as good as none. */
async function readIndex(store: DurableStore): Promise<string | undefined> {
  try {
    return await store.read(indexName)
  } catch {
    return undefined
  }
}

function oldestBeyond(sessions: readonly SessionSummary[], bounds: Bounds): readonly SessionSummary[] {
  let bytes = sessions.reduce((sum, session) => sum + session.bytes, 0)
  let start = 0
  while (
    start < sessions.length - 1 &&
    (bytes > bounds.maximumBytes || sessions.length - start > bounds.maximumSessions)
  ) {
    bytes -= sessions[start]!.bytes
    start++
  }
  return sessions.slice(0, start)
}

function notFound(wanted: string | undefined, sessions: readonly SessionSummary[]): HeddleError {
  const names = [...new Set(sessions.map(({ name, id }) => name ?? id))].slice(-5)
  return new HeddleError({
    code: 'session/not-found',
    severity: 'error',
    message: wanted === undefined ? 'There is no saved session.' : `There is no session "${wanted}".`,
    hint: names.length > 0 ? `Load one of: ${names.join(', ')}.` : 'Save one first: heddle run session save.',
  })
}
