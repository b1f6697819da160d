import { findImported, isTestPath, languageOf, maskText, scanSource } from 'heddle'
import type { Integration } from './anti-patterns.ts'
import { countTests, type SourceText } from './test-files.ts'

const named = /(?:^|[/._-])(?:integration|e2e|end-to-end|acceptance|system|contract|functional)(?:[/._-]|$)/i
const marked = /@pytest\.mark\.(?:integration|e2e|functional|acceptance)\b/
const replaces =
  /\b(?:jest|vi)\.(?:mock|fn|spyOn|doMock)\b|\bsinon\.|\btd\.replace\b|\bmock\.(?:fn|method|module)\b|\b(?:Magic|Async)?Mock\(|\bpatch(?:\.\w+)?\(|\bmonkeypatch\b|\bmocker\b/

/**
 * The tests of the project that let its parts work together: those that say so in their path or by a mark, and those in files that
 * import two or more sources of the project and replace nothing. Null when the project has fewer than two sources to put together.
 */
export function integrationOf(paths: readonly string[], texts: readonly SourceText[]): Integration | null {
  const sources = new Set(paths.filter((path) => !isTestPath(path)))
  if (sources.size < 2) return null
  let [tests, integrated] = [0, 0]
  for (const { path, text } of texts) {
    const language = languageOf(path)
    if (!isTestPath(path) || language === undefined) continue
    const code = maskText(text, language)
    const count = countTests(code)
    tests += count
    if (named.test(path) || marked.test(code) || isTogether({ path, text }, code, sources))
      integrated += count
  }
  return { tests, integrated }
}

function isTogether({ path, text }: SourceText, code: string, sources: ReadonlySet<string>): boolean {
  if (replaces.test(code)) return false
  const imports = scanSource(path, text)?.imports ?? []
  const used = new Set(imports.flatMap((imported) => findImported(imported, path, sources)))
  return used.size >= 2
}
