import { close, constants, fsync, openSync } from 'node:fs'
import { promisify } from 'node:util'
import { createLimit } from '../base/limit.ts'
import { errnoOf, type Held } from './handle.ts'
import type { Path } from './path.ts'
import { parentOf, rootPath } from './path.ts'
import { refusal, shown } from './refusals.ts'

/** How a driver holds what is at a path, links followed and checked; `use` is not called where nothing is. */
export interface SettleWays {
  readonly label: string
  hold(path: Path, use: (held: Held) => number | undefined): number | undefined
}

const onWindows = process.platform === 'win32'
const flags = onWindows ? constants.O_RDWR : constants.O_RDONLY | constants.O_NONBLOCK
const atOnce = 16
const syncLater = promisify(fsync)
const closeLater = promisify(close)

/**
 * Syncs what is at the paths and the folders that hold their names. Rejects with `STATE_NOT_SAVED` when one cannot be: then
 * nothing is known of what is on the disk.
 */
export async function settlePaths(paths: readonly Path[], ways: SettleWays): Promise<void> {
  const places = new Set(paths.flatMap((path) => [path, parentOf(path)]))
  const limit = createLimit(atOnce)
  const settled = await Promise.allSettled(
    Array.from(places, async (path) => limit(async () => settleOne(path, ways))),
  )
  const failed = settled.find((each) => each.status === 'rejected')
  if (failed) throw failed.reason
}

async function settleOne(path: Path, { label, hold }: SettleWays): Promise<void> {
  const fd = hold(path, openForSync)
  if (fd === undefined) {
    // What has gone is known to be gone by the folder that is still there.
    if (path !== rootPath) await settleOne(parentOf(path), { label, hold })
    return
  }
  try {
    await syncLater(fd)
  } catch (thrown) {
    throw notSettled(label, path, errnoOf(thrown))
  } finally {
    await closeLater(fd)
  }
}

/** Windows cannot open folders, and needs no such step. */
function openForSync({ at, stat }: Held): number | undefined {
  return stat.isFile() || (stat.isDirectory() && !onWindows) ? openSync(at, flags) : undefined
}

function notSettled(label: string, path: Path, code: string): Error {
  return refusal(
    'STATE_NOT_SAVED',
    `${shown(label, path)} could not be made safe on the disk (${code || 'unknown reason'}).`,
    'Check the disk; what was there before is brought back.',
    code,
  )
}
