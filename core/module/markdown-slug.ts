/** Makes slugs as GitHub does: lower case, punctuation dropped, spaces to hyphens; repeated ones numbered from 1. */
export function createSlugger(): (text: string) => string {
  const counts = new Map<string, number>()
  return (text) => {
    const plain = text.toLowerCase().replace(notInSlugs, '').replaceAll(' ', '-')
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

const notInSlugs = /[^\p{Alphabetic}\p{M}\p{Nd}\p{Pc} -]/gu
