import { unescapeMarkdown } from '../module/markdown-escape.ts'
import { decodePercent, type Reference } from '../module/reference.ts'

/** How a path stands in its text: as it is, behind an `@` with its spaces escaped, or as markdown has it in a destination. */
type Script = 'plain' | 'spaced' | 'bare' | 'angled'

/** The piece of a text that names the path of a reference. */
export interface Slot {
  /** UTF-16 range; fragment, query and a leading `@` that is no part of the path stay outside. */
  readonly start: number
  readonly end: number
  /** The path with everything undone that its place asks for, percent-encoding included. */
  readonly path: string
  /** What to write there for another path. */
  write(path: string): string
  /** The target that a scanner gives for another path that is written there. */
  targetOf(path: string): string
  /** True in the destination of a link or an image, where paths are percent-encoded and any path may stand. */
  readonly isDestination: boolean
}

/** Longer destinations are looked at by nobody, and finding their end takes quadratic time. */
const longest = 2_000

/** Where the path of a reference is written; undefined when the text does not say what was scanned. */
export function findSlot(text: string, reference: Reference): Slot | undefined {
  const { offset, text: written } = reference
  if (written.length > longest || !text.startsWith(written, offset)) return undefined
  for (const script of scriptsOf(text, reference)) {
    const skipped = script === 'spaced' ? 1 : 0
    const end = pathEnd({ script, skipped, reference })
    if (end !== undefined) return createSlot({ script, reference, skipped, end })
  }
  return undefined
}

function scriptsOf(text: string, { form, offset }: Reference): readonly Script[] {
  const before = text.slice(Math.max(0, offset - 200), offset)
  const markdown: Script = before.endsWith('<') ? 'angled' : 'bare'
  if (form === 'link' || form === 'image') return [markdown]
  return form === 'alias' && /\](?:\(|:)\s*<?$/.test(before) ? [markdown] : ['plain', 'spaced', markdown]
}

interface Wanted {
  readonly script: Script
  readonly skipped: number
  readonly reference: Reference
}

/** The offset in the written text behind the path, when the path reads there as it was scanned. */
function pathEnd({ script, skipped, reference }: Wanted): number | undefined {
  const { text, target, form } = reference
  if (script === 'spaced' && !text.startsWith('@')) return undefined
  if (script === 'plain' || script === 'spaced') {
    const hash = text.indexOf('#')
    const end = hash < 0 ? text.length : hash
    const path = text.slice(skipped, end)
    return (script === 'plain' ? path : path.replaceAll('\\ ', ' ')) === target ? end : undefined
  }
  const whole = unescapeMarkdown(text)
  for (let end = text.length; end >= 0; end--) {
    const path = unescapeMarkdown(text.slice(0, end))
    // A backslash or an entity must not be cut in two.
    if (path + unescapeMarkdown(text.slice(end)) !== whole) continue
    if ((form === 'alias' ? decodePercent(path) : path) === target) return end
  }
  return undefined
}

interface Found {
  readonly script: Script
  readonly reference: Reference
  readonly skipped: number
  readonly end: number
}

function createSlot({ script, reference, skipped, end }: Found): Slot {
  const { form, offset, text, target } = reference
  const isDestination = script === 'bare' || script === 'angled'
  const path = form === 'link' || form === 'image' ? decodePercent(target) : target
  const known = spellings(text.slice(skipped, end), path, isDestination)
  const encodesAll = /%[89a-f][0-9a-f]/i.test(text)
  const write = (wanted: string): string => {
    if (script === 'plain') return wanted
    if (script === 'spaced') return wanted.replaceAll(' ', '\\ ')
    return wanted
      .split('/')
      .map((name) => known.get(name) ?? encodeFor(script, name, encodesAll))
      .join('/')
  }
  return {
    start: offset + skipped,
    end: offset + end,
    path,
    isDestination,
    write,
    targetOf(wanted) {
      const read = isDestination ? unescapeMarkdown(write(wanted)) : wanted
      return isDestination && wanted.startsWith('@') ? decodePercent(read) : read
    },
  }
}

/** How each name of the path is written now, so that a name that stays is not written differently. */
function spellings(written: string, path: string, isDestination: boolean): Map<string, string> {
  const known = new Map<string, string>()
  const names = path.split('/')
  const pieces = written.split('/')
  if (!isDestination || names.length !== pieces.length) return known
  for (const [index, piece] of pieces.entries())
    if (decodePercent(unescapeMarkdown(piece)) === names[index]) known.set(names[index], piece)
  return known
}

function encodeFor(script: 'bare' | 'angled', name: string, encodesAll: boolean): string {
  const needed = encodesAll ? encodeURI(encodeNeeded(name)).replaceAll('%25', '%') : encodeNeeded(name)
  return script === 'angled' ? needed : needed.replaceAll(' ', '%20')
}

/** Percent-encodes what a destination would read as something else, wherever it stands. */
function encodeNeeded(name: string): string {
  const balanced = isBalanced(name) ? '' : '()'
  return Array.from(name, (character) =>
    `%#?<>\\&|\`${balanced}`.includes(character)
      ? `%${character.charCodeAt(0).toString(16).toUpperCase()}`
      : character,
  ).join('')
}

function isBalanced(name: string): boolean {
  let depth = 0
  for (const character of name) {
    if (character === '(') depth++
    else if (character === ')' && --depth < 0) return false
  }
  return depth === 0
}
