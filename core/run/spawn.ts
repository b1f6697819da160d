import { realpath } from 'node:fs/promises'
import { isAbsolute, relative, resolve, sep } from 'node:path'
import { fail } from '../base/diagnostic.ts'
import { findNamespaceWay, type Isolation } from '../base/namespace.ts'
import type { StoredOutput } from '../base/output.ts'
import { type ProcessOptions, type ProcessResult, runProcess } from '../base/process.ts'

/** A program to run, in a folder of the project. */
export interface SpawnOptions extends Omit<ProcessOptions, 'overlay' | 'isolation'> {
  /**
   * What holds it. `overlay` makes what it writes writes of the operation. Rejects with ISOLATION_UNAVAILABLE where that is not to be
   * had. Left out, it is what the run prefers.
   */
  readonly isolation?: Isolation
}

/** How a program ended that ran beside others. */
export interface TogetherResult extends ProcessResult {
  /** Paths for which it had to run again, on what those before it had left. */
  readonly conflicts: readonly string[]
}

/** Where programs of a run may be started. */
export interface SpawnPlace {
  /** Absolute folder of the project; null when it is not on a disk. */
  readonly folder: string | null
  /** Absolute folder for large output. */
  readonly storeIn?: string
  /** What holds programs that do not say it themselves; without it a namespace where that changes nothing for them. */
  readonly isolation?: Exclude<Isolation, 'overlay'> | undefined
  /** Stands in for the machine, also where the project is not on a disk. */
  readonly programs?: RunProgram | undefined
}

/** Runs one program to its end. */
export type RunProgram = (options: ProcessOptions) => Promise<ProcessResult>

/** The folder of a project in memory, as stand-ins for programs are told it. */
export const memoryFolder = '/project'

/**
 * Runs a program in a folder of the project until `signal` ends it. Rejects with NOT_ON_DISK where there is no folder, and
 * with OUTSIDE_ROOT when `cwd` leads out of it, by a link too.
 */
export async function spawnIn(
  place: SpawnPlace,
  options: SpawnOptions,
  signal: AbortSignal,
): Promise<ProcessResult> {
  if (place.programs) return place.programs(await placed(place, options, signal))
  const { isolation = await preferred(place) } = options
  const result = await runProcess({
    ...(await placed(place, options, signal)),
    isolation: plainly(isolation),
  })
  return result.stored ? { ...result, stored: fromRoot(result.stored, place.folder!) } : result
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

/** The same options, with the folder checked and everything that the place adds. */
export async function placed(
  place: SpawnPlace,
  options: SpawnOptions,
  signal: AbortSignal,
): Promise<ProcessOptions> {
  const folder = folderOf(place, options.program)
  const { isolation: _, ...rest } = options
  return {
    ...rest,
    cwd: place.programs ? resolve(folder, options.cwd) : await folderInside(folder, options.cwd),
    signal: options.signal ? AbortSignal.any([signal, options.signal]) : signal,
    ...(place.storeIn !== undefined && { storeIn: place.storeIn }),
  }
}

/** The folder of the project; throws NOT_ON_DISK. */
export function folderOf({ folder, programs }: SpawnPlace, program: string): string {
  if (folder !== null) return folder
  if (programs) return memoryFolder
  return fail(
    'NOT_ON_DISK',
    `"${program}" cannot run: the project is in memory.`,
    'Run it on a folder of the machine.',
  )
}

function plainly(isolation: Isolation): 'none' | 'namespace' {
  return isolation === 'none' ? 'none' : 'namespace'
}

/** Where a namespace takes another user, programs would see files of others as nobody's: nobody gets that unasked. */
async function preferred({ isolation }: SpawnPlace): Promise<Isolation> {
  if (isolation === 'none') return 'none'
  const way = await findNamespaceWay()
  return way && (isolation === 'namespace' || !way.user) ? 'namespace' : 'none'
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
