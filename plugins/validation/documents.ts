import { readFile } from 'node:fs/promises'
import type { JsonFormat, Sink, XmlFormat } from './formats/format.ts'
import type { Written } from './lines.ts'

/** Larger documents are not read as one. */
const largestDocument = 64 * 1024 * 1024
const searchedForStart = 64 * 1024

/** What came of looking for a document: `damaged` when one begins that cannot be read. */
export type DocumentReading = 'none' | 'read' | 'damaged'

/** Reads the one JSON or XML document in what a program wrote, lines of other text before it and behind it left aside. */
export async function readDocument(
  written: Written,
  formats: { readonly json: readonly JsonFormat[]; readonly xml: readonly XmlFormat[] },
  sink: Sink,
): Promise<DocumentReading> {
  const text = await textOf(written)
  if (text === undefined) return 'none'
  const xml = findXml(text, formats.xml)
  if (xml) {
    xml.read(text, sink)
    return 'read'
  }
  return readJson(text, formats.json, sink)
}

async function textOf(written: Written): Promise<string | undefined> {
  if (typeof written === 'string') return written
  if (written.bytes > largestDocument) return undefined
  return readFile(written.blob, 'utf8').catch(() => undefined)
}

function findXml(text: string, formats: readonly XmlFormat[]): XmlFormat | undefined {
  const start = text.slice(0, searchedForStart)
  const root =
    /^\s*(?:<\?xml[^>]{0,200}\?>\s*)?(?:<!DOCTYPE[^>]{0,400}>\s*)?(?:<!--[^>]{0,400}-->\s*)?<([\w-]{1,40})[\s>/]/.exec(
      start,
    )
  return root ? formats.find(({ roots }) => roots.includes(root[1]!)) : undefined
}

/** A document begins a line. What follows it is left aside from the last line that can end it. */
function readJson(text: string, formats: readonly JsonFormat[], sink: Sink): DocumentReading {
  const start = /^(?:\{(?=\s*["}])|\[(?=\s*(?:\{\s*"|\[\s*"|\])))/m.exec(text.slice(0, searchedForStart))
  if (!start) return 'none'
  const candidate = text.slice(start.index).trim()
  const whole = parse(candidate)
  // Several documents, one on each line, are read as lines.
  if (whole === undefined && parse(firstLine(candidate)) !== undefined) return 'none'
  const document = whole ?? parse(untilLastEnd(candidate))
  if (document === undefined) return 'damaged'
  return formats.some((format) => format.read(document, sink)) ? 'read' : 'none'
}

function firstLine(text: string): string {
  const end = text.indexOf('\n')
  return end < 0 ? text : text.slice(0, end)
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

function untilLastEnd(text: string): string {
  const end = text.lastIndexOf(text.startsWith('{') ? '\n}' : '\n]')
  return end < 0 ? '' : text.slice(0, end + 2)
}

/** Reads a line that is a document of its own; false when it is none. */
export function readJsonLine(line: string, formats: readonly JsonFormat[], sink: Sink): boolean {
  if (!/^(?:\{.*\}|\[.*\])$/.test(line)) return false
  const document = parse(line)
  return document !== undefined && formats.some((format) => format.read(document, sink))
}
