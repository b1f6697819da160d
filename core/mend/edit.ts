import type { Result } from '../base/result.ts'
import { done } from '../base/result.ts'
import { decodeText } from '../vfs/text.ts'

/** One reference that is written anew: only its path changes, fragment and query stay. */
export interface ReferenceEdit {
  /** The file that it stands in, by the name that it had before. */
  readonly path: string
  readonly line: number
  readonly column: number
  /** The whole reference as it was written. */
  readonly before: string
  readonly after: string
  /** The finding that called for it; `RENAMED` when what it names, or its own file, was moved. */
  readonly code: string
  /** From 0 to 1; 1 when what it names was known. */
  readonly confidence: number
}

/** An edit with its place in the text, and what it must lead to. */
export interface PlannedEdit {
  readonly shown: ReferenceEdit
  /** Which reference of its module it changes. */
  readonly index: number
  /** UTF-16 range of the path as it is written. */
  readonly start: number
  readonly end: number
  readonly replacement: string
  /** The file that it must name afterwards; null for one that leads nowhere and goes on to do so. */
  readonly to: string | null
}

/** A file as text, and whether a byte-order mark stands before it. */
export interface SourceText {
  readonly text: string
  readonly marked: boolean
}

const mark = '\ufeff'

/** The text of bytes; not ok for what no text editor of ours could write back unchanged. */
export function readSource(bytes: Uint8Array, label: string): Result<SourceText> {
  const decoded = decodeText(bytes, label)
  if (!decoded.ok) return decoded
  return done({ text: decoded.value, marked: bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf })
}

/** All that stands in the file, its mark included. */
export function wholeText({ text, marked }: SourceText): string {
  return marked ? mark + text : text
}

/** The text with the edits, which are in order of place and do not overlap. */
export function applyEdits(text: string, edits: readonly PlannedEdit[]): string {
  let edited = ''
  let at = 0
  for (const { start, end, replacement } of edits) {
    edited += text.slice(at, start) + replacement
    at = end
  }
  return edited + text.slice(at)
}

/** How far the edits move what stands at `offset`. */
export function shiftAt(edits: readonly PlannedEdit[], offset: number): number {
  let shift = 0
  for (const { start, end, replacement } of edits) {
    if (start >= offset) break
    shift += replacement.length - (end - start)
  }
  return shift
}
