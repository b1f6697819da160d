import { HeddleError } from '../base/diagnostic.ts'
import { digest } from '../base/key.ts'
import type { Library } from '../load/library.ts'
import type { Module } from '../module/module.ts'
import type { Layer } from '../resolve/layers.ts'
import type { Files } from '../vfs/file-system.ts'
import type { Gate } from '../vfs/gate.ts'
import type { Path } from '../vfs/path.ts'
import type { Workspace } from '../vfs/workspace.ts'
import { readSource, type SourceText } from './edit.ts'

/** What mending works on. */
export interface MendParts {
  /** The project first. */
  readonly layers: readonly Layer[]
  readonly library: Library
  /** The absolute folder of the project; null when it is not on a disk. */
  readonly folder: string | null
  readonly gate: Gate
  /** A workspace over the project; what an earlier commit left half done is undone first when it `writes`. */
  openWorkspace(writes: boolean): Promise<Workspace>
  /** A library over other layers; no plugin is told what it loads. */
  openLibrary(layers: readonly Layer[]): Library
  /** The layer of the project over other files, of which listings show `listed`. */
  openProject(files: Files, listed: readonly Path[]): Promise<Layer>
  /** True for paths whose text a plugin gives. */
  isVirtual(path: Path): boolean
}

/**
 * The text of a module, which now stands at `path` of the files; undefined when it is not in a file. Rejects with `CONFLICT`
 * when the file is no longer the one that was loaded.
 */
export async function readModule(
  { module, path }: { readonly module: Module; readonly path: Path },
  files: Files,
  parts: MendParts,
): Promise<SourceText | undefined> {
  if (module.digest === '' || parts.isVirtual(module.path)) return undefined
  const bytes = await files.read(path)
  if (digest(bytes) !== module.digest) throw changed(module)
  const source = readSource(bytes, module.id)
  return source.ok ? source.value : undefined
}

function changed({ id }: Module): HeddleError {
  return new HeddleError({
    code: 'CONFLICT',
    severity: 'error',
    message: `"${id}" was changed since it was read. Nothing was written.`,
    hint: 'Run it again.',
    at: { path: id, line: 1, column: 1 },
  })
}
