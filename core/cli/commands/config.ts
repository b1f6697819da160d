import { type ConfigValue, explainConfig, jsonSchemaOfConfig } from '../../index.ts'
import type { CommonOptions } from '../options.ts'
import { withPlace } from '../place.ts'
import { painter, printJson, table, visible } from '../print.ts'
import { rootOf } from '../root.ts'

export interface ConfigOptions extends CommonOptions {
  readonly print?: true | undefined
  readonly schema?: true | undefined
}

/** `heddle config`: what is configured and where; with `--print` also what nobody set. */
export async function config(options: ConfigOptions): Promise<void> {
  if (options.schema) return printJson(await jsonSchemaOfConfig())
  const root = rootOf(options)
  const { config: wanted } = options
  const explained = await withPlace(root, () =>
    explainConfig({
      root,
      all: options.print === true,
      ...(typeof wanted === 'string' || wanted === false ? { config: wanted } : {}),
    }),
  )
  if (options.format === 'json') return printJson(explained)
  const { sources, values } = explained
  const said =
    sources.length > 0 ? `${sources.map(visible).join(' over ')}\n` : 'There is no configuration.\n'
  process.stdout.write(options.quiet === true ? '' : said)
  if (values.length > 0) process.stdout.write(`${table(values.map(rowOf))}\n`)
}

function rowOf({ key, value, origin, at }: ConfigValue): string[] {
  const place = at ? `${at.path}:${at.line}:${at.column}` : origin
  return [
    visible(key),
    visible(shorten(JSON.stringify(value))),
    painter(process.stdout)('dim', visible(place)),
  ]
}

function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 59)}…` : text
}
