import { resolve } from 'node:path'
import { type Diagnostic, fail, toDiagnostic } from '../base/diagnostic.ts'
import type { Layer } from '../resolve/layers.ts'
import type { Files } from '../vfs/file-system.ts'
import { packageFiles, readManifestOf } from '../vfs/package.ts'
import { rootPath } from '../vfs/path.ts'
import { readTree } from '../vfs/tree.ts'
import { layoutOf } from './package-layout.ts'

/** A layer from a commit of a git repository: a folder relative to the root, and a branch, tag or commit. */
export interface GitSource {
  readonly git: string
  readonly ref: string
  /** The folder in it that is the framework's home. */
  readonly folder?: string
}

/** Where a layer of modules comes from: the name of an installed package, a commit, or files of any driver. */
export type PackageSource = string | GitSource | Files

/** Layers that could be opened, and what was wrong with the others. */
export interface Opened {
  readonly layers: readonly Layer[]
  readonly diagnostics: readonly Diagnostic[]
}

/**
 * Opens packages as layers, in the order in which they win; each by itself, so that one that is missing takes none of the
 * others along. `folder` is the project's on the machine; null where there is none.
 */
export async function openPackages(
  sources: readonly PackageSource[],
  folder: string | null,
): Promise<Opened> {
  const layers: Layer[] = []
  const diagnostics: Diagnostic[] = []
  for (const source of sources) {
    let files: Files | undefined
    try {
      files = await filesOf(source, folder)
      layers.push(await openPackage(files, source, layers))
    } catch (thrown) {
      if (files && typeof source === 'object' && 'git' in source) closeFiles(files)
      diagnostics.push(toDiagnostic(thrown, 'PACKAGE_BROKEN'))
    }
  }
  return { layers, diagnostics }
}

/** Ends what a driver holds open. */
export function closeFiles(files: Files): void {
  if ('close' in files && typeof files.close === 'function') files.close()
}

async function filesOf(source: PackageSource, folder: string | null): Promise<Files> {
  if (typeof source === 'object' && !('git' in source)) return source
  const name = typeof source === 'string' ? source : source.git
  if (folder === null) {
    fail(
      'PACKAGE_MISSING',
      `"${name}" cannot be looked for: this project is no folder on the machine.`,
      'Give its files instead: packages: [packageFiles({ name, from })].',
    )
  }
  if (typeof source === 'string') return packageFiles({ name: source, from: folder })
  const { gitFiles } = await import('../vfs/git.ts')
  return gitFiles({ ...withoutGit(source), repository: resolve(folder, source.git) })
}

function withoutGit({ ref, folder }: GitSource): { ref: string; folder?: string } {
  return folder === undefined ? { ref } : { ref, folder }
}

async function openPackage(files: Files, source: PackageSource, others: readonly Layer[]): Promise<Layer> {
  const { label } = files
  if (label === '' || others.some((other) => other.label === label))
    fail(
      'PACKAGE_TWICE',
      `Two layers are called "${label}".`,
      'Name each once, or give each a label of its own.',
    )
  // Asked first, because a tree is read past whatever is refused.
  await files.stat(rootPath)
  const [tree, manifest] = [await readTree(files), await readManifestOf(files)]
  const isHome = typeof source === 'object' && 'git' in source && source.folder !== undefined
  return { name: 'package', label, files, tree, ...layoutOf({ label, tree, manifest, isHome }) }
}
