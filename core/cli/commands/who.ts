import type { Chain, Referrers } from '../../index.ts'
import type { CommonOptions } from '../options.ts'
import { Exit, exit } from '../exit.ts'
import { fromHere } from '../paths.ts'
import { painter, printJson, table, visible } from '../print.ts'
import { openFramework } from '../root.ts'
import { counted } from '../summary.ts'

export interface WhoOptions extends CommonOptions {
  readonly deep?: true | undefined
  readonly user?: true | undefined
}

/** `heddle why --who PATH`: who refers to a file and through what; ends with 1 when nobody does. */
export async function who(path: string, options: WhoOptions): Promise<void> {
  const framework = await openFramework(options, { user: options.user === true })
  try {
    const found = await framework.who(fromHere(path, options), { deep: options.deep === true })
    if (options.format === 'json') printJson(found)
    else process.stdout.write(asText(found))
    if (found.referrers.length === 0) throw new Exit(exit.found)
  } finally {
    await framework.dispose()
  }
}

function asText({ path, referrers, chains }: Referrers): string {
  const paint = painter(process.stdout)
  const files = new Set(referrers.map(({ from }) => from)).size
  const head =
    referrers.length > 0
      ? `${paint('green', visible(path))} is referred to ${counted(referrers.length, 'time')} in ${counted(files, 'file')}.`
      : `Nobody refers to ${visible(path)}.`
  const rows = referrers.map(({ from, line, column, text, form, through, rung, status }) => [
    visible(`${from}:${line}:${column}`),
    visible(text),
    through === form ? form : `${form} ${visible(through)}`,
    rung ?? status ?? '',
  ])
  const blocks = [head, ...(rows.length > 0 ? [indent(table(rows))] : [])]
  if (chains) blocks.push(`\n${chainsAsText(chains)}`)
  return `${blocks.join('\n')}\n`
}

function chainsAsText(chains: readonly Chain[]): string {
  if (chains.length === 0) return 'Nothing that is read by itself leads to it.'
  const rows = chains.map(({ kind, entry, path }) => [
    entry ? kind : `${kind}, no entry`,
    visible(path.join(' → ')),
  ])
  return `What leads to it:\n${indent(table(rows))}`
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, '  ')
}
