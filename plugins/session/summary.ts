import type { SessionResult } from './result.ts'
import type { Session, SessionSummary } from './session.ts'

/** What a person reads first: which session was saved or loaded, or which there are. */
export function summarise(result: Omit<SessionResult, 'summary'>): string[] {
  const { action, session, sessions, changedModules, removed } = result
  if (action === 'list')
    return sessions.length === 0 ? ['no session is saved'] : sessions.toReversed().map(lineOf)
  if (!session) return []
  const { context } = session
  const verb = action === 'save' ? 'saved' : 'loaded'
  return [
    `${verb} ${nameOf(session)}: ${context.modules.length} modules, ${context.findings.length} kinds of findings`,
    ...(action === 'load' && context.notes !== '' ? [context.notes] : []),
    ...changedModules.map((id) => `changed since: ${id}`),
    ...(removed.length > 0 ? [`${removed.length} old sessions removed to stay within bounds`] : []),
  ]
}

function lineOf(session: SessionSummary): string {
  return `${nameOf(session)}, ${session.createdAt}, ${session.bytes} bytes`
}

function nameOf({ id, name }: Pick<Session, 'id' | 'name'>): string {
  return name === null ? id : `${name} (${id})`
}
