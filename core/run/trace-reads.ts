import { digest } from '../base/key.ts'
import { compareText, HeddleError } from '../base/diagnostic.ts'
import type { Entry, Files, FileStat, Looked, SyncFiles, WritableFiles } from '../vfs/file-system.ts'
import { parsePath } from '../vfs/gate.ts'
import { markOfBytes } from '../vfs/original.ts'
import { childOf, parentOf, type Path, rootPath } from '../vfs/path.ts'
import { readOneByOne } from '../vfs/read-rows.ts'
import { compileClaims } from './claims.ts'

/** One look at the files: how, at what path, and a mark that differs when the answer does. */
export interface Look {
  /** `glob` for the names of all files that a pattern fits, the pattern standing for the path. */
  readonly how: 'read' | 'stat' | 'list' | 'glob'
  readonly path: string
  readonly mark: string
  /** Names of the listing that the operation itself had written or removed: they are left out of the mark. */
  readonly except?: readonly string[]
}

/** Files that note what an operation looks at. */
export interface TracedFiles {
  readonly files: WritableFiles
  /** Each look once, in order; what the operation wrote itself and read back is not among them. */
  looks(): readonly Look[]
}

const absent = 'absent'

/**
 * Notes what is looked at through `files`; the first answer counts. What is to outlast the run and be believed in others is marked by
 * digests (`lasts`), the rest by the sums by which the run itself compares.
 */
export function traceReads(files: WritableFiles, lasts: boolean): TracedFiles {
  const looks: Look[] = []
  const noted = {
    read: new Set<string>(),
    stat: new Set<string>(),
    list: new Set<string>(),
    glob: new Set<string>(),
  }
  /** What it has said anything of; what is there for that; and what it has removed, so that nothing of before shows at or below. */
  const own = new Set<string>()
  const made = new Set<string>()
  const removed = new Set<string>()

  function note(how: Look['how'], text: string, mark: () => string, except?: readonly string[]): void {
    const path = normal(text)
    if (noted[how].has(path) || (own.size > 0 && isOwn(how, path))) return
    looks.push({ how, path, mark: mark(), ...(except && except.length > 0 && { except }) })
    noted[how].add(path)
  }

  /** True when the answer comes from what the operation did itself. */
  function isOwn(how: Look['how'], path: string): boolean {
    if (how !== 'list' && (own.has(path) || made.has(path))) return true
    for (let at = path as Path; at !== rootPath; at = parentOf(at)) if (removed.has(at)) return true
    return false
  }

  function noteRead(path: string, { bytes, mark }: Pick<Looked, 'bytes' | 'mark'>): void {
    note('read', path, () => (lasts ? digest(bytes) : (mark ?? markOfBytes(bytes))))
  }

  function noteStat(path: string, found: FileStat | undefined): void {
    note('stat', path, () => markOfStat(found))
  }

  function noteList(path: string, found: readonly Entry[] | undefined): void {
    const folder = normal(path) as Path
    const isIn = (path: string): boolean => path !== '' && parentOf(path as Path) === folder
    const except = own.size === 0 ? [] : [...new Set([...own, ...made])].filter(isIn).map(nameIn)
    note('list', path, () => markOfList(found, except), except)
  }

  function noteWrite(text: string): void {
    const path = normal(text) as Path
    own.add(path)
    for (let at = parentOf(path); at !== rootPath && !made.has(at); at = parentOf(at)) made.add(at)
  }

  /** What cannot be written is told by what is in the way. */
  async function change(text: Path, call: Promise<void>): Promise<void> {
    try {
      await call
    } catch (thrown) {
      for (let at = normal(text) as Path; at !== rootPath; at = parentOf(at)) {
        const found = await files.stat(at).catch(() => undefined)
        noteStat(at, found)
      }
      throw thrown
    }
  }

  function noteFailure(how: Look['how'], path: string, thrown: unknown): void {
    note(how, path, () => markOfFailure(thrown))
  }

  function around<T>(how: Look['how'], path: string, call: () => T, seen: (value: T) => void): T {
    try {
      const value = call()
      seen(value)
      return value
    } catch (thrown) {
      noteFailure(how, path, thrown)
      throw thrown
    }
  }

  async function later<T>(
    how: Look['how'],
    path: string,
    call: Promise<T>,
    seen: (value: T) => void,
  ): Promise<T> {
    try {
      const value = await call
      seen(value)
      return value
    } catch (thrown) {
      noteFailure(how, path, thrown)
      throw thrown
    }
  }

  const { sync } = files
  const traced: WritableFiles = {
    label: files.label,
    stat: (path) => later('stat', path, files.stat(path), (found) => noteStat(path, found)),
    list: (path) => later('list', path, files.list(path), (found) => noteList(path, found)),
    read: (path) => later('read', path, files.read(path), (bytes) => noteRead(path, { bytes })),
    async write(path, content) {
      await change(path, files.write(path, content))
      noteWrite(path)
    },
    async remove(path) {
      await change(path, files.remove(path))
      own.add(normal(path))
      removed.add(normal(path))
    },
    async makeFolder(path) {
      await change(path, files.makeFolder(path))
      noteWrite(path)
    },
    ...(sync && {
      sync: {
        stat: (path) =>
          around(
            'stat',
            path,
            () => sync.stat(path),
            (found) => noteStat(path, found),
          ),
        list: (path) =>
          around(
            'list',
            path,
            () => sync.list(path),
            (found) => noteList(path, found),
          ),
        read: (path) =>
          around(
            'read',
            path,
            () => sync.read(path),
            (bytes) => noteRead(path, { bytes }),
          ),
        readEach: (paths, use) =>
          readEachOf(sync)(paths, (found, index) => {
            if (found instanceof HeddleError) noteFailure('read', paths[index]!, found)
            else noteRead(paths[index]!, found)
            return use(found, index)
          }),
      } satisfies SyncFiles,
    }),
  }
  return { files: traced, looks: () => [...looks] }
}

