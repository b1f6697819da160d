import type { Files } from './file-system.ts'
import { contentOf, type PathChange } from './harvest.ts'
import { isWithin, type Path } from './path.ts'
import { mergeThreeWay } from './three-way.ts'

/** The changes of one that has not seen what others did meanwhile, ready to be applied over it; or the paths where that fails. */
export interface MergedChanges {
  readonly changes: readonly Pick<PathChange, 'path' | 'own'>[]
  readonly conflicts: readonly Path[]
}

/** Merges changes over files as they are now; `earlier` are the paths that others have changed since. */
export async function mergeChanges(
  own: readonly PathChange[],
  now: Files,
  earlier: ReadonlySet<string>,
): Promise<MergedChanges> {
  const changes: Pick<PathChange, 'path' | 'own'>[] = []
  const conflicts: Path[] = []
  for (const change of own) {
    const merged = hasLost(change, earlier)
      ? ({ type: 'conflict' } as const)
      : mergeThreeWay({ ...change, earlier: await contentOf(now, change.path) })
    if (merged.type === 'merged') changes.push({ path: change.path, own: merged.content })
    else conflicts.push(change.path)
  }
  return { changes, conflicts }
}

/** A folder is taken away in which an earlier one had still changed something. */
function hasLost({ path, base, own }: PathChange, earlier: ReadonlySet<string>): boolean {
  if (base !== 'folder' || own === 'folder') return false
  for (const each of earlier) if (each !== path && isWithin(each as Path, path)) return true
  return false
}
