import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Corpus, totalsOf, writeCorpus } from './corpus.ts'
import type { Line } from './line.ts'
import type { Edge } from './corpus/page.ts'

/** A corpus on the disk, with what a reader of it must find. */
export interface WrittenCorpus extends Corpus {
  readonly root: string
  readonly totals: Readonly<Record<'total' | Edge['status'], number>>
}

/** What a row works with. */
export interface Context {
  /** Counted rounds; there is one more, which is not counted. */
  readonly rounds: number
  /** How many modules stand for the 10 000 and the 50 000 of the goals. */
  readonly sizes: { readonly small: number; readonly large: number; readonly huge: number }
  /** The corpus of this size, written once; a name of its own gives a copy of its own. */
  corpus(modules: number, name?: string): WrittenCorpus
  /** A path below the temporary folder. */
  place(name: string): string
  /** Something to say below the table. */
  note(text: string): void
}

/** One thing that is measured; it gives a line for each comparison. */
export interface Row {
  readonly name: string
  /** What its samples time, in one sentence. */
  readonly times: string
  measure(context: Context): Promise<readonly Line[]>
}

/** A context over a temporary folder. */
export function createContext(
  folder: string,
  options: Pick<Context, 'rounds' | 'sizes'> & { readonly notes: string[] },
): Context {
  const written = new Map<string, WrittenCorpus>()
  return {
    rounds: options.rounds,
    sizes: options.sizes,
    corpus(modules, name = 'corpus') {
      const root = join(folder, `${name}-${modules}`)
      const known = written.get(root)
      if (known) return known
      const corpus = writeCorpus(root, { modules })
      const made = { ...corpus, root, totals: totalsOf(corpus) }
      written.set(root, made)
      return made
    },
    place: (name) => join(folder, name),
    note: (text) => void options.notes.push(text),
  }
}

/** Writes data for a sample to read, and gives its path. */
export function writeData(context: Context, name: string, data: unknown): string {
  const path = context.place(name)
  writeFileSync(path, JSON.stringify(data))
  return path
}
