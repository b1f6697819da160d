import { cacheLimitsOf, type Config } from './config.ts'
import type { MendParts } from './mend/parts.ts'
import type { HookCalls } from './plugin/hooks.ts'
import { openReading, type Reading } from './reading.ts'
import { openProject } from './sources.ts'
import type { Gate } from './vfs/gate.ts'
import { openWorkspace, type ProjectFiles } from './vfs/open-workspace.ts'

/** What mending needs of a framework. */
export interface MendingParts extends Omit<ProjectFiles, 'files'> {
  readonly config: Config
  readonly reading: Reading
  readonly gate: Gate
  readonly calls: HookCalls
}

/** The parts that `fix` and `rename` work on. */
export function createMendParts(parts: MendingParts): MendParts {
  const { config, reading, folder, gate, calls } = parts
  const { layers, library } = reading
  const silent: HookCalls = { ...calls, registered() {} }
  return {
    layers,
    library,
    folder,
    gate,
    openWorkspace: (writes) =>
      openWorkspace({ ...parts, limits: config.workspace ?? {}, files: layers[0]!.files }, writes),
    openLibrary: (layers) =>
      openReading({ layers, folder, calls: silent, limits: cacheLimitsOf(config) }).library,
    openProject: (files, listed) => openProject(config, files, async () => listed),
    isVirtual: (path) => calls.load(path) !== undefined,
  }
}
