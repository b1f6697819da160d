import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { outputsFolder } from './run-folder.ts'

/** A piece of what a program wrote, and how much that is in all. */
export interface StoredPiece {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly at: number
  readonly total: number
}

const pieceBytes = 4 * 1024 * 1024
const storedName = /^heddle-output-[A-Za-z0-9]{6}\/(?:stdout|stderr)$/

/** At most 4 MiB of an output that a run stored, by the end of its path; undefined for what no run stores, and for what is gone. */
export function readPiece(folder: string, name: string, at: number): StoredPiece | undefined {
  if (!storedName.test(name)) return undefined
  let file: number | undefined
  try {
    file = openSync(
      join(outputsFolder(folder), name),
      constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK,
    )
    const { size, isFile } = statOf(file)
    if (!isFile) return undefined
    const bytes = Buffer.alloc(Math.max(0, Math.min(pieceBytes, size - at)))
    const read = bytes.length === 0 ? 0 : readSync(file, bytes, 0, bytes.length, at)
    return { bytes: bytes.subarray(0, read), at, total: size }
  } catch {
    return undefined
  } finally {
    if (file !== undefined) closeSync(file)
  }
}

function statOf(file: number): { readonly size: number; readonly isFile: boolean } {
  const stat = fstatSync(file)
  return { size: stat.size, isFile: stat.isFile() }
}
