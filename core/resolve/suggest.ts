import { parseReference } from '../module/reference.ts'
import { nameOf, type Path } from '../vfs/path.ts'
import { fold, searchable } from './fold.ts'
import { isMarkdown, labelOf, type Layer } from './layers.ts'
import { climbs, type Question, type Spot } from './rungs.ts'
import type { Rung, Suggestion } from './trail.ts'

/** How sure a file found by a rung that this form may not use is the one that was meant. */
const confidenceOf: Readonly<Record<Rung, number>> = {
  alias: 0.95,
  relative: 0.95,
  home: 0.95,
  repository: 0.95,
  category: 0.9,
  ending: 0.9,
}

/** What was probably meant by a target that was not found, or null when nothing is near enough. */
export function suggest(question: Question, unused: readonly Rung[]): Suggestion | null {
  if (searchable(question.target) === '') return null
  return (
    bySameLetters(question) ?? byUnusedRungs(question, unused) ?? bySameName(question) ?? byNearName(question)
  )
}

/** What was probably meant by `@super/path`; the layers of the question are the lower ones. */
export function suggestBelow(question: Question): Suggestion | null {
  const asking = { ...question, completes: true }
  const near = bySameName(asking) ?? byNearName(asking)
  return near?.path.startsWith('@') ? { ...near, path: near.path.replace('@', '@super/') } : null
}

function bySameLetters(question: Question): Suggestion | null {
  const base = question.from ? parentFolder(question.from.path) : ''
  for (const folder of new Set([base, ...question.own.homes, ''])) {
    const path = fold(folder as Path, question.target.replace(/^@/, ''))
    const same = path && question.own.tree.sameLetters(path)
    if (same) return written(question, { layer: question.own, path: same }, 0.99)
  }
  return null
}

function byUnusedRungs(question: Question, unused: readonly Rung[]): Suggestion | null {
  for (const rung of unused) {
    const { spots } = climbs[rung]({ ...question, completes: true }, [])
    if (spots.length === 1) return written(question, spots[0]!, confidenceOf[rung])
  }
  return null
}

function bySameName(question: Question): Suggestion | null {
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
      .filter((path) => layer.tree.typeOf(path) !== undefined)
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

function parentFolder(path: Path): string {
  return path.slice(0, Math.max(0, path.length - nameOf(path).length - 1))
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
