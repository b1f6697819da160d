import { lstatSync, type Stats } from 'node:fs'
import { parentOf, type Path, rootPath } from './path.ts'
import { stepsMs } from './stamp.ts'

/** Shows of folders that names led to them, and through no link, from the first question to the last. */
export interface Ground {
  /** True when the folder is there by that name now, and a change of that can be noticed. */
  isFirm(folder: Path): boolean
  /** True for a firm folder that its name has led to since `isFirm` was asked. */
  hasStayed(folder: Path): boolean
}

/**
 * Looks at folders from the root down. Whoever puts something else in the place of a folder changes the time of the folder
 * above it: one that had rested, and has its time still, has kept all its names. The root is asked for itself only: who can
 * exchange it has power over what is around it. Costs one question a folder, a second where folders are below.
 */
export function createGround(locate: (path: Path) => string, now: number): Ground {
  const looks = new Map<Path, Stats | undefined>()
  const firm = new Map<Path, boolean>()
  const stayed = new Map<Path, boolean>()

  function look(folder: Path): Stats | undefined {
    if (!looks.has(folder)) looks.set(folder, lookAt(locate(folder)))
    return looks.get(folder)
  }

  function isFirm(folder: Path): boolean {
    return remembered(firm, folder, () => {
      if (folder !== rootPath && !(isFirm(parentOf(folder)) && hasRested(parentOf(folder)))) return false
      return look(folder)?.isDirectory() === true
    })
  }

  function hasRested(folder: Path): boolean {
    return now - look(folder)!.ctimeMs >= stepsMs
  }

  function hasStayed(folder: Path): boolean {
    if (folder !== rootPath) return keepsNames(parentOf(folder))
    const again = lookAt(locate(rootPath))
    return again !== undefined && isSame(look(rootPath)!, again)
  }

  function keepsNames(folder: Path): boolean {
    return remembered(stayed, folder, () => {
      const before = look(folder)!
      const again = lookAt(locate(folder))
      if (!again || !isSame(before, again) || before.ctimeMs !== again.ctimeMs) return false
      return folder === rootPath || keepsNames(parentOf(folder))
    })
  }

  return { isFirm, hasStayed }
}

function remembered(known: Map<Path, boolean>, folder: Path, find: () => boolean): boolean {
  const found = known.get(folder) ?? find()
  known.set(folder, found)
  return found
}

function lookAt(place: string): Stats | undefined {
  try {
    return lstatSync(place, { throwIfNoEntry: false })
  } catch {
    return undefined
  }
}

function isSame(one: Stats, other: Stats): boolean {
  return one.dev === other.dev && one.ino === other.ino
}
