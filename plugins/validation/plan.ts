import { bash, defineGroup, type GateSeverity, type Group, type Planning } from 'heddle'
import { type FoundCheck, openProject } from './check.ts'
import { findChecks } from './find-checks.ts'
import { checkFinding, noCheck, notOnDisk, toolFinding, toolMissing } from './findings.ts'
import { families, type Family, type ValidationResult } from './result.ts'
import { isInstalled, programFoldersAbove } from './shell.ts'
import { synthesise } from './synthesise.ts'

const defaultDeadlineMinutes = 10

/**
 * One group: every check that the project's manifests name and whose program is there, all at once, with a gate for each
 * family. What is not there is reported and never counts as passed.
 */
export async function planValidation(planning: Planning): Promise<readonly Group[]> {
  const { files, folder } = planning
  const report = planning.report.bind(planning)
  const found = await findChecks(
    openProject(files, report),
    folder === null ? [] : await programFoldersAbove(folder),
  )
  for (const family of families) if (!found.some((check) => check.family === family)) report(noCheck(family))
  if (folder === null && found.length > 0) report(notOnDisk(found))
  const missing = folder === null ? new Set<string>() : await findMissing(found, folder, report)
  const ready = folder === null ? [] : found.filter(({ name }) => !missing.has(name))
  const severities = severitiesOf(planning)
  return [
    defineGroup<ValidationResult>({
      name: 'checks',
      operations: ready.map((check) => operationOf(check, deadlineOf(planning))),
      synthesise(outcomes, context) {
        const result = synthesise({ checks: found, outcomes, missing, severities, folder: folder ?? '' })
        for (const check of families.flatMap((family) => result.checks[family])) {
          const finding = missing.has(check.command) ? undefined : checkFinding(check)
          if (finding) context.report(finding)
        }
        for (const finding of result.findings) context.report(toolFinding(finding))
        return result
      },
      gates: families.map((family) => ({
        name: family,
        severity: severities[family],
        check: (_, result) => result?.passed[family] ?? undefined,
      })),
    }),
  ]
}

/** Names of the checks that lack a program; each is reported. */
async function findMissing(
  found: readonly FoundCheck[],
  folder: string,
  report: Planning['report'],
): Promise<ReadonlySet<string>> {
  const missing = new Set<string>()
  for (const { name, programs, programFolders } of found) {
    const there = await Promise.all(programs.map((program) => isInstalled(program, folder, programFolders)))
    const absent = programs.find((_, index) => !there[index])
    if (absent === undefined) continue
    missing.add(name)
    report(toolMissing(name, absent))
  }
  return missing
}

function operationOf({ command, name, scratch }: FoundCheck, deadlineMs: number) {
  return bash({ command }, { name, claims: { writes: [], scratch }, deadlineMs })
}

function severitiesOf({ module }: Planning): Record<Family, GateSeverity> {
  const of = (family: Family): GateSeverity =>
    module.parts.gates.find(({ name }) => name.toLowerCase() === family)?.severity ?? 'blocking'
  return { testing: of('testing'), linting: of('linting'), types: of('types'), security: of('security') }
}

function deadlineOf({ module }: Planning): number {
  const setting = module.parts.settings.find(({ name }) => name === 'deadline-minutes')
  const minutes = Number(setting?.default ?? Number.NaN)
  return (minutes > 0 ? minutes : defaultDeadlineMinutes) * 60_000
}
