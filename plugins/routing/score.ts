import type { Capability } from './capabilities.ts'
import type { RequestFeatures } from './features.ts'
import type { ProjectSignals } from './result.ts'

/** What speaks for one command, and how much. */
export interface Score {
  readonly command: string
  readonly points: number
  readonly reasons: readonly string[]
}

/** What a choice is made from. */
export interface Evidence {
  readonly features: RequestFeatures
  readonly capabilities: readonly Capability[]
  readonly signals: ProjectSignals
  /** What the user likes better or worse: added to the points of a command that has some already. */
  readonly preferences: Readonly<Record<string, number>>
}

const weights = {
  phrase: 3,
  verb: 2,
  firstVerb: 1,
  object: 1.5,
  described: 0.4,
  path: 1,
  name: 1,
  signal: 0.3,
}

/** All commands with their points, best first; of equal points the one whose name comes first. */
export function scoreAll(evidence: Evidence): Score[] {
  const rarity = createRarity(evidence.capabilities)
  return evidence.capabilities
    .map((capability) => scoreOne(capability, evidence, rarity))
    .toSorted((a, b) => b.points - a.points || (a.command < b.command ? -1 : 1))
}

type Rarity = (part: 'verbs' | 'objects' | 'described', word: string) => number

/** A word that many commands claim says little: its weight falls with their number. */
function createRarity(capabilities: readonly Capability[]): Rarity {
  return (part, word) => {
    const claims = capabilities.filter((capability) => capability[part].has(word)).length
    return 1 / Math.max(1, claims)
  }
}

function scoreOne(capability: Capability, evidence: Evidence, rarity: Rarity): Score {
  const { features, signals, preferences } = evidence
  const { command, takesPath, takesName } = capability
  const reasons: string[] = []
  let points = 0
  const add = (more: number, reason: string): void => {
    points += more
    reasons.push(reason)
  }
  if (features.named === command.toLowerCase()) add(100, 'it is named')
  const stems = features.words.map(({ stem }) => stem)
  for (const phrase of capability.phrases)
    if (holds(stems, phrase.stems)) add(weights.phrase, `"${phrase.text}" is one of its phrases`)
  const firstVerb = features.asksWhich
    ? undefined
    : stems.find((stem) => evidence.capabilities.some(({ verbs }) => verbs.has(stem)))
  for (const { text, stem } of features.words.filter((word, at) => stems.indexOf(word.stem) === at)) {
    if (capability.verbs.has(stem)) {
      const first = stem === firstVerb ? weights.firstVerb : 0
      add((weights.verb + first) * rarity('verbs', stem), `"${text}" is what it does`)
    }
    if (capability.objects.has(stem))
      add(weights.object * rarity('objects', stem), `"${text}" is what it is about`)
    else if (capability.described.has(stem)) points += weights.described * rarity('described', stem)
  }
  if (reasons.length === 0) return { command, points: round(points), reasons }
  if (takesPath && features.paths.length > 0)
    add(weights.path, `it takes a path, and "${features.paths[0]}" is one`)
  if (takesName && features.names.length > 0)
    add(weights.name, `it takes a name, and "${features.names[0]}" is one`)
  for (const [more, reason] of signalsFor(stems, capability, signals)) add(more * weights.signal, reason)
  const liking = preferences[command]
  if (liking !== undefined && liking !== 0) add(liking, 'it is preferred')
  return { command, points: round(points), reasons }
}

/** Small, so that the project never outweighs the request: it only decides between what is nearly equal. */
function signalsFor(
  stems: readonly string[],
  { objects }: Capability,
  { todos, tests, documents }: ProjectSignals,
): (readonly [number, string])[] {
  const found: (readonly [number, string])[] = []
  const asks = (stem: string): boolean => objects.has(stem) && stems.includes(stem)
  if (asks('todo') && todos !== null && todos > 0) found.push([1, `the project holds ${todos} TODO marks`])
  if (asks('test') && tests !== null)
    found.push(tests > 0 ? [1, `the project has ${tests} files of tests`] : [-1, 'the project has no test'])
  if (asks('link') && documents !== null && documents > 5)
    found.push([1, `the project has ${documents} documents`])
  return found
}

function holds(stems: readonly string[], phrase: readonly string[]): boolean {
  return stems.some((_, at) => phrase.every((stem, index) => stems[at + index] === stem))
}

function round(points: number): number {
  return Math.round(points * 1000) / 1000
}
