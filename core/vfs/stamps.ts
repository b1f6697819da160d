import { lstatSync } from 'node:fs'
import type { Stamp } from './file-system.ts'
import { createGround } from './ground.ts'
import { parentOf, type Path } from './path.ts'
import { endOfFolder, type HeldFolder, prefixOf } from './read-each.ts'
import { stampOf } from './stamp.ts'

/** How names are asked for: by the place of their folder, or through a handle on it. */
export interface StampWays {
  /** Where a path is on the machine when none of its folders is a link. */
  locate(path: Path): string
  /** True for folders that pass the gate as they are written. */
  passes(folder: Path): boolean
  admitting(folder: Path): (name: string) => boolean
  /** Runs `use` while the folder is held; false when it cannot be held, or is refused. */
  within(folder: Path, use: (held: HeldFolder) => void): boolean
  /** The time of the machine, in milliseconds. */
  readonly now: number
}

interface Batch {
  readonly folder: Path
  readonly from: number
  readonly end: number
}

/**
 * The stamps of names. To ask through a handle takes twice as long as by name, so names are asked for by their places where
 * it can be shown afterwards that the places led where they should; what was learnt of other folders is forgotten, and they
 * are held and asked again.
 */
export function stampsOf(paths: readonly Path[], ways: StampWays): readonly (Stamp | undefined)[] {
  const stamps: (Stamp | undefined)[] = paths.map(() => undefined)
  const ground = createGround(ways.locate, ways.now)
  const held: Batch[] = []
  const named: Batch[] = []
  for (const batch of batchesOf(paths)) {
    const isFirm = ways.passes(batch.folder) && ground.isFirm(batch.folder)
    ;(isFirm ? named : held).push(batch)
  }
  for (const batch of named) {
    const { folder } = batch
    ask(batch, { at: `${ways.locate(folder)}/`, admits: ways.admitting(folder) })
  }
  for (const batch of named) {
    if (ground.hasStayed(batch.folder)) continue
    stamps.fill(undefined, batch.from, batch.end)
    held.push(batch)
  }
  for (const batch of held) ways.within(batch.folder, (folder) => ask(batch, folder))
  return stamps

  function ask({ folder, from, end }: Batch, { at, admits }: HeldFolder): void {
    const start = prefixOf(folder).length
    for (let index = from; index < end; index++) {
      const name = paths[index]!.slice(start)
      if (admits(name)) stamps[index] = stampAt(at + name)
    }
  }
}

function batchesOf(paths: readonly Path[]): Batch[] {
  const batches: Batch[] = []
  for (let from = 0; from < paths.length;) {
    const end = endOfFolder(paths, from)
    batches.push({ folder: parentOf(paths[from]!), from, end })
    from = end
  }
  return batches
}

const quietly = { throwIfNoEntry: false } as const

function stampAt(place: string): Stamp | undefined {
  try {
    const stat = lstatSync(place, quietly)
    if (!stat) return undefined
    return stampOf(stat)
  } catch {
    return undefined
  }
}
