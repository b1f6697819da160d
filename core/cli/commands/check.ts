import type { CheckReport, Framework, RegistryFigures } from '../../index.ts'
import type { CommonOptions } from '../options.ts'
import { Exit, exit, exitForFindings, wrongUsage } from '../exit.ts'
import { fromHere } from '../paths.ts'
import { printDiagnostics, printJson } from '../print.ts'
import { describeProfile } from '../profile.ts'
import { openFramework } from '../root.ts'
import { readSourceLines } from '../source.ts'
import { counted, summarise } from '../summary.ts'
import { packageVersion } from '../version.ts'

export interface CheckOptions extends CommonOptions {
  readonly strict?: true | undefined
  readonly user?: true | undefined
  readonly maxWarnings?: string | undefined
  readonly ifDeleted?: readonly string[] | undefined
  readonly stats?: true | undefined
  readonly profile?: true | undefined
  /** False for --no-cache. */
  readonly cache?: boolean | undefined
}

/** `heddle check`: prints the findings, then the totals; ends with 1 when there are errors, or more warnings than allowed. */
export async function check(paths: readonly string[], options: CheckOptions): Promise<void> {
  if (options.ifDeleted)
    return (await import('./if-deleted.ts')).ifDeleted([...options.ifDeleted, ...paths], options)
  const allowed = warningsAllowed(options)
  const asked = paths.map((path) => fromHere(path, options))
  const framework = await openFramework(options, {
    user: options.user === true,
    profile: options.profile === true,
    ...(options.cache === false ? { cache: false } : { keep: true }),
  })
  try {
    const report = await framework.check(asked.length > 0 ? { paths: asked } : {})
    const warnings = report.diagnostics.filter(({ severity }) => severity === 'warning').length
    const status =
      warnings > allowed ? exit.found : exitForFindings(report.diagnostics, options.strict === true)
    const stats = options.stats === true && framework.stats()
    const profile = options.profile === true && framework.profile
    if (options.format === 'json')
      printJson({ ...report, ...(stats && { stats }), ...(profile && { profile }) })
    else if (options.format === 'sarif')
      printJson((await import('../sarif.ts')).toSarif(report, packageVersion(), await framework.codes()))
    else await printText(framework, report, { options, failed: status !== 0 })
    if (stats && options.format !== 'json') process.stderr.write(describeStats(stats))
    if (profile && options.format !== 'json') process.stderr.write(describeProfile(profile))
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

function describeStats(stats: RegistryFigures): string {
  const { accessCount, hits, hitRatio, loads, modules, bytes, evictions } = stats
  return (
    `registry: asked ${counted(accessCount, 'time')}, ${counted(hits, 'hit')} (${Math.round(hitRatio * 100)} %), ` +
    `${counted(loads, 'load')}; holds ${counted(modules, 'module')} in about ${(bytes / 1024 / 1024).toFixed(1)} MB, ` +
    `${counted(evictions, 'eviction')}\n`
  )
}
