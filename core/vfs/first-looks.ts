import { compareText } from '../base/diagnostic.ts'
import { ByteCache } from './byte-cache.ts'
import type { Entry, Files, FileStat } from './file-system.ts'
import type { Original } from './original.ts'
import { absent, fileWith, folderWith, isSame, lookAt } from './original.ts'
import { type Path, parentOf } from './path.ts'
import { movedOutside } from './refusals.ts'
import type { Regions } from './regions.ts'
import { everywhere, isTouched } from './regions.ts'
import type { Steps } from './steps.ts'
import { askList, askStat } from './steps.ts'

/** A path that is not as it was when it was first looked at. */
export interface Moved {
  readonly path: Path
  readonly first: Original
  readonly now: Original
  /** Of a folder, the names that are not as they were. */
  readonly names?: readonly Entry[]
}

/** What is known of one path: small, so it is never dropped, and proves that a later answer is the same. */
interface Look {
  content?: Original
  /** A folder without the names that editors and writers make for a moment. */
  lasting?: Original | undefined
  stat?: FileStat
  /** A listing that was shown: others only served ourselves, and may change. */
  isRelied?: boolean
  /** The names in it. */
  names?: readonly Entry[]
}

/** What an entry of a cache, or of a listing in it, takes besides its bytes and names. */
const entryCost = 120
/** The share of listings in what is kept. */
const listingShare = 0.25

/** The first answers of some files, by path: marks of all of them, bytes and listings as far as there is room. */
export class FirstLooks {
  readonly #label: string
  readonly #looks = new Map<Path, Look>()
  readonly #bytes: ByteCache<Uint8Array>
  readonly #listings: ByteCache<readonly Entry[]>
  #epoch = 0

  constructor(label: string, cacheBytes: number) {
    this.#label = label
    this.#bytes = new ByteCache(cacheBytes)
    this.#listings = new ByteCache(cacheBytes * listingShare)
  }

  /** Grows whenever something is forgotten: an answer to an older question says nothing any more. */
  get epoch(): number {
    return this.#epoch
  }

  /** The bytes as they are kept: whoever hands them out must copy them. */
  bytesOf(path: Path): Uint8Array | undefined {
    return this.#bytes.get(path)
  }

  hasBytes(path: Path): boolean {
    return this.#bytes.has(path)
  }

  entriesOf(path: Path): readonly Entry[] | undefined {
    return this.#listings.get(path)
  }

  statOf(path: Path): FileStat | undefined {
    return this.#looks.get(path)?.stat
  }

  contentOf(path: Path): Original | undefined {
    return this.#looks.get(path)?.content
  }

  isAbsent(path: Path): boolean {
    return this.#looks.get(path)?.content?.type === 'absent'
  }

  /** Takes the bytes over. Throws `CONFLICT` when something else was seen there, as do all that take note. */
  noteBytes(path: Path, bytes: Uint8Array): void {
    this.note(path, fileWith(bytes))
    this.#bytes.set(path, bytes, bytes.byteLength + path.length + entryCost)
  }

  noteEntries(path: Path, entries: readonly Entry[]): void {
    const lasting = lastingOf(entries)
    this.note(path, folderWith(entries), lasting)
    for (const entry of entries) Object.freeze(entry)
    const cost = entries.reduce((sum, { name }) => sum + name.length + entryCost, path.length + entryCost)
    this.#listings.set(path, Object.freeze(entries), cost)
    const look = this.#at(path)
    if (look.isRelied) look.names ??= entries
  }

