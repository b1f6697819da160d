import type { HeddleError } from '../base/diagnostic.ts'
import type { Path } from './path.ts'

export type EntryType = 'file' | 'directory' | 'link' | 'other'

/** One name in a folder. Links are listed as links, never followed. */
export interface Entry {
  readonly name: string
  readonly type: EntryType
}

/** What is at a path, links inside the root followed: bytes, and milliseconds since 1970 of the last change. */
export interface FileStat {
  readonly type: EntryType
  readonly size: number
  readonly modified: number
}

/**
 * Where text comes from. `stat` and `list` give `undefined` for what is absent; everything refused or broken rejects with
 * a HeddleError (`DENIED_BY_RULE`, `LINK_LEAVES_ROOT`, `NOT_A_FILE`, `TOO_LARGE`, `UNREADABLE`, …), `read` also with
 * `NOT_FOUND`. Entries are sorted by name in UTF-16 order.
 */
export interface Files {
  /** What people see before paths of these files: empty for the project itself, `heddle:` for the built-in modules. */
  readonly label: string
  stat(path: Path): Promise<FileStat | undefined>
  list(path: Path): Promise<readonly Entry[] | undefined>
  read(path: Path): Promise<Uint8Array>
  /** The same without promises, where the driver can: local reads in a loop are four times as fast. */
  readonly sync?: SyncFiles
}

/** The bytes of a file; young when it was changed so shortly before that it may still be being written. */
export interface Looked {
  readonly bytes: Uint8Array
  readonly isYoung: boolean
  /** Stands for the bytes: a file that has it has them. Left out where that cannot be said, or costs a question. */
  readonly stamp?: Stamp
  /** The mark of the bytes (`markOfBytes`), where whoever read them has it already. */
  readonly mark?: string
}

/**
 * What is known of a name without reading it: while its stamp stays the same, so do its bytes. On a disk only where the file
 * had not been changed for a moment when the stamp was taken, since a machine counts time in steps.
 */
export interface Stamp {
  readonly type: EntryType
  readonly size: number
  /** Milliseconds since 1970 of the last change of the bytes; where files are in memory, a number that only grows. */
  readonly modified: number
  /** The same of the last change of anything about it, its names and permissions included. */
  readonly changed: number
  /** The machine's number of the file; 0 where there is none. */
  readonly inode: number
}

/** Gets what was read of the file at `index`, or why it could not be; false ends the reading. */
export type UseRead = (found: Looked | HeddleError, index: number) => boolean

/** The calls of Files where the driver answers at once; they throw what Files rejects with. */
export interface SyncFiles {
  stat(path: Path): FileStat | undefined
  list(path: Path): readonly Entry[] | undefined
  read(path: Path): Uint8Array
  /** `read`, and whether it is worth a second look; where that can be told for nothing. */
  look?(path: Path): Looked
  /**
   * `look` at file after file, in the order given, until `use` gives false; gives how many were told. Never throws for a
   * file. The bytes stay as they are until `use` returns: whoever keeps them must copy them. Fast where files of one folder
   * follow each other.
   */
  readEach?(paths: readonly Path[], use: UseRead): number
  /**
   * The stamps of names, links not followed, in the order of `paths`; undefined for what is absent or refused, and for
   * the root. Fast where files of one folder follow each other.
   */
  stamps?(paths: readonly Path[]): readonly (Stamp | undefined)[]
  /**
   * The stamp of a folder, which stands for the names in it and what they are; undefined where it does not. Only a listing made after
   * that is sure to be as new.
   */
  folderStamp?(path: Path): Stamp | undefined
}

/** Files that can be changed. Parents are made as needed; removing what is absent does nothing. */
export interface WritableFiles extends Files {
  write(path: Path, content: string | Uint8Array): Promise<void>
  /** Removes a file, or a folder with everything below it. */
  remove(path: Path): Promise<void>
  makeFolder(path: Path): Promise<void>
}

/** Files that can say when what was written to them is safe. */
export interface SettlingFiles extends WritableFiles {
  /** Settles when what is at the paths, or that nothing is there, would survive the loss of power. */
  settle(paths: readonly Path[]): Promise<void>
}

/** Files in which something can be given another name. */
export interface RenamableFiles extends WritableFiles {
  /**
   * Moves a file, or a folder with everything below it; folders on the way are made, and a file that stands there is replaced.
   * Rejects with `NOT_FOUND` when nothing is at `from`, and `NOT_A_FILE` or `NOT_A_FOLDER` when a folder stands in the way, or
   * `from` would have to be inside itself.
   */
  rename(from: Path, to: Path): Promise<void>
}
