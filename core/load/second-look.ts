import { HeddleError } from '../base/diagnostic.ts'
import type { Result } from '../base/result.ts'
import type { Spot } from '../resolve/rungs.ts'
import { isEqual } from '../vfs/bytes.ts'
import type { Looked, SyncFiles } from '../vfs/file-system.ts'
import { changedWhileRead } from '../vfs/refusals.ts'

/** Between two looks at a file that may still be written: who writes without longer pauses is never seen half way. */
const apartMs = 4
const mostLooks = 25
const nothing = new Uint8Array()

/** Makes a result of what `read` gives or throws. */
type Retry<T> = (spot: Spot, read: () => Uint8Array) => Result<T>

/** Looks at files, and again at those that were changed a moment ago. */
export interface SecondLook {
  /** The bytes that were found, for the result at `index`; throws what was found instead. Keeps a copy of young ones. */
  take(found: Looked | HeddleError, place: Pick<Look, 'spot' | 'index'>): Uint8Array
  /** Looks at young files until two looks agree; a result that was made of half a file is made again. */
  settle<T>(results: Result<T>[], retry: Retry<T>): Promise<void>
}

interface Look {
  readonly spot: Spot
  readonly index: number
  bytes: Uint8Array
}

/**
 * For stores that answer at once. Files that nobody has touched for a moment, which is nearly all of them, are
 * read once; one pause serves all the others together. What keeps changing becomes `CHANGED_WHILE_READ`.
 */
export function createSecondLook(): SecondLook {
  let young: Look[] = []

  function take(found: Looked | HeddleError, place: Pick<Look, 'spot' | 'index'>): Uint8Array {
    if (found instanceof HeddleError) {
      if (isBusy(found)) young.push({ ...place, bytes: nothing })
      throw found
    }
    if (found.isYoung) young.push({ ...place, bytes: found.bytes.slice() })
    return found.bytes
  }

  async function settle<T>(results: Result<T>[], retry: Retry<T>): Promise<void> {
    for (let looks = 1; young.length > 0 && looks < mostLooks; looks++) {
      await pause()
      young = young.filter((look) => isNew(look, results, retry))
    }
    for (const { spot, index } of young) results[index] = retry(spot, () => keepsChanging(spot))
    young = []
  }

  return { take, settle }
}

/** A timer counts from when the event loop last looked at the clock, which may be before the first look. */
async function pause(): Promise<void> {
  const until = performance.now() + apartMs
  while (performance.now() < until) await new Promise((resolve) => setTimeout(resolve, 1))
}

/** True when the file is another one than at the last look: then it has to be looked at once more. */
function isNew<T>(look: Look, results: Result<T>[], retry: Retry<T>): boolean {
  const { spot, index, bytes } = look
  const again = readAgain(spot)
  if (again.bytes && isEqual(again.bytes, bytes) && bytes !== nothing) return false
  look.bytes = again.bytes ?? bytes
  results[index] = retry(spot, again.give)
  return again.bytes !== undefined || again.isBusy
}

/** What a read gave or threw, to be given or thrown again: another read might see another half of the file. */
interface Again {
  readonly bytes?: Uint8Array
  readonly isBusy: boolean
  readonly give: () => Uint8Array
}

function readAgain(spot: Spot): Again {
  try {
    const bytes = syncOf(spot).read(spot.path)
    return { bytes, isBusy: false, give: () => bytes }
  } catch (thrown) {
    const give = (): never => {
      throw thrown
    }
    return { isBusy: isBusy(thrown), give }
  }
}

function isBusy(thrown: unknown): boolean {
  return thrown instanceof HeddleError && thrown.code === 'CHANGED_WHILE_READ'
}

function keepsChanging(spot: Spot): never {
  throw changedWhileRead(spot.layer.label, spot.path)
}

function syncOf(spot: Spot): SyncFiles {
  return spot.layer.files.sync!
}
