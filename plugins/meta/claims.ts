import type { FalseClaim } from './result.ts'
import type { ModuleText } from './shared.ts'

/** How many there are of a kind; several numbers where the word may mean several things. */
export type Counts = ReadonlyMap<string, readonly number[]>

const numbers =
  'one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty'.split(
    ' ',
  )

const claim = new RegExp(
  `(?:^[#>*|\\s-]*|\\b(?:all|the|has|have|holds?|contains?|provides?|includes?|offers?|ships?|with|of|these|its|our)\\s+|\\*\\*|\\()(\\d{1,4}|${numbers.join('|')})\\s+(?:[a-z-]+\\s+)?(commands?|modules?|agents?|skills?|patterns?)\\b`,
  'gi',
)
const longestLine = 2_000

/**
 * Sentences that say how many commands, modules, agents, skills or patterns there are, and are wrong. Code and numbers that speak of some
 * of them ("load 3 modules") are left alone.
 */
export function findFalseClaims(modules: readonly ModuleText[], counts: Counts): FalseClaim[] {
  return modules.flatMap(({ path, text }) => {
    let inCode = false
    return text.split('\n').flatMap((line, index) => {
      if (/^\s*(?:```|~~~)/.test(line)) inCode = !inCode
      return inCode ? [] : claimsIn(line.slice(0, longestLine), { path, line: index + 1 }, counts)
    })
  })
}

function claimsIn(line: string, place: { path: string; line: number }, counts: Counts): FalseClaim[] {
  const plain = line.replace(/`[^`]*`/g, (code) => ' '.repeat(code.length))
  return [...plain.matchAll(claim)].flatMap(([text, number, word]) => {
    const what = `${word!.toLowerCase().replace(/s$/, '')}s`
    const claimed = numberOf(number!)
    const actual = counts.get(what)
    if (!actual || actual.length === 0 || actual.includes(claimed)) return []
    return [{ ...place, text: text.trim(), claimed, actual: actual[0]!, what }]
  })
}

function numberOf(text: string): number {
  const word = numbers.indexOf(text.toLowerCase())
  return word < 0 ? Number(text) : word + 1
}
