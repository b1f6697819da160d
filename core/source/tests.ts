import { isTestPath, languageOf } from './language.ts'

/**
 * Which tests belong to which source file by their names alone: `user.test.ts` to `user.ts`, `tests/test_user.py` to
 * `app/user.py`, `src/test/java/…/UserTest.java` to `User.java`. Where several sources have the name, the nearest by folder
 * has the test. Sources without a test are not in the map; tests are in the order of `paths`.
 */
export function findNamedTests(paths: Iterable<string>): Map<string, string[]> {
  const sources = new Map<string, string[]>()
  const tests: string[] = []
  for (const path of paths) {
    if (isTestPath(path)) tests.push(path)
    else if (languageOf(path) !== undefined) append(sources, keyOf(path, nameWithoutEnding(path)), path)
  }
  const belonging = new Map<string, string[]>()
  for (const test of tests) {
    for (const source of nearest(test, candidatesFor(test, sources))) append(belonging, source, test)
  }
  return belonging
}

/** The sources with the test's name; `user.integration.test.ts` is a test of `user.ts` when nothing is nearer. */
function candidatesFor(test: string, sources: ReadonlyMap<string, readonly string[]>): readonly string[] {
  let name = nameWithoutEnding(test)
    .replace(/[._-](?:test|tests|spec)$/i, '')
    .replace(/^(?:test|spec)_/, '')
    .replace(/(?<=[a-z\d])Tests?$/, '')
  while (name !== '') {
    const found = sources.get(keyOf(test, name))
    if (found) return found
    const dot = name.lastIndexOf('.')
    name = dot < 0 ? '' : name.slice(0, dot)
  }
  return []
}

function nearest(test: string, candidates: readonly string[]): readonly string[] {
  if (candidates.length < 2) return candidates
  const home = foldersOf(test)
  const shared = candidates.map((path) => sharedFolders(home, foldersOf(path)))
  const most = Math.max(...shared)
  return candidates.filter((_, index) => shared[index] === most)
}

/** Folders without those that only tell tests from sources: `src/user/__tests__/x` and `src/user/x` are neighbours. */
function foldersOf(path: string): string[] {
  return path
    .split('/')
    .slice(0, -1)
    .filter((folder) => !/^(?:tests?|__tests__|specs?|src|lib|main|java)$/.test(folder))
}

/** How near two folders are: what they share from the top, less what separates them. */
function sharedFolders(a: readonly string[], b: readonly string[]): number {
  let shared = 0
  while (shared < a.length && a[shared] === b[shared]) shared++
  return 2 * shared - Math.max(a.length, b.length)
}

function nameWithoutEnding(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1)
  const dot = name.lastIndexOf('.')
  return dot > 0 ? name.slice(0, dot) : name
}

/** TypeScript tests may test JavaScript and the other way round. */
function keyOf(path: string, name: string): string {
  const language = languageOf(path)
  return `${language === 'typescript' ? 'javascript' : language}:${name}`
}

function append(map: Map<string, string[]>, key: string, value: string): void {
  const list = map.get(key)
  if (list) list.push(value)
  else map.set(key, [value])
}
