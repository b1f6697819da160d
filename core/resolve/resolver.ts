import { decodePercent, type Form, isSuper } from '../module/reference.ts'
import { parsePath } from '../vfs/gate.ts'
import { parentOf, type Path } from '../vfs/path.ts'
import type { TreeChange } from '../vfs/tree-refresh.ts'
import { lookBelow } from './below.ts'
import { classOfFound, classOfMissing, isElsewhere } from './classify.ts'
import { createEndings, type Endings } from './endings.ts'
import { external, foundBy, foundUnasked, type KeptResolution, notFound } from './kept-resolution.ts'
import { labelOf, type Layer } from './layers.ts'
import { climbs, type Question, type Spot } from './rungs.ts'
import { spotAt } from './spots.ts'
import { staleness } from './staleness.ts'
import { type Ladder, suggest } from './suggest.ts'
import { type Look, type Resolution, type Rung, type Trail, triesOf } from './trail.ts'

/** What a reference asks for: its path part and its form, which decides the rungs. */
export interface Asked {
  readonly target: string
  readonly form: Form
}

/** An answer of a plugin: a path of the project. */
export interface Answer {
  readonly path: Path
  readonly plugin: string
}

export interface ResolverOptions {
  /** The project first; the first layer that has the file wins. */
  readonly layers: readonly Layer[]
  /** Absolute folder of the project with `/`, so that absolute imports into it are known as such. */
  readonly folder?: string | null
  /** True for paths that git would ignore: what is missing there is written at run time. */
  isIgnored?(path: string): boolean
  /** A rung of a plugin's own, asked first. */
  answer?(asked: Asked, from: Spot | null): Answer | undefined
}

/** Resolves references without waiting and without reading a file; the same question is answered once. */
export interface Resolver {
  resolve(asked: Asked, from: Spot | null): Resolution
  /** The file that a resolution found. */
  spotOf(resolution: Resolution): Spot | undefined
  /**
   * Forgets the answers that a change of a layer's tree may have made wrong, and gives them: those that looked at one of the
   * paths, found or not, and those that depend on all names because they searched or suggest.
   */
  forget(layer: Layer, change: TreeChange): ReadonlySet<Resolution>
  /** How many answers are remembered. */
  readonly size: number
  /** Forgets the answers that nobody uses: what was asked once, while somebody wrote, need not be known for ever. */
  keepOnly(used: ReadonlySet<Resolution>): void
}

/** Longer targets name no file on any system; to look for one would only cost time. */
const longestTarget = 4_096

const full: Ladder = {
  first: 'relative',
  rungs: ['alias', 'relative', 'home', 'repository', 'category', 'ending'],
  unused: [],
  completes: true,
}
const fileOnly: Ladder = {
  first: 'relative',
  rungs: ['relative'],
  unused: ['repository', 'home', 'category', 'ending'],
  completes: false,
}
const fromRoot: Ladder = {
  first: 'repository',
  rungs: ['repository'],
  unused: ['home', 'category', 'ending'],
  completes: false,
}

