import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { writeCommand, writeModule } from './corpus/document.ts'
import type { Edge } from './corpus/page.ts'
import { createRandom } from './corpus/random.ts'
import { createTargets, home, modulePaths } from './corpus/targets.ts'

/** A file of a corpus: its path below the root, its text, and every reference in it. */
export interface CorpusFile {
  readonly path: string
  readonly text: string
  readonly edges: readonly Edge[]
}

/** What a corpus holds, as a reader of it must find it. */
export interface Corpus {
  /** Modules and commands. */
  readonly files: number
  readonly bytes: number
  /** UTF-16 units. */
  readonly characters: number
  /** Every reference in order of path and place, mentions included. */
  readonly edges: readonly Edge[]
}

export interface CorpusOptions {
  readonly modules: number
  /** The same seed gives the same bytes; 1 when left out. */
  readonly seed?: number
}

/** The files of a corpus, one after the other: the modules in order of index, then the commands. */
export function* generateCorpus({ modules, seed = 1 }: CorpusOptions): Iterable<CorpusFile> {
  const paths = modulePaths(modules, createRandom(seed))
  for (const [index, path] of paths.entries()) {
    const random = createRandom(seed, index)
    yield { path, ...writeModule({ path, random, targets: createTargets(paths, { path, index }, random) }) }
  }
  for (let number = 0; number < Math.min(12, Math.ceil(modules / 50)); number++) {
    const path = `${home}/commands/command-${number}.md`
    const random = createRandom(seed, modules + number)
    yield {
      path,
      ...writeCommand({ path, random, targets: createTargets(paths, { path, index: modules }, random) }),
    }
  }
}

/** Writes a corpus below a folder, which is made if need be, and gives what it holds. */
export function writeCorpus(folder: string, options: CorpusOptions): Corpus {
  const made = new Set<string>()
  const edges: Edge[] = []
  let files = 0
  let bytes = 0
  let characters = 0
  for (const file of generateCorpus(options)) {
    const path = join(folder, file.path)
    if (!made.has(dirname(path))) mkdirSync(dirname(path), { recursive: true })
    made.add(dirname(path))
    const content = Buffer.from(file.text)
    writeFileSync(path, content)
    edges.push(...file.edges)
    files++
    bytes += content.byteLength
    characters += file.text.length
  }
  return { files, bytes, characters, edges: edges.sort(compareEdges) }
}

/** References that a checker grades, by how they must end; mentions are not graded. */
export function totalsOf({ edges }: Corpus): Record<'total' | Edge['status'], number> {
  const totals = { total: 0, resolved: 0, searched: 0, missing: 0 }
  for (const { form, status } of edges) {
    if (form === 'mention') continue
    totals.total++
    totals[status]++
  }
  return totals
}

function compareEdges(a: Edge, b: Edge): number {
  if (a.from !== b.from) return a.from < b.from ? -1 : 1
  return a.line - b.line || a.column - b.column
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [folder, modules, seed = '1'] = process.argv.slice(2)
  if (folder === undefined || !Number(modules)) throw new Error('Usage: corpus.ts DIR N [SEED]')
  const corpus = writeCorpus(folder, { modules: Number(modules), seed: Number(seed) })
  console.log(JSON.stringify({ files: corpus.files, bytes: corpus.bytes, references: totalsOf(corpus) }))
}
