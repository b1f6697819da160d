import type { CommonOptions } from '../options.ts'
import { Exit, exitForFindings } from '../exit.ts'
import { counted, countSeverities, painter, printDiagnostics, printJson } from '../print.ts'
import { openFramework } from '../root.ts'
import { readSourceLines } from '../source.ts'

export interface CheckOptions extends CommonOptions {
  readonly strict?: true | undefined
  readonly user?: true | undefined
}

/** `heddle check`: prints the findings, then the totals; ends with 1 when there are errors. */
export async function check(options: CheckOptions): Promise<void> {
  const framework = await openFramework(options, { user: options.user === true })
  try {
    const report = await framework.check()
    const status = exitForFindings(report.diagnostics, options.strict === true)
    if (options.format === 'json') printJson(report)
    else {
      const shown = options.quiet
        ? report.diagnostics.filter(({ severity }) => severity === 'error')
        : report.diagnostics
      printDiagnostics(shown, process.stdout, await readSourceLines(framework, shown))
      if (!options.quiet || status !== 0) process.stdout.write(summary(report))
    }
    if (status !== 0) throw new Exit(status)
  } finally {
    await framework.dispose()
  }
}

function summary(report: Awaited<ReturnType<Awaited<ReturnType<typeof openFramework>>['check']>>): string {
  const { references, modules, diagnostics } = report
  const paint = painter(process.stdout)
  const hasErrors = diagnostics.some(({ severity }) => severity === 'error')
  const parts = (['resolved', 'searched', 'missing', 'ambiguous', 'outside'] as const)
    .filter((status) => references[status] > 0 || status === 'resolved')
    .map((status) => `${references[status]} ${status}`)
  return (
    `\n${paint(hasErrors ? 'red' : 'green', hasErrors ? '✗' : '✓')} ${counted(modules, 'module')}, ` +
    `${counted(references.total, 'reference')} (${parts.join(', ')}): ${countSeverities(diagnostics)}\n`
  )
}
