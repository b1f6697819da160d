import { type Block, scanBlocks } from './blocks.ts'

/** What a project says of itself, by the path of each value: `quality.test_coverage.threshold`. */
export type ProjectValues = ReadonlyMap<string, string>

const mostValues = 2_000
const deepest = 20

/** The values of a `PROJECT_CONFIG.xml`: the text of every element that holds no other, without the root's own name. */
export function readProjectXml(text: string): ProjectValues {
  const values = new Map<string, string>()
  const walk = (block: Block, above: readonly string[]): void => {
    const path = [...above, block.name]
    if (block.children.length > 0) {
      if (path.length < deepest) for (const child of block.children) walk(child, path)
      return
    }
    const key = path.join('.')
    if (block.closed && values.size < mostValues && !values.has(key))
      values.set(key, plain(text.slice(block.contentStart, block.contentEnd)))
  }
  for (const { children } of scanBlocks(text)) for (const child of children) walk(child, [])
  return values
}

/** The values of nested plain data, numbers and truth values as text. Lists and what is deeper than is read are left out. */
export function flattenValues(data: Readonly<Record<string, unknown>>): ProjectValues {
  const values = new Map<string, string>()
  const walk = (inner: Readonly<Record<string, unknown>>, above: readonly string[]): void => {
    for (const [name, value] of Object.entries(inner)) {
      const path = [...above, name]
      if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
        values.set(path.join('.'), String(value))
      else if (value !== null && typeof value === 'object' && !Array.isArray(value) && path.length < deepest)
        walk(value as Readonly<Record<string, unknown>>, path)
    }
  }
  walk(data, [])
  return values
}

/** The value at a path, or at the only path that ends with it (`threshold` for `test_coverage.threshold`); undefined otherwise. */
export function valueAt(values: ProjectValues, path: string): string | undefined {
  const exact = values.get(path)
  if (exact !== undefined) return exact
  const found = [...values].filter(([key]) => key.endsWith(`.${path}`))
  return found.length === 1 ? found[0]![1] : undefined
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

function plain(text: string): string {
  return text
    .replace(/<!--[^]*?(?:-->|$)/g, '')
    .replace(/&(amp|lt|gt|quot|apos);/g, (_, name: string) => entities[name]!)
    .trim()
}
