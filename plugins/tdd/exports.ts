import { findImported, scanSource } from 'heddle'
import type { ExportStatus } from './result.ts'
import type { OwnTest, SourceText } from './test-files.ts'

/** What the component gives to others, types and what it only passes on left out: those need no test here. */
export function exportsOf(texts: readonly SourceText[]): Omit<ExportStatus, 'testedIn'>[] {
  return texts.flatMap(({ path, text }) =>
    (scanSource(path, text)?.symbols ?? [])
      .filter(({ exported, kind }) => exported && kind !== 'type' && kind !== 're-export')
      .map(({ name, kind, line }) => ({ path, line, name, kind })),
  )
}

/** Adds to each export the tests whose code names it; the default export is named by whoever imports the file. */
export function findTested(
  exports: readonly Omit<ExportStatus, 'testedIn'>[],
  tests: readonly OwnTest[],
): ExportStatus[] {
  const known = tests.map((test) => ({ test, words: new Set(test.code.match(/[\p{L}_$][\p{L}\p{N}_$]*/gu)) }))
  return exports.map((entry) => {
    const naming = known.filter(({ test, words }) =>
      entry.name === 'default' ? importsFile(test, entry.path) : words.has(entry.name),
    )
    return { ...entry, testedIn: naming.map(({ test }) => test.path) }
  })
}

function importsFile(test: OwnTest, file: string): boolean {
  const only = new Set([file])
  return test.imports.some((imported) => findImported(imported, test.path, only).length > 0)
}
