import type { ListKind } from '../../index.ts'
import type { CommonOptions } from '../options.ts'
import { wrongUsage } from '../exit.ts'
import { painter, printJson, table, visible } from '../print.ts'
import { openFramework, tellFaults } from '../root.ts'

const kinds: readonly string[] = ['commands', 'modules', 'plugins', 'operations']

/** `heddle list`: commands, modules, plugins or operations with what they are for. */
export async function list(what: string, options: CommonOptions): Promise<void> {
  if (!kinds.includes(what))
    wrongUsage(`There is no list of "${what}".`, `Ask for one of: ${kinds.join(', ')}.`)
  const framework = await openFramework(options)
  try {
    const items = await framework.list(what as ListKind)
    tellFaults(framework, options)
    if (options.format === 'json') return printJson(items)
    const paint = painter(process.stdout)
    const rows = items.map(({ name, description, path, plugin }) => [
      visible(name),
      visible(shorten(description)),
      paint('dim', visible(path ?? plugin ?? '')),
    ])
    process.stdout.write(rows.length > 0 ? `${table(rows)}\n` : `There are no ${what} here.\n`)
  } finally {
    await framework.dispose()
  }
}

function shorten(text: string): string {
  const line = text.split('\n', 1)[0] ?? ''
  return line.length > 70 ? `${line.slice(0, 69)}…` : line
}
