const reference = /@modules\/[\w./-]+|\]\(([^)\s]+\.md)[^)]*\)/g

/** What one expression takes for references, those in code too. */
export function findReferences(text) {
  return [...text.matchAll(reference)].map((match) => match[1] ?? match[0])
}
