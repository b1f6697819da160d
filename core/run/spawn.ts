import { realpath } from 'node:fs/promises'
import { isAbsolute, relative, resolve, sep } from 'node:path'
import { fail } from '../base/diagnostic.ts'
import type { StoredOutput } from '../base/output.ts'
import { type ProcessOptions, type ProcessResult, runProcess } from '../base/process.ts'

/** Where programs of a run may be started. */
export interface SpawnPlace {
  /** Absolute folder of the project; null when it is not on a disk. */
  readonly folder: string | null
  /** Absolute folder for large output. */
  readonly storeIn?: string
}

/**
 * Runs a program in a folder of the project until `signal` ends it. Rejects with NOT_ON_DISK where there is no folder, and
 * with OUTSIDE_ROOT when `cwd` leads out of it, by a link too.
 */
export async function spawnIn(
  place: SpawnPlace,
  options: ProcessOptions,
  signal: AbortSignal,
): Promise<ProcessResult> {
  if (place.folder === null) {
    fail(
      'NOT_ON_DISK',
      `"${options.program}" cannot run: the project is in memory.`,
      'Run it on a folder of the machine.',
    )
  }
  const cwd = await folderInside(place.folder, options.cwd)
  const result = await runProcess({
    ...options,
    cwd,
    signal: options.signal ? AbortSignal.any([signal, options.signal]) : signal,
    ...(place.storeIn !== undefined && { storeIn: place.storeIn }),
  })
  return result.stored ? { ...result, stored: fromRoot(result.stored, place.folder) } : result
}

/** Output that is stored in the project is named by its path from the root, as everything that is shown. */
function fromRoot(
  stored: NonNullable<ProcessResult['stored']>,
  root: string,
): NonNullable<ProcessResult['stored']> {
  const shown = (output: StoredOutput): StoredOutput => {
    const path = relative(root, output.blob)
    const isInside = !isAbsolute(path) && path.split(sep)[0] !== '..'
    return isInside ? { ...output, blob: path.split(sep).join('/') } : output
  }
  return {
    ...(stored.stdout && { stdout: shown(stored.stdout) }),
    ...(stored.stderr && { stderr: shown(stored.stderr) }),
  }
}

async function folderInside(root: string, cwd: string): Promise<string> {
  const wanted = resolve(root, cwd)
  const [real, realRoot] = await Promise.all([wanted, root].map((path) => realpath(path).catch(() => path)))
  if (real !== realRoot && !real!.startsWith(realRoot!.endsWith(sep) ? realRoot! : realRoot! + sep)) {
    fail(
      'OUTSIDE_ROOT',
      `The folder to run in is not inside the project.`,
      'Name a folder relative to the root.',
    )
  }
  return real!
}
