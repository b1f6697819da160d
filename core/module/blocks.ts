/** One attribute of an element; `start` and `end` are the UTF-16 offsets of its value without quotes. */
export interface Attribute {
  readonly name: string
  readonly value: string
  readonly start: number
  readonly end: number
}

/** One XML-ish element. Offsets are UTF-16 offsets in the whole text. */
export interface Block {
  readonly name: string
  readonly attributes: readonly Attribute[]
  /** Offset of its `<`. */
  readonly start: number
  /** Offset just after its closing tag, or after its own tag when it is empty or was never closed. */
  readonly end: number
  readonly contentStart: number
  readonly contentEnd: number
  readonly closed: boolean
  readonly children: readonly Block[]
}

export declare function scanBlocks(text: string, from?: number): readonly Block[]
