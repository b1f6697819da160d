import type { HeddleError } from '../base/diagnostic.ts'
import type { UseRead, WritableFiles } from '../vfs/file-system.ts'
import { parsePath } from '../vfs/gate.ts'
import { nameOf, parentOf, type Path } from '../vfs/path.ts'
import { readMixed, readOne, readOneByOne } from '../vfs/read-rows.ts'
import type { Access, CompiledClaims } from './claims.ts'
import { claimExceeded } from './excess.ts'

/** Files that refuse what was not claimed, before it is looked at: what must not be known cannot change an outcome. */
export interface GuardedFiles {
  readonly files: WritableFiles
  /** The first refusal; it stands even when the operation goes on without what it was refused. */
  readonly refused: HeddleError | undefined
}

const verbs = { read: 'reads', list: 'lists', write: 'writes', remove: 'removes' } as const

/** Guards the files of the operation `name` by its claims. */
export function guardFiles(files: WritableFiles, claims: CompiledClaims, name: string): GuardedFiles {
  let refused: HeddleError | undefined

  /** What is no path at all is left to the files to refuse. */
  function check(access: Access, text: Path): void {
    const path = parsePath(text)
    if (!path.ok || claims.allow(access, path.value)) return
    const error = claimExceeded(name, `${verbs[access]} "${path.value}"`)
    refused ??= error
    throw error
  }

  const { sync } = files
  const readRow = (paths: readonly Path[], use: UseRead): number =>
    sync!.readEach ? sync!.readEach(paths, use) : readOneByOne(sync!, paths, use)
  const guarded: WritableFiles = {
    label: files.label,
    async stat(path) {
      check('read', path)
      return files.stat(path)
    },
    async list(path) {
      check('list', path)
      return files.list(path)
    },
    async read(path) {
      check('read', path)
      return files.read(path)
    },
    async write(path, content) {
      check('write', path)
      return files.write(path, content)
    },
    async remove(path) {
      check('remove', path)
      return files.remove(path)
    },
    async makeFolder(path) {
      check('write', path)
      return files.makeFolder(path)
    },
    ...(sync && {
      sync: {
        stat(path) {
          check('read', path)
          return sync.stat(path)
        },
        list(path) {
          check('list', path)
          return sync.list(path)
        },
        read(path) {
          check('read', path)
          return sync.read(path)
        },
        readEach(paths, use) {
          const rows = {
            isPlain: isClaimed(claims),
            readRow,
            alone: (path: Path) => readOne(guarded.sync!, path),
          }
          return readMixed(paths, rows, use)
        },
      },
    }),
  }
  return {
    files: guarded,
    get refused() {
      return refused
    },
  }
}

/** Says whether a read was claimed with the folder of the path: what is below a claimed path is claimed with it. */
function isClaimed(claims: CompiledClaims): (path: Path) => boolean {
  let known: Path | undefined
  let isCovered = false
  return (path) => {
    const folder = parentOf(path)
    if (folder !== known) {
      const parsed = parsePath(folder)
      isCovered = parsed.ok && parsed.value === folder && claims.allow('read', folder)
      known = folder
    }
    return isCovered && !climbs.has(nameOf(path))
  }
}

/** Names that lead elsewhere than into their folder. */
const climbs = new Set(['', '.', '..'])
