import type { GroupReport } from 'heddle'
import type { EnhanceResult, Improvement } from './result.ts'

const weights = { error: 0, warning: 1, info: 2 } as const
const shown = 15

/** Improvements by severity, then by the number of places, then by rule. */
export function rank(improvements: readonly Improvement[]): readonly Improvement[] {
  return improvements.toSorted(
    (a, b) =>
      weights[a.severity] - weights[b.severity] ||
      b.places.length - a.places.length ||
      (a.rule < b.rule ? -1 : 1),
  )
}

/** One line for each of the first improvements. */
export function summaryOf(ranked: readonly Improvement[]): readonly string[] {
  if (ranked.length === 0) return ['Nothing was found that the rules ask to be improved.']
  const places = ranked.reduce((sum, improvement) => sum + improvement.places.length, 0)
  const left = ranked.length - shown
  return [
    `${ranked.length} ${ranked.length === 1 ? 'thing' : 'things'} to improve in ${places} ${places === 1 ? 'place' : 'places'}`,
    ...ranked.slice(0, shown).map(({ what, places: [first, ...more], severity }) => {
      const others = more.length > 0 ? ` and ${more.length} more` : ''
      return `${severity}: ${what}  ${first!.path}:${first!.line}${others}`
    }),
    ...(left > 0 ? [`… ${left} more, all of them in --format json`] : []),
  ]
}

/** The groups with what the rules of modules found taken into the one list. */
export function withRules(groups: readonly GroupReport[]): readonly GroupReport[] {
  const own = groups.find(({ name }) => name === 'enhance/pieces')?.synthesis
  if (!isResult(own)) return groups
  const ranked = rank([
    ...own.improvements,
    ...groups.flatMap(({ synthesis }) => improvementsIn(synthesis, own.path)),
  ])
  const whole = { ...own, summary: summaryOf(ranked), improvements: ranked }
  return groups.map((group) => (group.name === 'enhance/pieces' ? { ...group, synthesis: whole } : group))
}

function isResult(value: unknown): value is EnhanceResult {
  return value !== null && typeof value === 'object' && 'improvements' in value && 'path' in value
}

interface Declared {
  readonly module?: unknown
  readonly found?: readonly {
    readonly operation: string
    readonly finding: {
      readonly message: string
      readonly hint: string | null
      readonly severity: Improvement['severity']
    } | null
    readonly places: Improvement['places']
  }[]
}

/** Read as data: groups that modules declare are Heddle's own. */
function improvementsIn(synthesis: unknown, path: string): Improvement[] {
  const { module, found } = (synthesis ?? {}) as Declared
  if (typeof module !== 'string' || !Array.isArray(found)) return []
  return (found as NonNullable<Declared['found']>).flatMap(({ operation, finding, places }) => {
    const own = places.filter((place) => isWithin(place.path, path))
    if (!finding || own.length === 0) return []
    const { message, hint, severity } = finding
    const name = module.slice(module.lastIndexOf('/') + 1).replace(/\.[^.]+$/, '')
    return [{ rule: `${name}/${operation}`, what: message, hint: hint ?? '', severity, places: own }]
  })
}

/** True for a path that is the one asked for, or in it; the empty path is everything. */
export function isWithin(file: string, path: string): boolean {
  return path === '' || file === path || file.startsWith(`${path}/`)
}
