import type { CheckReport, Framework } from '../../index.ts'
import type { CommonOptions } from '../options.ts'
import { Exit, exit, exitForFindings, wrongUsage } from '../exit.ts'
import { fromHere } from '../paths.ts'
import { printDiagnostics, printJson } from '../print.ts'
import { openFramework } from '../root.ts'
import { readSourceLines } from '../source.ts'
import { summarise } from '../summary.ts'
import { packageVersion } from '../version.ts'

export interface CheckOptions extends CommonOptions {
  readonly strict?: true | undefined
  readonly user?: true | undefined
  readonly maxWarnings?: string | undefined
  readonly ifDeleted?: readonly string[] | undefined
}

/** `heddle check`: prints the findings, then the totals; ends with 1 when there are errors, or more warnings than allowed. */
export async function check(paths: readonly string[], options: CheckOptions): Promise<void> {
  if (options.ifDeleted)
    return (await import('./if-deleted.ts')).ifDeleted([...options.ifDeleted, ...paths], options)
  const allowed = warningsAllowed(options)
  const asked = paths.map((path) => fromHere(path, options))
  const framework = await openFramework(options, { user: options.user === true })
  try {
    const report = await framework.check(asked.length > 0 ? { paths: asked } : {})
    const warnings = report.diagnostics.filter(({ severity }) => severity === 'warning').length
    const status =
      warnings > allowed ? exit.found : exitForFindings(report.diagnostics, options.strict === true)
    if (options.format === 'json') printJson(report)
    else if (options.format === 'sarif')
      printJson((await import('../sarif.ts')).toSarif(report, packageVersion()))
    else await printText(framework, report, { options, failed: status !== 0 })
    if (status !== 0) throw new Exit(status)
  } finally {
    await framework.dispose()
  }
}

async function printText(
  framework: Framework,
  report: CheckReport,
  { options, failed }: { options: CheckOptions; failed: boolean },
): Promise<void> {
  const quiet = options.quiet === true
  const shown = quiet ? report.diagnostics.filter(({ severity }) => severity === 'error') : report.diagnostics
  printDiagnostics(shown, process.stdout, await readSourceLines(framework, shown))
  if (!quiet || failed) process.stdout.write(summarise(report, options.root))
}

function warningsAllowed({ maxWarnings }: CheckOptions): number {
  if (maxWarnings === undefined) return Number.POSITIVE_INFINITY
  return /^\d{1,9}$/.test(maxWarnings)
    ? Number(maxWarnings)
    : wrongUsage(`"${maxWarnings}" is not a number of warnings.`, 'Write --max-warnings 0 or more.')
}
