import { HeddleError } from '../base/diagnostic.ts'
import { digest } from '../base/key.ts'
import { createTurns } from '../base/turns.ts'
import type { Spot } from '../resolve/rungs.ts'
import type { Looked, SyncFiles } from '../vfs/file-system.ts'
import { changedWhileRead } from '../vfs/refusals.ts'
import { asError, type UseSpot } from './read-spots.ts'

/** Between two looks at a file that may still be written: who writes without longer pauses is never seen half way. */
const apartMs = 4
const mostLooks = 25
/** How long looking again may hold the event loop. */
const turnMs = 20

/** Looks again at files that were changed a moment ago. */
export interface SecondLook {
  /** True when what was found is not to be believed yet: then `settle` tells what came of it. */
  takes(found: Looked | HeddleError, place: Pick<Look, 'spot' | 'index'>): boolean
  /** Looks at what was taken until two looks agree, and tells each once. */
  settle(use: UseSpot): Promise<void>
}

interface Look {
  readonly spot: Spot
  readonly index: number
  /** Of the bytes that were seen last; undefined where none were. */
  mark: string | undefined
}

/**
 * For stores that answer at once. Files that nobody has touched for a moment, which is nearly all of them, are
 * read once; one pause serves all the others together. What keeps changing becomes `CHANGED_WHILE_READ`.
 */
export function createSecondLook(): SecondLook {
  let young: Look[] = []

  function takes(found: Looked | HeddleError, place: Pick<Look, 'spot' | 'index'>): boolean {
    const isTaken =
      place.spot.layer.files.sync !== undefined &&
      (found instanceof HeddleError ? isBusy(found) : found.isYoung)
    if (isTaken) young.push({ ...place, mark: markOf(found) })
    return isTaken
  }

  async function settle(use: UseSpot): Promise<void> {
    for (let looks = 1; young.length > 0 && looks < mostLooks; looks++) {
      await pause()
      const turns = createTurns(turnMs)
      const restless: Look[] = []
      for (const look of young) {
        if (!isSettled(look, use)) restless.push(look)
        await turns.giveWay()
      }
      young = restless
    }
    for (const { spot, index } of young) use(changedWhileRead(spot.layer.label, spot.path), index)
    young = []
  }

  return { takes, settle }
}

/** A timer counts from when the event loop last looked at the clock, which may be before the first look. */
async function pause(): Promise<void> {
  const until = performance.now() + apartMs
  while (performance.now() < until) await new Promise((resolve) => setTimeout(resolve, 1))
}

/** False when the file is another one than at the last look: then it has to be looked at once more. */
function isSettled(look: Look, use: UseSpot): boolean {
  const { spot, index, mark } = look
  const found = readAgain(spot)
  look.mark = markOf(found)
  const isSame = found instanceof HeddleError ? !isBusy(found) : look.mark === mark
  if (isSame) use(found, index)
  return isSame
}

function readAgain(spot: Spot): Looked | HeddleError {
  try {
    return { bytes: syncOf(spot).read(spot.path), isYoung: false }
  } catch (thrown) {
    return asError(thrown)
  }
}

function markOf(found: Looked | HeddleError): string | undefined {
  return found instanceof HeddleError ? undefined : digest(found.bytes)
}

function isBusy(found: HeddleError): boolean {
  return found.code === 'CHANGED_WHILE_READ'
}

function syncOf(spot: Spot): SyncFiles {
  return spot.layer.files.sync!
}
