import { parseReference } from '../module/reference.ts'
import { parentOf, type Path, rootPath } from '../vfs/path.ts'
import { fold, searchable } from './fold.ts'
import { isMarkdown, labelOf, type Layer } from './layers.ts'
import { climbs, foldBelow, type Question, type Spot } from './rungs.ts'
import type { Resolution, Rung, Suggestion } from './trail.ts'

/** How sure a file found by a rung that this form may not use is the one that was meant. */
const confidenceOf: Readonly<Record<Rung, number>> = {
  alias: 0.95,
  relative: 0.95,
  home: 0.95,
  repository: 0.95,
  category: 0.9,
  ending: 0.9,
}

/** The rungs that a form climbs. */
export interface Ladder {
  readonly rungs: readonly Rung[]
  /** The one that says whether a path that stands in a file leaves the root. */
  readonly first: Rung
  /** Rungs that this form may not use: they only make the suggestion. */
  readonly unused: readonly Rung[]
  readonly completes: boolean
}

/** What was probably meant, and whether only letter case or Unicode form keep it from being found. */
export type Guess = Pick<Resolution, 'suggestion' | 'differs'>

/** What was probably meant by a target that was not found; null when nothing is near enough. */
export function suggest(question: Question, { rungs, unused }: Ladder): Guess {
  if (searchable(question.target) === '') return { suggestion: null, differs: null }
  const same = sameLetters(question, rungs)
  if (same) return { suggestion: written(question, same.spot, 0.99), differs: same.differs }
  const suggestion =
    belowHome(question) ??
    sameElsewhere(question) ??
    byUnusedRungs(question, unused) ??
    bySameName(question) ??
    byNearName(question)
  return { suggestion, differs: null }
}

/** What was probably meant by `@super/path`; the layers of the question are the lower ones. */
export function suggestBelow(question: Question): Suggestion | null {
  const asking = { ...question, completes: true }
  const near = bySameName(asking) ?? byNearName(asking)
  return near?.path.startsWith('@') ? { ...near, path: near.path.replace('@', '@super/') } : null
}

/** The file that this form would find if letter case and Unicode form did not count. */
function sameLetters(
  question: Question,
  rungs: readonly Rung[],
): { spot: Spot; differs: 'case' | 'unicode' } | undefined {
  for (const { layer, path } of wantedBy(question, rungs)) {
    for (const wanted of question.completes ? [path, `${path}.md` as Path] : [path]) {
      const same = layer.tree.sameLetters(wanted)
      if (same === undefined) continue
      const differs = same.normalize('NFC') === wanted.normalize('NFC') ? 'unicode' : 'case'
      return { spot: { layer, path: same }, differs }
    }
  }
  return undefined
}

/** The places that a form means: below its aliases, beside its file, in a home, in the repository. */
function* wantedBy({ target, from, own, layers }: Question, rungs: readonly Rung[]): Iterable<Spot> {
  const parsed = rungs.includes('alias') ? parseReference(target) : undefined
  if (parsed && parsed.alias !== null) {
    for (const layer of layers) {
      for (const folder of layer.aliases.get(parsed.alias) ?? []) {
        const path = foldBelow(folder, parsed.path)
        if (path) yield { layer, path }
      }
    }
  }
  const bases: (readonly [Rung, readonly Path[]])[] = [
    ['relative', from ? [parentOf(from.path)] : []],
    ['home', own.homes],
    ['repository', [rootPath]],
  ]
  for (const base of bases.flatMap(([rung, folders]) => (rungs.includes(rung) ? folders : []))) {
    const path = fold(base, parsed ? target.replace(/^@/, '') : target)
    if (path) yield { layer: own, path }
  }
}

/** A leading slash means the repository; some authors mean the framework's home by it. */
function belowHome(question: Question): Suggestion | null {
  if (!question.target.startsWith('/')) return null
  const target = question.target.replace(/^\/+/, '')
  const { spots } = climbs.home({ ...question, target, completes: true }, { last: undefined })
  return spots.length === 1 ? written(question, spots[0]!, confidenceOf.home) : null
}

