import { type Form, isSuper } from '../module/reference.ts'
import { folderFiles, type Layer } from '../resolve/layers.ts'
import type { Rung } from '../resolve/trail.ts'
import { nameOf, parentOf, type Path } from '../vfs/path.ts'

/** How a path is written now. */
export interface Writing {
  readonly form: Form
  /** The path as written, escapes undone. */
  readonly path: string
  readonly isDestination: boolean
  readonly rung: Rung | null
  /** What it names in its own layer; null when it names nothing. */
  readonly found: Path | null
  /** True to keep a leading `./` where `../` follows: then writing it back gives the old text. */
  readonly faithful: boolean
}

/** What the path shall name, and from where. */
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
 * Ways to write the path of the goal, most like the old one first: an alias stays an alias, a relative path relative, a
 * file ending that was left out stays out. Whether they resolve is for the resolver to say.
 */
export function* respell(old: Writing, goal: Goal): Iterable<string> {
  const kind = kindOf(old, goal)
  if (old.found !== null && goal.isOwn) yield* withOtherTail(old, goal, kind)
  for (const spell of spellersOf(old, goal))
    for (const shape of shapesOf(kind, goal.to)) {
      const written = spell(shape)
      if (written !== undefined && written !== '') yield written
    }
}

/** What of a path is written: all, all but `.md`, or only the folder that the file stands for. */
interface Kind {
  readonly part: 'whole' | 'stem' | 'folder'
  readonly slash: boolean
}

interface Shape {
  readonly path: string
  readonly slash: boolean
}

type Speller = (shape: Shape) => string | undefined

function kindOf({ path, form, found }: Writing, goal: Goal): Kind {
  const slash = path.endsWith('/')
  if (goal.isFolder || form === 'link' || form === 'image')
    return { part: 'whole', slash: goal.isFolder && slash }
  const last = nameOf(path as Path)
  const named = found ?? goal.to
  if (
    slash ||
    (folderFiles.includes(nameOf(named)) && last !== nameOf(named) && `${last}.md` !== nameOf(named))
  )
    return { part: 'folder', slash }
  return { part: /\.\w{1,9}$/.test(last) ? 'whole' : 'stem', slash: false }
}

function shapesOf({ part, slash }: Kind, to: Path): Shape[] {
  const whole = { path: to, slash: part === 'whole' && slash }
  const stem = to.endsWith('.md') ? [{ path: to.slice(0, -3), slash: false }] : []
  const folder = folderFiles.includes(nameOf(to)) ? [{ path: parentOf(to), slash }] : []
  if (part === 'whole') return [whole]
  return part === 'stem' ? [...stem, whole] : [...folder, ...stem, whole]
}

/** The old path with only those names changed that differ between what it named and the goal. */
function* withOtherTail(old: Writing, goal: Goal, kind: Kind): Iterable<string> {
  const written = old.path.replace(/\/$/, '').split('/')
  const before = namesOf(shapesOf(kind, old.found!)[0]!)
  const shape = shapesOf(kind, goal.to)[0]!
  const after = namesOf(shape)
  let kept = 0
  while (kept < before.length && kept < after.length && before[kept] === after[kept]) kept++
  const changed = before.length - kept
  const isWritten = before
    .slice(kept)
    .every((name, index) => name === written[written.length - changed + index])
  if (!isWritten || changed > written.length) return
  const names = [...written.slice(0, written.length - changed), ...after.slice(kept)]
  if (names.length > 0) yield names.join('/') + (shape.slash ? '/' : '')
}

function namesOf({ path }: Shape): string[] {
  return path === '' ? [] : path.split('/')
}

function spellersOf(old: Writing, goal: Goal): Speller[] {
  const { path, form } = old
  if (isSuper(path)) return aliasSpellers(goal, path.split('/')[1] ?? '', '@super/')
  const alias = /^@([\w-]+)(?:\/|$)/.exec(path)?.[1]
  if (alias !== undefined)
    return [...aliasSpellers(goal, alias, '@'), ...(goal.isOwn ? withoutAlias(old, goal) : [])]
  if (!goal.isOwn) return []
  const relative = relativeSpeller(old, goal)
  const rooted: Speller = ({ path, slash }) => `/${path}${slash ? '/' : ''}`
  if (form === 'import' && path.startsWith('/')) {
    return [(shape) => (goal.folder === null ? undefined : `${goal.folder}${rooted(shape)}`), relative]
  }
  if (form === 'link' || form === 'image' || form === 'import')
    return path.startsWith('/') ? [rooted, relative] : [relative]
  const downward =
    old.rung === 'repository' ? [repository, ...homeSpellers(goal)] : [...homeSpellers(goal), repository]
  if (path.startsWith('/')) return [rooted, ...downward, relative]
  if (/^\.\.?(?:\/|$)/.test(path) || old.rung === 'relative') return [relative, ...downward]
  return path.startsWith('.') ? [repository, ...downward, relative] : [...downward, relative]
}

function withoutAlias(old: Writing, goal: Goal): Speller[] {
  const relative = relativeSpeller(old, goal)
  return old.isDestination ? [relative] : [...homeSpellers(goal), repository, relative]
}

/** The alias of the reference first, then the others that reach the goal, that with the deepest folder first. */
function aliasSpellers({ layer }: Goal, preferred: string, start: '@' | '@super/'): Speller[] {
  return [...layer.aliases]
    .flatMap(([name, folders]) => folders.map((folder) => ({ name, folder })))
    .toSorted(
      (a, b) =>
        Number(b.name === preferred) - Number(a.name === preferred) || b.folder.length - a.folder.length,
    )
    .map(({ name, folder }) => (shape: Shape) => {
      const below = belowFolder(shape, folder)
      return below === undefined ? undefined : `${start}${name}/${below}`
    })
}

function homeSpellers({ layer }: Goal): Speller[] {
  return layer.homes.map((home) => (shape: Shape) => belowFolder(shape, home))
}

function repository(shape: Shape): string | undefined {
  return belowFolder(shape, '' as Path)
}

function belowFolder({ path, slash }: Shape, folder: Path): string | undefined {
  const end = slash ? '/' : ''
  if (folder === '') return path + end
  if (path === folder) return ''
  return path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) + end : undefined
}

function relativeSpeller({ path, faithful }: Writing, { from }: Goal): Speller {
  const dotted = path.startsWith('./')
  return (shape) => {
    const written = fromFolder(parentOf(from), namesOf(shape)) + (shape.slash ? '/' : '')
    const isUpward = written.startsWith('..')
    // A name that begins with these would be read as an alias or as the user's home.
    if (/^[@~]/.test(written)) return `./${written}`
    return dotted && !/^\.\/?$/.test(written) && (faithful || !isUpward) ? `./${written}` : written
  }
}

function fromFolder(folder: Path, names: readonly string[]): string {
  const base = folder === '' ? [] : folder.split('/')
  let shared = 0
  while (shared < base.length && shared < names.length && base[shared] === names[shared]) shared++
  return [...base.slice(shared).map(() => '..'), ...names.slice(shared)].join('/') || '.'
}
