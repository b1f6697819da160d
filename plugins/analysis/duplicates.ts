import type { Passage } from './result.ts'

/** A text and where it stands. */
export interface SourceText {
  readonly path: string
  readonly text: string
}

/** The least number of lines, empty ones apart, that count as a passage. */
export const passageLines = 10

/** A run of lines with fewer different ones (closing braces, table rows) says nothing about copying. */
const leastDifferent = 5

interface FileLines {
  readonly path: string
  /** One number for each line that is not empty; equal lines have equal numbers. */
  readonly ids: readonly number[]
  /** The 1-based lines they stand at. */
  readonly at: readonly number[]
}

interface Window {
  readonly file: number
  readonly index: number
}

/** Groups of files with the same text, in the order of `texts`; those of a few lines are alike without being copies. */
export function findSameFiles(texts: readonly SourceText[]): string[][] {
  const byText = new Map<string, string[]>()
  for (const { path, text } of texts) {
    if (new Set(text.split('\n')).size < leastDifferent) continue
    const group = byText.get(text)
    if (group) group.push(path)
    else byText.set(text, [path])
  }
  return [...byText.values()].filter((group) => group.length > 1)
}

/**
 * Runs of at least ten lines that stand in several places, white space apart: each as long as all its places allow.
 * Files with the same text as an earlier one are left out. Takes time in proportion to the number of lines.
 */
export function findPassages(texts: readonly SourceText[]): Passage[] {
  const files = readLines(firstOfEach(texts))
  const windows = collectWindows(files)
  const passages: Passage[] = []
  const done = new Set<string>()
  for (const [key, places] of windows) {
    if (places.length < 2 || done.has(key) || continuesAnother(files, windows, places)) continue
    let length = passageLines
    done.add(key)
    for (let step = 1; ; step++) {
      const next = sharedKey(files, windows, places, step)
      if (next === undefined || done.has(next)) break
      done.add(next)
      length++
    }
    passages.push({ lines: length, places: places.map((place) => placeOf(files, place)) })
  }
  return passages.toSorted((a, b) => b.lines - a.lines || comparePlaces(a, b))
}

function firstOfEach(texts: readonly SourceText[]): SourceText[] {
  const seen = new Set<string>()
  return texts.filter(({ text }) => !seen.has(text) && seen.add(text))
}

function readLines(texts: readonly SourceText[]): FileLines[] {
  const known = new Map<string, number>()
  return texts.map(({ path, text }) => {
    const ids: number[] = []
    const at: number[] = []
    for (const [index, line] of text.split('\n').entries()) {
      const normal = line.trim().replace(/\s+/g, ' ')
      if (normal === '') continue
      let id = known.get(normal)
      if (id === undefined) known.set(normal, (id = known.size))
      ids.push(id)
      at.push(index + 1)
    }
    return { path, ids, at }
  })
}

/** Every place of every window of ten lines; places in one file that overlap count once. */
function collectWindows(files: readonly FileLines[]): Map<string, Window[]> {
  const windows = new Map<string, Window[]>()
  for (const [file, { ids }] of files.entries()) {
    for (let index = 0; index + passageLines <= ids.length; index++) {
      const key = keyAt(files, { file, index })
      if (key === undefined) continue
      const places = windows.get(key)
      const last = places?.at(-1)
      if (!places) windows.set(key, [{ file, index }])
      else if (last?.file !== file || index - last.index >= passageLines) places.push({ file, index })
    }
  }
  return windows
}

function keyAt(files: readonly FileLines[], { file, index }: Window): string | undefined {
  const ids = files[file]?.ids.slice(index, index + passageLines)
  if (index < 0 || ids?.length !== passageLines || new Set(ids).size < leastDifferent) return undefined
  return ids.join(' ')
}

/** True when every place stands one line behind a place of one and the same window: then the run began earlier. */
function continuesAnother(
  files: readonly FileLines[],
  windows: ReadonlyMap<string, readonly Window[]>,
  places: readonly Window[],
): boolean {
  return sharedKey(files, windows, places, -1) !== undefined
}

/** The key of the window `step` lines further at all places, when it is the same and stands nowhere else. */
function sharedKey(
  files: readonly FileLines[],
  windows: ReadonlyMap<string, readonly Window[]>,
  places: readonly Window[],
  step: number,
): string | undefined {
  const shifted = places.map(({ file, index }) => ({ file, index: index + step }))
  const key = keyAt(files, shifted[0]!)
  if (key === undefined || windows.get(key)?.length !== places.length) return undefined
  return shifted.every((place) => keyAt(files, place) === key) ? key : undefined
}

function placeOf(files: readonly FileLines[], { file, index }: Window): { path: string; line: number } {
  const lines = files[file]!
  return { path: lines.path, line: lines.at[index]! }
}

function comparePlaces(a: Passage, b: Passage): number {
  const [first, second] = [a.places[0]!, b.places[0]!]
  if (first.path !== second.path) return first.path < second.path ? -1 : 1
  return first.line - second.line
}
