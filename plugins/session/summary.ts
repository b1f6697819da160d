import type { SessionResult } from './result.ts'
import type { Session, SessionSummary } from './session.ts'

type Told = Omit<SessionResult, 'summary'>

/** What a person reads first: which session was saved or loaded and what has changed since, or which there are. */
export function summarise(result: Told): string[] {
  const { action, session, sessions, removed } = result
  switch (action) {
    case 'list':
      return sessions.length === 0 ? ['no session is saved'] : sessions.toReversed().map(lineOf)
    case 'prune':
      return [`${counted(removed.length, 'session')} removed, ${sessions.length} kept`]
    case 'show':
      return session ? contentOf(session) : []
    case 'load':
    case 'resume':
      return session ? resumed(result, session) : []
    case 'save':
    case 'fork':
      return session ? saved(result, session) : []
  }
}

function saved({ action, removed }: Told, session: Session): string[] {
  const { context } = session
  const from = session.parent === undefined ? '' : `, from ${session.parent}`
  return [
    `${action === 'fork' ? 'forked' : 'saved'} ${nameOf(session)}${from}: ${counted(context.modules.length, 'module')}` +
      `${context.findings.length > 0 ? `, ${counted(context.findings.length, 'kind')} of findings` : ''}${treeText(session)}`,
    ...(removed.length > 0
      ? [`${counted(removed.length, 'old session')} removed to stay within bounds`]
      : []),
  ]
}

function resumed({ changedModules, sinceThen, open }: Told, session: Session): string[] {
  const { notes } = session.context
  return [
    `loaded ${nameOf(session)}, saved ${session.createdAt}${treeText(session)}`,
    ...(notes === '' ? [] : [`notes: ${notes}`]),
    ...changedModules.map((id) => `changed since: ${id}`),
    ...sinceThen.map((text) => `since then: ${text}`),
    ...(open ? [`${counted(open, 'line')} of the project say TODO or FIXME`] : []),
  ]
}

function contentOf(session: Session): string[] {
  const { context, createdAt, parent } = session
  const words = Object.entries(context.arguments).map(([name, value]) => `${name}=${value}`)
  return [
    `${nameOf(session)}, saved ${createdAt}${parent === undefined ? '' : `, from ${parent}`}`,
    `command: ${[context.command, ...words].join(' ')}`,
    ...(context.notes === '' ? [] : [`notes: ${context.notes}`]),
    ...(context.tree ? [`work${treeText(session).slice(1)}`] : []),
    ...(context.tree?.changed ?? []).map(({ path }) => `not committed: ${path}`),
    ...context.findings.map(({ code, count }) => `found: ${code} (${count})`),
    ...context.modules.map(({ id }) => `module: ${id}`),
  ]
}

function treeText({ context: { tree } }: Session): string {
  if (!tree) return ''
  const place = tree.branch === null ? 'on no branch' : `on ${tree.branch}`
  return `, ${place}${tree.head === null ? '' : ` at ${tree.head.slice(0, 10)}`} with ${counted(tree.changed.length + tree.more, 'file')} not committed`
}

function lineOf(session: SessionSummary): string {
  const from = session.parent === undefined ? '' : `, from ${session.parent.slice(0, 8)}`
  return `${nameOf(session)}, ${session.createdAt}, ${session.bytes} bytes${from}`
}

function nameOf({ id, name }: Pick<Session, 'id' | 'name'>): string {
  return name === null ? id : `${name} (${id})`
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
