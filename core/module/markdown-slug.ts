/** Makes slugs as GitHub does: lower case, punctuation dropped, spaces to hyphens; repeated ones numbered from 1. */
export function createSlugger(): (text: string) => string {
  const counts = new Map<string, number>()
  return (text) => {
    const plain = withoutPunctuation(text.toLowerCase()).replaceAll(' ', '-')
    let slug = plain
    while (counts.has(slug)) {
      const count = counts.get(plain)! + 1
      counts.set(plain, count)
      slug = `${plain}-${count}`
    }
    counts.set(slug, 0)
    return slug
  }
}

/** The Unicode classes are ten times slower than the plain ones, and nearly all headings are plain. */
function withoutPunctuation(text: string): string {
  return notAscii.test(text) ? text.replace(notInSlugs, '') : text.replace(notInAsciiSlugs, '')
}

const notAscii = /[^\0-\x7f]/
const notInAsciiSlugs = /[^a-z0-9_ -]+/g
const notInSlugs = /[^\p{Alphabetic}\p{M}\p{Nd}\p{Pc} -]+/gu
