import { compareText } from '../base/diagnostic.ts'
import type { Original } from './original.ts'
import type { Path } from './path.ts'
import { parentOf } from './path.ts'
import { type Pending, pendingAt } from './pending.ts'

/** One path that differs from what the files held. */
export interface Change {
  readonly path: Path
  readonly type: 'added' | 'changed' | 'removed'
}

/** What a path was before the first flush that touched it, and what the last one made of it. */
export interface Settled {
  readonly before: Original
  readonly after: Original
  /** What a file was made; undefined for anything else. */
  readonly bytes: Uint8Array | undefined
}

/** Flushed and pending changes as one list, sorted by path; folders only when nothing is, or was, in them. */
export function listChanges(pending: Pending, settled: ReadonlyMap<Path, Settled>): readonly Change[] {
  const states = [...new Set([...settled.keys(), ...pending.before.keys()])]
    .sort(compareText)
    .map((path) => ({
      path,
      before: settled.get(path)?.before ?? pending.before.get(path)!,
      after: pending.before.has(path) ? pendingAt(pending, path) : settled.get(path)!.after,
    }))
  const filled = new Set(
    states.flatMap(({ path, after }) => (after.type === 'absent' ? [] : [parentOf(path)])),
  )
  return states.flatMap(({ path, before, after }) => {
    const type = after.type === 'folder' ? intoFolder(before, filled.has(path)) : intoOther(before, after)
    return type ? [{ path, type }] : []
  })
}

function intoFolder(before: Original, isFilled: boolean): Change['type'] | undefined {
  if (before.type === 'folder') return !isFilled && before.mark !== '' ? 'changed' : undefined
  if (before.type === 'absent') return isFilled ? undefined : 'added'
  return isFilled ? 'removed' : 'changed'
}

function intoOther(before: Original, after: Original): Change['type'] | undefined {
  const wasNothing = before.type === 'absent' || (before.type === 'folder' && before.mark !== '')
  if (after.type === 'absent') return wasNothing ? undefined : 'removed'
  if (wasNothing) return 'added'
  return before.type === after.type && before.mark === after.mark ? undefined : 'changed'
}
