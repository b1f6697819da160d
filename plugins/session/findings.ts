import { type Diagnostic, findNearest } from 'heddle'
import { actions, type SessionResult } from './result.ts'

/** The argument `action` is none that there is. */
export function actionUnknown(action: string): Diagnostic {
  const [near] = findNearest(action, actions, 1)
  return {
    code: 'session/action-unknown',
    severity: 'error',
    message: `There is no action "${action}".`,
    hint: near ? `Did you mean "${near.value}"?` : `Use one of: ${actions.join(', ')}.`,
  }
}

/** The argument `name` will not do as a name. */
export function nameUnsafe(name: string): Diagnostic {
  return {
    code: 'session/name-unsafe',
    severity: 'error',
    message: `${JSON.stringify(name.slice(0, 80))} is not a name for a session.`,
    hint: 'Use letters, digits, spaces, dots, dashes and underscores, at most 64, and no id of a session.',
  }
}

/** The argument `keep` is no number of sessions. */
export function keepUnknown(keep: string): Diagnostic {
  return {
    code: 'session/keep-unknown',
    severity: 'error',
    message: `${JSON.stringify(keep.slice(0, 80))} is not a number of sessions.`,
    hint: 'Write a whole number from 1 on; the newest session always stays.',
  }
}

/** What a person should know of the result besides what it says itself. */
export function findingsOf(result: SessionResult): Diagnostic[] {
  const findings: Diagnostic[] = result.unreadable.map((name) => ({
    code: 'session/unreadable',
    severity: 'warning',
    message: `The saved session "${name}" cannot be read and was kept as it is.`,
    hint: name.startsWith('session-')
      ? 'Read it with the version of Heddle that wrote it.'
      : 'Remove it from the state of sessions when it is of no use.',
  }))
  if (result.removed.length > 0 && result.action !== 'prune') {
    findings.push({
      code: 'session/compacted',
      severity: 'info',
      message: `The oldest sessions were removed to stay within bounds: ${result.removed.length}.`,
      hint: 'Raise the settings "keep" or "max-bytes" to keep more.',
    })
  }
  if (result.changedModules.length > 0) {
    findings.push({
      code: 'session/module-changed',
      severity: 'info',
      message: `Changed since the session was saved: ${result.changedModules.join(', ')}.`,
      hint: 'Read them again before going on.',
    })
  }
  return findings
}
