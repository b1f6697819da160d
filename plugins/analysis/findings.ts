import type { Diagnostic, Place } from 'heddle'
import type { AnalysisResult } from './result.ts'

/** What a person should look at, dead imports first. Whole lists stand in the result; a finding names the first few. */
export function findingsOf(result: AnalysisResult): Diagnostic[] {
  return [
    ...result.unread.map(({ path, reason }) => unread(path, reason)),
    ...result.deadImports.map(({ from, specifier, line }) =>
      deadImport(specifier, { path: from, line, column: 1 }),
    ),
    ...result.duplicates.files.map(sameFiles),
    ...result.duplicates.passages.map(passage),
    ...(result.untested.length > 0 ? [untested(result.untested)] : []),
  ]
}

/** Nothing to analyse: the argument names no source file, or the project has none. */
export function noFiles(asked: string, nearest: readonly string[]): Diagnostic {
  return {
    code: 'analysis/no-files',
    severity: 'error',
    message:
      asked === ''
        ? 'The project has no source files.'
        : `"${asked}" names no source file or folder of sources.`,
    hint:
      nearest.length > 0
        ? `Did you mean ${nearest.map((path) => `"${path}"`).join(' or ')}?`
        : 'Name a source file or a folder, relative to the root.',
  }
}

function unread(path: string, reason: string): Diagnostic {
  return {
    code: 'analysis/unread',
    severity: 'warning',
    message: `"${path}" could not be analysed: ${reason}`,
    hint: 'Make the file readable; what it declares and imports is missing from this analysis.',
    at: { path, line: 1, column: 1 },
  }
}

function deadImport(specifier: string, at: Place): Diagnostic {
  return {
    code: 'analysis/dead-import',
    severity: 'warning',
    message: `The import "${specifier}" names no file of the project.`,
    hint: 'Correct the path, or remove the import.',
    at,
  }
}

function sameFiles(paths: readonly string[]): Diagnostic {
  const [first = '', ...others] = paths
  return {
    code: 'analysis/duplicate-file',
    severity: 'warning',
    message: `"${first}" has the same content as ${shortList(others)}.`,
    hint: 'Keep one of them and import it from the other places.',
    at: { path: first, line: 1, column: 1 },
  }
}

function passage({ lines, places }: AnalysisResult['duplicates']['passages'][number]): Diagnostic {
  const [first, ...others] = places
  return {
    code: 'analysis/duplicate-passage',
    severity: 'info',
    message: `${lines} lines stand here and at ${shortList(others.map(({ path, line }) => `${path}:${line}`))}.`,
    hint: 'Give the passage a name of its own and use it from all places.',
    ...(first ? { at: { ...first, column: 1 } } : {}),
  }
}

function untested(paths: readonly string[]): Diagnostic {
  const subject =
    paths.length === 1
      ? 'One file exports functions or classes and has no test'
      : `${paths.length} files export functions or classes and have no test`
  return {
    code: 'analysis/no-test',
    severity: 'info',
    message: `${subject}: ${shortList(paths)}.`,
    hint: 'Write a test that imports it, or that carries its name.',
  }
}

function shortList(names: readonly string[]): string {
  const shown = names.slice(0, 3).map((name) => `"${name}"`)
  const rest = names.length - shown.length
  return rest > 0 ? `${shown.join(', ')} and ${rest} more` : shown.join(', ')
}
