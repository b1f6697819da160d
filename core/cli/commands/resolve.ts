import type { Explained } from '../../index.ts'
import type { CommonOptions } from '../options.ts'
import { Exit, exit } from '../exit.ts'
import { painter, printJson, table, visible } from '../print.ts'
import { openFramework } from '../root.ts'

export interface ResolveOptions extends CommonOptions {
  readonly from?: string | undefined
}

/** `heddle resolve`: the file that a reference names; ends with 1 when it is not resolved. */
export async function resolve(reference: string, options: ResolveOptions): Promise<void> {
  const { tried: _, candidates, plugin: __, ...resolved } = await explain(reference, options)
  if (options.format === 'json') printJson(resolved)
  else process.stdout.write(answer({ ...resolved, candidates }))
  finish(resolved.status)
}

/** `heddle why`: the same with every place that was looked at. */
export async function why(reference: string, options: ResolveOptions): Promise<void> {
  const explained = await explain(reference, options)
  if (options.format === 'json') {
    const { candidates: _, plugin: __, ...shown } = explained
    printJson({ ...shown, tried: explained.tried.map(({ rung, path, found }) => ({ rung, path, found })) })
  } else {
    const rows = explained.tried.map(({ rung, path, found }) => [found ? '✓' : '·', rung, visible(path)])
    process.stdout.write(
      answer(explained) + (rows.length > 0 ? `\nTried, in order:\n${indent(table(rows))}\n` : ''),
    )
    if (explained.plugin) process.stdout.write(`The plugin ${explained.plugin} answered.\n`)
  }
  finish(explained.status)
}

async function explain(reference: string, options: ResolveOptions): Promise<Explained> {
  const framework = await openFramework(options)
  try {
    return framework.why(reference, options.from)
  } finally {
    await framework.dispose()
  }
}

function answer(
  found: Pick<Explained, 'reference' | 'status' | 'path' | 'rung' | 'layer' | 'suggestion' | 'candidates'>,
): string {
  const paint = painter(process.stdout)
  const lines: string[] = []
  if (found.path !== null) {
    const how = found.rung ? `${found.layer}, by ${found.rung}` : `${found.layer}`
    lines.push(`${paint('green', visible(found.path))} ${paint('dim', `(${how})`)}`)
    if (found.status === 'searched')
      lines.push(`It was only found by searching; write ${visible(found.path)}.`)
  } else {
    lines.push(`${paint('red', found.status ?? 'external')}: ${visible(found.reference)}`)
    for (const candidate of found.candidates) lines.push(`  could be ${visible(candidate)}`)
    if (found.suggestion) lines.push(`Did you mean ${paint('green', visible(found.suggestion.path))}?`)
  }
  return `${lines.join('\n')}\n`
}

function finish(status: Explained['status']): void {
  if (status !== 'resolved' && status !== 'searched') throw new Exit(exit.found)
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, '  ')
}
