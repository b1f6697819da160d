import { isAscii } from 'node:buffer'
import { findOffsets } from './match-text.ts'

/** What is looked for. */
export interface Needle {
  readonly expression: RegExp
  /** What every match holds; empty when that is not known. */
  readonly literal: string
  /** Matches the bytes, each taken for a character, wherever the expression matches the text; undefined where nothing does. */
  readonly probe: RegExp | undefined
}

/** Files that are searched together, one behind the other in memory that threads share. */
export interface Batch {
  readonly bytes: Uint8Array<SharedArrayBuffer>
  /** Where each of them ends. */
  readonly ends: readonly number[]
}

/** Start and end of each match, one after the other, by the place of the file in its batch; files without a match are left out. */
export type Offsets = readonly (readonly [number, number[]])[]

/** What the search needs of Node, handed in so that its text is all that a worker needs. */
interface Tools {
  readonly isAscii: typeof isAscii
  readonly decoder: typeof decoder
  readonly findOffsets: typeof findOffsets
  readonly textIn: typeof textIn
  readonly searched: () => void
}

/** Replaces what is no UTF-8. */
const decoder = new TextDecoder()

/** The matches in all files of the batch. */
export function searchBatch(batch: Batch, needle: Needle): Offsets {
  return findInBatch(batch, needle, { isAscii, decoder, findOffsets, textIn, searched: () => undefined })
}

/** The text of a file in a batch. */
export function textAt({ bytes, ends }: Batch, index: number): string {
  const start = ends[index - 1] ?? 0
  return textIn(Buffer.from(bytes.buffer, start, ends[index]! - start), { isAscii, decoder })
}

/** The text of a worker that searches one batch after the other, with the same functions as here. */
export const workerText = `
const { isAscii } = require('node:buffer')
const { parentPort, workerData } = require('node:worker_threads')
const { needle, done } = workerData
const tools = {
  isAscii,
  decoder: new TextDecoder(),
  findOffsets: ${findOffsets.toString()},
  textIn: ${textIn.toString()},
  searched: () => void Atomics.add(done, 0, 1),
}
const find = ${findInBatch.toString()}
parentPort.on('message', (batch) => parentPort.postMessage(find(batch, needle, tools)))
`

function findInBatch({ bytes, ends }: Batch, { expression, literal, probe }: Needle, tools: Tools): Offsets {
  const found: [number, number[]][] = []
  for (let index = 0; index < ends.length; index++) {
    const start = ends[index - 1] ?? 0
    const file = Buffer.from(bytes.buffer, start, ends[index]! - start)
    if (probe ? probe.test(file.toString('latin1')) : literal === '' || file.includes(literal)) {
      const offsets = tools.findOffsets(expression, tools.textIn(file, tools), literal)
      if (offsets.length > 0) found.push([index, offsets])
    }
    tools.searched()
  }
  return found
}

function textIn(bytes: Buffer, { isAscii, decoder }: Pick<Tools, 'isAscii' | 'decoder'>): string {
  // Decoders do not take memory that threads share.
  return isAscii(bytes) ? bytes.toString('latin1') : decoder.decode(Buffer.from(bytes))
}
