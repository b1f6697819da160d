import { type Form, isSuper } from '../module/reference.ts'
import { folderFiles, homePathOf, type Layer } from '../resolve/layers.ts'
import type { Rung } from '../resolve/trail.ts'
import { nameOf, parentOf, type Path } from '../vfs/path.ts'
import { asPath, endOf, fromFolder, keepBody, keepHead, keepLength, namesOf, type Shape } from './shape.ts'

/** How a path is written now. */
export interface Writing {
  readonly form: Form
  /** The path as written, escapes undone. */
  readonly path: string
  readonly isDestination: boolean
  readonly rung: Rung | null
  /** What it names, and from where; null when it names nothing. */
  readonly goal: Goal | null
  /** True to write so that writing it back gives the old text, even where that is longer. */
  readonly faithful: boolean
}

/** What a path shall name, and from where. */
export interface Goal {
  readonly from: Path
  readonly layer: Layer
  readonly to: Path
  readonly isFolder: boolean
  /** True when `layer` is that of the file that the reference stands in: only then paths reach it. */
  readonly isOwn: boolean
  /** The absolute folder of the project. */
  readonly folder: string | null
}

/**
 * Ways to write the path of the goal, most like the old one first: an alias stays an alias, a relative path relative, what
 * was left out stays out. Whether they resolve is for the resolver to say.
 */
export function* respell(old: Writing, goal: Goal): Iterable<string> {
  const kind = kindOf(old, goal)
  const spellers = spellersOf(old, goal)
  if (old.faithful && old.goal && !comesHome(old, goal)) {
    const before = shapesOf(kind, old.goal.to)
    const after = shapesOf(kind, goal.to)[0]!
    for (const spell of spellers) {
      const wrote = before.some((shape) => spell(old.goal!, shape) === old.path)
      if (wrote) yield spell(goal, after) ?? ''
    }
    const isSearched = old.rung === 'category' || old.rung === 'ending'
    if (isSearched) yield keepLength(old.path, before[0]!, after)
    if (goal.isOwn && old.goal.isOwn) {
      const seen = { from: goal.from, shape: after }
      const isSeenAnew = goal.from !== old.goal.from && isRelative(old)
      yield isSeenAnew
        ? keepBody(old.path, { from: old.goal.from, shape: before[0]! }, seen)
        : keepHead(old.path, before[0]!, after)
    }
  }
  for (const spell of spellers) for (const shape of shapesOf(kind, goal.to)) yield spell(goal, shape) ?? ''
}

/** What of a path is written: all, all but `.md`, or only the folder that the file stands for. */
interface Kind {
  readonly part: 'whole' | 'stem' | 'folder'
  readonly slash: boolean
}

/** Writes a shape as it is seen from the goal's file; undefined when this way does not reach it. */
type Speller = (goal: Goal, shape: Shape) => string | undefined

function kindOf({ path, form, goal: old }: Writing, goal: Goal): Kind {
  const slash = path.endsWith('/')
  if (goal.isFolder || form === 'link' || form === 'image') return { part: 'whole', slash }
  const last = nameOf(path as Path)
  const named = nameOf(old?.to ?? goal.to)
  const isFolderOf = folderFiles.includes(named) && last !== named && `${last}.md` !== named
  if (slash || isFolderOf) return { part: 'folder', slash }
  return { part: /\.\w{1,9}$/.test(last) ? 'whole' : 'stem', slash: false }
}

function shapesOf({ part, slash }: Kind, to: Path): Shape[] {
  const whole = { path: to, slash: part === 'whole' && slash }
  const stem = to.endsWith('.md') ? [{ path: to.slice(0, -3), slash: false }] : []
  const folder = folderFiles.includes(nameOf(to)) ? [{ path: parentOf(to), slash }] : []
  if (part === 'whole') return [whole]
  return part === 'stem' ? [...stem, whole] : [...folder, ...stem, whole]
}

