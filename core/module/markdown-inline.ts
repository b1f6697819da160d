import { endOfLabel, normalizeLabel, readInlineTail } from './markdown-destination.ts'
import { unescapeMarkdown } from './markdown-escape.ts'
import { endOfTag } from './markdown-html.ts'
import { type Range, type Segment, sourceRange } from './markdown-segment.ts'

/** A link, image, autolink or reference definition as CommonMark sees it. */
export interface Link {
  readonly type: 'link' | 'image' | 'autolink' | 'definition'
  /**
   * The destination with backslash escapes and entities undone; percent-encoding is kept as written. That of an autolinked
   * mail address begins with `mailto:`.
   */
  readonly destination: string
  /** Range of the destination as it is written, angle brackets left out; for reference-style links that of the definition. */
  readonly start: number
  readonly end: number
}

/** A construct in the content of a segment: its text stands from `textStart` to `textEnd`, the rest is syntax. */
export interface Construct extends Range {
  readonly type: 'code' | 'autolink' | 'html' | 'link' | 'image'
  readonly textStart: number
  readonly textEnd: number
}

/** Where the inline scan puts what it finds; constructs only when somebody wants them. */
export interface InlineFindings {
  readonly links: Link[]
  readonly codeSpans: Range[]
  readonly constructs: Construct[] | undefined
}

/** What inline text is read with: the definitions by their normalised labels. */
export type Definitions = ReadonlyMap<string, Link>

/**
 * Finds links, images, autolinks and code spans in one segment, in time linear in its length. Emphasis is not looked at: it
 * never changes what is a link.
 */
export function scanInline(segment: Segment, definitions: Definitions, findings: InlineFindings): void {
  new InlineScanner(segment, definitions, findings).scan()
}

interface Opener {
  /** The offset of its `[`. */
  readonly at: number
  readonly image: boolean
  /** True when another bracket was opened behind it: then what is between can be no label. */
  nests: boolean
}

class InlineScanner {
  readonly #segment: Segment
  readonly #content: string
  readonly #definitions: Definitions
  readonly #findings: InlineFindings
  readonly #openers: Opener[] = []
  /** Link openers below this height of the stack are dead, because links do not nest. */
  #deadBelow = 0
  /** Where the scan went on behind the last construct: a backslash before it escapes nothing behind it. */
  #from = 0
  /** Where the last run of backticks of each length begins, once the content was searched to its end. */
  readonly #lastRuns = new Map<number, number>()
  #knowsRuns = false
  /** Closing marks that were searched for and not found: they are nowhere behind either. */
  readonly #absent = new Set<string>()

  constructor(segment: Segment, definitions: Definitions, findings: InlineFindings) {
    this.#segment = segment
    this.#content = segment.content
    this.#definitions = definitions
    this.#findings = findings
  }

  /** Goes from one mark to the next; what is between them is plain. */
  scan(): void {
    const content = this.#content
    this.#from = this.#segment.begin
    for (let at = this.#nextMark(); at >= 0; at = this.#nextMark())
      this.#from = this.#isEscaped(at) ? at + 1 : this.#readMark(content.charCodeAt(at), at)
  }

  #nextMark(): number {
    mark.lastIndex = this.#from
    return mark.test(this.#content) ? mark.lastIndex - 1 : -1
  }

  #readMark(code: number, at: number): number {
    switch (code) {
      case 96:
        return this.#readCode(at)
      case 60:
        return this.#readAngle(at)
      case 91:
        return this.#openBracket(at)
      default:
        return this.#closeBracket(at)
    }
  }

  /** True for a character behind an odd number of backslashes. */
  #isEscaped(at: number): boolean {
    let first = at
    while (first > this.#from && this.#content.charCodeAt(first - 1) === 92) first--
    return (at - first) % 2 === 1
  }

  #readCode(at: number): number {
    const start = endOfBackticks(this.#content, at)
    const length = start - at
    const close = this.#findRun(start, length)
    if (close < 0) return start
    this.#findings.codeSpans.push(sourceRange(this.#segment, start, close))
    this.#construct('code', { start: at, end: close + length, textStart: start, textEnd: close })
    return close + length
  }

