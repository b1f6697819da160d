import { execFile } from 'node:child_process'
import { isAbsolute, relative, sep } from 'node:path'
import type { Place } from '../base/diagnostic.ts'

const spots = /(?:file:\/\/)?(\/[^\s()'"`<>|]+?\.[cm]?[jt]sx?)(?:\?[^\s:)]*)?:(\d{1,7})(?::(\d{1,7}))?/g

/**
 * Where in a project's own code an error came from, by what its message and stack say, those of its causes first; undefined when they
 * name no file below the folder, or only what is installed there. `files` are those that were loaded.
 */
export async function findPlaceOfError(
  thrown: unknown,
  { folder, files }: { readonly folder: string; readonly files: Iterable<string> },
): Promise<Place | undefined> {
  const named = placeIn(textsOf(thrown), folder)
  if (named || !isSyntaxError(thrown)) return named
  for (const file of [...files].filter((one) => /\.m?js$/.test(one)).slice(-mostChecked)) {
    const place = placeIn([await complaintAbout(file)], folder)
    if (place) return place
  }
  return undefined
}

const mostChecked = 20

function isSyntaxError(thrown: unknown): boolean {
  for (let at = thrown, depth = 0; at instanceof Error && depth < deepest; at = at.cause, depth++)
    if (at instanceof SyntaxError) return true
  return false
}

/** The engine tells the line of what it cannot parse to nobody but a terminal; this parses the file there, and runs nothing. */
function complaintAbout(file: string): Promise<string> {
  return new Promise((resolve) => {
    execFile(process.execPath, ['--check', file], { timeout: 5_000 }, (_error, _out, said) => resolve(said))
  })
}

function placeIn(texts: readonly string[], folder: string): Place | undefined {
  for (const text of texts.toReversed())
    for (const [, file, line, column] of text.matchAll(spots)) {
      const path = relative(folder, decodeFile(file!))
      const isOwn = !isAbsolute(path) && !path.startsWith('..') && !path.split(sep).includes('node_modules')
      if (isOwn)
        return { path: path.split(sep).join('/'), line: Number(line), column: Number(column ?? 0) || 1 }
    }
  return undefined
}

const deepest = 5

function textsOf(thrown: unknown): string[] {
  const texts: string[] = []
  for (let at = thrown; at instanceof Error && texts.length < deepest; at = at.cause)
    texts.push(`${at.message}\n${at.stack ?? ''}`)
  return texts
}

function decodeFile(file: string): string {
  try {
    return decodeURIComponent(file)
  } catch {
    return file
  }
}
