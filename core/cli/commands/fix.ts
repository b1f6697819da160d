import type { FixReport } from '../../index.ts'
import { Exit, exit, exitForFindings, wrongUsage } from '../exit.ts'
import type { CommonOptions } from '../options.ts'
import { printPatch } from '../patch.ts'
import { counted, countSeverities, painter, printJson } from '../print.ts'
import { typedPaths } from '../project-path.ts'
import { openFramework, rootOf, tellFaults } from '../root.ts'

export interface FixOptions extends CommonOptions {
  readonly write?: true | undefined
  readonly confidence?: string | undefined
}

/** `heddle fix`: the repairs as a patch on standard output, or written; a summary on standard error. */
export async function fix(paths: readonly string[], options: FixOptions): Promise<void> {
  const framework = await openFramework(options)
  try {
    const typed = typedPaths(rootOf(options))
    const report = await framework.fix({
      paths: paths.map((path) => typed.existing(path)),
      write: options.write === true,
      ...(options.confidence === undefined ? {} : { confidence: asConfidence(options.confidence) }),
    })
    tellFaults(framework, options)
    if (options.format === 'json') {
      const { diff: _, ...shown } = report
      printJson(shown)
    } else {
      if (!report.written) printPatch(report.diff)
      if (!options.quiet || report.edits.length > 0) process.stderr.write(summary(report))
    }
    const status = statusOf(report)
    if (status !== exit.clean) throw new Exit(status)
  } finally {
    await framework.dispose()
  }
}

function asConfidence(text: string): number {
  const value = Number(text)
  return Number.isNaN(value) || text.trim() === ''
    ? wrongUsage(`"${text}" is no confidence.`, 'Write a number from 0.6 to 1.')
    : value
}

function statusOf({ written, edits, left }: FixReport): number {
  return edits.length > 0 && !written ? exit.found : exitForFindings(left, false)
}

function summary({ written, edits, left }: FixReport): string {
  const paint = painter(process.stderr)
  const files = new Set(edits.map(({ path }) => path)).size
  const what = `${counted(edits.length, 'reference')} in ${counted(files, 'file')}`
  const stays = left.length === 0 ? '' : `; left: ${countSeverities(left)} (see heddle check)`
  if (edits.length === 0) return `\nNothing to repair${stays}.\n`
  if (written) return `\n${paint('green', '✓')} Repaired ${what}${stays}.\n`
  return `\nWould repair ${what}${stays}. Write it with --write.\n`
}
