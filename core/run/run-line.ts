import { crc32 } from 'node:zlib'

/** Raised with every change of what stands in a journal; what is newer is left alone. */
export const journalVersion = 1

/** How every journal begins, of whatever version. */
export const firstLine = `heddle-run ${journalVersion}\n`

/** One part of a journal, as it can be believed. */
export interface ParsedLines {
  /** The version it was written in; undefined when not even that can be read, or it is no journal. */
  readonly version: number | undefined
  /** Records that are whole, in order. */
  readonly records: readonly unknown[]
  /** Lines that were damaged, or are missing between others. */
  readonly damaged: number
  /** True when the end was cut off, as a crash does. */
  readonly torn: boolean
}

/** A record as one line: its checksum, its number in the file, and itself as JSON. */
export function formatLine(number: number, json: string): string {
  const text = `${number} ${json}`
  return `${crc32(text).toString(16).padStart(8, '0')} ${text}\n`
}

/**
 * The records of a journal. What is cut off at the end, or was never filled, is dropped: it was not acknowledged. Any other
 * damage is counted, and the line that has it is not believed.
 */
export function parseLines(bytes: Uint8Array): ParsedLines {
  const written = withoutUnfilled(bytes)
  const lines = splitLines(written)
  const first = lines.whole[0]
  const version = first === undefined ? undefined : Number(/^heddle-run (\d{1,9})$/.exec(first)?.[1] ?? NaN)
  if (version === undefined || version !== journalVersion) {
    const isNewer = version !== undefined && version > journalVersion
    const isStart = version === undefined && firstLine.startsWith(lines.rest)
    return {
      version: isNewer ? version : undefined,
      records: [],
      damaged: isNewer || isStart ? 0 : 1,
      torn: isStart,
    }
  }
  // A whole line whose last byte alone is wrong was not cut off: it may say what must not be forgotten.
  const isDamaged = parseLine(lines.rest.slice(0, -1)) !== undefined
  const torn = !isDamaged && (lines.rest !== '' || written.length < bytes.length)
  const { records, damaged } = believe(lines.whole.slice(1))
  return { version, torn, records, damaged: damaged + Number(isDamaged) }
}

function believe(lines: readonly string[]): Pick<ParsedLines, 'records' | 'damaged'> {
  const records: unknown[] = []
  let damaged = 0
  let next = 0
  for (const line of lines) {
    const found = parseLine(line)
    if (found && found.number >= next) {
      if (found.number > next && damaged === 0) damaged++
      records.push(found.record)
      next = found.number + 1
    } else damaged++
  }
  return { records, damaged }
}

/** One line: its number and its record; undefined when it is damaged. */
export function parseLine(line: string): { number: number; record: unknown } | undefined {
  const text = line.slice(9)
  const space = text.indexOf(' ')
  if (line[8] !== ' ' || space < 1 || line.slice(0, 8) !== crc32(text).toString(16).padStart(8, '0'))
    return undefined
  try {
    return { number: Number(text.slice(0, space)), record: JSON.parse(text.slice(space + 1)) as unknown }
  } catch {
    return undefined
  }
}

/** Without the zeros of blocks that a file was given and that were never written. */
function withoutUnfilled(bytes: Uint8Array): Uint8Array {
  let end = bytes.length
  while (end > 0 && bytes[end - 1] === 0) end--
  return bytes.subarray(0, end)
}

function splitLines(bytes: Uint8Array): { whole: readonly string[]; rest: string } {
  const parts = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8').split('\n')
  const rest = parts.pop()!
  return { whole: parts, rest }
}
