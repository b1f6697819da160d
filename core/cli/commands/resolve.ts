import type { ExplainedInPlace } from '../../index.ts'
import type { CommonOptions } from '../options.ts'
import { Exit, exit } from '../exit.ts'
import { painter, printJson, table, visible } from '../print.ts'
import { openFramework, tellFaults } from '../root.ts'

export interface ResolveOptions extends CommonOptions {
  readonly from?: string | undefined
  readonly user?: true | undefined
}

/** `heddle resolve`: the file that a reference names; ends with 1 when it is not resolved. */
export async function resolve(reference: string, options: ResolveOptions): Promise<void> {
  const explained = await explain(reference, options)
  const { from, status, path, layer, rung, suggestion, candidates } = explained
  const several = candidates.length > 0 ? { candidates } : {}
  if (options.format === 'json')
    printJson({ reference, from, status, path, layer, rung, suggestion, ...several })
  else process.stdout.write(answer(explained))
  finish(status)
}

/** `heddle why`: the same with every place that was looked at, in every layer, and the plugins that had a hand in it. */
export async function why(reference: string, options: ResolveOptions): Promise<void> {
  const explained = await explain(reference, options)
  if (options.format === 'json') printJson(explained)
  else process.stdout.write(answer(explained) + trail(explained))
  finish(explained.status)
}

async function explain(reference: string, options: ResolveOptions): Promise<ExplainedInPlace> {
  const framework = await openFramework(options, { user: options.user === true })
  try {
    const explained = await framework.explain(reference, options.from)
    tellFaults(framework, options)
    return explained
  } finally {
    await framework.dispose()
  }
}

function trail({ tried, plugins, passedOver, form, from }: ExplainedInPlace): string {
  const rows = tried.map(({ rung, layer, path, found }) => [found ? '✓' : '·', rung, visible(path), layer])
  const blocks: string[] = []
  if (form !== null) blocks.push(`${visible(from!)} holds it as ${form}.`)
  if (rows.length > 0) blocks.push(`Tried, in order:\n${indent(table(rows))}`)
  const without = passedOver.map(({ layer, label }) => (label === '' ? layer : `${layer} ${visible(label)}`))
  if (without.length > 0) blocks.push(`Without an alias of that name: ${without.join(', ')}.`)
  if (plugins.length > 0) {
    const hands = plugins.map(({ plugin, did, message }) => [did, plugin, visible(message)])
    blocks.push(`Plugins:\n${indent(table(hands))}`)
  }
  return blocks.map((block) => `\n${block}\n`).join('')
}

function answer(found: ExplainedInPlace): string {
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
    if (found.hint !== null) lines.push(visible(found.hint))
    if (found.suggestion) lines.push(`Did you mean ${paint('green', visible(found.suggestion.path))}?`)
  }
  if (found.fragment)
    lines.push(`${paint('yellow', visible(found.fragment.message))} ${visible(found.fragment.hint ?? '')}`)
  return `${lines.join('\n')}\n`
}

function finish(status: ExplainedInPlace['status']): void {
  if (status !== 'resolved' && status !== 'searched') throw new Exit(exit.found)
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, '  ')
}
