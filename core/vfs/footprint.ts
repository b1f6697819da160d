import { lstatSync, readdirSync, type Dirent } from 'node:fs'
import { join } from 'node:path'
import { compareText } from '../base/diagnostic.ts'
import type { Files } from './file-system.ts'
import { type IgnoreRules, ignoreRulesOf } from './ignored.ts'
import { childOf, isWithin, parentOf, type Path, rootPath } from './path.ts'

/** What is in a folder of the machine at one moment, by stamps that change with what they stand for. */
export type Footprint = Map<Path, Trace>

/** A file or link, or a folder. */
export interface Trace {
  readonly stamp: string
  /** Milliseconds since 1970 of the last change of anything about it. */
  readonly changed: number
}

/** One path where two footprints differ. */
export interface Step {
  readonly path: Path
  readonly isGone: boolean
  /** Milliseconds since 1970: when it was changed, or, for what is gone, when its folder was last changed. */
  readonly at: number
}

export interface FootprintOptions {
  /** The absolute folder of the project. */
  readonly folder: string
  /** The same, for the rules of git about what is ignored. */
  readonly files: Files
}

/** More is not looked at: a look would take longer than the programs. */
const mostEntries = 20_000
const ownState = '.heddle/state' as Path

/** What is in the folder, without what git ignores; undefined when that is too much to look at. About 4 µs for each file. */
export async function takeFootprint({ folder, files }: FootprintOptions): Promise<Footprint | undefined> {
  const found: Footprint = new Map([[rootPath, traceAt(folder)!]])
  const open: { path: Path; rules: IgnoreRules }[] = [
    { path: rootPath, rules: await ignoreRulesOf(files, rootPath) },
  ]
  for (let next = open.pop(); next; next = open.pop()) {
    const { path: above, rules } = next
    for (const entry of entriesOf(join(folder, above))) {
      const path = childOf(above, entry.name)
      if (rules.ignores(path, entry.isDirectory()) || isWithin(path, ownState)) continue
      const trace = traceAt(join(folder, path))
      // The folder around our own state comes into being with it.
      if (trace && !isWithin(ownState, path)) found.set(path, trace)
      if (entry.isDirectory()) open.push({ path, rules: await rules.enter(path) })
    }
    if (found.size > mostEntries) return undefined
  }
  return found
}

/** Sets what is now at these paths, and at the folders on the way to them. */
export function retrace(footprint: Footprint, folder: string, paths: Iterable<Path>): void {
  const done = new Set<Path>()
  for (const path of paths) {
    for (let at = path; at !== rootPath && !done.has(at); at = parentOf(at)) {
      done.add(at)
      const trace = traceAt(join(folder, at))
      if (trace) footprint.set(at, trace)
      else footprint.delete(at)
    }
  }
}

/** Where they differ, sorted by path. */
export function compareFootprints(before: Footprint, after: Footprint): readonly Step[] {
  const steps: Step[] = []
  for (const [path, { stamp, changed }] of after) {
    if (before.get(path)?.stamp !== stamp) steps.push({ path, isGone: false, at: changed })
  }
  for (const path of before.keys()) {
    if (!after.has(path)) steps.push({ path, isGone: true, at: lastChangeAbove(after, path) })
  }
  return steps.sort((a, b) => compareText(a.path, b.path))
}

function lastChangeAbove(after: Footprint, path: Path): number {
  for (let at = parentOf(path); ; at = parentOf(at)) {
    const folder = after.get(at)
    if (folder) return folder.changed
    if (at === rootPath) return Infinity
  }
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch {
    return []
  }
}

/** A folder is known by its name alone: what is in it speaks for itself. */
function traceAt(place: string): Trace | undefined {
  try {
    const found = lstatSync(place, { throwIfNoEntry: false })
    if (!found) return undefined
    const stamp = found.isDirectory() ? 'folder' : `${found.ino}:${found.size}:${found.ctimeMs}`
    return { stamp, changed: found.ctimeMs }
  } catch {
    return undefined
  }
}
