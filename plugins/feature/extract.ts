import type { Criterion, Requirement, Statement } from './result.ts'

/** A text with the name under which its statements are told. */
export interface NamedText {
  readonly from: string
  readonly text: string
}

const longestLine = 500
const strengths: readonly (readonly [Requirement['strength'], RegExp])[] = [
  ['must', /\b(?:must|shall|has to|have to|needs? to|is required|are required|never|always)\b/i],
  ['should', /\b(?:should|ought to|is expected|are expected)\b/i],
  ['may', /\b(?:may|might|could|optionally|nice to have)\b/i],
]
const point = /^\s*(?:[-*+]|\d+[.)])\s+(?:\[( |x|X)\]\s+)?(\S.*)$/
const heading = /^\s{0,3}#{1,6}\s+(.+?)\s*#*\s*$/
const scenario = /^\s*(?:[-*+]\s+)?(?:\*\*)?(?:given|when|then|scenario)\b/i
const story = /\bas an? .{2,80}?,? i (?:want|need|can)\b/i
const criteriaHeading = /accept|criteria|done means|definition of done|it is done/i
const otherHeading = /non-goals?|out of scope|not part|background|history|open questions?/i

/** Requirements and acceptance criteria of texts, in order of place. What stands in code is none. */
export function extract(texts: readonly NamedText[]): {
  readonly requirements: readonly Requirement[]
  readonly criteria: readonly Criterion[]
} {
  const requirements: Requirement[] = []
  const criteria: Criterion[] = []
  for (const text of texts) {
    let section = ''
    for (const { line, content } of proseOf(text.text)) {
      const title = heading.exec(content)?.[1]
      if (title !== undefined) section = title
      else if (!otherHeading.test(section)) {
        const at = { from: text.from, line }
        const criterion = criterionIn(content, section)
        if (criterion) criteria.push({ ...criterion, ...at })
        else requirements.push(...requirementsIn(content).map((each) => ({ ...each, ...at })))
      }
    }
  }
  return { requirements: withoutCopies(requirements), criteria: withoutCopies(criteria) }
}

function criterionIn(content: string, section: string): Pick<Criterion, 'text' | 'done'> | undefined {
  const [, box, said] = point.exec(content) ?? []
  if (box !== undefined) return { text: clean(said!), done: box !== ' ' }
  if (scenario.test(content)) return { text: clean(content), done: false }
  return said !== undefined && criteriaHeading.test(section) ? { text: clean(said), done: false } : undefined
}

function requirementsIn(content: string): Pick<Requirement, 'text' | 'strength'>[] {
  const said = point.exec(content)?.[2]
  if (said !== undefined) return [{ text: clean(said), strength: strengthOf(said) }]
  return content
    .split(/(?<=[.!?;])\s+/)
    .filter((sentence) => sentence.trim() !== '' && (strengthOf(sentence) !== 'said' || story.test(sentence)))
    .map((sentence) => ({ text: clean(sentence), strength: strengthOf(sentence) }))
}

function strengthOf(sentence: string): Requirement['strength'] {
  return strengths.find(([, words]) => words.test(sentence))?.[0] ?? 'said'
}

const vague: readonly (readonly [RegExp, string])[] = [
  [/\b(?:etc|and so on|and the like|among others)\b/i, 'the list is not complete'],
  [/\b(?:fast|quick(?:ly)?|slow|performant|scalable|efficient)\b(?![^.]*\d)/i, 'no figure says how much'],
  [
    /\b(?:user[- ]friendly|intuitive|easy|simple|nice|modern|clean|robust|flexible|appropriate(?:ly)?)\b/i,
    'two people mean two things by it',
  ],
  [/\b(?:TBD|TBC|to be (?:decided|defined|discussed)|not decided)\b/i, 'it is not decided'],
  [/\?\s*$/, 'it is a question'],
  [/\b(?:some|several|many|various|a few)\b/i, 'no number is named'],
]

/** Statements that nobody can build from, each with the reason. */
export function findQuestions(texts: readonly NamedText[]): (Statement & { because: string })[] {
  const found = texts.flatMap(({ from, text }) =>
    proseOf(text).flatMap(({ line, content }) => {
      const [, because] = vague.find(([words]) => words.test(content)) ?? []
      return because === undefined || heading.test(content)
        ? []
        : [{ text: clean(content), from, line, because }]
    }),
  )
  return withoutCopies(found)
}

const paths = /(?:^|[\s`"'(])((?:[\w@.-]+\/)+[\w@.-]+\.[A-Za-z]\w{0,5})(?=$|[\s`"'),.:;])/g

/** Paths that texts name. */
export function namedPaths(texts: readonly NamedText[]): readonly string[] {
  const found = texts.flatMap(({ text }) => [...text.matchAll(paths)].map((match) => match[1]!))
  return [...new Set(found.map((path) => path.replace(/^\.\//, '')))].toSorted()
}

const empty = new Set(
  'about above after again also always another because been before being below between both build could create does doing done down each either every feature file files from given have having here into itself just list make many more most must need needs never none only other over please same scenario shall should since some such system than that their them then there these they this those through under until user users using very want wants well were what when where which while will with within without work would your able allow allows acceptance criteria implement support requirement requirements request'.split(
    ' ',
  ),
)
const mostTerms = 12

/** The words of a request by which code is looked for: names first, then what is said most often. */
export function termsOf(texts: readonly NamedText[]): readonly string[] {
  const counts = new Map<string, number>()
  for (const { text } of texts)
    for (const [word] of proseText(text)
      .replace(paths, ' ')
      .matchAll(/[A-Za-z][A-Za-z0-9_]{3,40}/g)) {
      const isName = /[a-z][A-Z]|_/.test(word)
      const term = isName ? word : stem(word.toLowerCase())
      if (!empty.has(word.toLowerCase()) && term.length > 3)
        counts.set(term, (counts.get(term) ?? 0) + (isName ? 10 : 1))
    }
  return [...counts]
    .toSorted(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    .slice(0, mostTerms)
    .map(([term]) => term)
}

function stem(word: string): string {
  return word.length > 5 ? word.replace(/(?:ies|ing|ed|es|s)$/, (end) => (end === 'ies' ? 'y' : '')) : word
}

function proseText(text: string): string {
  return proseOf(text)
    .map(({ content }) => content)
    .join('\n')
}

function proseOf(text: string): { readonly line: number; readonly content: string }[] {
  let inCode = false
  let inHead = /^---\r?\n/.test(text)
  return text.split(/\r?\n/).flatMap((content, index) => {
    if (inHead) {
      if (index > 0 && content === '---') inHead = false
      return []
    }
    if (/^\s*(?:```|~~~)/.test(content)) {
      inCode = !inCode
      return []
    }
    return inCode ? [] : [{ line: index + 1, content: content.slice(0, longestLine) }]
  })
}

function clean(text: string): string {
  return text
    .replace(/^\s*(?:[-*+]|\d+[.)])\s+/, '')
    .replace(/\*\*/g, '')
    .replace(/\s+/g, ' ')
    .trim()
}

function withoutCopies<S extends Statement>(statements: readonly S[]): S[] {
  const seen = new Set<string>()
  return statements.filter(({ text }) => !seen.has(text.toLowerCase()) && seen.add(text.toLowerCase()))
}
