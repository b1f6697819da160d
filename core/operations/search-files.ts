import { HeddleError } from '../base/diagnostic.ts'
import { createTurns } from '../base/turns.ts'
import type { Files, Looked } from '../vfs/file-system.ts'
import { parentOf, type Path } from '../vfs/path.ts'
import { readOneByOne } from '../vfs/read-rows.ts'
import type { Matcher } from './matcher.ts'
import type { Batch } from './search-bytes.ts'
import type { TextMatch } from './match-text.ts'

/** A file and what matches in it; with a reason, why it was not searched. */
export interface SearchedFile {
  readonly path: Path
  readonly matches: readonly TextMatch[]
  readonly reason?: string
}

export interface SearchOptions {
  readonly matcher: Matcher
  readonly signal: AbortSignal
}

/** How long one row of files may hold the event loop, in milliseconds. */
const rowMs = 20
/** Batches that wait for a thread, so that memory stays flat. */
const mostAhead = 8
const binaryProbe = 8_192
const none: readonly TextMatch[] = []

/** Searches the files and gives them in the order in which they are named; they are read folder by folder. */
export async function searchFiles(
  files: Files,
  paths: readonly Path[],
  { matcher, signal }: SearchOptions,
): Promise<SearchedFile[]> {
  const results: SearchedFile[] = paths.map((path) => ({ path, matches: none }))
  const spare: FillingBatch[] = []
  const searches: Promise<void>[] = []
  let batch = createBatch()
  for await (const told of readFiles(files, paths, take)) {
    signal.throwIfAborted()
    if (told === paths.length || isFull(batch)) await search()
  }
  await Promise.all(searches)
  return results

  /** False when it is time to search. */
  function take(found: Looked | HeddleError, index: number): boolean {
    const bytes = found instanceof HeddleError ? undefined : asBuffer(found.bytes)
    if (found instanceof HeddleError) skip(index, found.code)
    else if (bytes!.subarray(0, binaryProbe).includes(0)) skip(index, 'BINARY')
    else if (matcher.mayMatch(bytes!)) addTo(batch, index, bytes!)
    return !isFull(batch)
  }

  function skip(index: number, reason: string): void {
    results[index] = { path: paths[index]!, matches: none, reason }
  }

  async function search(): Promise<void> {
    if (batch.ends.length === 0) return
    const searching = searchOne(batch)
    // It is told when it is waited for.
    searching.catch(() => undefined)
    searches.push(searching)
    batch = spare.pop() ?? createBatch()
    if (searches.length > mostAhead) await searches.shift()
  }

  async function searchOne(batch: FillingBatch): Promise<void> {
    for (const [at, matches] of await matcher.find(batch)) {
      const index = batch.indices[at]!
      results[index] = { path: paths[index]!, matches }
    }
    batch.indices.length = batch.ends.length = 0
    if (batch.bytes.length === batchSize) spare.push(batch)
  }
}

interface FillingBatch extends Batch {
  bytes: Uint8Array<SharedArrayBuffer>
  readonly ends: number[]
  readonly indices: number[]
}

const batchSize = 1024 * 1024
/** Files of usual size have room in the rest. */
const fullSize = batchSize - 128 * 1024

function createBatch(): FillingBatch {
  return { bytes: sharedBytes(batchSize), ends: [], indices: [] }
}

function isFull({ ends }: FillingBatch): boolean {
  return (ends.at(-1) ?? 0) >= fullSize
}

function addTo(batch: FillingBatch, index: number, bytes: Buffer): void {
  const start = batch.ends.at(-1) ?? 0
  const end = start + bytes.length
  if (end > batch.bytes.length) {
    const { bytes: before } = batch
    batch.bytes = sharedBytes(end)
    batch.bytes.set(before)
  }
  batch.bytes.set(bytes, start)
  batch.ends.push(end)
  batch.indices.push(index)
}

function sharedBytes(length: number): Uint8Array<SharedArrayBuffer> {
  return new Uint8Array(new SharedArrayBuffer(length))
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** Gets the file at an index of the paths; false ends the row. */
type Take = (found: Looked | HeddleError, index: number) => boolean

/** Reads row after row, and gives how many files have been taken after each. */
async function* readFiles(files: Files, paths: readonly Path[], take: Take): AsyncGenerator<number> {
  const { sync } = files
  if (!sync) {
    for (const [index, path] of paths.entries()) {
      take(await readLater(files, path), index)
      yield index + 1
    }
    return
  }
  const turns = createTurns(rowMs)
  const indices = byFolder(paths)
  const readRow = sync.readEach ?? ((row, use) => readOneByOne(sync, row, use))
  for (let told = 0; told < paths.length;) {
    const row = indices.slice(told, told + longestRow)
    told += readRow(
      row.map((index) => paths[index]!),
      (found, at) => take(found, row[at]!) && !turns.isOver(),
    )
    await turns.giveWay()
    yield told
  }
}

/** Rows are checked whole before they are read. */
const longestRow = 500

async function readLater(files: Files, path: Path): Promise<Looked | HeddleError> {
  try {
    return { bytes: await files.read(path), isYoung: false }
  } catch (thrown) {
    if (thrown instanceof HeddleError) return thrown
    throw thrown
  }
}

/** The indices of the paths, those of one folder after each other. */
function byFolder(paths: readonly Path[]): number[] {
  const folders = new Map<Path, number[]>()
  for (const [index, path] of paths.entries()) {
    const folder = parentOf(path)
    const known = folders.get(folder)
    if (known) known.push(index)
    else folders.set(folder, [index])
  }
  return [...folders.values()].flat()
}
