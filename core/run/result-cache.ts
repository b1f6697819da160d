import { readFileSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import type { CacheUse, Outcome } from './report.ts'
import type { Place, Recalled } from './memory.ts'
import { claimsOfPlace, hasEffectsOutside, isBlind, mayBeCached } from './place.ts'
import { createResultIndex, type Inputs, inputsOf } from './result-inputs.ts'
import { formatResults, type KeptResult, parseResults } from './result-format.ts'
import { type ResultStore, createResultStore } from './result-store.ts'
import { nameKey } from './run-history.ts'
import type { SharedResults } from './run-journal.ts'
import type { Look } from './trace-reads.ts'

export interface ResultCacheOptions {
  /** Absolute folder of the results. */
  readonly folder: string
  /** True takes nothing that is there; what is made is kept. */
  readonly fresh: boolean
  /** Milliseconds since 1970. */
  readonly now: () => number
}

/** Results of operations by what they were made from, over all runs of a project. */
export interface ResultCache extends SharedResults {
  /** Settles when what was made is kept, or cannot be; removes what was not used for longest. */
  save(): Promise<void>
}

/** Results of one operation that are kept at once: going back and forth between two states of the files hits both. */
const mostVariants = 4

/** The results in a folder. What is damaged there counts as not there. */
export function createResultCache({ folder, fresh, now }: ResultCacheOptions): ResultCache {
  const store: ResultStore = createResultStore(folder)
  const index = createResultIndex(folder)
  const uses = new Map<string, CacheUse>()
  const found = new Map<string, readonly KeptResult[]>()

  function find(place: Place): Recalled | undefined {
    if (!mayBeCached(place)) return undefined
    const name = nameKey(place.group, place.operation.name)
    const forbidden = whyNot(place)
    const inputs = forbidden === undefined ? inputsOf(place) : undefined
    if (!inputs || fresh) {
      uses.set(name, miss(forbidden ?? 'a fresh result was asked for'))
      return undefined
    }
    const kept = read(inputs)
    if (!Array.isArray(kept)) {
      uses.set(
        name,
        miss(kept === 'damaged' ? 'what was kept of it is damaged' : index.whyNew(place, inputs)),
      )
      return undefined
    }
    uses.delete(name)
    return chain(kept)
  }

  function read({ key }: Inputs): readonly KeptResult[] | 'absent' | 'damaged' {
    const known = found.get(key)
    if (known) return known
    try {
      const path = join(folder, key)
      const results = parseResults(readFileSync(path, 'utf8'))
      if (!results) return 'damaged'
      found.set(key, results)
      const seconds = now() / 1000
      utimesSync(path, seconds, seconds)
      return results
    } catch {
      return 'absent'
    }
  }

  function chain(kept: readonly KeptResult[]): Recalled | undefined {
    return kept.reduceRight<Recalled | undefined>((otherwise, result) => {
      const { at, outcome, written, looks } = result
      const cache: CacheUse = {
        hit: true,
        at: new Date(at).toISOString(),
        ageMs: Math.max(0, now() - at),
        inputs: shownInputs(looks),
      }
      return { outcome: { ...outcome, cache }, written, looks, otherwise }
    }, undefined)
  }

  return {
    find,
    missed(place, look) {
      const name = nameKey(place.group, place.operation.name)
      // The newest result is tried first, and says what has changed last.
      if (mayBeCached(place) && !uses.has(name)) uses.set(name, miss(whatChanged(look)))
    },
    useOf: (place) => uses.get(nameKey(place.group, place.operation.name)),
    wantsClaimed: (place) => mayBeCached(place) && isBlind(place) && whyNot(place) === undefined,
    store(place, { outcome, written, looks }) {
      if (!mayBeCached(place) || whyNot(place) !== undefined) return
      if (isBlind(place) && !looks) return
      const inputs = inputsOf(place)
      if (!inputs) return
      const before = read(inputs)
      const kept: KeptResult = { at: now(), outcome: bare(outcome), written, looks: looks ?? [] }
      const others = Array.isArray(before) ? before.filter((each) => !isSameInput(each, kept)) : []
      const results = [kept, ...others].slice(0, mostVariants)
      const text = formatResults(results)
      if (text === undefined) return
      found.set(inputs.key, results)
      index.note(place, inputs)
      store.write(inputs.key, text)
    },
    async save() {
      await store.save(await index.text())
    },
  }
}

/** Why the result of an operation that may be cached never is. */
function whyNot(place: Place): string | undefined {
  if (!isBlind(place)) return undefined
  const { reads, writes } = claimsOfPlace(place)
  if (reads === undefined) return 'it does not claim what it reads'
  return writes?.length === 0 || !hasEffectsOutside(place)
    ? undefined
    : 'it may write outside, which cannot be brought back'
}

function whatChanged({ how, path }: Look): string {
  const shown = `"${path === '' ? '.' : path}"`
  if (how === 'glob') return `other files than before fit ${shown}`
  return how === 'list' ? `other names than before are in ${shown}` : `${shown} has changed`
}

function miss(because: string): CacheUse {
  return { hit: false, because }
}

/** The outcome without what belongs to the run that made it. */
function bare({ name, kind, status, output, error, quality, ranMs }: Outcome): Outcome {
  return { name, kind, status, attempts: 1, reruns: 0, queuedMs: 0, ranMs, output, error, quality }
}

function isSameInput(a: { looks: KeptResult['looks'] }, b: { looks: KeptResult['looks'] }): boolean {
  return JSON.stringify(a.looks) === JSON.stringify(b.looks)
}

const mostShown = 50

function shownInputs(looks: KeptResult['looks']): readonly string[] {
  const paths = [...new Set(looks.map(({ path }) => (path === '' ? '.' : path)))]
  if (paths.length <= mostShown) return paths
  return [...paths.slice(0, mostShown), `and ${paths.length - mostShown} more`]
}
