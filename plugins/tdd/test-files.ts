import {
  findImported,
  findNamedTests,
  isTestPath,
  languageOf,
  maskText,
  scanSource,
  type SourceImport,
} from 'heddle'
import type { TestFile } from './result.ts'

export interface SourceText {
  readonly path: string
  readonly text: string
}

/** A test of the component with its code: comments and the contents of strings are gone from it. */
export interface OwnTest extends TestFile {
  readonly code: string
  readonly imports: readonly SourceImport[]
}

/**
 * The tests that belong to the files of a component, by path: those that carry the name of one of them, and those that
 * import one. `paths` are all sources of the project.
 */
export function ownTests(
  files: readonly string[],
  paths: readonly string[],
  texts: readonly SourceText[],
): OwnTest[] {
  const named = findNamedTests(paths)
  const byName = new Set(files.flatMap((file) => named.get(file) ?? []))
  const [known, own] = [new Set(paths), new Set(files)]
  const tests = texts.flatMap(({ path, text }): OwnTest[] => {
    if (!isTestPath(path)) return []
    const imports = scanSource(path, text)?.imports ?? []
    if (byName.has(path)) return [{ ...count(path, text), belongsBy: 'name', imports }]
    const uses = imports.some((imported) => findImported(imported, path, known).some((file) => own.has(file)))
    return uses ? [{ ...count(path, text), belongsBy: 'import', imports }] : []
  })
  return tests.toSorted((a, b) => (a.path < b.path ? -1 : 1))
}

/** How many tests a masked text declares. */
export function countTests(code: string): number {
  return countOf(code, testCase)
}

const testCase =
  /(?<![\w.])(?:test|it)(?:\.(?:only|skip|todo|each|concurrent|failing))*\s*[(`]|^[ \t]*(?:async )?def test_\w+|^func Test\w*\(|#\[(?:\w+::)?test\b|@(?:Parameterized)?Test\b/gm
const called =
  /(?<![\w.])(?:assert(?:\.\w+)*!?\s*\(|assert_\w+!?\s*\(|assert\w+\(|expect\s*\(|t\.(?:assert|Error|Errorf|Fatal|Fatalf|Fail)\b)|\.should\b/g
// As a word of its own, `assert` also stands in the import lines of other languages.
const stated = /^[ \t]*assert\b|\bself\.assert\w+\(|\bpytest\.raises\b/gm
const skipped =
  /(?<![\w.])(?:test|it|describe)\.(?:skip|todo)\b|(?<![\w.])x(?:it|test|describe)\s*\(|@pytest\.mark\.(?:skip|xfail)|@unittest\.skip|\bt\.Skip\(|#\[ignore\b|@Disabled\b|\bskip:\s*true\b/g

const sleeping = /(?<![\w$])(?:sleep|delay|waitForTimeout|Sleep)\s*\(/g

function count(path: string, text: string): Omit<OwnTest, 'belongsBy' | 'imports'> {
  const language = languageOf(path)
  const code = language === undefined ? text : maskText(text, language)
  return {
    path,
    tests: countOf(code, testCase),
    assertions: countOf(code, language === 'python' ? stated : called),
    skipped: countOf(code, skipped),
    sleeps: countOf(code, sleeping),
    code,
  }
}

function countOf(code: string, pattern: RegExp): number {
  return code.match(pattern)?.length ?? 0
}
