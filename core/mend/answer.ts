import type { Library } from '../load/library.ts'
import type { Reference } from '../module/reference.ts'
import { createEndings, type Endings } from '../resolve/endings.ts'
import { fold, searchable } from '../resolve/fold.ts'
import { isMarkdown, type Layer } from '../resolve/layers.ts'
import { climbs, type Question, type Spot } from '../resolve/rungs.ts'
import type { Resolution, Rung } from '../resolve/trail.ts'
import { parentOf, type Path } from '../vfs/path.ts'

/** What a reference was meant to name, and how sure that is. */
export interface Answer {
  /** As people see it. */
  readonly to: string
  readonly confidence: number
}

/** Asks for what was meant by a reference that stands in a file of the project. */
export type Answers = (asked: Asked) => Answer | undefined

export interface Asked {
  readonly reference: Reference
  /** The path of the reference, everything undone that its place asks for. */
  readonly path: string
  readonly resolution: Resolution
  readonly from: Path
}

/** From here on there was one right answer. */
export const certain = 0.9

const confidenceOf = { searched: 1, letters: 0.99, rung: 0.95, search: certain } as const
/** Whatever the resolver suggests besides is a guess, however near. */
const bestGuess = 0.85

/**
 * Answers from the layers, the project first. What is only likely has a confidence below `certain`: the nearest name, a file
 * that has the same name as the missing one, one of several that fit.
 */
export function createAnswers(layers: readonly Layer[], library: Library): Answers {
  const project = layers[0]!
  const known = createEndings(project.tree)
  return (asked) => {
    const { resolution, reference } = asked
    if (resolution.status === 'searched') return { to: resolution.to!, confidence: confidenceOf.searched }
    if (resolution.status !== 'missing' && resolution.status !== 'outside') return undefined
    const isFromFile = reference.form === 'link' || reference.form === 'image' || reference.form === 'import'
    return (
      sameLetters(asked, project) ??
      (isFromFile ? byOtherRungs(asked, project, known) : undefined) ??
      guess(resolution, library)
    )
  }
}

/** The only file that the form itself would find if letter case and Unicode form did not count. */
function sameLetters({ reference, path, from }: Asked, project: Layer): Answer | undefined {
  const found = new Set<Path>()
  for (const place of placesOf({ form: reference.form, path, from }, project)) {
    const same = project.tree.sameLetters(place)
    if (same !== undefined) found.add(same)
  }
  const [only, ...others] = found
  return only !== undefined && others.length === 0
    ? { to: only, confidence: confidenceOf.letters }
    : undefined
}

const others: readonly Rung[] = ['repository', 'home', 'category', 'ending']

/** The only file that any rung finds which links and imports may not use. */
function byOtherRungs({ path, from, reference }: Asked, project: Layer, known: Endings): Answer | undefined {
  if (path.endsWith('/') || (reference.form === 'import' && path.startsWith('/'))) return undefined
  const question: Question = {
    target: path,
    from: { layer: project, path: from },
    own: project,
    layers: [project],
    endings: () => known,
    completes: false,
  }
  const found = new Map<Path, Rung>()
  for (const rung of others)
    for (const { path } of filesOf(climbs[rung](question, { last: undefined }).spots))
      if (!found.has(path)) found.set(path, rung)
  const [only, ...more] = found
  if (!only || more.length > 0) return undefined
  const [to, rung] = only
  if (rung === 'repository' || rung === 'home') return { to, confidence: confidenceOf.rung }
  // A bare name says nothing of where it was meant to be; a folder or a way up does.
  const isBare = !path.includes('..') && !searchable(path).includes('/')
  return { to, confidence: isBare ? bestGuess : confidenceOf.search }
}

function filesOf(spots: readonly Spot[]): Spot[] {
  return spots.filter(({ layer, path }) => layer.tree.typeOf(path) === 'file')
}

/** Where a path leads by the rungs that its form may use, file ending left out or not. */
function placesOf(
  { form, path, from }: { form: Reference['form']; path: string; from: Path },
  project: Layer,
): Path[] {
  const isLink = form === 'link' || form === 'image' || form === 'import'
  const alias = /^@([\w-]+)\//.exec(path)
  const bases = alias
    ? (project.aliases.get(alias[1]!) ?? [])
    : isLink
      ? [parentOf(from)]
      : [parentOf(from), ...project.homes, '' as Path]
  const below = alias ? path.slice(alias[0].length) : path
  const ends = isLink || isMarkdown(below) || below.endsWith('/') ? [below] : [below, `${below}.md`]
  return bases.flatMap((base) =>
    ends.map((end) => fold(base, end)).filter((place) => place !== undefined && place !== ''),
  ) as Path[]
}

function guess({ suggestion }: Resolution, library: Library): Answer | undefined {
  if (!suggestion) return undefined
  const to = suggestion.path.startsWith('@') ? library.resolve(suggestion.path)?.to : suggestion.path
  return to ? { to, confidence: Math.min(suggestion.confidence, bestGuess) } : undefined
}
