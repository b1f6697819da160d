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
  firstVerb: 2,
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

/** Something that speaks for a command. */
interface Reason {
  readonly points: number
  /** Null for what is too weak to be told. */
  readonly text: string | null
}

function scoreOne(capability: Capability, evidence: Evidence, rarity: Rarity): Score {
  const said = [...phraseReasons(capability, evidence), ...wordReasons(capability, evidence, rarity)]
  const isSpokenFor = said.some(({ text }) => text !== null)
  const reasons = isSpokenFor ? [...said, ...otherReasons(capability, evidence)] : said
  return {
    command: capability.command,
    points: Math.round(reasons.reduce((sum, { points }) => sum + points, 0) * 1000) / 1000,
    reasons: reasons.flatMap(({ text }) => (text === null ? [] : [text])),
  }
}

function phraseReasons({ command, phrases }: Capability, { features }: Evidence): Reason[] {
  const stems = features.words.map(({ stem }) => stem)
  const named = features.named === command.toLowerCase() ? [{ points: 100, text: 'it is named' }] : []
  return [
    ...named,
    ...phrases.flatMap(({ text, stems: phrase }) => {
      const at = stems.findIndex((_, at) => phrase.every((stem, index) => stems[at + index] === stem))
      if (at < 0) return []
      return [{ points: weights.phrase * shareOf(at, features), text: `"${text}" is one of its phrases` }]
    }),
  ]
}

function wordReasons(capability: Capability, { features, capabilities }: Evidence, rarity: Rarity): Reason[] {
  const stems = features.words.map(({ stem }) => stem)
  const firstVerb = features.asks
    ? undefined
    : stems.find((stem) => capabilities.some(({ verbs }) => verbs.has(stem)))
  return features.words.flatMap(({ text, stem }, at): Reason[] => {
    if (stems.indexOf(stem) !== at) return []
    const share = shareOf(at, features)
    const verb = weights.verb + (stem === firstVerb ? weights.firstVerb : 0)
    const reasons: Reason[] = []
    if (capability.verbs.has(stem))
      reasons.push({ points: verb * share * rarity('verbs', stem), text: `"${text}" is what it does` })
    if (capability.objects.has(stem))
      reasons.push({
        points: weights.object * share * rarity('objects', stem),
        text: `"${text}" is what it is about`,
      })
    else if (capability.described.has(stem))
      reasons.push({ points: weights.described * share * rarity('described', stem), text: null })
    return reasons
  })
}

/** What is wanted first counts whole, what is to follow half: the command for it comes later. */
function shareOf(at: number, { first }: Evidence['features']): number {
  return at < first ? 1 : 0.5
}

/** What decides between commands for which the words speak already. */
function otherReasons(capability: Capability, { features, signals, preferences }: Evidence): Reason[] {
  const { command, takesPath, takesName } = capability
  const [path] = features.paths
  const [name] = features.names
  const stems = features.words.map(({ stem }) => stem)
  const liking = preferences[command] ?? 0
  return [
    ...(takesPath && path !== undefined
      ? [{ points: weights.path, text: `it takes a path, and "${path}" is one` }]
      : []),
    ...(takesName && name !== undefined
      ? [{ points: weights.name, text: `it takes a name, and "${name}" is one` }]
      : []),
    ...signalsFor(stems, capability, signals).map(([more, text]) => ({
      points: more * weights.signal,
      text,
    })),
    ...(liking === 0 ? [] : [{ points: liking, text: 'it is preferred' }]),
  ]
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
