import { parseReference } from '../module/reference.ts'
import { childOf, parentOf, type Path, rootPath } from '../vfs/path.ts'
import type { Tree, TreeType } from '../vfs/tree.ts'
import type { Endings } from './endings.ts'
import { fold, searchable } from './fold.ts'
import { folderFiles, isMarkdown, type Layer } from './layers.ts'
import type { Names, Rung, Trail } from './trail.ts'

/** A file or folder of a layer. */
export interface Spot {
  readonly layer: Layer
  readonly path: Path
}

/** What a rung is asked: a target, where it stands, and the layers it may look in. */
export interface Question {
  readonly target: string
  /** Null for a reference that stands in no file. */
  readonly from: Spot | null
  /** The layer of `from`, or the project. */
  readonly own: Layer
  readonly layers: readonly Layer[]
  readonly endings: (layer: Layer) => Endings
  /** True when names may be completed: `x` for `x.md` or `x/README.md`. */
  readonly completes: boolean
}

/** What a rung found; more than one is ambiguous, `outside` when the target leaves the root here. */
export interface Found {
  readonly spots: readonly Spot[]
  readonly outside?: boolean
  /** True when it is a link on the way that leaves it. */
  readonly throughLink?: boolean
}

/** Looks for the target in one way and notes every place it looked at. */
export type Climb = (question: Question, trail: Trail) => Found

const nowhere: Found = { spots: [] }

/** Every rung by its name. */
export const climbs: Readonly<Record<Rung, Climb>> = {
  alias(question, trail) {
    if (!question.target.startsWith('@')) return nowhere
    const parsed = parseReference(question.target)
    if (!parsed || parsed.alias === null) return nowhere
    let outside = false
    let throughLink = false
    for (const layer of question.layers) {
      for (const folder of layer.aliases.get(parsed.alias) ?? []) {
        const path = foldBelow(folder, parsed.path)
        if (path === undefined) outside = true
        else {
          const spot = probe(question, { rung: 'alias', layer, path }, trail)
          if (spot) return { spots: [spot] }
          throughLink ||= leadsOut(question, layer, path)
        }
      }
    }
    return { spots: [], outside: outside || throughLink, throughLink }
  },

  relative(question, trail) {
    if (!question.from) return nowhere
    return probeFolded(
      question,
      { rung: 'relative', layer: question.own, base: parentOf(question.from.path) },
      trail,
    )
  },

  home(question, trail) {
    let outside = false
    for (const base of question.own.homes) {
      const found = probeFolded(question, { rung: 'home', layer: question.own, base }, trail)
      if (found.spots.length > 0) return found
      outside ||= found.outside === true
    }
    return { spots: [], outside }
  },

  repository(question, trail) {
    return probeFolded(question, { rung: 'repository', layer: question.own, base: rootPath }, trail)
  },

  category(question, trail) {
    const target = searchable(plain(question.target))
    if (target === '') return nowhere
    const layer = question.own
    const spots = layer.homes.flatMap((home) =>
      layer.tree
        .foldersIn(home)
        .map((name) =>
          probe(question, { rung: 'category', layer, path: childOf(childOf(home, name), target) }, trail),
        )
        .filter((spot) => spot !== undefined),
    )
    return { spots }
  },

  ending(question, trail) {
    const target = searchable(plain(question.target))
    // Only files have endings here: `research/` asks for a folder, and `docs/research.md` is none.
    if (target === '' || question.target.endsWith('/')) return nowhere
    const layer = question.own
    for (const ending of question.completes && !isMarkdown(target) ? [target, `${target}.md`] : [target]) {
      // A name that is a link counts when it leads to a file.
      const paths = question
        .endings(layer)
        .find(ending)
        .filter((path) => layer.tree.typeOf(path) === 'file')
      const path = `**/${ending}` as Path
      const found = paths.length > 0 ? path : undefined
      trail.last = {
        rung: 'ending',
        layer,
        path,
        names: 'itself',
        found,
        isFolder: false,
        before: trail.last,
      }
      if (paths.length > 0) return { spots: paths.map((path) => ({ layer, path })) }
    }
    return nowhere
  },
}

/** The target of an alias as a path: `@modules/x` is looked for as `modules/x` by the rungs below the first. */
function plain(target: string): string {
  return target.startsWith('@') ? target.slice(1) : target
}

/** `target` below `folder`; undefined when it climbs out of it. */
export function foldBelow(folder: Path, target: string): Path | undefined {
  const below = fold(rootPath, target)
  if (below === undefined) return undefined
  return below === '' ? folder : folder === '' ? below : (`${folder}/${below}` as Path)
}

/** A place to look at. */
export interface Probe {
  readonly rung: Rung
  readonly layer: Layer
  readonly path: Path
}

function probeFolded(question: Question, at: { rung: Rung; layer: Layer; base: Path }, trail: Trail): Found {
  // What may not be completed is a link, and there an `@` is a letter of the name.
  const path = fold(at.base, question.completes ? plain(question.target) : question.target)
  if (path === undefined) return { spots: [], outside: true }
  const spot = probe(question, { rung: at.rung, layer: at.layer, path }, trail)
  if (spot) return { spots: [spot] }
  const throughLink = leadsOut(question, at.layer, path)
  return { spots: [], outside: throughLink, throughLink }
}

/** True for a path where nothing was found because a link leads out of the root: itself, or a folder above it. */
function leadsOut({ completes }: Question, { tree }: Layer, path: Path): boolean {
  // The folders on the way have been listed to find nothing, so that their links are known.
  if (tree.links.length === 0) return false
  if (completes && !isMarkdown(path) && tree.typeOf(`${path}.md` as Path) === 'outside') return true
  let at = path
  while (tree.typeOf(at) === undefined) at = parentOf(at)
  return tree.typeOf(at) === 'outside'
}

/** What is at a place, or at its completions; the look is noted. */
export function probe(question: Question, { rung, layer, path }: Probe, trail: Trail): Spot | undefined {
  const names = namesAt(question, path)
  const type = layer.tree.typeOf(path)
  const file = fileAt(layer.tree, { path, type, names })
  const isFolder = file === undefined && type === 'directory'
  const found = isFolder ? path : file
  trail.last = { rung, layer, path, names, found, isFolder, before: trail.last }
  return found === undefined ? undefined : { layer, path: found }
}

function namesAt({ completes, target }: Question, path: Path): Names {
  if (path === '') return 'none'
  const folderOnly = target.endsWith('/')
  if (!completes) return folderOnly ? 'none' : 'itself'
  return folderOnly ? 'inside' : isMarkdown(path) ? 'itself' : 'completed'
}

function fileAt(
  tree: Tree,
  { path, type, names }: { path: Path; type: TreeType; names: Names },
): Path | undefined {
  if (names === 'none') return undefined
  if (type === 'file' && names !== 'inside') return path
  if (names === 'itself') return undefined
  const isFile = (place: Path): boolean => tree.typeOf(place) === 'file'
  const named = `${path}.md` as Path
  if (names === 'completed' && isFile(named)) return named
  return type === 'directory' ? folderFiles.map((name) => childOf(path, name)).find(isFile) : undefined
}
