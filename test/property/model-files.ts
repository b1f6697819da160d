import { compareText } from '../../core/base/diagnostic.ts'
import type { Entry, WritableFiles } from '../../core/vfs/file-system.ts'
import type { Path } from '../../core/vfs/path.ts'
import { notAFile, notAFolder, notFound, rootStays } from '../../core/vfs/refusals.ts'
import { apply, foldersOf, type Model } from './file-model.ts'

/** The model that holds these files, whose bytes stand in it as Latin-1. */
export function modelOf(files: Readonly<Record<string, string>>): Model {
  const model: Model = new Map()
  for (const [path, text] of Object.entries(files)) {
    for (const folder of foldersOf(path)) model.set(folder, null)
    model.set(path, Buffer.from(text).toString('latin1'))
  }
  return model
}

/** Files that are a plain Map, and refuse what files refuse. */
export function modelFiles(model: Model): WritableFiles {
  const isFolder = (path: string): boolean => path === '' || model.get(path) === null

  function change(does: 'write' | 'remove' | 'makeFolder', path: Path, text = ''): void {
    if (path === '' && does === 'remove') throw rootStays()
    if (path === '') {
      if (does === 'write') throw notAFile('', path, 'a folder')
      return
    }
    const refused = apply(model, { does, path, text })
    if (refused === '! NOT_A_FILE') throw notAFile('', path, 'a folder')
    if (refused === '! NOT_A_FOLDER') throw notAFolder('', firstFile(path))
  }

  /** The file that stands where a folder would have to be. */
  function firstFile(path: Path): Path {
    return [...foldersOf(path), path].find((each) => typeof model.get(each) === 'string') as Path
  }

  return {
    label: '',
    async stat(path) {
      const found = path === '' ? null : model.get(path)
      return found === undefined
        ? undefined
        : { type: found === null ? 'directory' : 'file', size: found?.length ?? 0, modified: 0 }
    },
    async list(path) {
      if (typeof model.get(path) === 'string') throw notAFolder('', path)
      if (!isFolder(path)) return undefined
      const entries: Entry[] = []
      for (const [each, text] of model) {
        const name = each.slice(each.lastIndexOf('/') + 1)
        const parent = each.slice(0, Math.max(0, each.length - name.length - 1))
        if (parent === path) entries.push({ name, type: text === null ? 'directory' : 'file' })
      }
      return entries.sort((a, b) => compareText(a.name, b.name))
    },
    async read(path) {
      const found = model.get(path)
      if (typeof found === 'string') return new Uint8Array(Buffer.from(found, 'latin1'))
      throw isFolder(path) ? notAFile('', path, 'a folder') : notFound('', path)
    },
    async write(path, content) {
      change('write', path, Buffer.from(content as Uint8Array).toString('latin1'))
    },
    async remove(path) {
      change('remove', path)
    },
    async makeFolder(path) {
      change('makeFolder', path)
    },
  }
}
