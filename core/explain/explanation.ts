/** What a code of diagnostics means, for whoever meets it. */
export interface CodeExplanation {
  /** What has happened, in a sentence or two. */
  readonly means: string
  /** What brings it about. */
  readonly example: string
  /** What to do. */
  readonly repair: string
}

/** Explanations by code. A key that ends with `*` explains all codes that begin so and have none of their own. */
export type CodeExplanations = Readonly<Record<string, CodeExplanation>>

/** The explanation of a code: its own, else that of the longest beginning that ends with `*`. */
export function findExplanation(codes: CodeExplanations, code: string): CodeExplanation | undefined {
  if (Object.hasOwn(codes, code)) return codes[code]
  const families = Object.keys(codes).filter((key) => key.endsWith('*') && code.startsWith(key.slice(0, -1)))
  const [longest] = families.toSorted((a, b) => b.length - a.length)
  return longest === undefined ? undefined : codes[longest]
}
