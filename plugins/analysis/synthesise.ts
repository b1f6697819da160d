import { findImported, findNamedTests, isTestPath, readSource, type Source } from 'heddle'
import { findPassages, findSameFiles, type SourceText } from './duplicates.ts'
import type { AnalysisResult, DeadImport, FileSummary, ImportLink, SharedSymbol } from './result.ts'
import { summaryOf } from './summary.ts'

/** What the operations of the group gave. */
export interface Gathered {
  /** Every source file of the project. */
  readonly paths: readonly string[]
  /** The files that were asked about. */
  readonly targets: ReadonlySet<string>
  /** Texts of the targets, and of the tests of the project. */
  readonly texts: readonly SourceText[]
  readonly unread: AnalysisResult['unread']
}

interface Scanned extends SourceText {
  readonly source: Source
}

/** Puts what single files hold together: who uses whom, what is shared, what is copied, what has no test. */
export async function synthesise({ paths, targets, texts, unread }: Gathered): Promise<AnalysisResult> {
  const scanned = await readSources(texts)
  const known = new Set(paths)
  const { links, dead } = linkImports(scanned, known)
  const asked = scanned.filter(({ path }) => targets.has(path))
  const tests = testsBySource(known, links)
  const uses = groupBy(
    links,
    ({ from }) => from,
    ({ to }) => to,
  )
  const usedBy = groupBy(
    links,
    ({ to }) => to,
    ({ from }) => from,
  )
  const files = asked.map((file) => summarise(file, { uses, usedBy, tests }))
  const result = {
    files,
    links: links.filter(({ from, to }) => targets.has(from) || targets.has(to)),
    deadImports: dead.filter(({ from }) => targets.has(from)),
    sharedSymbols: findShared(files),
    duplicates: { files: findSameFiles(asked), passages: findPassages(asked) },
    untested: asked.filter((file) => needsTest(file) && !tests.has(file.path)).map(({ path }) => path),
    unread,
    totals: total(files),
  }
  return { summary: summaryOf(result), ...result }
}

/** The parser works beside this thread, and is given few files at a time: its trees are large. */
async function readSources(texts: readonly SourceText[]): Promise<Scanned[]> {
  const sorted = texts.toSorted(byPath)
  const read: Scanned[] = []
  for (let at = 0; at < sorted.length; at += filesAtOnce) {
    const sources = await Promise.all(
      sorted.slice(at, at + filesAtOnce).map(async (text) => ({
        ...text,
        source: await readSource(text.path, text.text),
      })),
    )
    for (const { source, ...text } of sources) if (source) read.push({ ...text, source })
  }
  return read
}

const filesAtOnce = 8

function linkImports(
  scanned: readonly Scanned[],
  known: ReadonlySet<string>,
): { links: ImportLink[]; dead: DeadImport[] } {
  const links: ImportLink[] = []
  const dead: DeadImport[] = []
  for (const { path, source } of scanned) {
    for (const imported of source.imports) {
      const { specifier, line } = imported
      const found = findImported(imported, path, known)
      for (const to of found) links.push({ from: path, to, specifier, line })
      if (found.length === 0 && mustExist(specifier, source)) dead.push({ from: path, specifier, line })
    }
  }
  return { links, dead }
}

/** Only a relative import of another script is sure to name a file: styles, data and generated types are not listed. */
function mustExist(specifier: string, source: Source): boolean {
  if (source.language !== 'typescript' && source.language !== 'javascript') return false
  return /^\.{1,2}\//.test(specifier) && !/\.(?![mc]?[jt]sx?$)[\w-]+(?:[?#].*)?$/.test(specifier)
}

function testsBySource(paths: ReadonlySet<string>, links: readonly ImportLink[]): Map<string, string[]> {
  const tests = findNamedTests(paths)
  for (const { from, to } of links) {
    if (!isTestPath(from) || isTestPath(to)) continue
    const known = tests.get(to) ?? []
    if (!known.includes(from)) tests.set(to, [...known, from].toSorted())
  }
  return tests
}

interface Relations {
  readonly uses: ReadonlyMap<string, readonly string[]>
  readonly usedBy: ReadonlyMap<string, readonly string[]>
  readonly tests: ReadonlyMap<string, readonly string[]>
}

function summarise({ path, text, source }: Scanned, { uses, usedBy, tests }: Relations): FileSummary {
  return {
    path,
    language: source.language,
    parsed: source.parsed,
    bytes: Buffer.byteLength(text),
    lines: source.lines,
    test: isTestPath(path),
    symbols: source.symbols,
    exports: source.symbols.filter(({ exported }) => exported).map(({ name }) => name),
    imports: [...new Set(source.imports.map(({ specifier }) => specifier))],
    uses: uses.get(path) ?? [],
    usedBy: usedBy.get(path) ?? [],
    tests: tests.get(path) ?? [],
  }
}

function findShared(files: readonly FileSummary[]): SharedSymbol[] {
  // A name that is only passed on is one name; and every second module has a default export.
  const named = files
    .filter(({ test }) => !test)
    .flatMap(({ path, symbols }) =>
      symbols
        .filter(({ name, kind, exported }) => exported && kind !== 're-export' && name !== 'default')
        .map(({ name }) => ({ name, path })),
    )
  const byName = groupBy(
    named,
    ({ name }) => name,
    ({ path }) => path,
  )
  return [...byName]
    .filter(([, paths]) => paths.length > 1)
    .map(([name, paths]) => ({ name, files: paths }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

/** Barrels, types and constants need no test of their own; Rust keeps its tests in the file. */
function needsTest({ path, text, source }: Scanned): boolean {
  if (isTestPath(path) || (source.language === 'rust' && text.includes('#[cfg(test)]'))) return false
  return source.symbols.some(({ exported, kind }) => exported && (kind === 'function' || kind === 'class'))
}

function total(files: readonly FileSummary[]): AnalysisResult['totals'] {
  const languages: Record<string, number> = {}
  for (const { language } of files) languages[language] = (languages[language] ?? 0) + 1
  return {
    files: files.length,
    tests: files.filter(({ test }) => test).length,
    lines: files.reduce((sum, { lines }) => sum + lines, 0),
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
    languages: Object.fromEntries(Object.entries(languages).toSorted(([a], [b]) => (a < b ? -1 : 1))),
  }
}

function byPath(a: SourceText, b: SourceText): number {
  return a.path < b.path ? -1 : a.path > b.path ? 1 : 0
}

/** The values of each key, each once and sorted. */
function groupBy<T>(
  items: readonly T[],
  keyOf: (item: T) => string,
  valueOf: (item: T) => string,
): Map<string, string[]> {
  const sets = new Map<string, Set<string>>()
  for (const item of items) {
    const known = sets.get(keyOf(item))
    if (known) known.add(valueOf(item))
    else sets.set(keyOf(item), new Set([valueOf(item)]))
  }
  return new Map([...sets].map(([key, values]) => [key, [...values].toSorted()]))
}
