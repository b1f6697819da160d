import { digest } from '../base/key.ts'
import { findFrontMatter } from '../module/frontmatter-fence.ts'
import { type Frame, frameOf, handOver } from './frame.ts'
import { type Passage, readPassages, shortestShared } from './passages.ts'
import type { Audience, Weighed } from './settings.ts'
import type { Tokenizer } from './tokenizer.ts'

/** A passage with its size. */
export interface Sized extends Passage {
  /** Tokens, the gap behind it included; not rounded. */
  readonly size: number
}

/** A source as it can be written: passage by passage between its frame. */
export interface Unit {
  readonly source: Weighed
  readonly frame: Frame
  readonly frameSize: number
  readonly passages: readonly Sized[]
  /** Tokens of the front matter, which is left out. */
  readonly frontMatter: number
  /** The same for sources that say the same as a whole; null for those that are too short to matter. */
  readonly key: string | null
}

interface UnitParts {
  readonly audience: Audience
  readonly tokenizer: Tokenizer
  /** Fills the placeholders of a text. */
  readonly fill: (text: string) => string
}

/** Makes a unit of a source; its text is read here and nowhere else. */
export function createUnit(source: Weighed, { audience, tokenizer, fill }: UnitParts): Unit {
  const frame = frameOf(source, audience)
  const handed = handOver(source, audience)
  const headings = source.module?.headings ?? []
  const passages = handed.ranges.flatMap((range) => readPassages(handed.text, range, headings))
  const said = handed.ranges.map(({ start, end }) => handed.text.slice(start, end)).join('\n')
  const front = source.module ? findFrontMatter(source.text) : undefined
  return {
    source,
    frame,
    frameSize: tokenizer.measure(frame.head) + tokenizer.measure(frame.tail),
    passages: passages.map((passage) => {
      const text = fill(passage.text)
      return { ...passage, text, size: tokenizer.measure(text + passage.gap) }
    }),
    frontMatter: front ? tokenizer.measure(source.text.slice(0, front.end)) : 0,
    key: said.length < shortestShared ? null : digest(said),
  }
}
