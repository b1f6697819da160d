/** A programming language whose source files the scanner knows. */
export type Language = 'typescript' | 'javascript' | 'python' | 'go' | 'rust' | 'java' | 'ruby'

const endings: Readonly<Record<string, Language>> = {
  ts: 'typescript',
  tsx: 'typescript',
  mts: 'typescript',
  cts: 'typescript',
  js: 'javascript',
  jsx: 'javascript',
  mjs: 'javascript',
  cjs: 'javascript',
  py: 'python',
  go: 'go',
  rs: 'rust',
  java: 'java',
  rb: 'ruby',
}

/** The endings of source files without their dot, as they stand in a glob: `**\/*.{ts,tsx,…}`. */
export const sourceEndings: readonly string[] = Object.keys(endings)

/** The language of a path by its ending; `undefined` for what is no source file. */
export function languageOf(path: string): Language | undefined {
  const dot = path.lastIndexOf('.')
  return dot < 0 ? undefined : endings[path.slice(dot + 1).toLowerCase()]
}

const testFolder = /(?:^|\/)(?:tests?|__tests__|specs?)\//
const testName =
  /(?:^|\/)(?:[^/]+[._-](?:test|tests|spec)\.[^/.]+|(?:test|spec)_[^/]+\.(?:py|rb)|conftest\.py|[^/]*[a-z\d]Tests?\.java)$/

/** True for source files that are tests by the naming of their language: `x.test.ts`, `test_x.py`, `x_test.go`, `tests/x.rs`. */
export function isTestPath(path: string): boolean {
  return languageOf(path) !== undefined && (testName.test(path) || testFolder.test(path))
}
