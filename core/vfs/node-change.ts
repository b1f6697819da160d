import type { WritableFiles } from './file-system.ts'
import { type Given, pathOf, textOf } from './node-call.ts'
import { type NodeCall, nodeError, toNodeError } from './node-shapes.ts'
import { parentOf, type Path, rootPath } from './path.ts'
import { renamePath } from './rename.ts'

/** The calls that change something. */
export interface Changes {
  writeFile(path: Given, content: string | Uint8Array): Promise<void>
  mkdir(path: Given, options?: { readonly recursive?: boolean | undefined }): Promise<void>
  rm(
    path: Given,
    options?: { readonly recursive?: boolean | undefined; readonly force?: boolean | undefined },
  ): Promise<void>
  unlink(path: Given): Promise<void>
  rmdir(path: Given): Promise<void>
  rename(from: Given, to: Given): Promise<void>
  copyFile(from: Given, to: Given): Promise<void>
}

/** The calls that change something, over files that seem to be at an absolute `root`. */
export function changing(files: WritableFiles, root: string): Changes {
  async function change(
    given: Given,
    syscall: string,
    make: (path: Path, call: NodeCall) => Promise<void>,
  ): Promise<void> {
    const call = { syscall, path: textOf(given) }
    try {
      await make(pathOf(given, root, call), call)
    } catch (thrown) {
      throw toNodeError(thrown, call)
    }
  }

  /** Files make folders on the way by themselves; who does not ask for that relies on an error. */
  async function requireFolder(path: Path, call: NodeCall): Promise<void> {
    const type = path === rootPath ? 'directory' : (await files.stat(path))?.type
    if (type !== 'directory') throw nodeError(type === undefined ? 'ENOENT' : 'ENOTDIR', call)
  }

  async function remove(
    path: Path,
    call: NodeCall,
    may: { readonly recursive?: boolean; readonly force?: boolean },
  ): Promise<void> {
    const type = (await files.stat(path))?.type
    if (type === undefined && !may.force) throw nodeError('ENOENT', call)
    if (type === 'directory' && !may.recursive) throw nodeError('EISDIR', call)
    await files.remove(path)
  }

  return {
    writeFile: async (given, content) =>
      change(given, 'open', async (path, call) => {
        await requireFolder(parentOf(path), call)
        await files.write(path, content)
      }),
    mkdir: async (given, options) =>
      change(given, 'mkdir', async (path, call) => {
        if (!options?.recursive) {
          await requireFolder(parentOf(path), call)
          if (await files.stat(path)) throw nodeError('EEXIST', call)
        }
        await files.makeFolder(path)
      }),
    rm: async (given, options = {}) =>
      change(given, 'rm', async (path, call) =>
        remove(path, call, { recursive: options.recursive === true, force: options.force === true }),
      ),
    unlink: async (given) => change(given, 'unlink', async (path, call) => remove(path, call, {})),
    rmdir: async (given) =>
      change(given, 'rmdir', async (path, call) => {
        await requireFolder(path, call)
        if (((await files.list(path)) ?? []).length > 0) throw nodeError('ENOTEMPTY', call)
        await files.remove(path)
      }),
    rename: async (from, to) =>
      change(from, 'rename', async (path, call) => {
        const target = pathOf(to, root, call)
        await requireFolder(parentOf(target), call)
        await renamePath(files, path, target)
      }),
    copyFile: async (from, to) =>
      change(from, 'copyfile', async (path, call) => {
        const target = pathOf(to, root, call)
        await requireFolder(parentOf(target), call)
        await files.write(target, await files.read(path))
      }),
  }
}
