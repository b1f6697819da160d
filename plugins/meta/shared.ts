import type { SharedText } from './result.ts'

/** A module with its text. */
export interface ModuleText {
  readonly path: string
  readonly text: string
}

/** Shorter passages are figures of speech. */
const shortest = 200
const shownStart = 60

/** Passages (what empty lines set apart) that stand in more than one place, white space aside, the most expensive first. */
export function findShared(modules: readonly ModuleText[]): SharedText[] {
  const places = new Map<string, { path: string; line: number }[]>()
  for (const { path, text } of modules) {
    for (const { passage, line } of passagesOf(text)) {
      const known = places.get(passage)
      if (known) known.push({ path, line })
      else places.set(passage, [{ path, line }])
    }
  }
  return [...places]
    .filter(([, found]) => found.length > 1)
    .map(([passage, found]) => ({
      places: found,
      tokens: Math.ceil(passage.length / 4) * (found.length - 1),
      start: passage.slice(0, shownStart),
    }))
    .toSorted((a, b) => b.tokens - a.tokens || (a.places[0]!.path < b.places[0]!.path ? -1 : 1))
}

function passagesOf(text: string): { passage: string; line: number }[] {
  const found: { passage: string; line: number }[] = []
  let lines: string[] = []
  let start = 1
  const close = (): void => {
    const passage = lines.join(' ').replace(/\s+/g, ' ').trim()
    if (passage.length >= shortest) found.push({ passage, line: start })
    lines = []
  }
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') close()
    else {
      if (lines.length === 0) start = index + 1
      lines.push(line)
    }
  }
  close()
  return found
}
