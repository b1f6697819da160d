import { type Diagnostic, fail } from '../base/diagnostic.ts'
import type { WorkspaceView } from '../vfs/view.ts'
import type { Workspace } from '../vfs/workspace.ts'
import type { Attempt } from './attempt.ts'
import type { CompiledClaims } from './claims.ts'
import type { OperationContext } from './operation.ts'
import { folderOf, placed, spawnIn, type SpawnOptions, type SpawnPlace } from './spawn.ts'

export interface ProgramsParts {
  readonly attempt: Attempt
  readonly place: SpawnPlace & { readonly workspace: Workspace }
  readonly operation: { readonly name: string; readonly claims: CompiledClaims }
  /** The view of the operation, opened by this when it was not before. */
  view(): WorkspaceView
  /** Something that a person should know. */
  noted(diagnostic: Diagnostic): void
}

export type Programs = Pick<OperationContext, 'spawn' | 'spawnTogether'>

/** The calls of an operation that start programs; none starts once it has ended. */
export function createPrograms(parts: ProgramsParts): Programs {
  const { attempt, place, operation } = parts

  function refuseWhenOver(): void {
    if (attempt.over) fail('CANCELLED', 'The operation has already ended.')
  }

  async function spawnTogether(
    programs: readonly SpawnOptions[],
  ): ReturnType<OperationContext['spawnTogether']> {
    refuseWhenOver()
    if (programs.length === 0) return []
    const folder = folderOf(place, programs[0]!.program)
    const ready = await Promise.all(programs.map((program) => placed(place, program, attempt.signal)))
    if (place.programs) {
      const results = await Promise.all(ready.map(place.programs))
      return results.map((result) => ({ ...result, conflicts: [] }))
    }
    // Merging and what belongs to it is loaded by those alone who need it.
    const { runTogether } = await import('./apart.ts')
    return runTogether(ready, {
      ...operation,
      workspace: place.workspace,
      view: parts.view(),
      folder,
      note: (diagnostic) => parts.noted(diagnostic),
    })
  }

  return {
    spawnTogether,
    async spawn(options) {
      refuseWhenOver()
      if (options.isolation !== 'overlay') return spawnIn(place, options, attempt.signal)
      const [result] = await spawnTogether([options])
      const { conflicts: _, ...rest } = result!
      return rest
    },
  }
}
