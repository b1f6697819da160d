import { join, relative } from 'node:path'
import type { Diagnostic } from '../base/diagnostic.ts'
import type { DiskFiles } from './disk.ts'
import type { Files } from './file-system.ts'
import type { KeptAnswers } from './first-looks.ts'
import type { Gate } from './gate.ts'
import { recoverCommit } from './journal.ts'
import type { Path } from './path.ts'
import type { Ignores } from './uncommitted.ts'
import { createKnowingWorkspace, type Workspace, type WorkspaceLimits } from './workspace.ts'

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
  /** What is known of these very files from other workspaces. */
  readonly kept?: KeptAnswers
  /** Told what a person should know of an earlier run that was cut short. */
  readonly tell?: (diagnostic: Diagnostic) => void
}

/**
 * A workspace over a project, journalled when it is on a disk. What a commit of a process that is no longer alive left half
 * done is undone first, unless `recovers` is false.
 */
export async function openWorkspace(project: ProjectFiles, recovers = true): Promise<Workspace> {
  const { files, folder, disk, state, gate, limits, ignores, kept, tell } = project
  const options = {
    ...(gate && { gate }),
    ...(limits && { limits }),
    ...(ignores && { ignores }),
  }
  if (folder === null || disk === null || state === null) return createKnowingWorkspace(files, options, kept)
  const journal = join(state, 'journal')
  const conflicts = join(state, 'conflicts')
  if (recovers) {
    const kept = (kept: string, paths: readonly Path[]): void =>
      tell?.(keptAside(relative(folder, kept), paths))
    await recoverCommit(journal, disk, { keepIn: conflicts, kept })
  }
  return createKnowingWorkspace(disk, { folder, state: journal, conflicts, ...options }, kept)
}

function keptAside(kept: string, paths: readonly Path[]): Diagnostic {
  const names = paths.map((path) => `"${path}"`).join(', ')
  return {
    code: 'CONFLICT',
    severity: 'warning',
    message: `A run was cut short, and ${names} changed since; what was there before that run is back, the later version is kept in "${kept}".`,
    hint: `Compare "${kept}/files" with the project.`,
  }
}
