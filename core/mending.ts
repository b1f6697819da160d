import type { Config } from './config.ts'
import type { Library } from './load/library.ts'
import type { MendParts } from './mend/parts.ts'
import type { HookCalls } from './plugin/hooks.ts'
import { openLibrary } from './reading.ts'
import type { Layer } from './resolve/layers.ts'
import { openProject } from './sources.ts'
import { type Ground, openWorkspace } from './vfs/open-workspace.ts'
import { createGate } from './vfs/gate.ts'

/** What mending needs of a framework. */
export interface MendingParts extends Omit<Ground, 'files' | 'gate'> {
  readonly config: Config
  readonly layers: readonly Layer[]
  readonly library: Library
  readonly calls: HookCalls
}

/** The parts that `fix` and `rename` work on. */
export function createMendParts(parts: MendingParts): MendParts {
  const { config, layers, library, folder, calls } = parts
  const gate = createGate({ deny: config.deny ?? [] })
  const silent: HookCalls = { ...calls, registered() {} }
  return {
    layers,
    library,
    folder,
    gate,
    openWorkspace: (writes) => openWorkspace({ ...parts, files: layers[0]!.files, gate }, writes),
    openLibrary: (layers) => openLibrary(layers, folder, silent),
    openProject: (files, listed) => openProject(config, files, listed),
    isVirtual: (path) => calls.load(path) !== undefined,
  }
}