  noteStat(path: Path, found: FileStat | undefined): void {
    if (!found) return this.note(path, absent)
    const look = this.#at(path)
    const first = look.content ?? (look.stat && asOriginal(look.stat))
    const isOther = look.content ? !fits(look.content, found) : look.stat && !isSameStat(look.stat, found)
    if (isOther) throw movedOutside(this.#label, [{ path, first: first!, now: asOriginal(found) }])
    look.stat = Object.freeze({ ...found })
  }

  note(path: Path, now: Original, lasting = now): void {
    const look = this.#at(path)
    const isOurs = look.content?.type === 'folder' && now.type === 'folder' && !look.isRelied
    const first = isOurs ? undefined : (look.lasting ?? look.content)
    if (first && !isSame(first, lasting)) throw movedOutside(this.#label, [{ path, first, now: lasting }])
    if (look.stat && !fits(now, look.stat)) {
      throw movedOutside(this.#label, [{ path, first: asOriginal(look.stat), now }])
    }
    if (first) return
    look.content = now
    look.lasting = lasting
  }

  rely(folder: Path): void {
    const look = this.#at(folder)
    const known = look.isRelied ? undefined : this.#listings.get(folder)
    look.isRelied = true
    if (known) look.names = known
  }

  /** What we have put there ourselves is what was first seen there; the folder around it is another one now. */
  put(path: Path, now: Original): void {
    this.#drop(path)
    this.#drop(parentOf(path))
    if (now.type !== 'folder') this.#looks.set(path, { content: now })
    this.#epoch++
  }

  forget(regions: Regions): void {
    if (regions.length === 0) return
    for (const path of this.#looks.keys()) if (isTouched(path, regions)) this.#drop(path)
    this.#epoch++
  }

  /** Looks again at all that was looked at in the regions, and gives what is different. */
  *findMoved(files: Files, regions: Regions = everywhere): Steps<Moved[]> {
    const moved: Moved[] = []
    const same = this.#readAgain(files, regions)
    for (const [path, look] of this.#looks) {
      if (same.has(path) || !isTouched(path, regions)) continue
      const { first, now, names } = yield* secondLook(files, path, look)
      if (!isSame(first, now)) moved.push({ path, first, now, ...(names && { names }) })
    }
    return moved
  }

  /** The files that hold what they held, where they can be read in rows: most of them, and in half the time. */
  #readAgain({ sync }: Files, regions: Regions): ReadonlySet<Path> {
    const same = new Set<Path>()
    if (!sync?.readEach) return same
    const paths = [...this.#looks.keys()].filter(
      (path) => this.#looks.get(path)!.content?.type === 'file' && isTouched(path, regions),
    )
    paths.sort(compareText)
    sync.readEach(paths, (found, index) => {
      const path = paths[index]!
      const isSameFile = 'bytes' in found && isSame(fileWith(found.bytes), this.#looks.get(path)!.content!)
      if (isSameFile) same.add(path)
      return true
    })
    return same
  }

  #at(path: Path): Look {
    const known = this.#looks.get(path)
    if (known) return known
    const look: Look = {}
    this.#looks.set(path, look)
    return look
  }

  #drop(path: Path): void {
    this.#looks.delete(path)
    this.#bytes.delete(path)
    this.#listings.delete(path)
  }
}

/** What was seen at first, and what is there now, as far as the first look went. */
function* secondLook(files: Files, path: Path, look: Look): Steps<Omit<Moved, 'path'>> {
  const { content, lasting, stat, isRelied, names = [] } = look
  if (content && (content.type !== 'folder' || isRelied)) {
    const now = yield* lookAt(files, path)
    if (now.type !== 'folder' || content.type !== 'folder' || isSame(content, now))
      return { first: content, now }
    const entries = (yield* askList(files, path)) ?? []
    return { first: lasting ?? content, now: lastingOf(entries), names: differing(names, entries) }
  }
  const first = content ? aFolder : stat && asOriginal(stat)
  if (!first) return { first: absent, now: absent }
  const now = yield* askStat(files, path)
  return { first, now: now ? asOriginal(now) : absent }
}

/** The names that are in one of the listings only, or of another kind in the other. */
function differing(a: readonly Entry[], b: readonly Entry[]): readonly Entry[] {
  const [old, now] = [new Set(a.map(lineOf)), new Set(b.map(lineOf))]
  const gone = a.filter((entry) => !now.has(lineOf(entry)))
  return [...gone, ...b.filter((entry) => !old.has(lineOf(entry)))].filter(({ name }) => !passing.test(name))
}

function lineOf({ name, type }: Entry): string {
  return `${type} ${name}`
}

const aFolder: Original = { type: 'folder', mark: '' }

/** Names that editors and our own writers make for a moment, and our own state: no answer depends on them. */
const passing = /^(?:\..*\.sw[a-z]|\.#.*|.*~|4913|\.heddle|\.heddle-\d+-[0-9a-f]{32}\.tmp)$/

function lastingOf(entries: readonly Entry[]): Original {
  return folderWith(entries.filter(({ name }) => !passing.test(name)))
}

/** What a stat alone says: of a file how large it is and when it changed, of a folder that it is one. */
function asOriginal({ type, size, modified }: FileStat): Original {
  if (type === 'directory') return aFolder
  return type === 'file' ? { type, mark: `${size}:@${modified}` } : { type: 'other', mark: type }
}

function isSameStat(a: FileStat, b: FileStat): boolean {
  return isSame(asOriginal(a), asOriginal(b))
}

/** True when content and stat may be of one and the same moment. */
function fits({ type, mark }: Original, stat: FileStat): boolean {
  if (stat.type === 'directory') return type === 'folder'
  if (stat.type !== 'file') return type === 'other'
  return type === 'file' && mark.startsWith(`${stat.size}:`)
}
