import { compareText } from '../base/diagnostic.ts'
import { ByteCache } from './byte-cache.ts'
import type { Entry, Files, FileStat, Looked, Stamp, SyncFiles } from './file-system.ts'
import { KeptBytes } from './kept-bytes.ts'
import type { Original } from './original.ts'
import { absent, fileWith, folderWith, isSame, lookAt, markOfBytes } from './original.ts'
import { type Path, parentOf } from './path.ts'
import { movedOutside } from './refusals.ts'
import type { Regions } from './regions.ts'
import { everywhere, isTouched } from './regions.ts'
import { isSameStamp } from './stamp.ts'
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
  /** What was there had it then; while it is the same, so is the content. */
  stamp?: Stamp
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

/** What may be known of files from earlier, by stamps that tell whether it is still so. */
export interface KeptAnswers {
  readonly bytes: KeptBytes
  readonly listings: ByteCache<Listing & { readonly stamp: Stamp }>
}

/** What is in a folder, and what it is compared by. */
interface Listing {
  readonly entries: readonly Entry[]
  readonly content: Original
  /** Without the names that editors and writers make for a moment. */
  readonly lasting: Original
  /** The bytes for which it counts. */
  readonly cost: number
}

/** Nothing is known yet; `cacheBytes` bounds what will be. */
export function createKeptAnswers(cacheBytes: number): KeptAnswers {
  return { bytes: new KeptBytes(cacheBytes), listings: new ByteCache(cacheBytes * listingShare) }
}

/** The first answers of some files, by path: marks of all of them, bytes and listings as far as there is room. */
export class FirstLooks {
  readonly #label: string
  readonly #looks = new Map<Path, Look>()
  readonly #bytes: ByteCache<Uint8Array>
  readonly #listings: ByteCache<readonly Entry[]>
  readonly #kept: KeptAnswers
  #epoch = 0

  constructor(label: string, cacheBytes: number, kept = createKeptAnswers(cacheBytes)) {
    this.#label = label
    this.#kept = kept
    kept.bytes.beginTurn()
    this.#bytes = new ByteCache(cacheBytes)
    this.#listings = new ByteCache(cacheBytes * listingShare)
  }

  /** Grows whenever something is forgotten: an answer to an older question says nothing any more. */
  get epoch(): number {
    return this.#epoch
  }

  /** The bytes as they are kept: whoever hands them out must copy them. */
  bytesOf(path: Path): Uint8Array | undefined {
    return this.#bytes.get(path) ?? this.#keptAt(path)
  }

  hasBytes(path: Path): boolean {
    return this.#bytes.has(path) || this.#keptAt(path) !== undefined
  }

  #keptAt(path: Path): Uint8Array | undefined {
    const look = this.#looks.get(path)
    const kept = look?.stamp && this.#kept.bytes.get(path)
    return kept && kept.mark === look.content?.mark ? kept.bytes : undefined
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

  /** The same for bytes that are still somebody else's; gives their mark. */
  noteRead(path: Path, { bytes, stamp, mark = markOfBytes(bytes) }: Looked): string {
    if (!stamp) {
      this.noteBytes(path, bytes.slice())
      return mark
    }
    this.note(path, { type: 'file', mark })
    this.#at(path).stamp = stamp
    this.#kept.bytes.keep(path, { stamp, mark, bytes })
    return mark
  }

  /** Takes what is kept of files for what they hold now, where they have not been looked at and have the stamp that they had then. */
  recall(paths: readonly Path[], stampsOf: NonNullable<SyncFiles['stamps']>): void {
    const known = paths.filter((path) => !this.#looks.has(path) && this.#kept.bytes.get(path))
    if (known.length === 0) return
    for (const [index, stamp] of stampsOf(known).entries()) {
      const path = known[index]!
      const kept = this.#kept.bytes.get(path)!
      if (!isSameStamp(kept.stamp, stamp)) continue
      this.#looks.set(path, { content: { type: 'file', mark: kept.mark }, stamp: kept.stamp })
    }
  }

  /** The same of a folder that has this stamp now. */
  recallEntries(path: Path, stamp: Stamp): readonly Entry[] | undefined {
    const kept = this.#kept.listings.get(path)
    if (!kept || !isSameStamp(kept.stamp, stamp)) return undefined
    this.#noteListing(path, kept, kept.stamp)
    return kept.entries
  }

  /** With the stamp that the folder had before it was listed. */
  noteEntries(path: Path, entries: readonly Entry[], stamp?: Stamp): void {
    const listing = listingOf(path, entries)
    this.#noteListing(path, listing, stamp)
    if (stamp) this.#kept.listings.set(path, { ...listing, stamp }, listing.cost)
  }

  #noteListing(path: Path, { entries, content, lasting, cost }: Listing, stamp: Stamp | undefined): void {
    this.note(path, content, lasting)
    this.#listings.set(path, entries, cost)
    const look = this.#at(path)
    if (stamp) look.stamp = stamp
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
    const same = this.#lookAgain(files, regions)
    for (const [path, look] of this.#looks) {
      if (same.has(path) || !isTouched(path, regions)) continue
      const { first, now, names } = yield* secondLook(files, path, look)
      if (!isSame(first, now)) moved.push({ path, first, now, ...(names && { names }) })
    }
    return moved
  }

  /** What is as it was, as far as that can be told in rows: by their stamps, or by reading them again. */
  #lookAgain({ sync }: Files, regions: Regions): ReadonlySet<Path> {
    const same = new Set<Path>()
    if (sync?.stamps) this.#compareStamps(regions, sync.stamps, same)
    if (sync?.readEach) this.#readAgain(regions, sync.readEach, same)
    return same
  }

  #compareStamps(regions: Regions, stampsOf: NonNullable<SyncFiles['stamps']>, same: Set<Path>): void {
    const looks = [...this.#looks].filter(([path, { stamp }]) => stamp && isTouched(path, regions))
    const stamps = stampsOf(looks.map(([path]) => path))
    for (const [index, [path, { stamp }]] of looks.entries())
      if (isSameStamp(stamp!, stamps[index])) same.add(path)
  }

  #readAgain(regions: Regions, readEach: NonNullable<SyncFiles['readEach']>, same: Set<Path>): void {
    const sorted = [...this.#looks]
      .filter(
        ([path, { content }]) => content?.type === 'file' && !same.has(path) && isTouched(path, regions),
      )
      .map(([path]) => path)
      .sort(compareText)
    readEach(sorted, (found, index) => {
      const path = sorted[index]!
      const isSameFile = 'bytes' in found && isSame(fileWith(found.bytes), this.#looks.get(path)!.content!)
      if (isSameFile) same.add(path)
      return true
    })
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

function listingOf(path: Path, entries: readonly Entry[]): Listing {
  for (const entry of entries) Object.freeze(entry)
  const cost = entries.reduce((sum, { name }) => sum + name.length + entryCost, path.length + entryCost)
  return { entries: Object.freeze(entries), content: folderWith(entries), lasting: lastingOf(entries), cost }
}

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
