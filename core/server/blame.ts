import { isAbsolute, relative, sep } from 'node:path'
import type { Place } from '../base/diagnostic.ts'

const spots = /(?:file:\/\/)?(\/[^\s()'"`<>|]+?\.[cm]?[jt]sx?)(?:\?[^\s:)]*)?:(\d{1,7})(?::(\d{1,7}))?/g

/**
 * Where in a project's own code an error came from, by what its message and stack say, those of its causes first; undefined when they
 * name no file below the folder, or only what is installed there.
 */
export function placeOfError(thrown: unknown, folder: string): Place | undefined {
  for (const text of textsOf(thrown).toReversed())
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
