import type { FoundCheck, Project } from './check.ts'
import { findCargo, findGo, findPythonTools, findTargets } from './other-manifests.ts'
import { findScripts } from './package-scripts.ts'
import type { ConfiguredCheck } from './options.ts'
import { families } from './result.ts'
import { withPrograms } from './shell.ts'

/**
 * The checks that were configured or that the manifests in the project's own folder name, by family and then by manifest. Nothing
 * is guessed: a project whose manifests name no check of a family has none.
 */
export async function findChecks(
  project: Project,
  programFolders: readonly string[],
  configured: readonly ConfiguredCheck[] = [],
): Promise<FoundCheck[]> {
  const own = configured.map((check) => asFound(check, programFolders))
  const named = [
    ...own,
    ...(await findScripts(project, programFolders)),
    ...(await findPythonTools(project)),
    ...(await findCargo(project)),
    ...(await findGo(project)),
  ].filter(({ name }, index, all) => all.findIndex((other) => other.name === name) === index)
  const open = families.filter((family) => !named.some((check) => check.family === family))
  const found = [...named, ...(await findTargets(project, open))]
  return families.flatMap((family) => found.filter((check) => check.family === family))
}

function asFound(check: ConfiguredCheck, programFolders: readonly string[]): FoundCheck {
  const { family, command, name = command, programs = [], scratch = [] } = check
  return {
    family,
    name,
    manifest: 'heddle.config',
    command: withPrograms(programFolders, command),
    programs,
    programFolders,
    scratch,
  }
}
