import type { StaleName } from './result.ts'

/** A file with its text. */
export interface TextFile {
  readonly path: string
  readonly text: string
}

const longestLine = 2_000
const quoted = /`([^`\n]{2,120})`/g
const call = /^([A-Za-z_$][\w$]*)\(\)$/
const filePath = /^(?:\.\/)?((?:[\w@.-]+\/)+[\w@.-]+\.[A-Za-z]\w{0,5})$/

/** What the project has, to hold documents against. */
export interface Having {
  /** Every path of the project. */
  readonly paths: ReadonlySet<string>
  /** Every word of its sources. */
  readonly words: ReadonlySet<string>
}

/**
 * Paths with a folder and calls such as `weave()` in backquotes that the project does not have. Code blocks are left alone, and so is all that
 * could be meant otherwise: plain words, patterns, paths whose first folder the project does not have either.
 */
export function findStale(documents: readonly TextFile[], having: Having): StaleName[] {
  const folders = new Set([...having.paths].map((path) => path.slice(0, path.indexOf('/'))))
  return documents.flatMap((document) =>
    proseLines(document.text).flatMap(({ line, text }) =>
      [...text.matchAll(quoted)].flatMap((match): StaleName[] => {
        const place = { path: document.path, line, column: match.index + 2 }
        const name = match[1]!
        const symbol = call.exec(name)?.[1]
        if (symbol !== undefined)
          return having.words.size > 0 && !having.words.has(symbol)
            ? [{ ...place, name, kind: 'symbol' }]
            : []
        const path = filePath.exec(name)?.[1]
        const isStale =
          path !== undefined &&
          folders.has(path.slice(0, path.indexOf('/'))) &&
          !isThere(path, document.path, having.paths)
        return isStale ? [{ ...place, name, kind: 'path' }] : []
      }),
    ),
  )
}

/** From the root, from the folder of the document, or with an ending that sources are compiled to. */
function isThere(path: string, document: string, paths: ReadonlySet<string>): boolean {
  const folder = document.slice(0, document.lastIndexOf('/') + 1)
  const source = path.replace(/\.(m|c)?js$/, '.$1ts')
  return [path, folder + path, source, folder + source].some((one) => paths.has(one))
}

function proseLines(text: string): { line: number; text: string }[] {
  let inCode = false
  return text.split('\n').flatMap((line, index) => {
    if (/^\s*(?:```|~~~)/.test(line)) {
      inCode = !inCode
      return []
    }
    return inCode ? [] : [{ line: index + 1, text: line.slice(0, longestLine) }]
  })
}

/** Every word of texts that could be a name. */
export function wordsOf(texts: readonly string[]): Set<string> {
  const words = new Set<string>()
  for (const text of texts) for (const [word] of text.matchAll(/[A-Za-z_$][\w$]*/g)) words.add(word)
  return words
}
