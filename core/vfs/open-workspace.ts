import { join } from 'node:path'
import type { DiskFiles } from './disk.ts'
import type { Files } from './file-system.ts'
import type { Gate } from './gate.ts'
import { recoverCommit } from './journal.ts'
import type { Ignores } from './uncommitted.ts'
import { createWorkspace, type Workspace, type WorkspaceLimits } from './workspace.ts'

/** Where a project is. */
export interface ProjectFiles {
  readonly files: Files
  /** The absolute folder of the project; null when it is not on a disk. */
  readonly folder: string | null
  /** The project's files when they are on a disk. */
  readonly disk: DiskFiles | null
  /** The absolute folder of our own state; null when the project is not on a disk. */
  readonly state: string | null
  readonly gate?: Gate
  readonly limits?: Partial<WorkspaceLimits>
  readonly ignores?: Ignores
}

/**
 * A workspace over a project, journalled when it is on a disk. What a commit of a process that is no longer alive left half
 * done is undone first, unless `recovers` is false.
 */
export async function openWorkspace(project: ProjectFiles, recovers = true): Promise<Workspace> {
  const { files, folder, disk, state, gate, limits, ignores } = project
  const options = { ...(gate && { gate }), ...(limits && { limits }), ...(ignores && { ignores }) }
  if (folder === null || disk === null || state === null) return createWorkspace(files, options)
  const journal = join(state, 'journal')
  const conflicts = join(state, 'conflicts')
  if (recovers) await recoverCommit(journal, disk, { keepIn: conflicts })
  return createWorkspace(disk, { folder, state: journal, conflicts, ...options })
}
