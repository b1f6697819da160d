import type { LineCursor } from './markdown-cursor.ts'
import { endsHtmlBlock } from './markdown-html.ts'
import type { Paragraph } from './markdown-leaves.ts'
import { closesFence } from './markdown-starts.ts'

/** A leaf block that may go on in the next line; `end` is the end of its last line so far. */
export type OpenLeaf =
  | ({ readonly type: 'paragraph' } & Paragraph)
  | { readonly type: 'table'; readonly columns: number }
  | { readonly type: 'indented'; readonly start: number; end: number }
  | Fenced
  | { readonly type: 'html'; readonly start: number; end: number; readonly kind: number }

interface Fenced {
  readonly type: 'fenced'
  readonly start: number
  end: number
  readonly mark: number
  readonly length: number
  readonly info: string
}

/**
 * What a line does with the open leaf: it belongs to it (`inside`), is the last to do so (`last`), comes after it (`after`), or
 * must be looked at for block starts first (`open`).
 */
export type Continuation = 'inside' | 'last' | 'after' | 'open'

/** Goes on with a leaf in a line that belongs to all its containers; only the `end` of the leaf changes. */
export function continueLeaf(leaf: OpenLeaf, cursor: LineCursor): Continuation {
  switch (leaf.type) {
    case 'paragraph':
    case 'table':
      return cursor.isBlank ? 'last' : 'open'
    case 'indented':
      if (cursor.isBlank) return 'inside'
      if (cursor.indent < 4) return 'after'
      leaf.end = cursor.end
      return 'inside'
    case 'fenced':
      leaf.end = cursor.end
      return cursor.indent < 4 && closesFence(cursor.text, { at: cursor.next, end: cursor.end }, leaf)
        ? 'last'
        : 'inside'
    case 'html':
      if (cursor.isBlank && leaf.kind > 5) return 'last'
      leaf.end = cursor.end
      return endsHtmlBlock(leaf.kind, cursor.text.slice(cursor.at, cursor.end)) ? 'last' : 'inside'
  }
}
