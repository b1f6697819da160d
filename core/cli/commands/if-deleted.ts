import type { BrokenReference, Deletion } from '../../index.ts'
import type { CommonOptions } from '../options.ts'
import { Exit, exit, wrongUsage } from '../exit.ts'
import { fromHere } from '../paths.ts'
import { painter, printJson, table, visible } from '../print.ts'
import { openFramework } from '../root.ts'
import { counted } from '../summary.ts'

/** `heddle check --if-deleted PATH…`: what the deletion would break; ends with 1 when it would break anything. */
export async function ifDeleted(
  paths: readonly string[],
  options: CommonOptions & { readonly user?: true | undefined },
): Promise<void> {
  if (options.format === 'sarif')
    wrongUsage('What a deletion would break is no list of findings.', 'Ask for --format text or json.')
  const asked = paths.map((path) => fromHere(path, options))
  const framework = await openFramework(options, { user: options.user === true })
  try {
    const deletion = await framework.ifDeleted(asked)
    if (options.format === 'json') printJson(deletion)
    else process.stdout.write(asText(deletion, options.quiet === true))
    if (deletion.broken.length > 0) throw new Exit(exit.found)
  } finally {
    await framework.dispose()
  }
}

function asText({ deleted, broken, mentions, orphans }: Deletion, quiet: boolean): string {
  const paint = painter(process.stdout)
  const blocks = [
    block('Would break', broken.map(row)),
    ...(quiet ? [] : [block('Would only be mentioned', mentions.map(row))]),
    block(
      'Nothing would refer any more to',
      orphans.map((id) => [visible(id)]),
    ),
  ]
  const files = new Set(broken.map(({ from }) => from)).size
  const [mark, verdict] =
    broken.length > 0
      ? [paint('red', '✗'), `would break ${counted(broken.length, 'reference')} in ${counted(files, 'file')}`]
      : [paint('green', '✓'), 'would break nothing']
  const orphaned = orphans.length > 0 ? ` and leave ${counted(orphans.length, 'orphan')}` : ''
  return `${blocks.join('')}${mark} Deleting ${counted(deleted.length, 'file')} ${verdict}${orphaned}.\n`
}

function block(title: string, rows: readonly (readonly string[])[]): string {
  return rows.length > 0 ? `${title}:\n${table(rows).replaceAll(/^/gm, '  ')}\n\n` : ''
}

function row({ from, line, column, text, to, then: after }: BrokenReference): string[] {
  const instead = after.to ?? after.suggestion?.path
  const otherwise =
    after.to !== null
      ? `→ ${after.to}`
      : instead
        ? `→ ${after.status}, near ${instead}`
        : `→ ${after.status ?? 'external'}`
  return [visible(`${from}:${line}:${column}`), visible(text), visible(to), visible(otherwise)]
}
