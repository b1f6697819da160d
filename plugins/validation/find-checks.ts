import type { FoundCheck, Project } from './check.ts'
import { findCargo, findGo, findPythonTools, findTargets } from './other-manifests.ts'
import { findScripts } from './package-scripts.ts'
import { families } from './result.ts'

/**
 * The checks that the manifests in the project's own folder name, by family and then by manifest. Nothing is guessed: a
 * project whose manifests name no check of a family has none.
 */
export async function findChecks(project: Project, programFolders: readonly string[]): Promise<FoundCheck[]> {
  const named = [
    ...(await findScripts(project, programFolders)),
    ...(await findPythonTools(project)),
    ...(await findCargo(project)),
    ...(await findGo(project)),
  ]
  const open = families.filter((family) => !named.some((check) => check.family === family))
  const found = [...named, ...(await findTargets(project, open))]
  return families.flatMap((family) => found.filter((check) => check.family === family))
}
