import { unescapeMarkdown } from './markdown-escape.ts'
import type { Construct } from './markdown-inline.ts'
import { createSegment, type Segment } from './markdown-segment.ts'

/** The text that a reader sees of inline content: emphasis marks, addresses, images and HTML tags left out. */
export function visibleText({ content, begin }: Segment, constructs: readonly Construct[]): string {
  if (constructs.length === 0 && !marked.test(content)) return begin === 0 ? content : content.slice(begin)
  const sorted = constructs.toSorted((a, b) => a.start - b.start)
  return new VisibleReader(content, sorted).read(begin, content.length)
}

/** The same for one line without constructs. */
export function visibleLine(text: string, start: number, end: number): string {
  const content = text.slice(start, end)
  return marked.test(content) ? visibleText(createSegment(text, [start, end]), []) : content
}

const marked = /[\\&*_]/
const escapeOrRun = /\\[^]|\*+|_+/g
const firstCharacter = /^./su
const lastCharacter = /.$/su
const white = /\s/
const punctuation = /[\p{P}\p{S}]/u

/** A run of `*` or `_`; `length` counts what is left of it. */
interface Run {
  readonly mark: string
  readonly part: number
  readonly written: number
  readonly opens: boolean
  readonly closes: boolean
  length: number
}

class VisibleReader {
  readonly #content: string
  readonly #constructs: readonly Construct[]
  #index = 0

  constructor(content: string, constructs: readonly Construct[]) {
    this.#content = content
    this.#constructs = constructs
  }

  read(start: number, end: number): string {
    const parts: string[] = []
    const runs: Run[] = []
    for (let at = start; at < end;) {
      const construct = this.#constructFrom(at, end)
      this.#readPlain({ start: at, end: construct?.start ?? end }, parts, runs)
      if (construct) parts.push(this.#readConstruct(construct))
      at = construct?.end ?? end
    }
    pairRuns(runs)
    for (const { part, mark, length } of runs) parts[part] = mark.repeat(length)
    return parts.join('')
  }

  /** The next construct between the two offsets; those inside an image or a tag are passed over. */
  #constructFrom(at: number, end: number): Construct | undefined {
    while (this.#index < this.#constructs.length && this.#constructs[this.#index]!.start < at) this.#index++
    const construct = this.#constructs[this.#index]
    if (!construct || construct.start >= end) return undefined
    this.#index++
    return construct
  }

  #readConstruct({ type, textStart, textEnd }: Construct): string {
    switch (type) {
      case 'link':
        return this.read(textStart, textEnd)
      case 'code':
        return this.#content
          .slice(textStart, textEnd)
          .replaceAll('\n', ' ')
          .replace(/^ (.*[^ ].*) $/, '$1')
      case 'autolink':
        return this.#content.slice(textStart, textEnd)
      case 'image':
      case 'html':
        return ''
    }
  }

  #readPlain(range: { start: number; end: number }, parts: string[], runs: Run[]): void {
    const text = this.#content.slice(range.start, range.end)
    let from = 0
    for (const found of text.matchAll(escapeOrRun)) {
      if (found[0].startsWith('\\')) continue
      parts.push(unescapeMarkdown(text.slice(from, found.index)))
      from = found.index + found[0].length
      runs.push(this.#runAt(range.start + found.index, found[0], parts.length))
      parts.push('')
    }
    parts.push(unescapeMarkdown(text.slice(from)))
  }

  #runAt(at: number, run: string, part: number): Run {
    const behind = at + run.length
    const before = lastCharacter.exec(this.#content.slice(Math.max(0, at - 2), at))?.[0] ?? ' '
    const after = firstCharacter.exec(this.#content.slice(behind, behind + 2))?.[0] ?? ' '
    const left = !isWhite(after) && (!isPunctuation(after) || isWhite(before) || isPunctuation(before))
    const right = !isWhite(before) && (!isPunctuation(before) || isWhite(after) || isPunctuation(after))
    const mark = run.charAt(0)
    const opens = left && (mark === '*' || !right || isPunctuation(before))
    const closes = right && (mark === '*' || !left || isPunctuation(after))
    return { mark, part, written: run.length, opens, closes, length: run.length }
  }
}

/** Takes from each run the marks that begin or end emphasis; what stays is text. */
function pairRuns(runs: readonly Run[]): void {
  const openers: Run[] = []
  /** How deep each kind of closer was searched in vain: without it, marks that never pair would cost their square. */
  const floors = new Map<string, number>()
  for (const run of runs) {
    const kind = `${run.mark}${run.opens}${run.written % 3}`
    while (run.closes && run.length > 0) {
      const found = findOpener(openers, run, floors.get(kind) ?? 0)
      if (found < 0) {
        floors.set(kind, openers.length)
        break
      }
      const opener = openers[found]!
      const used = opener.length > 1 && run.length > 1 ? 2 : 1
      opener.length -= used
      run.length -= used
      openers.length = opener.length > 0 ? found + 1 : found
      for (const [key, floor] of floors) floors.set(key, Math.min(floor, openers.length))
    }
    if (run.opens && run.length > 0) openers.push(run)
  }
}

function findOpener(openers: readonly Run[], closer: Run, floor: number): number {
  for (let index = openers.length - 1; index >= floor; index--)
    if (pairs(openers[index]!, closer)) return index
  return -1
}

function pairs(opener: Run, closer: Run): boolean {
  if (opener.mark !== closer.mark) return false
  if (!opener.closes && !closer.opens) return true
  return (opener.written + closer.written) % 3 !== 0 || opener.written % 3 === 0
}

function isWhite(character: string): boolean {
  return white.test(character)
}

function isPunctuation(character: string): boolean {
  return punctuation.test(character)
}