function sameElsewhere(question: Question): Suggestion | null {
  for (const folder of new Set([...question.own.homes, rootPath])) {
    const path = fold(folder, question.target.replace(/^@/, ''))
    const same = path && question.own.tree.sameLetters(path)
    if (same) return written(question, { layer: question.own, path: same }, 0.99)
  }
  return null
}

function byUnusedRungs(question: Question, unused: readonly Rung[]): Suggestion | null {
  for (const rung of unused) {
    const { spots } = climbs[rung]({ ...question, completes: true }, { last: undefined })
    if (spots.length === 1) return written(question, spots[0]!, confidenceOf[rung])
  }
  return null
}

function bySameName(question: Question): Suggestion | null {
  if (question.target.endsWith('/')) return null
  const target = withEnding(searchable(question.target.replace(/^@(?:super\/)?/, '')))
  const name = target.slice(target.lastIndexOf('/') + 1)
  const spots = spotsNamed(question, name)
  if (spots.length === 0) return null
  if (spots.length === 1) return written(question, spots[0]!, 0.8)
  const ranked = spots
    .map((spot) => ({ spot, shared: sharedSegments(target, spot.path) }))
    .toSorted((a, b) => b.shared - a.shared)
  return ranked[0]!.shared > ranked[1]!.shared ? written(question, ranked[0]!.spot, 0.6) : null
}

function byNearName(question: Question): Suggestion | null {
  if (question.target.endsWith('/')) return null
  const target = withEnding(searchable(question.target.replace(/^@(?:super\/)?/, '')))
  const name = target.slice(target.lastIndexOf('/') + 1)
  if (name.length < 4) return null
  const [best] = searched(question)
    .map((layer) => question.endings(layer).near(name))
    .filter((near) => near !== undefined)
    .toSorted((a, b) => b.confidence - a.confidence)
  const spots = best ? spotsNamed(question, best.value) : []
  return best && spots.length === 1 ? written(question, spots[0]!, round(best.confidence * 0.8)) : null
}

function spotsNamed(question: Question, name: string): Spot[] {
  return searched(question).flatMap((layer) =>
    (question.endings(layer).byName().get(name) ?? [])
      .filter((path) => layer.tree.typeOf(path) === 'file')
      .map((path) => ({ layer, path })),
  )
}

/** An alias may mean any layer; every other form means its own. */
function searched(question: Question): readonly Layer[] {
  return question.target.startsWith('@') && question.completes ? question.layers : [question.own]
}

function withEnding(target: string): string {
  return isMarkdown(target) || /\.\w{1,5}$/.test(target) ? target : `${target}.md`
}

function sharedSegments(target: string, path: Path): number {
  const segments = new Set(path.split('/'))
  return target.split('/').filter((segment) => segments.has(segment)).length
}

function written(question: Question, spot: Spot, confidence: number): Suggestion {
  const alias = parseReference(question.target)?.alias
  return { path: (alias ? asAlias(spot, alias) : undefined) ?? labelOf(spot.layer, spot.path), confidence }
}

/** The spot written as an alias: the one of the reference when it fits, otherwise the one with the deepest folder. */
function asAlias(spot: Spot, preferred: string): string | undefined {
  const fits = [...spot.layer.aliases]
    .flatMap(([name, folders]) => folders.map((folder) => ({ name, folder })))
    .filter(({ folder }) => folder === '' || spot.path.startsWith(`${folder}/`))
    .toSorted((a, b) => b.folder.length - a.folder.length)
  const fit = fits.find(({ name }) => name === preferred) ?? fits[0]
  if (!fit) return undefined
  return `@${fit.name}/${fit.folder === '' ? spot.path : spot.path.slice(fit.folder.length + 1)}`
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