  /** The offset of the next run of exactly `length` backticks, -1 when there is none. */
  #findRun(from: number, length: number): number {
    if (this.#knowsRuns && (this.#lastRuns.get(length) ?? -1) < from) return -1
    for (let at = this.#content.indexOf('`', from); at >= 0;) {
      const behind = endOfBackticks(this.#content, at)
      if (!this.#knowsRuns) this.#lastRuns.set(behind - at, at)
      if (behind - at === length) return at
      at = this.#content.indexOf('`', behind)
    }
    this.#knowsRuns = true
    return -1
  }

  #readAngle(at: number): number {
    autolink.lastIndex = at
    const found = autolink.exec(this.#content)
    if (!found) return this.#readHtml(at)
    const [whole, address, mail] = found
    const written = (address ?? mail)!
    const end = at + whole.length
    const range = sourceRange(this.#segment, at + 1, end - 1)
    this.#findings.links.push({
      type: 'autolink',
      destination: mail === undefined ? written : `mailto:${mail}`,
      ...range,
    })
    this.#construct('autolink', { start: at, end, textStart: at + 1, textEnd: end - 1 })
    return end
  }

  #readHtml(at: number): number {
    const content = this.#content
    const mark = content.charCodeAt(at + 1)
    let end = -1
    if (mark === 33) end = this.#endOfDeclaration(at)
    else if (mark === 63) end = this.#endAfter('?>', at + 2)
    else end = endOfTag(content, at, content.length)
    if (end < 0) return at + 1
    this.#construct('html', { start: at, end, textStart: end, textEnd: end })
    return end
  }

  #endOfDeclaration(at: number): number {
    const content = this.#content
    if (content.startsWith('<!-->', at)) return at + 5
    if (content.startsWith('<!--->', at)) return at + 6
    if (content.startsWith('<!--', at)) return this.#endAfter('-->', at + 4)
    if (content.startsWith('<![CDATA[', at)) return this.#endAfter(']]>', at + 9)
    return /[A-Za-z]/.test(content.charAt(at + 2)) ? this.#endAfter('>', at + 3) : -1
  }

  #endAfter(mark: string, from: number): number {
    if (this.#absent.has(mark)) return -1
    const found = this.#content.indexOf(mark, from)
    if (found >= 0) return found + mark.length
    this.#absent.add(mark)
    return -1
  }

  #openBracket(at: number): number {
    const outer = this.#openers.at(-1)
    if (outer) outer.nests = true
    const image = at > this.#from && this.#content.charCodeAt(at - 1) === 33 && !this.#isEscaped(at - 1)
    this.#openers.push({ at, image, nests: false })
    return at + 1
  }

  #closeBracket(at: number): number {
    const opener = this.#openers.pop()
    if (!opener) return at + 1
    const height = this.#openers.length
    const isDead = !opener.image && height < this.#deadBelow
    this.#deadBelow = Math.min(this.#deadBelow, height)
    if (isDead) return at + 1
    const behind = this.#readInline(opener, at) || this.#readReference(opener, at)
    if (behind === 0) return at + 1
    if (!opener.image) this.#deadBelow = height
    const start = opener.image ? opener.at - 1 : opener.at
    this.#construct(opener.image ? 'image' : 'link', {
      start,
      end: behind,
      textStart: opener.at + 1,
      textEnd: at,
    })
    return behind
  }

  /** Reads `(destination "title")` behind the bracket at `at`; gives the offset behind it, 0 when it is not that. */
  #readInline(opener: Opener, at: number): number {
    if (this.#content.charCodeAt(at + 1) !== 40) return 0
    const tail = readInlineTail(this.#content, at + 2)
    if (!tail) return 0
    const destination = unescapeMarkdown(this.#content.slice(tail.start, tail.end))
    const range = sourceRange(this.#segment, tail.start, tail.end)
    this.#findings.links.push({ type: opener.image ? 'image' : 'link', destination, ...range })
    return tail.behind
  }

  /** Reads a full, collapsed or shortcut reference; gives the offset behind it, 0 when its label is not defined. */
  #readReference(opener: Opener, at: number): number {
    const content = this.#content
    const labelEnd = content.charCodeAt(at + 1) === 91 ? endOfLabel(content, at + 1) : -1
    const isFull = labelEnd > at + 3
    if (!isFull && opener.nests) return 0
    const start = isFull ? at + 2 : opener.at + 1
    const end = isFull ? labelEnd - 1 : at
    if (end - start > maximumLabel || this.#definitions.size === 0) return 0
    const definition = this.#definitions.get(normalizeLabel(content.slice(start, end)))
    if (!definition) return 0
    this.#findings.links.push({ ...definition, type: opener.image ? 'image' : 'link' })
    return labelEnd > 0 ? labelEnd : at + 1
  }

  #construct(type: Construct['type'], place: Omit<Construct, 'type'>): void {
    this.#findings.constructs?.push({ type, ...place })
  }
}

const mark = /[`<[\]]/g
const maximumLabel = 999
const autolink =
  /<(?:([A-Za-z][A-Za-z0-9+.-]{1,31}:[^<>\0-\x20\x7f]*)|([\w.!#$%&'*+/=?^`{|}~-]+@[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*))>/y

function endOfBackticks(content: string, at: number): number {
  while (content.charCodeAt(at) === 96) at++
  return at
}
