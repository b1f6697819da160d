import { bash, declaredSeverity, defineGroup, type GateSeverity, type Group, type Planning } from 'heddle'
import { type FoundCheck, openProject } from './check.ts'
import { findChecks } from './find-checks.ts'
import {
  checkFinding,
  coverageFinding,
  noCheck,
  nothingChecked,
  notOnDisk,
  toolFinding,
  toolMissing,
  unreadFinding,
} from './findings.ts'
import type { ValidationOptions } from './options.ts'
import { expectReports, readReports } from './reports.ts'
import { families, type Family, type ValidationResult } from './result.ts'
import { isInstalled, programFoldersAbove } from './shell.ts'
import { synthesise } from './synthesise.ts'

const defaultDeadlineMinutes = 10
const defaultCoverage = 90

/**
 * One group: every check that the project's manifests name and whose program is there, all at once, with a gate for each
 * family and for coverage. When they have ended, the reports that they wrote are read. What is not there is reported and never
 * counts as passed.
 */
export async function planValidation(
  planning: Planning,
  options: ValidationOptions,
): Promise<readonly Group[]> {
  const { files, folder } = planning
  const report = planning.report.bind(planning)
  const found = await findChecks(
    openProject(files, report),
    folder === null ? [] : await programFoldersAbove(folder),
    options.checks,
  )
  for (const family of families) if (!found.some((check) => check.family === family)) report(noCheck(family))
  if (found.length === 0) report(nothingChecked())
  if (folder === null && found.length > 0) report(notOnDisk(found))
  const missing = folder === null ? new Set<string>() : await findMissing(found, folder, report)
  const ready = folder === null ? [] : found.filter(({ name }) => !missing.has(name))
  const severities = severitiesOf(planning)
  const expected = folder === null ? [] : await expectReports(folder, options.reports)
  const threshold = options.coverage ?? settingOf(planning, 'coverage-threshold', defaultCoverage)
  const deadlineMs = settingOf(planning, 'deadline-minutes', defaultDeadlineMinutes) * 60_000
  return [
    defineGroup<ValidationResult>({
      name: 'checks',
      operations: ready.map((check) => operationOf(check, deadlineMs)),
      expand: () => (ready.length > 0 ? [readReports(expected, folder!)] : []),
      async synthesise(outcomes, context) {
        const result = await synthesise({
          checks: found,
          outcomes,
          missing,
          severities,
          folder: folder ?? '',
          threshold,
        })
        for (const check of families.flatMap((family) => result.checks[family])) {
          const finding = missing.has(check.command) ? undefined : checkFinding(check)
          if (finding) context.report(finding)
        }
        for (const finding of result.findings) context.report(toolFinding(finding))
        for (const finding of coverageFinding(result)) context.report(finding)
        for (const unread of result.unread) context.report(unreadFinding(unread))
        return result
      },
      gates: [
        ...families.map((family) => ({
          name: family,
          severity: severities[family],
          check: (_: unknown, result: ValidationResult | undefined) => result?.passed[family] ?? undefined,
        })),
        {
          name: 'coverage',
          severity: declaredSeverity([planning.module], 'coverage', 'blocking'),
          check: (_, result) =>
            result?.coverage ? result.coverage.percent >= result.coverage.threshold : undefined,
        },
      ],
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

function severitiesOf(planning: Planning): Record<Family, GateSeverity> {
  return Object.fromEntries(
    families.map((family) => [family, declaredSeverity([planning.module], family, 'blocking')]),
  ) as Record<Family, GateSeverity>
}

function settingOf({ module }: Planning, name: string, otherwise: number): number {
  const setting = module.parts.settings.find((setting) => setting.name === name)
  const value = Number(setting?.default ?? Number.NaN)
  return value > 0 ? value : otherwise
}
