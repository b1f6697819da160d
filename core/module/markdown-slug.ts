import { ownText } from '../base/own-text.ts'

/**
 * Makes slugs as GitHub does: lower case, punctuation dropped, spaces to hyphens; repeated ones numbered from 1. A slug shares
 * no memory with the text that it was made of.
 */
export function createSlugger(): (text: string) => string {
  const few: string[] = []
  let counts: Map<string, number> | undefined
  return (text) => {
    const plain = asciiSlug(text) ?? anySlug(text)
    if (!counts && few.length < most && !few.includes(plain)) {
      few.push(plain)
      return plain
    }
    counts ??= new Map(few.map((slug) => [slug, 0]))
    let slug = plain
    for (let count = counts.get(slug); count !== undefined; count = counts.get(slug)) {
      const next = counts.get(plain)! + 1
      counts.set(plain, next)
      slug = `${plain}-${next}`
    }
    counts.set(slug, 0)
    return slug
  }
}

/** So many slugs are searched for one by one; a map costs more than most documents have headings for. */
const most = 30

/** What becomes of each ASCII character: itself, another one, or 0 for nothing. */
const replacements = new Uint8Array(128)
for (const character of 'abcdefghijklmnopqrstuvwxyz0123456789_-') {
  replacements[character.charCodeAt(0)] = character.charCodeAt(0)
  replacements[character.toUpperCase().charCodeAt(0)] = character.charCodeAt(0)
}
replacements[32] = 45

/** Longer texts are left to what needs no list of their characters. */
const longest = 200

/** Nearly all headings are ASCII, and patterns with Unicode classes are ten times slower. */
function asciiSlug(text: string): string | undefined {
  if (text.length > longest) return undefined
  const codes: number[] = []
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code > 127) return undefined
    const replacement = replacements[code]!
    if (replacement > 0) codes.push(replacement)
  }
  return String.fromCharCode(...codes)
}

function anySlug(text: string): string {
  return ownText(text.toLowerCase().replace(notInSlugs, '').replaceAll(' ', '-'))
}

/** One at a time: with `+` this takes ten milliseconds to compile, once, in whoever has a heading with a dash. */
const notInSlugs = /[^\p{Alphabetic}\p{M}\p{Nd}\p{Pc} -]/gu
