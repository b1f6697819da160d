/** How a reference of the corpus ends. */
export type EdgeStatus = 'resolved' | 'searched' | 'missing'

/** A reference that stands in the corpus, with everything that a reader of it must find. */
export interface Edge {
  readonly from: string
  /** 1-based. */
  readonly line: number
  /** 1-based, in UTF-16 units. */
  readonly column: number
  /** As written, fragment included. */
  readonly text: string
  readonly form: 'alias' | 'link' | 'front-matter' | 'tag' | 'attribute' | 'mention'
  readonly status: EdgeStatus
  /** Null when it is missing. */
  readonly to: string | null
}

/** What a reference says, its place still unknown. */
export type Written = Pick<Edge, 'text' | 'form' | 'status' | 'to'>

/** A document while it is written. */
export interface Page {
  readonly length: number
  add(text: string): void
  /** Writes the text of a reference here and remembers its place. */
  refer(reference: Written): void
  finish(): { readonly text: string; readonly edges: readonly Edge[] }
}

/** An empty page for the file at this path. */
export function createPage(path: string): Page {
  const parts: string[] = []
  const marks: { readonly offset: number; readonly reference: Written }[] = []
  let length = 0
  function add(text: string): void {
    parts.push(text)
    length += text.length
  }
  return {
    get length() {
      return length
    },
    add,
    refer(reference) {
      marks.push({ offset: length, reference })
      add(reference.text)
    },
    finish() {
      const text = parts.join('')
      return {
        text,
        edges: marks.map(({ offset, reference }) => ({ from: path, ...placeOf(text, offset), ...reference })),
      }
    },
  }
}

function placeOf(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset)
  return { line: before.split('\n').length, column: offset - before.lastIndexOf('\n') }
}

/** One line that holds everything that an exact reader finds of a reference. */
export function describeEdge(
  edge: Omit<Edge, 'form' | 'status'> & { form: string; status: string | null },
): string {
  const { from, line, column, text, form, status, to } = edge
  return `${from}:${line}:${column} ${form} ${text} ${status} ${to}`
}
