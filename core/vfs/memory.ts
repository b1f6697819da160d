import { Volume } from 'memfs'
import { compareText, HeddleError } from '../base/diagnostic.ts'
import type { Entry, FileStat, Looked, Stamp, SyncFiles, WritableFiles } from './file-system.ts'
import type { Gate } from './gate.ts'
import { createGate } from './gate.ts'
import type { Path } from './path.ts'
import { isWithin, parentOf } from './path.ts'
import { notAFile, notAFolder, notFound, rootStays } from './refusals.ts'

export interface MemoryOptions {
  readonly label?: string
  readonly gate?: Gate
}

/** Files in memory, that answer at once. */
export interface MemoryFiles extends WritableFiles {
  readonly sync: SyncFiles
}

/** Files that live in memory, filled with `initial` (path to text or bytes); contents are copied in and out. */
export function memoryFiles(
  initial: Readonly<Record<string, string | Uint8Array>> = {},
  options: MemoryOptions = {},
): MemoryFiles {
  const { label = '', gate = createGate() } = options
  const volume = new Volume()
  volume.mkdirSync('/', { recursive: true })
  /** How many writes there had been when a file was last written: times may be the same for two of them. */
  const versions = new Map<Path, number>()
  /** All that is there but the root. */
  const known = new Set<Path>()
  let writes = 0

  function stat(path: Path): FileStat | undefined {
    const found = volume.statSync(`/${path}`, { throwIfNoEntry: false })
    if (!found) return undefined
    const type = found.isDirectory() ? 'directory' : 'file'
    return { type, size: type === 'file' ? found.size : 0, modified: found.mtimeMs }
  }

  /** memfs reports a path below a file as an error of its own kind, and takes long to say that nothing is there. */
  function find(path: Path): FileStat | undefined {
    return path === '' || known.has(path) ? stat(path) : undefined
  }

  function list(path: Path): readonly Entry[] | undefined {
    const found = find(path)
    if (!found) return undefined
    if (found.type !== 'directory') throw notAFolder(label, path)
    const names = volume.readdirSync(`/${path}`) as string[]
    return names
      .map((name) => ({ name, type: stat((path === '' ? name : `${path}/${name}`) as Path)!.type }))
      .sort((a, b) => compareText(a.name, b.name))
  }

  function read(path: Path): Uint8Array {
    const found = find(path)
    if (!found) throw notFound(label, path)
    if (found.type !== 'file') throw notAFile(label, path, 'a folder')
    return new Uint8Array(volume.readFileSync(`/${path}`) as Buffer)
  }

  function makeFolder(path: Path): void {
    const found = find(path)
    if (found?.type === 'file') throw notAFolder(label, path)
    if (found) return
    makeFolder(parentOf(path))
    volume.mkdirSync(`/${path}`)
    known.add(path)
  }

  function write(path: Path, content: string | Uint8Array): void {
    if (find(path)?.type === 'directory') throw notAFile(label, path, 'a folder')
    makeFolder(parentOf(path))
    volume.writeFileSync(`/${path}`, Buffer.from(content as Uint8Array))
    versions.set(path, ++writes)
    known.add(path)
  }

  function stampOf(text: Path): Stamp | undefined {
    const checked = gate.check(text)
    const found = checked.ok ? find(checked.value) : undefined
    if (!checked.ok || !found || checked.value === '') return undefined
    const version = versions.get(checked.value) ?? 0
    return { type: found.type, size: found.size, modified: version, changed: version, inode: 0 }
  }

  function look(path: Path): Looked | HeddleError {
    try {
      return { bytes: sync.read(path), isYoung: false }
    } catch (thrown) {
      if (thrown instanceof HeddleError) return thrown
      throw thrown
    }
  }

  function remove(path: Path): void {
    if (path === '') throw rootStays()
    if (!find(path)) return
    volume.rmSync(`/${path}`, { recursive: true, force: true })
    for (const each of known) {
      if (!isWithin(each, path)) continue
      known.delete(each)
      versions.delete(each)
    }
  }

  const sync: SyncFiles = {
    stat: (path) => find(gate.require(path)),
    list: (path) => list(gate.require(path)),
    read: (path) => read(gate.require(path)),
    readEach(paths, use) {
      const end = paths.findIndex((path, index) => !use(look(path), index))
      return end < 0 ? paths.length : end + 1
    },
    stamps: (paths) => paths.map(stampOf),
  }
  for (const [path, content] of Object.entries(initial)) write(gate.require(path), content)

  return {
    label,
    sync,
    stat: async (path) => sync.stat(path),
    list: async (path) => sync.list(path),
    read: async (path) => sync.read(path),
    write: async (path, content) => write(gate.require(path), content),
    remove: async (path) => remove(gate.require(path)),
    makeFolder: async (path) => makeFolder(gate.require(path)),
  }
}
