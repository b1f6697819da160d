import { compareText, HeddleError } from '../base/diagnostic.ts'
import { describe, type Original } from './original.ts'
import type { Path } from './path.ts'

/** What was at a path, and what is there now. */
interface MovedPath {
  readonly path: Path
  readonly first: Original
  readonly now: Original
}

const mostNamed = 8

/** The name of a place as people see it: quoted, labelled, `.` for the root. */
export function shown(label: string, path: string): string {
  return `"${label}${path === '' ? '.' : path}"`
}

/** The error for a read of what is not there. */
export function notFound(label: string, path: Path): HeddleError {
  return refusal(
    'NOT_FOUND',
    `${shown(label, path)} does not exist.`,
    'Check the spelling, or create it first.',
  )
}

/** The error for reading or writing what is no regular file; `kind` says what it is instead. */
export function notAFile(label: string, path: Path, kind: string): HeddleError {
  return refusal(
    'NOT_A_FILE',
    `${shown(label, path)} is ${kind}, not a regular file.`,
    'Name a regular file.',
  )
}

/** The error for listing a file, or for a path that goes on below one. */
export function notAFolder(label: string, path: Path): HeddleError {
  return refusal(
    'NOT_A_FOLDER',
    `${shown(label, path)} is not a folder.`,
    'Name a folder, or remove the file first.',
  )
}

/** The error for a file that has other names, when those are refused. */
export function hardLink(label: string, path: Path): HeddleError {
  return refusal(
    'HARD_LINK',
    `${shown(label, path)} has other names on the disk, perhaps outside the root.`,
    'Replace it by a copy, or leave strict out.',
  )
}

/** The error for a file that was being written whenever it was read. */
export function changedWhileRead(label: string, path: string): HeddleError {
  return refusal(
    'CHANGED_WHILE_READ',
    `${shown(label, path)} was changed again and again while it was read.`,
    'Read it again when what writes it has finished.',
  )
}

/** The error for changing what can only be read. */
export function readOnly(label: string, path: Path): HeddleError {
  return refusal(
    'READ_ONLY',
    `${shown(label, path)} can only be read.`,
    'Put a writable layer or a workspace on top of it.',
  )
}

/** The error for removing the root itself. */
export function rootStays(): HeddleError {
  return refusal('DENIED_BY_RULE', 'The root itself cannot be removed.', 'Name what is in it.')
}

/** The error for a link whose target is not inside the root. */
export function linkLeaves(label: string, path: Path): HeddleError {
  return refusal(
    'LINK_LEAVES_ROOT',
    `The link at ${shown(label, path)} does not lead to a place inside the root.`,
    'Replace the link by a copy, or add a root that holds its target.',
  )
}

/** An error with its code, one sentence and what to do next; `cause` never holds a path of the machine. */
export function refusal(code: string, message: string, hint: string, errno?: string): HeddleError {
  const cause = errno === undefined ? undefined : { cause: Object.assign(new Error(errno), { code: errno }) }
  return new HeddleError({ code, severity: 'error', message, hint }, cause)
}

/** The error for what is not as it was when it was first looked at; names up to eight of them, each with both marks. */
export function movedOutside(label: string, moved: readonly MovedPath[]): HeddleError {
  const named = moved
    .toSorted((a, b) => compareText(a.path, b.path))
    .slice(0, mostNamed)
    .map(({ path, first, now }) => `${shown(label, path)} (was ${describe(first)}, is ${describe(now)})`)
  const more = moved.length > mostNamed ? ` and ${moved.length - mostNamed} more` : ''
  return refusal(
    'CONFLICT',
    `Changed from outside since it was first touched here: ${named.join(', ')}${more}.`,
    'Look at both versions, then run again or discard these changes.',
  )
}

/** The same error in other words. */
export function reworded(error: HeddleError, message: string, hint: string): HeddleError {
  return new HeddleError({ ...error.diagnostic, message, hint }, { cause: error.cause })
}
