import { nameOf, type Path, rootPath } from '../vfs/path.ts'
import { homePathOf, type Layer } from './layers.ts'
import { foldBelow, probe, type Question, type Spot } from './rungs.ts'
import { suggestBelow } from './suggest.ts'
import type { Suggestion, Trail } from './trail.ts'

/** What `@super` found: the first lower layer that has it wins. */
export interface Below {
  readonly spot: Spot | undefined
  readonly outside: boolean
  readonly suggestion: Suggestion | null
  /** What to do when nothing was found. */
  readonly hint: string
}

/**
 * Looks for `@super/path` in the layers below the one of the file: as an alias (`@super/modules/x.md` is `@modules/x.md` one
 * layer further down), below the homes, and below the aliases that hold the file. `@super` alone is the file's own counterpart
 * there: the same path below the same alias or home. The file's own layer is never looked at.
 */
export function lookBelow(question: Question, trail: Trail): Below {
  const layers = question.layers.slice(question.layers.indexOf(question.own) + 1)
  const written = question.target.slice('@super/'.length)
  const asking = { ...question, layers }
  let outside = false
  for (const layer of layers) {
    for (const path of written === '' ? counterparts(question, layer) : places(question, layer, written)) {
      if (path === undefined) {
        outside = true
        continue
      }
      const spot = probe({ ...asking, completes: written !== '' }, { rung: 'alias', layer, path }, trail)
      if (spot && (written !== '' || layer.tree.typeOf(path) === 'file'))
        return { spot, outside: false, suggestion: null, hint: '' }
    }
  }
  const meant = written === '' ? question.from && nameOf(question.from.path) : written
  const suggestion = meant ? suggestBelow({ ...asking, target: `@super/${meant}` }) : null
  return { spot: undefined, outside, suggestion, hint: hintFor(question, layers) }
}

function hintFor({ from, target, own }: Question, layers: readonly Layer[]): string {
  const file = 'Write the path or the alias of the file that is meant.'
  if (!from && target === '@super')
    return '"@super" stands for a file of the layer below: say which file it stands in.'
  if (layers.length === 0) return `There is no layer below this one (${own.name}). ${file}`
  return `No layer below this one (${own.name}) has it; looked in: ${layers.map(nameFor).join(', ')}. ${file}`
}

function nameFor({ name, label }: Layer): string {
  return label === '' ? name : `${name} ${label}`
}

/** Where the file itself would stand in a lower layer. */
function counterparts({ from, own }: Question, layer: Layer): (Path | undefined)[] {
  if (!from) return []
  const paths = aliasPlaces(own, from.path).flatMap(({ alias, rest }) =>
    below(layer.aliases.get(alias), rest),
  )
  const homePath = own.homes.length === 0 ? from.path : homePathOf(own, from.path)
  return distinct(homePath === null ? paths : [...paths, ...below(homesOf(layer), homePath)])
}

/** Where `written` may stand in a lower layer; undefined for what climbs out of its place. */
function places({ from, own }: Question, layer: Layer, written: string): (Path | undefined)[] {
  const slash = written.indexOf('/')
  const first = slash < 0 ? written : written.slice(0, slash)
  const asAlias = below(layer.aliases.get(first), slash < 0 ? '' : written.slice(slash + 1))
  const beside = from ? aliasPlaces(own, from.path) : []
  return distinct([
    ...asAlias,
    ...below(homesOf(layer), written),
    ...beside.flatMap(({ alias }) => below(layer.aliases.get(alias), written)),
  ])
}

function below(folders: readonly Path[] | undefined, rest: string): (Path | undefined)[] {
  return (folders ?? []).map((folder) => foldBelow(folder, rest))
}

function homesOf(layer: Layer): readonly Path[] {
  return layer.homes.length > 0 ? layer.homes : [rootPath]
}

/** The aliases that hold a path, the deepest folder first, and what is left of the path below each. */
function aliasPlaces(layer: Layer, path: Path): { alias: string; rest: string }[] {
  return [...layer.aliases]
    .flatMap(([alias, folders]) => folders.map((folder) => ({ alias, folder })))
    .filter(({ folder }) => folder === '' || path.startsWith(`${folder}/`))
    .toSorted((a, b) => b.folder.length - a.folder.length)
    .map(({ alias, folder }) => ({ alias, rest: folder === '' ? path : path.slice(folder.length + 1) }))
}

function distinct<T>(values: readonly T[]): T[] {
  return [...new Set(values)]
}