/** The first look that is not what it was, or undefined when all are; paths that `excuses` allows may differ. */
export async function findDifference(
  looks: readonly Look[],
  files: Files,
  excuses: (path: string) => boolean = () => false,
): Promise<Look | undefined> {
  for (const look of looks) {
    const mark = await markNow(look, files)
    if (mark !== look.mark && !excuses(look.path)) return look
  }
  return undefined
}

/** The mark that the same look would have now. */
async function markNow({ how, path: text, except = [], mark }: Look, files: Files): Promise<string> {
  const path = text as Path
  try {
    if (how === 'read')
      return isSum(mark) ? markOfBytes(await files.read(path)) : digest(await files.read(path))
    if (how === 'glob') return markOfNames(await findFiles(files, text))
    return how === 'stat' ? markOfStat(await files.stat(path)) : markOfList(await files.list(path), except)
  } catch (thrown) {
    return markOfFailure(thrown)
  }
}

/**
 * Looks at all files that claims name: their names, and the bytes of each. Undefined when a pattern cannot be read or they are more
 * than anybody should read for that.
 */
export async function lookAtClaimed(
  files: Files,
  patterns: readonly string[],
): Promise<readonly Look[] | undefined> {
  const looks: Look[] = []
  const seen = new Set<string>()
  for (const pattern of patterns) {
    const found = await findFiles(files, pattern)
    if (!found) return undefined
    looks.push({ how: 'glob', path: pattern, mark: markOfNames(found) })
    for (const path of found) {
      if (seen.has(path)) continue
      seen.add(path)
      looks.push({ how: 'read', path, mark: await markNow({ how: 'read', path, mark: '' }, files) })
    }
  }
  return looks
}

const mostClaimedFiles = 20_000

/** Files that a claim covers, in the order of a walk; undefined when they are too many, or it is no pattern. */
async function findFiles(files: Files, pattern: string): Promise<readonly Path[] | undefined> {
  const claims = compileClaims({ reads: [pattern], writes: [] }, 'none')
  if (!claims.ok) return undefined
  const found: Path[] = []
  const folders = claims.value.regions.reads.slice() as Path[]
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    const type = (await files.stat(folder))?.type
    if (type === 'file' && claims.value.allow('read', folder)) found.push(folder)
    if (type !== 'directory') continue
    for (const entry of (await files.list(folder)) ?? []) {
      const path = childOf(folder, entry.name)
      if (entry.type === 'directory') folders.push(path)
      else if (claims.value.allow('read', path)) found.push(path)
    }
    if (found.length > mostClaimedFiles) return undefined
  }
  return found.toSorted(compareText)
}

/** Digests have no colon. */
function isSum(mark: string): boolean {
  return mark.includes(':')
}

function markOfNames(found: readonly Path[] | undefined): string {
  return found ? digest(found.join('\n')) : 'too many'
}

/** Times differ from run to run and are no part of it. */
function markOfStat(found: FileStat | undefined): string {
  if (!found) return absent
  return found.type === 'file' ? `file ${found.size}` : found.type
}

/** A folder that is only there for what the operation put into it is as good as an empty one. */
function markOfList(found: readonly Entry[] | undefined, except: readonly string[]): string {
  if (!found) return except.length === 0 ? absent : digest('')
  const shown = except.length === 0 ? found : found.filter(({ name }) => !except.includes(name))
  return digest(shown.map(({ name, type }) => `${type} ${name}`).join('\n'))
}

function markOfFailure(thrown: unknown): string {
  return thrown instanceof HeddleError ? `refused ${thrown.code}` : 'refused'
}

function readEachOf(sync: SyncFiles): NonNullable<SyncFiles['readEach']> {
  return (paths, use) => (sync.readEach ? sync.readEach(paths, use) : readOneByOne(sync, paths, use))
}

const unsettled = /(?:^|\/)\.{0,2}(?:\/|$)/

function normal(text: string): string {
  if (!unsettled.test(text)) return text
  const parsed = parsePath(text)
  return parsed.ok ? parsed.value : text
}

function nameIn(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}
