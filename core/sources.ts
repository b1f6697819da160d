import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { fail } from './base/diagnostic.ts'
import type { Config } from './config.ts'
import { type LayerSource, openLayer } from './load/open-layers.ts'
import { type Opened, openPackages } from './load/open-packages.ts'
import { superAlias } from './module/reference.ts'
import type { Layer } from './resolve/layers.ts'
import { diskFiles } from './vfs/disk.ts'
import type { Files } from './vfs/file-system.ts'
import { parsePath } from './vfs/gate.ts'
import { listCheckout, listIgnoredFolders } from './vfs/listing.ts'
import { type Path, rootPath } from './vfs/path.ts'

/** What decides which layers there are. */
export interface SourceOptions extends Config {
  readonly user?: boolean
  readonly builtIn?: boolean
}

/**
 * Opens the layers in the order in which they win: the project, the user's own, packages, what is built in. A package that
 * cannot be opened is a diagnostic, and the rest goes on.
 */
export async function openLayers(
  config: SourceOptions,
  files: Files,
  folder: string | null,
): Promise<Opened> {
  const packages = await openPackages(config.packages ?? [], folder)
  // While git lists the project, the others are read.
  const [project, user, builtIn] = await Promise.all([
    openProject(config, files, folder === null ? undefined : () => listed(folder)),
    config.user ? openUser() : [],
    config.builtIn === false ? [] : openBuiltIn().then((layer) => [layer]),
  ])
  return { layers: [project, ...user, ...packages.layers, ...builtIn], diagnostics: packages.diagnostics }
}

/** Folders of the project that git ignores as a whole; none where git does not say what the tree shows. */
export async function ignoredFolders(
  folder: string | null,
  [project]: readonly Layer[],
): Promise<ReadonlySet<Path>> {
  return new Set(folder !== null && project?.isListed ? await listIgnoredFolders(folder) : [])
}

/** Opens the layer of the project; listings show what `list` gives, or all that is there. */
export function openProject(config: SourceOptions, files: Files, list: LayerSource['list']): Promise<Layer> {
  return openLayer({
    name: 'project',
    label: '',
    files,
    ...(list && { list }),
    ...(config.home === undefined ? {} : { homes: asPaths(config.home, 'home') }),
    aliases: Object.fromEntries(
      Object.entries(config.aliases ?? {}).map(([name, to]) => [freeAlias(name), asPaths(to, name)]),
    ),
  })
}

function openUser(): Promise<Layer[]> {
  const names = ['.heddle', '.claude'].filter((name) => existsSync(join(homedir(), name)))
  return Promise.all(
    names.map((name) =>
      openLayer({
        name: 'user',
        label: `~/${name}/`,
        files: diskFiles({ root: join(homedir(), name) }),
        homes: [rootPath],
      }),
    ),
  )
}

function openBuiltIn(): Promise<Layer> {
  return openLayer({
    name: 'built-in',
    label: 'heddle:modules/',
    files: diskFiles({ root: builtInFolder() }),
    homes: [rootPath],
    isModulesFolder: true,
  })
}

function freeAlias(name: string): string {
  return name === superAlias
    ? fail('CONFIG_VALUE', `The alias "@${superAlias}" means the next layer down.`, 'Choose another name.')
    : name
}

/** In a checkout what git shows; a folder that git ignores, or without a checkout, is walked. */
async function listed(folder: string): Promise<readonly Path[] | undefined> {
  const paths = await listCheckout(folder)
  return paths && paths.length > 0 ? paths : undefined
}

function asPaths(given: string | readonly string[], key: string): Path[] {
  return [given].flat().map((text) => {
    const parsed = parsePath(text)
    return parsed.ok
      ? parsed.value
      : fail(
          'CONFIG_VALUE',
          `"${text}" of "${key}" is not a folder below the root.`,
          'Write it relative to the root.',
        )
  })
}

/** The modules of this package: beside `core/` in a checkout, two folders up in the built package. */
function builtInFolder(): string {
  const beside = fileURLToPath(new URL('../modules', import.meta.url))
  return existsSync(beside) ? beside : fileURLToPath(new URL('../../modules', import.meta.url))
}
