import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Context, WrittenCorpus } from '../context.ts'
import type { Side } from '../rounds.ts'
import { type Facts, ourProgram, peerProgram, type SampleOptions, takeSample } from '../sample.ts'

/** A cold check by Heddle; its totals must be those of the corpus. */
export function heddleCheck(corpus: WrittenCorpus, options: SampleOptions = {}): Side {
  return {
    name: 'heddle',
    take() {
      forget(corpus)
      return takeSample([ourProgram('check'), corpus.root], options)
    },
    wrong: (facts) => wrongTotals(corpus, facts),
  }
}

/** The script that people write by hand. */
export function grayMatter(
  corpus: WrittenCorpus,
  options: SampleOptions & { readonly cache?: boolean } = {},
): Side {
  const { cache = true, ...rest } = options
  return {
    name: cache ? 'gray-matter' : 'gray-matter, its cache off',
    take: () => takeSample([peerProgram('gray-matter'), corpus.root, cache ? 'cache' : 'none'], rest),
    wrong: (facts) => wrongDocuments(corpus, facts) ?? wrongCharacters(corpus, facts),
  }
}

/** A whole product that reads the documents of a folder into collections. */
export function product(
  name: 'velite' | 'content-collections',
  { context, corpus }: { readonly context: Context; readonly corpus: WrittenCorpus },
  options: SampleOptions = {},
): Side {
  const place = context.place(`products/${name}-${corpus.files}`)
  return {
    name,
    take() {
      rmSync(place, { recursive: true, force: true })
      mkdirSync(place, { recursive: true })
      return takeSample([peerProgram(name), corpus.root, place], options)
    },
    wrong: (facts) => wrongDocuments(corpus, facts),
  }
}

/** A walk and a loop of readFileSync. */
export function readLimit(corpus: WrittenCorpus): Side {
  return {
    name: 'readFileSync loop',
    take: () => takeSample([peerProgram('read'), corpus.root]),
    wrong: (facts) => wrongDocuments(corpus, facts) ?? wrongCharacters(corpus, facts),
  }
}

/** Cold is cold: what an earlier sample may have kept below the root goes. */
export function forget({ root }: WrittenCorpus): void {
  rmSync(join(root, '.heddle'), { recursive: true, force: true })
}

/** Whether all documents were read and all references ended as they must. */
export function wrongTotals(corpus: WrittenCorpus, facts: Facts): string | undefined {
  const references = facts['references'] as Readonly<Record<string, number>>
  const key = (['total', 'resolved', 'searched', 'missing'] as const).find(
    (one) => references[one] !== corpus.totals[one],
  )
  return (
    wrongDocuments(corpus, facts) ??
    (key &&
      `${references[key]} references ${key === 'total' ? 'in all' : key} instead of ${corpus.totals[key]}`)
  )
}

/** Whether all documents are there. */
export function wrongDocuments(corpus: WrittenCorpus, { documents }: Facts): string | undefined {
  return documents === corpus.files ? undefined : `${String(documents)} of ${corpus.files} documents`
}

function wrongCharacters(corpus: WrittenCorpus, { characters }: Facts): string | undefined {
  return characters === corpus.characters
    ? undefined
    : `${String(characters)} of ${corpus.characters} characters`
}
