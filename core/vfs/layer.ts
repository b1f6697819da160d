import { compareText } from '../base/diagnostic.ts'
import { toBytes } from './bytes.ts'
import type { Entry, Files, FileStat, SyncFiles, WritableFiles } from './file-system.ts'
import type { Gate } from './gate.ts'
import { createGate } from './gate.ts'
import type { Path } from './path.ts'
import { parentOf, rootPath } from './path.ts'
import { notAFile, notAFolder, notFound, readOnly, rootStays } from './refusals.ts'
import type { Steps } from './steps.ts'
import { askList, askRead, askStat, run, runNow } from './steps.ts'

/** Writable when the first layer is. */
export type Layered<First extends Files> = First extends WritableFiles ? WritableFiles : Files

/**
 * Several file systems as one: the first layer that has a path wins, listings are merged, writes go to the first.
 * Removing what a lower layer has rejects with `READ_ONLY`, since it would come to light again.
 */
export function layerFiles<First extends Files>(first: First, ...below: readonly Files[]): Layered<First> {
  return createLayers([first, ...below], createGate()) as Layered<First>
}

/** `layerFiles` with a gate of one's own; has `write`, `remove` and `makeFolder` only when the first layer has. */
export function createLayers(layers: readonly [Files, ...Files[]], gate: Gate): Files | WritableFiles {
  const label = layers[0].label

  function* find(path: Path): Steps<{ stat: FileStat; files: Files } | undefined> {
    for (const files of layers) {
      const stat = yield* askStat(files, path)
      if (stat) return { stat, files }
      if (yield* isBlocked(files, path)) return undefined
    }
    return undefined
  }

  function* stat(path: Path): Steps<FileStat | undefined> {
    return (yield* find(path))?.stat
  }

  function* list(path: Path): Steps<readonly Entry[] | undefined> {
    const merged = new Map<string, Entry>()
    let exists = false
    for (const files of layers) {
      const type = (yield* askStat(files, path))?.type
      if (type !== undefined && type !== 'directory') {
        if (exists) break
        throw notAFolder(files.label, path)
      }
      if (type === undefined && (yield* isBlocked(files, path))) break
      for (const entry of type ? ((yield* askList(files, path)) ?? []) : []) {
        if (!merged.has(entry.name)) merged.set(entry.name, entry)
      }
      exists ||= type === 'directory'
    }
    return exists ? [...merged.values()].sort((a, b) => compareText(a.name, b.name)) : undefined
  }

  function* read(path: Path): Steps<Uint8Array> {
    const found = yield* find(path)
    if (!found) throw notFound(label, path)
    return yield* askRead(found.files, path)
  }

  /** `find` without steps, which would take longer than the answers. */
  function findNow(path: Path): { stat: FileStat; sync: SyncFiles } | undefined {
    for (const files of layers) {
      const sync = files.sync!
      const stat = sync.stat(path)
      if (stat) return { stat, sync }
      if (isBlockedNow(sync, path)) return undefined
    }
    return undefined
  }

  const reading: Files = {
    label,
    stat: (path) => run(checked(path, stat)),
    list: (path) => run(checked(path, list)),
    read: (path) => run(checked(path, read)),
    ...(layers.every((files) => files.sync) && {
      sync: {
        stat: (path: Path) => findNow(gate.require(path))?.stat,
        list: (path: Path) => runNow(list(gate.require(path))),
        read(path: Path) {
          const found = findNow(gate.require(path))
          if (!found) throw notFound(label, path)
          return found.sync.read(path)
        },
      },
    }),
  }
  const [top, ...lower] = layers
  return isWritable(top) ? { ...reading, ...writing(top, lower) } : reading

  function* checked<T>(path: Path, steps: (path: Path) => Steps<T>): Steps<T> {
    return yield* steps(gate.require(path))
  }

  function writing(top: WritableFiles, lower: readonly Files[]): Omit<WritableFiles, keyof Files> {
    async function requireFolders(path: Path): Promise<void> {
      for (let at = path; at !== ''; at = parentOf(at)) {
        const found = await run(stat(at))
        if (found && found.type !== 'directory') throw notAFolder(label, at)
      }
    }
    return {
      async write(text, content) {
        const path = gate.require(text)
        const bytes = toBytes(content)
        await requireFolders(parentOf(path))
        if ((await run(stat(path)))?.type === 'directory') throw notAFile(label, path, 'a folder')
        await top.write(path, bytes)
      },
      async remove(text) {
        const path = gate.require(text)
        if (path === rootPath) throw rootStays()
        for (const files of lower) if (await files.stat(path)) throw readOnly(files.label, path)
        await top.remove(path)
      },
      async makeFolder(text) {
        const path = gate.require(text)
        await requireFolders(path)
        if (!(await run(stat(path)))) await top.makeFolder(path)
      },
    }
  }
}

/** True when the files can be changed. */
export function isWritable(files: Files): files is WritableFiles {
  return 'write' in files && 'remove' in files && 'makeFolder' in files
}

function isBlockedNow(sync: SyncFiles, path: Path): boolean {
  for (let at = parentOf(path); at !== ''; at = parentOf(at)) {
    const found = sync.stat(at)
    if (found) return found.type !== 'directory'
  }
  return false
}

/** True when something that is no folder stands in the way to `path`: then lower layers do not show through. */
function* isBlocked(files: Files, path: Path): Steps<boolean> {
  for (let at = parentOf(path); at !== ''; at = parentOf(at)) {
    const found = yield* askStat(files, at)
    if (found) return found.type !== 'directory'
  }
  return false
}
