import type { Framework } from '../facade.ts'

/** A module that fits what was searched for. */
export interface SearchHit {
  readonly path: string
  readonly kind: string
  readonly name: string
  readonly title: string | null
  readonly score: number
  /** The first line of its text that holds a word, 1-based, and what stands there; null when only its names do. */
  readonly line: number | null
  readonly excerpt: string | null
}

/** The best hits, and how many there are. */
export interface SearchAnswer {
  readonly query: string
  readonly total: number
  readonly results: readonly SearchHit[]
}

interface Candidate {
  readonly path: string
  readonly kind: string
  readonly name: string
  readonly title: string | null
  readonly description: string
}

const readAtOnce = 32
const longestExcerpt = 200
const mostWords = 16

/**
 * Modules whose name, title, path, description or text holds every word of the query, whatever the letter case; the best first,
 * names before text. Modules of all layers are searched; those that cannot be read are searched by their names.
 */
export async function searchModules(framework: Framework, query: string, limit = 50): Promise<SearchAnswer> {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean).slice(0, mostWords)
  if (words.length === 0) return { query, total: 0, results: [] }
  const hits: SearchHit[] = []
  const candidates = await listCandidates(framework)
  for (let at = 0; at < candidates.length; at += readAtOnce) {
    const batch = candidates.slice(at, at + readAtOnce)
    const texts = await Promise.all(batch.map(({ path }) => framework.read(path).catch(() => '')))
    for (const [index, candidate] of batch.entries()) {
      const hit = judge(candidate, texts[index]!, words)
      if (hit) hits.push(hit)
    }
  }
  hits.sort((a, b) => b.score - a.score || (a.path < b.path ? -1 : 1))
  return { query, total: hits.length, results: hits.slice(0, limit) }
}

async function listCandidates(framework: Framework): Promise<readonly Candidate[]> {
  const found = new Map<string, Candidate>()
  for (const { path, kind, name, title } of (await framework.graph()).modules)
    found.set(path, { path, kind, name, title, description: '' })
  for (const { path, kind, name, description } of await framework.list('modules'))
    if (path !== undefined)
      found.set(path, { path, kind, name, title: found.get(path)?.title ?? null, description })
  return [...found.values()]
}

function judge(candidate: Candidate, text: string, words: readonly string[]): SearchHit | undefined {
  const { path, kind, name, title, description } = candidate
  const lower = text.toLowerCase()
  const fields: readonly (readonly [string, number])[] = [
    [name.toLowerCase(), 40],
    [(title ?? '').toLowerCase(), 20],
    [path.toLowerCase(), 15],
    [description.toLowerCase(), 10],
    [lower, 5],
  ]
  let score = 0
  for (const word of words) {
    const best = fields.find(([field]) => field.includes(word))
    if (!best) return undefined
    score += best[1] + (best[0] === word ? 60 : 0) + Math.min(countOf(lower, word), 5)
  }
  return { path, kind, name, title, score, ...placeOf(text, lower, words) }
}

function countOf(text: string, word: string): number {
  let count = 0
  for (let at = text.indexOf(word); at >= 0 && count < 5; at = text.indexOf(word, at + word.length)) count++
  return count
}

function placeOf(text: string, lower: string, words: readonly string[]): Pick<SearchHit, 'line' | 'excerpt'> {
  const places = words.map((word) => lower.indexOf(word)).filter((at) => at >= 0)
  // Some letters change their length with their case; then the place is only nearly right.
  if (places.length === 0) return { line: null, excerpt: null }
  const at = Math.min(...places)
  const start = text.lastIndexOf('\n', at - 1) + 1
  const end = text.indexOf('\n', at)
  const line = text.slice(0, start).split('\n').length
  const excerpt = text.slice(start, end < 0 ? undefined : end).trim()
  return { line, excerpt: excerpt.length > longestExcerpt ? `${excerpt.slice(0, longestExcerpt)}…` : excerpt }
}
