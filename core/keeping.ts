import { realpathSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { digest } from './base/key.ts'
import { ownVersion } from './base/own-version.ts'
import type { Config } from './config.ts'
import { type CardStore, createCardStore } from './load/store.ts'
import type { AppliedPlugin } from './plugin/plugin.ts'
import type { Layer } from './resolve/layers.ts'
import { createDurableStore } from './vfs/durable.ts'

/** What decides where cards are kept, and whether those that are there can be believed. */
export interface Keeping {
  readonly config: Config
  /** True keeps also where the configuration is silent about it. */
  readonly keep: boolean
  readonly folder: string | null
  /** Plugins that are not of the preset. */
  readonly added: readonly AppliedPlugin[]
  readonly layers: readonly Layer[]
}

/**
 * The store of cards between processes; undefined where none is wanted, where the project is not on a disk, and where a plugin of
 * somebody else has no version by which it could be told that it reads otherwise than before.
 */
export function openCardStore({ config, keep, folder, added, layers }: Keeping): CardStore | undefined {
  const wanted = config.cache === false ? undefined : (config.cache?.folder ?? (keep || undefined))
  if (folder === null || wanted === undefined) return undefined
  if (added.some(({ plugin }) => plugin.version === undefined)) return undefined
  const place = wanted === true ? userCache() : wanted
  const plugins = added.map(({ plugin, options }) => [
    plugin.name,
    plugin.version,
    JSON.stringify(options),
    String(plugin.apply),
  ])
  const laidOut = layers.map(({ label, homes, aliases }) => [label, homes, [...aliases]])
  const { plugins: _, packages: __, cache: ___, ...said } = config
  const key = digest(JSON.stringify([ourVersion(), config.preset ?? true, plugins, laidOut, said]))
  return createCardStore(createDurableStore(place), `${digest(realpathSync(folder)).slice(0, 40)}.cards`, key)
}

/** The user's folder for what can be made again, by the XDG base directory specification. */
function userCache(): string {
  return join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'heddle')
}

/** Of this package; from source, which changes without a new version, of this process alone. */
function ourVersion(): string {
  return import.meta.url.endsWith('.ts') ? `source ${process.pid}` : ownVersion()
}
