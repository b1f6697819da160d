import { HeddleError, type RenameReport } from '../../index.ts'
import { Exit, exit } from '../exit.ts'
import type { CommonOptions } from '../options.ts'
import { printPatch } from '../patch.ts'
import { counted, countSeverities, painter, printDiagnostics, printJson } from '../print.ts'
import { typedPaths } from '../project-path.ts'
import { openFramework, rootOf, tellFaults } from '../root.ts'
import { readSourceLines } from '../source.ts'

export interface RenameOptions extends CommonOptions {
  readonly write?: true | undefined
}

/** `heddle rename`: moves and edits as a patch on standard output, or written; a summary on standard error. */
export async function rename(old: string, wanted: string, options: RenameOptions): Promise<void> {
  const framework = await openFramework(options)
  try {
    const typed = typedPaths(rootOf(options))
    const names = [typed.existing(old), typed.beside(wanted, old)] as const
    const report = await framework.rename(...names, { write: options.write === true }).catch(asUsage)
    tellFaults(framework, options)
    if (options.format === 'json') {
      const { diff: _, ...shown } = report
      printJson(shown)
    } else {
      if (!report.written) printPatch(report.diff)
      printDiagnostics(report.left, process.stderr, await readSourceLines(framework, report.left))
      if (!options.quiet || isRefused(report)) process.stderr.write(summary(report))
    }
    if (isRefused(report)) throw new Exit(exit.found)
  } finally {
    await framework.dispose()
  }
}

/** Names that the gate refuses are wrong usage here, as are those that `rename` itself refuses. */
const refusedNames = new Set(['OUTSIDE_ROOT', 'NAME_UNSAFE', 'DENIED_BY_RULE'])

function asUsage(thrown: unknown): never {
  if (!(thrown instanceof HeddleError) || !refusedNames.has(thrown.code)) throw thrown
  printDiagnostics([thrown.diagnostic], process.stderr)
  throw new Exit(exit.usage)
}

function isRefused({ left }: RenameReport): boolean {
  return left.some(({ code }) => code === 'RENAME_REFERENCE')
}

function summary(report: RenameReport): string {
  const { written, moved, edits, left } = report
  const paint = painter(process.stderr)
  const files = new Set(edits.map(({ path }) => path)).size
  const what = `${counted(moved.length, 'file')}, ${counted(edits.length, 'reference')} in ${counted(files, 'file')}`
  if (isRefused(report)) {
    const stuck = counted(left.length, 'reference')
    return `\n${paint('red', '✗')} Nothing was renamed: ${stuck} cannot be rewritten.\n`
  }
  const comes = left.length === 0 ? '' : `; check will say: ${countSeverities(left)}`
  if (written) return `\n${paint('green', '✓')} Renamed ${what}${comes}.\n`
  return `\nWould rename ${what}${comes}. Write it with --write.\n`
}