/** A resolver over the layers. Answers are remembered until the trees change: then make a new one. */
export function createResolver(options: ResolverOptions): Resolver {
  const { layers } = options
  const project = layers[0]!
  const endings = new Map<Layer, Endings>()
  /** By form, then by place. */
  const answers = new Map<Form, Map<string, Answers>>()
  /** Of aliases that were found: they are found wherever they stand. */
  const anywhere: Answers = new Map()
  let asking: { readonly from: Spot | null; readonly folder: string } = { from: null, folder: '' }
  let size = 0

  function endingsOf(layer: Layer): Endings {
    const known = endings.get(layer) ?? createEndings(layer.tree)
    endings.set(layer, known)
    return known
  }

  function resolve(asked: Asked, from: Spot | null): Resolution {
    const { target } = asked
    const isAlias = isForAnyFile(asked)
    const known = isAlias ? anywhere.get(target) : undefined
    if (known) return known
    const places = placesOf(asked.form)
    const place = placeOf(target, from)
    const here = places.get(place)
    const old = here?.get(target)
    if (old) return old
    const made = climb(asked, from)
    size++
    if (isAlias && made.rung === 'alias') anywhere.set(target, made)
    else if (here) here.set(target, made)
    else places.set(place, new Map([[target, made]]))
    return made
  }

  function placesOf(form: Form): Map<string, Answers> {
    const known = answers.get(form) ?? new Map<string, Answers>()
    answers.set(form, known)
    return known
  }

  /** What the same question is known by: links see their folder, `#x` and `@super` the file itself. */
  function placeOf(target: string, from: Spot | null): string {
    if (!from) return nowhere
    if (target === '' || isSuper(target)) return labelOf(from.layer, from.path)
    // Files ask one after the other, each all that it refers to.
    if (asking.from !== from) asking = { from, folder: labelOf(from.layer, parentOf(from.path)) }
    return asking.folder
  }

  /** True for an alias; a plugin may answer it in one file otherwise than in another. */
  function isForAnyFile({ target, form }: Asked): boolean {
    return target.startsWith('@') && !isPlace(form) && !isSuper(target) && options.answer === undefined
  }

  function climb(asked: Asked, from: Spot | null): KeptResolution {
    const target = asked.form === 'import' ? fromFolder(asked.target, options.folder) : asked.target
    if (target === undefined) return notFound({ status: 'outside' })
    if (isElsewhere(target)) return external
    if (target.length > longestTarget) return notFound({ class: classOfMissing(target, asked.form, false) })
    const answered = options.answer?.(asked, from)
    if (answered)
      return foundUnasked({ layer: project, path: answered.path }, { rung: null, plugin: answered.plugin })
    if (target === '' && from) return foundUnasked(from, { rung: 'relative', plugin: null })
    const ladder = ladderOf(asked.form, target)
    const question: Question = {
      target: asked.form === 'link' || asked.form === 'image' ? decodePercent(target) : target,
      from,
      own: from?.layer ?? project,
      layers,
      endings: endingsOf,
      completes: ladder.completes,
    }
    return isSuper(target)
      ? descend(asked, { ...question, completes: true })
      : ascend(asked, question, ladder)
  }

  function descend(asked: Asked, question: Question): KeptResolution {
    const trail: Trail = { last: undefined }
    const { spot, outside, suggestion, hint } = lookBelow(question, trail)
    if (spot) return foundBy(trail.last!, spot)
    const kind = classOfMissing(asked.target, asked.form, false)
    const status = outside ? 'outside' : 'missing'
    return notFound(
      { status, class: kind, suggestion: kind === 'example' ? null : suggestion, hint },
      trail.last,
    )
  }

  function ascend(asked: Asked, question: Question, ladder: Ladder): KeptResolution {
    const trail: Trail = { last: undefined }
    const first = question.target.startsWith('@') ? 'alias' : question.from ? ladder.first : 'repository'
    let outside = false
    let throughLink = false
    for (const rung of ladder.rungs) {
      const result = climbs[rung](question, trail)
      if (result.spots.length === 1) return foundBy(trail.last!, result.spots[0]!)
      if (result.spots.length > 1) return ambiguous(result.spots, rung, trail.last)
      if (rung !== first) continue
      outside = result.outside === true
      throughLink = result.throughLink === true
    }
    const ignored = options.isIgnored?.(question.target) ?? false
    const kind = classOfMissing(asked.target, asked.form, ignored)
    const said = {
      status: outside ? 'outside' : 'missing',
      class: kind,
      throughLink,
      ...(kind === 'example' ? {} : suggest(question, ladder)),
      hint: outside ? null : hintForRefused(question.own, trail.last),
    } as const
    return notFound(said, trail.last)
  }

  function forget(layer: Layer, change: TreeChange): ReadonlySet<Resolution> {
    if (change.added.length + change.removed.length === 0) return nobody
    endings.delete(layer)
    return forgetWhere(staleness(layer, change, options.answer !== undefined))
  }

  function forgetWhere(isForgotten: (target: string, answer: KeptResolution) => boolean): Set<Resolution> {
    const forgotten = new Set<Resolution>()
    const forgetIn = (known: Answers): void => {
      for (const [target, answer] of known) {
        if (!isForgotten(target, answer)) continue
        known.delete(target)
        size--
        forgotten.add(answer)
      }
    }
    forgetIn(anywhere)
    for (const places of answers.values()) {
      for (const [place, known] of places) {
        forgetIn(known)
        if (known.size === 0) places.delete(place)
      }
    }
    return forgotten
  }

  return {
    resolve,
    spotOf: ({ to }) => (to === null ? undefined : spotAt(layers, to)),
    forget,
    get size() {
      return size
    },
    keepOnly(used) {
      forgetWhere((_, answer) => !used.has(answer))
      // They remember what they were asked too, and answer only so much.
      endings.clear()
    },
  }
}

/** Answers by their targets. */
type Answers = Map<string, KeptResolution>

const nobody: ReadonlySet<Resolution> = new Set()

function ambiguous(spots: readonly Spot[], rung: Rung, last: Look | undefined): KeptResolution {
  const candidates = spots.map((spot) => labelOf(spot.layer, spot.path))
  const kind = classOfFound(spots[0]!.path, false)
  return notFound({ status: 'ambiguous', class: kind, rung, candidates }, last)
}

/** Why a file that one may see in its folder is not found: it is a link to nowhere, or nobody may open its name. */
function hintForRefused({ tree, label }: Layer, last: Look | undefined): string | null {
  const own = triesOf(last).filter(({ path, rung }) => rung !== 'ending' && path.startsWith(label))
  const link = own.find(({ path }) => tree.isLink(path.slice(label.length) as Path))
  if (link) return `"${link.path}" is a link that leads nowhere: mend it, or remove the reference.`
  const parsed = own[0] && parsePath(own[0].path.slice(label.length))
  if (!parsed || parsed.ok || parsed.diagnostic.code !== 'NAME_UNSAFE') return null
  return `${parsed.diagnostic.message} ${parsed.diagnostic.hint}`
}

/** The place of a question that stands in no file; no path is written so. */
const nowhere = '//'

/** True for forms that name a place as seen from the file, where `@` is a letter like others. */
function isPlace(form: Form): boolean {
  return form === 'link' || form === 'image' || form === 'import'
}

function ladderOf(form: Form, target: string): Ladder {
  if (isPlace(form))
    return target.startsWith('/') || (target.startsWith('%') && decodePercent(target).startsWith('/'))
      ? fromRoot
      : fileOnly
  return full
}

/** An absolute import as a path from the root of the project; undefined when it points elsewhere on the machine. */
function fromFolder(target: string, folder: string | null | undefined): string | undefined {
  if (!target.startsWith('/')) return target
  return folder && target.startsWith(`${folder}/`) ? target.slice(folder.length) : undefined
}
