import { compareText, HeddleError } from '../base/diagnostic.ts'
import type { Entry, Files, FileStat, WritableFiles } from './file-system.ts'
import type { Gate } from './gate.ts'
import { createGate } from './gate.ts'
import { isWritable } from './layer.ts'
import type { Path } from './path.ts'
import { isWithin, rootPath } from './path.ts'
import { notAFile, notFound, readOnly } from './refusals.ts'
import type { Steps } from './steps.ts'
import { askList, askRead, askStat, run, runNow } from './steps.ts'

export interface MountOptions {
  readonly label?: string
  readonly gate?: Gate
}

/** Writable when all that is mounted is. */
export type Mounted<M extends Readonly<Record<string, Files>>> = M[keyof M] extends WritableFiles
  ? WritableFiles
  : Files

/**
 * File systems hung up at paths of one: the longest mount that holds a path answers, `''` holds the rest. What is mounted
 * hides what was there. Changes where the mounted files cannot change reject with `READ_ONLY`.
 */
export function mountFiles<M extends Readonly<Record<string, Files>>>(
  mounts: M,
  options: MountOptions = {},
): Mounted<M> {
  const { label = '', gate = createGate() } = options
  const places = Object.entries(mounts)
    .map(([text, files]) => ({ at: gate.require(text), files }))
    .sort((a, b) => b.at.length - a.at.length)
  if (new Set(places.map(({ at }) => at)).size < places.length) throw twice()

  function locate(path: Path): { files: Files; path: Path } | undefined {
    const place = places.find(({ at }) => isWithin(path, at))
    if (!place) return undefined
    const rest = place.at === '' ? path : path.slice(place.at.length + 1)
    return { files: place.files, path: rest as Path }
  }

  /** Names that exist in a folder only because something is mounted there or below. */
  function mountedNames(folder: Path): string[] {
    const start = folder === '' ? 0 : folder.length + 1
    const below = places.filter(({ at }) => at !== folder && isWithin(at, folder))
    return below.map(({ at }) => at.slice(start).split('/')[0]!)
  }

  function* stat(path: Path): Steps<FileStat | undefined> {
    const place = locate(path)
    const found = place && (yield* askStat(place.files, place.path))
    const isFolder = path === rootPath || mountedNames(path).length > 0
    return isFolder && found?.type !== 'directory' ? { type: 'directory', size: 0, modified: 0 } : found
  }

  function* list(path: Path): Steps<readonly Entry[] | undefined> {
    const place = locate(path)
    const names = mountedNames(path)
    const isVirtual = path === rootPath || names.length > 0
    const found = place && (yield* askStat(place.files, place.path))
    if (!isVirtual) return place && (yield* askList(place.files, place.path))
    const below = found?.type === 'directory' ? yield* askList(place!.files, place!.path) : []
    const merged = new Map((below ?? []).map((entry) => [entry.name, entry]))
    for (const name of names) merged.set(name, { name, type: 'directory' })
    return [...merged.values()].sort((a, b) => compareText(a.name, b.name))
  }

  function* read(path: Path): Steps<Uint8Array> {
    const place = locate(path)
    if (path === rootPath || mountedNames(path).length > 0) throw notAFile(label, path, 'a folder')
    if (!place) throw notFound(label, path)
    return yield* askRead(place.files, place.path)
  }

  function* checked<T>(path: Path, steps: (path: Path) => Steps<T>): Steps<T> {
    return yield* steps(gate.require(path))
  }

  function writable(path: Path): { files: WritableFiles; path: Path } {
    const place = locate(path)
    if (!place || !isWritable(place.files)) throw readOnly(label, path)
    return { files: place.files, path: place.path }
  }

  const reading: Files = {
    label,
    stat: (path) => run(checked(path, stat)),
    list: (path) => run(checked(path, list)),
    read: (path) => run(checked(path, read)),
    ...(places.every(({ files }) => files.sync) && {
      sync: {
        stat: (path: Path) => runNow(stat(gate.require(path))),
        list: (path: Path) => runNow(list(gate.require(path))),
        read: (path: Path) => runNow(read(gate.require(path))),
      },
    }),
  }
  const writing: Omit<WritableFiles, keyof Files> = {
    async write(text, content) {
      const path = gate.require(text)
      if (mountedNames(path).length > 0) throw notAFile(label, path, 'a folder')
      const place = writable(path)
      await place.files.write(place.path, content)
    },
    async remove(text) {
      const path = gate.require(text)
      if (mountedNames(path).length > 0) throw readOnly(label, path)
      const place = writable(path)
      await place.files.remove(place.path)
    },
    async makeFolder(text) {
      const path = gate.require(text)
      if ((await run(stat(path)))?.type === 'directory') return
      const place = writable(path)
      await place.files.makeFolder(place.path)
    },
  }
  const anyWritable = places.some(({ files }) => isWritable(files))
  return (anyWritable ? { ...reading, ...writing } : reading) as Mounted<M>
}

function twice(): HeddleError {
  const message = 'Two file systems are mounted at the same path.'
  return new HeddleError({
    code: 'MOUNT_TWICE',
    severity: 'error',
    message,
    hint: 'Mount each at a path of its own.',
  })
}