/** True for a path that only the repository could write, of a file that comes into a home to be seen from there. */
function comesHome({ rung, goal: old, path }: Writing, goal: Goal): boolean {
  if (rung !== 'repository' || !old || path.startsWith('/')) return false
  const { layer } = goal
  return (
    homePathOf(old.layer, old.to) === null &&
    homePathOf(layer, goal.to) !== null &&
    homePathOf(layer, goal.from) !== null
  )
}

function isRelative({ path, form, rung }: Writing): boolean {
  if (/^[@/]/.test(path)) return false
  return form === 'link' || form === 'image' || form === 'import' || rung === 'relative'
}

function spellersOf(old: Writing, goal: Goal): Speller[] {
  const { path, form } = old
  if (isSuper(path)) return aliasSpellers(goal, path.split('/')[1] ?? '', '@super/')
  const alias = /^@([\w-]+)(?:\/|$)/.exec(path)?.[1]
  if (alias !== undefined)
    return [...aliasSpellers(goal, alias, '@'), ...(goal.isOwn ? withoutAlias(old, goal) : [])]
  if (!goal.isOwn) return []
  const relative = relativeSpeller(old)
  if (form === 'import' && path.startsWith('/')) return [absolute, relative]
  if (form === 'link' || form === 'image' || form === 'import')
    return path.startsWith('/') ? [rooted, relative] : [relative]
  const homes = homeSpellers(goal)
  const downward =
    old.rung === 'repository' && !comesHome(old, goal) ? [repository, ...homes] : [...homes, repository]
  if (path.startsWith('/')) return [rooted, ...downward, relative]
  if (/^\.\.?(?:\/|$)/.test(path) || old.rung === 'relative') return [relative, ...downward]
  return path.startsWith('.') ? [repository, ...downward, relative] : [...downward, relative]
}

function withoutAlias(old: Writing, goal: Goal): Speller[] {
  const relative = relativeSpeller(old)
  return old.isDestination ? [relative] : [...homeSpellers(goal), repository, relative]
}

/** The alias of the reference first, then the others that reach the goal, that with the deepest folder first. */
function aliasSpellers({ layer }: Goal, preferred: string, start: '@' | '@super/'): Speller[] {
  const deepest = (folders: readonly Path[]): number => Math.max(...folders.map(({ length }) => length))
  return [...layer.aliases]
    .toSorted(([a, inA], [b, inB]) => {
      const first = Number(b === preferred) - Number(a === preferred)
      return first || deepest(inB) - deepest(inA)
    })
    .map(([name]) => (goal: Goal, shape: Shape) => {
      const folders = goal.layer.aliases.get(name) ?? []
      const below = folders.map((folder) => belowFolder(shape, folder)).find((path) => path !== undefined)
      return below === undefined ? undefined : `${start}${name}/${below}`
    })
}

function homeSpellers({ layer }: Goal): Speller[] {
  return layer.homes.map((home) => (_: Goal, shape: Shape) => belowFolder(shape, home))
}

function repository(_: Goal, shape: Shape): string {
  return shape.path + endOf(shape)
}

function rooted(_: Goal, shape: Shape): string {
  return `/${shape.path}${endOf(shape)}`
}

function absolute({ folder }: Goal, shape: Shape): string | undefined {
  return folder === null ? undefined : `${folder}/${shape.path}${endOf(shape)}`
}

function belowFolder(shape: Shape, folder: Path): string | undefined {
  if (folder === '') return shape.path + endOf(shape)
  if (shape.path === folder) return ''
  return shape.path.startsWith(`${folder}/`) ? shape.path.slice(folder.length + 1) + endOf(shape) : undefined
}

function relativeSpeller({ path, faithful }: Writing): Speller {
  const dotted = path.startsWith('./')
  return ({ from }, shape) => {
    const written = asPath(fromFolder(parentOf(from), namesOf(shape)), shape)
    // A name that begins with these would be read as an alias or as the user's home.
    if (/^[@~]/.test(written)) return `./${written}`
    const isItself = written === '.' || written === './'
    return dotted && !isItself && (faithful || !written.startsWith('..')) ? `./${written}` : written
  }
}
