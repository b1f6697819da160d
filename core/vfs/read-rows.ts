import { HeddleError } from '../base/diagnostic.ts'
import type { Looked, SyncFiles, UseRead } from './file-system.ts'
import type { Gate } from './gate.ts'
import { parentOf, type Path } from './path.ts'
import { endOfFolder, prefixOf } from './read-each.ts'

/** What is read of one path, or why it cannot be; other errors are thrown. */
export function readOne(sync: Pick<SyncFiles, 'read' | 'look'>, path: Path): Looked | HeddleError {
  try {
    return sync.look?.(path) ?? { bytes: sync.read(path), isYoung: false }
  } catch (thrown) {
    if (thrown instanceof HeddleError) return thrown
    throw thrown
  }
}

/** `readEach` for files that have none: one by one. */
export function readOneByOne(sync: SyncFiles, paths: readonly Path[], use: UseRead): number {
  const end = paths.findIndex((path, index) => !use(readOne(sync, path), index))
  return end < 0 ? paths.length : end + 1
}

/** Whose paths are of two sorts: those that other files read in rows, and those that want a look of their own. */
export interface MixedRows {
  isPlain(path: Path): boolean
  readRow(paths: readonly Path[], use: UseRead): number
  alone(path: Path): Looked | HeddleError
}

/** `readEach` in rows as long as the plain paths follow each other. */
export function readMixed(paths: readonly Path[], rows: MixedRows, use: UseRead): number {
  let ended = false
  for (let told = 0; told < paths.length;) {
    const from = told
    const goOn: UseRead = (found, index) => {
      ended = !use(found, from + index)
      return !ended
    }
    const end = endOfPlain(paths, from, rows)
    told += end === from ? 1 : rows.readRow(rowOf(paths, from, end), goOn)
    if (end === from) goOn(rows.alone(paths[from]!), 0)
    if (ended) return told
  }
  return paths.length
}

function endOfPlain(paths: readonly Path[], from: number, { isPlain }: MixedRows): number {
  let end = from
  while (end < paths.length && isPlain(paths[end]!)) end++
  return end
}

function rowOf(paths: readonly Path[], from: number, end: number): readonly Path[] {
  return from === 0 && end === paths.length ? paths : paths.slice(from, end)
}

/** True when every path passes as it is written; asked folder by folder, which is cheaper than path by path. */
export function passAsWritten(paths: readonly Path[], admitting: Gate['admitting']): boolean {
  for (let from = 0; from < paths.length;) {
    const folder = parentOf(paths[from]!)
    const start = prefixOf(folder).length
    const admits = admitting(folder)
    const end = endOfFolder(paths, from)
    for (; from < end; from++) if (!admits(paths[from]!.slice(start))) return false
  }
  return true
}
