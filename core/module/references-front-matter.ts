import { isExternal, isSuper, splitFragment } from './reference.ts'
import { aliasAt, type Search } from './references-alias.ts'

/** Adds the references in front matter: aliases under any key, paths under the keys that refer. */
export function addFrontMatter(search: Search): void {
  const { data, end } = search.document.frontMatter
  if (end === 0 || !mayRefer(data)) return
  const { document, aliases, found } = search
  const head = document.text.slice(0, end)
  addEntries(data, { document, aliases, found, head, hasQuotes: head.includes('":'), at: 0 })
}

const referringKeys = new Set<string>([
  'needs',
  'depends_on',
  'depends-on',
  'dependencies',
  'requires',
  'references',
  'modules',
  'includes',
  'imports',
  'uses',
  'extends',
  'related',
])

/** False for data without a key that refers and without a text that begins like an alias. */
function mayRefer(value: unknown): boolean {
  if (typeof value === 'string') return value.charCodeAt(0) === 64
  if (value === null || typeof value !== 'object') return false
  if (Array.isArray(value)) return value.some(mayRefer)
  for (const key of Object.keys(value))
    if (referringKeys.has(key) || mayRefer((value as Record<string, unknown>)[key])) return true
  return false
}

/** A search in the source of front matter, which goes on where the last text was found. */
interface Walk extends Search {
  readonly head: string
  /** False where no key stands in quotes. */
  readonly hasQuotes: boolean
  at: number
}

/** Every key in order of place, each followed by the texts below it. */
function addEntries(data: object, walk: Walk): void {
  for (const [key, value] of Object.entries(data)) {
    walk.at = behindKey(walk, key)
    addItems(key, value, walk)
  }
}

function addItems(key: string, value: unknown, walk: Walk): void {
  if (typeof value === 'string') addItem(key, value, walk)
  else if (Array.isArray(value)) for (const item of value as readonly unknown[]) addItems(key, item, walk)
  else if (typeof value === 'object' && value !== null) addEntries(value, walk)
}

function addItem(key: string, item: string, walk: Walk): void {
  if (!isReferring(key, item, walk.aliases)) return
  const offset = walk.head.indexOf(item, walk.at)
  if (offset < 0) return
  walk.at = offset + item.length
  walk.found.push({ text: item, ...splitFragment(item), form: 'front-matter', offset, role: key })
}

function behindKey({ head, hasQuotes, at }: Walk, key: string): number {
  const bare = head.indexOf(`${key}:`, at)
  const found = hasQuotes ? Math.max(bare, head.indexOf(`${key}":`, at)) : bare
  return found < 0 ? at : found + key.length
}

function isReferring(key: string, item: string, aliases: ReadonlySet<string>): boolean {
  if (item.length > 1_000 || /[\s`]/.test(item)) return false
  if (aliasAt(item, 0, aliases)) return true
  if (!referringKeys.has(key) || isExternal(item)) return false
  return isSuper(item) || /\/|\.(?:md|mdx|markdown)(?:#|$)/i.test(item)
}
