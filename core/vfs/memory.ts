import { Volume } from 'memfs'
import { compareText } from '../base/diagnostic.ts'
import type { Entry, FileStat, SyncFiles, WritableFiles } from './file-system.ts'
import type { Gate } from './gate.ts'
import { createGate } from './gate.ts'
import type { Path } from './path.ts'
import { parentOf } from './path.ts'
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

  function stat(path: Path): FileStat | undefined {
    const found = volume.statSync(`/${path}`, { throwIfNoEntry: false })
    if (!found) return undefined
    const type = found.isDirectory() ? 'directory' : 'file'
    return { type, size: type === 'file' ? found.size : 0, modified: found.mtimeMs }
  }

  /** memfs reports a path below a file as an error of its own kind, so the way down is looked at first. */
  function find(path: Path): FileStat | undefined {
    if (path !== '' && find(parentOf(path))?.type !== 'directory') return undefined
    return stat(path)
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
  }

  function write(path: Path, content: string | Uint8Array): void {
    if (find(path)?.type === 'directory') throw notAFile(label, path, 'a folder')
    makeFolder(parentOf(path))
    volume.writeFileSync(`/${path}`, Buffer.from(content as Uint8Array))
  }

  function remove(path: Path): void {
    if (path === '') throw rootStays()
    if (find(path)) volume.rmSync(`/${path}`, { recursive: true, force: true })
  }

  const sync: SyncFiles = {
    stat: (path) => find(gate.require(path)),
    list: (path) => list(gate.require(path)),
    read: (path) => read(gate.require(path)),
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
