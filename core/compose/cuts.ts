import type { Refused } from './gather.ts'
import type { Laid } from './layout.ts'
import type { Sized, Unit } from './unit.ts'

/** What is needed and not written, in whole or in part, and why. */
export interface ContextCut {
  readonly id: string
  /** The slug of the heading under which it stands; null for a whole file, or what stands before the first heading. */
  readonly part: string | null
  /** Its lines in the source, 1-based; null for a whole file. */
  readonly lines: readonly [number, number] | null
  /** Tokens, rounded up; 0 for what was not read. */
  readonly tokens: number
  /**
   * It did not fit the `budget`; it is `repeated` text that stands once already; it is `front-matter`, which is for hosts; or there is
   * no text: `not-text`, `unreadable`, `folder`.
   */
  readonly why: 'budget' | 'repeated' | 'front-matter' | Refused['why']
  /** The section that holds the text, for what is repeated. */
  readonly as?: string
}

/** Everything that was left out, in the order of the output, and what could not be read at the end. */
export function listCuts(
  laid: readonly Laid[],
  dropped: readonly Unit[],
  refused: readonly Refused[],
): ContextCut[] {
  return [
    ...laid.flatMap(cutsIn),
    ...dropped.map(({ source: { id }, passages }): ContextCut => ({
      id,
      part: null,
      lines: null,
      why: 'budget',
      tokens: Math.ceil(passages.reduce((sum, { size }) => sum + size, 0)),
    })),
    ...refused.map(({ id, why }): ContextCut => ({ id, part: null, lines: null, tokens: 0, why })),
  ]
}

function cutsIn({ unit, written, left }: Laid): ContextCut[] {
  const { id } = unit.source
  const front: ContextCut[] = []
  if (unit.frontMatter > 0)
    front.push({ id, part: null, lines: null, tokens: Math.ceil(unit.frontMatter), why: 'front-matter' })
  const repeated = written.flatMap(({ as, instead }) =>
    as === null ? [] : byHeading(instead).map((part) => ({ id, ...part, why: 'repeated' as const, as })),
  )
  return [...front, ...repeated, ...byHeading(left).map((part) => ({ id, ...part, why: 'budget' as const }))]
}

/** Passages that follow each other under one heading are one cut. */
function byHeading(passages: readonly Sized[]): Pick<ContextCut, 'part' | 'lines' | 'tokens'>[] {
  const parts: { part: string | null; lines: [number, number]; size: number }[] = []
  for (const { heading, line, endLine, size } of passages) {
    const last = parts.at(-1)
    if (!last || last.part !== heading) parts.push({ part: heading, lines: [line, endLine], size })
    else {
      last.lines[1] = endLine
      last.size += size
    }
  }
  return parts.map(({ part, lines, size }) => ({ part, lines, tokens: Math.ceil(size) }))
}
