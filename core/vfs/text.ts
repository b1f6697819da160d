import { isAscii, isUtf8 } from 'node:buffer'
import type { Result } from '../base/result.ts'
import { done, failed } from '../base/result.ts'

/**
 * The text of UTF-8 bytes without the byte-order mark. Other encodings (by their marks), bytes that are not UTF-8 and NUL
 * give `BAD_ENCODING` with the offset of the first bad byte, counted from 0.
 */
export function decodeText(bytes: Uint8Array, label: string): Result<string> {
  const buffer = Buffer.isBuffer(bytes)
    ? bytes
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const foreign = findForeignMark(buffer)
  if (foreign) return refuse(buffer, label, 0, `is the mark of ${foreign}`)
  const nul = buffer.indexOf(0)
  // Nearly all modules are ASCII, which needs no decoding.
  if (nul < 0 && isAscii(buffer)) return done(buffer.toString('latin1'))
  if (!isUtf8(buffer)) {
    const offset = findInvalid(buffer)
    if (nul < 0 || offset < nul) return refuse(buffer, label, offset, 'is not UTF-8')
  }
  if (nul >= 0) return refuse(buffer, label, nul, 'is NUL, which no text holds')
  const marked = buffer[0] === 0xef && buffer[1] === 0xbb && buffer[2] === 0xbf
  return done(buffer.toString('utf8', marked ? 3 : 0))
}

function findForeignMark(bytes: Buffer): string | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) {
    return bytes.length >= 4 && bytes[2] === 0 && bytes[3] === 0
      ? 'UTF-32 (little-endian)'
      : 'UTF-16 (little-endian)'
  }
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'UTF-16 (big-endian)'
  if (bytes[0] === 0 && bytes[1] === 0 && bytes[2] === 0xfe && bytes[3] === 0xff) return 'UTF-32 (big-endian)'
  return undefined
}

/** The offset of the first byte that starts no valid sequence (Unicode 15, table 3-7). */
function findInvalid(bytes: Buffer): number {
  let at = 0
  while (at < bytes.length) {
    const length = sequenceLength(bytes, at)
    if (length === 0) return at
    at += length
  }
  return at
}

function sequenceLength(bytes: Buffer, at: number): number {
  const first = bytes[at]!
  if (first < 0x80) return 1
  const second = bytes[at + 1] ?? 0
  const follows = (index: number): boolean => ((bytes[at + index] ?? 0) & 0xc0) === 0x80
  if (first >= 0xc2 && first <= 0xdf) return follows(1) ? 2 : 0
  if (first >= 0xe0 && first <= 0xef) {
    const least = first === 0xe0 ? 0xa0 : 0x80
    const most = first === 0xed ? 0x9f : 0xbf
    return second >= least && second <= most && follows(2) ? 3 : 0
  }
  if (first >= 0xf0 && first <= 0xf4) {
    const least = first === 0xf0 ? 0x90 : 0x80
    const most = first === 0xf4 ? 0x8f : 0xbf
    return second >= least && second <= most && follows(2) && follows(3) ? 4 : 0
  }
  return 0
}

function refuse(bytes: Buffer, label: string, offset: number, why: string): Result<never> {
  const before = bytes.toString('utf8', 0, offset)
  const lines = before.split(/\r\n|\r|\n/)
  return failed({
    code: 'BAD_ENCODING',
    severity: 'error',
    message: `Byte ${offset} of "${label}" ${why}.`,
    hint: 'Save the file as UTF-8.',
    at: { path: label, line: lines.length, column: lines.at(-1)!.length + 1 },
  })
}
