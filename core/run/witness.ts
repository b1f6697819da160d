import type { Diagnostic } from '../base/diagnostic.ts'
import { createLimit } from '../base/limit.ts'
import { compareFootprints, type Footprint, retrace, type Step, takeFootprint } from '../vfs/footprint.ts'
import type { Path } from '../vfs/path.ts'
import type { Workspace } from '../vfs/workspace.ts'
import type { CompiledClaims } from './claims.ts'
import { claimExceeded, quoted } from './excess.ts'

/** An operation whose programs are watched. */
export interface Watched {
  readonly name: string
  readonly claims: CompiledClaims
}

/** What was found out about an operation whose programs have ended. */
export interface Testimony {
  /** What it changed and had not claimed. */
  readonly exceeded: readonly Path[]
  /**
   * What a person should know of it. It never decides how the operation ended: of programs that run at once it cannot always be told
   * which of them did it, and how much runs at once must make no difference.
   */
  readonly notes: readonly Diagnostic[]
}

/** Looks whether operations changed only what they claimed. */
export interface Witness {
  /** Puts on the disk what earlier operations wrote where this one looks, which nobody is to be blamed for. */
  flush(operation: Watched): Promise<void>
  /** Programs of the operation may start. */
  begin(operation: Watched): Promise<void>
  /** The same for an operation that changes nothing on the disk but its scratch. */
  join(operation: Watched): Promise<void>
  /** They have ended; `quick` when nobody waits for what is found out. */
  end(operation: Watched, quick: boolean): Promise<Testimony>
}

interface Run extends Watched {
  readonly startedAt: number
  endedAt: number
  readonly exceeded: Path[]
}

/** The machine counts time in steps. */
const toleranceMs = 12
const fine: Testimony = { exceeded: [], notes: [] }

export interface WitnessOptions {
  /** The absolute folder of the project; null when it is not on a disk. */
  readonly folder: string | null
  /** Paths that whoever watches the run writes meanwhile: no program is to be blamed for them. */
  readonly aside?: readonly string[] | undefined
  /** Milliseconds since 1970. */
  readonly now?: () => number
}

/** A witness of the folder of a workspace; where there is no folder it sees nothing. */
export function createWitness(
  workspace: Workspace,
  { folder, aside = [], now = Date.now }: WitnessOptions,
): Witness {
  const beside = new Set<string>(aside)
  const running = new Map<Watched, Run>()
  const inOrder = createLimit(1)
  let footprint: Footprint | undefined
  let isTooLarge = false
  let coming: Promise<readonly Diagnostic[]> | undefined

  async function look(): Promise<Footprint | undefined> {
    const found = await takeFootprint({ folder: folder!, files: workspace })
    isTooLarge ||= found === undefined
    return found
  }

  function isSeen({ claims }: Watched): boolean {
    return folder !== null && !claims.regions.writes.includes('')
  }

  /** Whoever ran when it was changed and had claimed it has changed it; else the only one who ran. */
  function attribute({ path, isGone, at }: Step): Run[] {
    const present = [...running.values()].filter(
      ({ startedAt, endedAt }) => startedAt <= at + toleranceMs && at <= endedAt + toleranceMs,
    )
    const isClaimed = present.some(({ claims }) => claims.allow(isGone ? 'remove' : 'write', path))
    return isClaimed ? [] : present
  }

  /** One look is enough for all who have ended before it begins; what it cannot tell is told to the first. */
  async function settleShared(): Promise<readonly Diagnostic[]> {
    if (coming) return coming.then(() => [])
    // Not at once: a look that begins here and now would be over before it is known that it is coming.
    coming = Promise.resolve().then(() =>
      inOrder(() => {
        coming = undefined
        return settle()
      }),
    )
    return coming
  }

  async function settle(): Promise<readonly Diagnostic[]> {
    const before = footprint
    footprint = await look()
    if (!before || !footprint) return []
    const untold = new Map<string, Path[]>()
    for (const step of compareFootprints(before, footprint)) {
      if (beside.has(step.path)) continue
      const suspects = attribute(step)
      if (suspects.length === 1) suspects[0]!.exceeded.push(step.path)
      else if (suspects.length > 1) note(untold, quoted(suspects.map(({ name }) => name)), step.path)
    }
    return [...untold].map(([names, paths]) => untoldBy(names, paths))
  }

  async function begin(operation: Watched): Promise<void> {
    if (isSeen(operation) && !isTooLarge) footprint ??= await look()
    join(operation)
  }

  function join(operation: Watched): void {
    const { name, claims } = operation
    running.set(operation, { name, claims, startedAt: now(), endedAt: Infinity, exceeded: [] })
  }

  async function end(operation: Watched, quick: boolean): Promise<Testimony> {
    const { name } = operation
    const isChecked = isSeen(operation) && !quick
    const run = running.get(operation)!
    run.endedAt = now()
    const notes = isChecked && !isTooLarge ? await settleShared() : []
    const { exceeded } = run
    running.delete(operation)
    if (isChecked && isTooLarge) return { ...fine, notes: [unchecked(name)] }
    if (exceeded.length === 0) return { ...fine, notes }
    const { diagnostic } = claimExceeded(name, `changed ${quoted(exceeded)}`, 'it stays on the disk')
    return { exceeded, notes: [...notes, { ...diagnostic, severity: 'warning' }] }
  }

  async function flush({ claims: { regions, changes } }: Watched): Promise<void> {
    const paths = footprint ? workspace.diff().map(({ path }) => path) : []
    await workspace.flush([...regions.reads, ...changes], changes)
    if (footprint) retrace(footprint, folder!, paths)
  }

  return {
    flush: (operation) => inOrder(() => flush(operation)),
    begin: (operation) => inOrder(() => begin(operation)),
    join: (operation) => inOrder(() => join(operation)),
    end,
  }
}

function note(untold: Map<string, Path[]>, names: string, path: Path): void {
  const paths = untold.get(names)
  if (paths) paths.push(path)
  else untold.set(names, [path])
}

function untoldBy(names: string, paths: readonly Path[]): Diagnostic {
  return {
    code: 'CLAIM_EXCEEDED',
    severity: 'warning',
    message: `${quoted(paths)} changed while ${names} ran, and none of them had claimed it; which of them did it cannot be told.`,
    hint: 'Run with --serial to see which, and add the path to its claims.',
  }
}

function unchecked(name: string): Diagnostic {
  return {
    code: 'CLAIMS_UNCHECKED',
    severity: 'info',
    message: `Whether "${name}" changed only what it claimed was not looked at: the project has too many files.`,
    hint: 'Run it with the isolation "overlay", which knows without looking.',
  }
}
