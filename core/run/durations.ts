import { compareText } from '../base/diagnostic.ts'
import type { DurableStore } from '../vfs/durable.ts'
import type { Place } from './memory.ts'
import type { KnownDurations } from './run-journal.ts'

/** How long an operation took over the runs so far; milliseconds. */
export interface Duration {
  readonly command: string
  readonly group: string
  readonly operation: string
  /** Runs that count. */
  readonly samples: number
  /** Exponentially weighted mean of all but the last three. */
  readonly meanMs: number
  /** Exponentially weighted mean deviation from that. */
  readonly spreadMs: number
  /** The median of the last three. */
  readonly recentMs: number
  /** How much of `meanMs` it takes more than before; 0.25 for a quarter more, below 0 when it got quicker. */
  readonly change: number
  /** True when it got more than 10 % worse, by more than it varies anyway, over enough runs to say so. */
  readonly isWorse: boolean
}

/** Durations that a run looks up and adds to. */
export interface Durations extends KnownDurations {
  /** Settles when what was added is kept, or cannot be: then the next plan knows less, and nothing else. */
  save(): Promise<void>
}

/** Where durations are kept. */
export type DurationTexts = Pick<DurableStore, 'read' | 'write'>

interface Entry {
  readonly samples: number
  readonly mean: number
  readonly spread: number
  /** The last three, oldest first. */
  readonly recent: readonly number[]
}

const storeName = 'durations.json'
const version = 1
const weight = 0.25
const recentSamples = 3
const enoughSamples = 8
const worseBy = 0.1
/** Shorter ones say more of the machine than of the operation. */
const shortestMs = 1
const mostEntries = 5000

/** The durations of one command, from what the store holds. What cannot be read counts as nothing known. */
export async function openDurations(store: DurationTexts, command: string): Promise<Durations> {
  const known = await readEntries(store)
  const added = new Map<string, number>()
  const keyOf = ({ group, operation }: Place): string => keyFor(command, group, operation.name)
  return {
    expectedMs(place) {
      const entry = known.get(keyOf(place))
      return entry && expectedOf(entry)
    },
    add(place, ranMs) {
      if (ranMs >= shortestMs) added.set(keyOf(place), ranMs)
    },
    async save() {
      if (added.size === 0) return
      // Another run may have ended meanwhile: what it has added is kept.
      const entries = await readEntries(store)
      for (const [key, ranMs] of added) {
        const entry = withSample(entries.get(key), ranMs)
        entries.delete(key)
        entries.set(key, entry)
      }
      const newest = [...entries].slice(-mostEntries)
      await store.write(storeName, JSON.stringify({ version, entries: newest })).catch(() => undefined)
    },
  }
}

/** All that is known, those that got worse first. */
export async function durationStats(store: DurationTexts): Promise<readonly Duration[]> {
  const entries = [...(await readEntries(store))].map(([key, entry]) => durationOf(key, entry))
  return entries.toSorted(
    (a, b) =>
      Number(b.isWorse) - Number(a.isWorse) ||
      b.recentMs - a.recentMs ||
      compareText(keyFor(a.command, a.group, a.operation), keyFor(b.command, b.group, b.operation)),
  )
}

function durationOf(key: string, entry: Entry): Duration {
  const [command = '', group = '', operation = ''] = key.split('\u0000')
  const { samples, mean, spread } = entry
  const recent = medianOf(entry.recent)
  const base = samples > recentSamples ? mean : recent
  const change = base === 0 ? 0 : recent / base - 1
  const isWorse = samples >= enoughSamples && change > worseBy && recent - base > 2 * spread
  return {
    command,
    group,
    operation,
    samples,
    meanMs: round(base),
    spreadMs: round(spread),
    recentMs: round(recent),
    change: Math.round(change * 1000) / 1000,
    isWorse,
  }
}

/** The oldest of the recent samples goes into the mean when a new one comes: the mean says how it was before. */
function withSample(entry: Entry | undefined, sample: number): Entry {
  if (!entry) return { samples: 1, mean: 0, spread: 0, recent: [sample] }
  const recent = [...entry.recent, sample]
  const samples = entry.samples + 1
  if (recent.length <= recentSamples) return { ...entry, samples, recent }
  const old = recent.shift()!
  if (samples === recentSamples + 1) return { samples, mean: old, spread: 0, recent }
  const mean = entry.mean + weight * (old - entry.mean)
  const spread = entry.spread + weight * (Math.abs(old - entry.mean) - entry.spread)
  return { samples, mean, spread, recent }
}

function expectedOf({ samples, mean, recent }: Entry): number {
  const start = samples > recentSamples ? mean : recent[0]!
  return recent.reduce((expected, each) => expected + weight * (each - expected), start)
}

async function readEntries(store: DurationTexts): Promise<Map<string, Entry>> {
  try {
    const parsed = JSON.parse((await store.read(storeName)) ?? '{}') as {
      version?: unknown
      entries?: unknown
    }
    if (parsed.version !== version || !Array.isArray(parsed.entries)) return new Map()
    return new Map((parsed.entries as [string, Entry][]).filter(isEntry))
  } catch {
    return new Map()
  }
}

function isEntry(pair: unknown): pair is [string, Entry] {
  if (!Array.isArray(pair) || typeof pair[0] !== 'string') return false
  const { samples, mean, spread, recent } = (pair[1] ?? {}) as Partial<Record<keyof Entry, unknown>>
  const isRow = Array.isArray(recent) && recent.length > 0 && recent.every((each) => typeof each === 'number')
  return [samples, mean, spread].every((each) => typeof each === 'number') && isRow
}

function medianOf(samples: readonly number[]): number {
  return samples.toSorted((a, b) => a - b)[samples.length >> 1] ?? 0
}

function keyFor(command: string, group: string, operation: string): string {
  return `${command}\u0000${group}\u0000${operation}`
}

function round(ms: number): number {
  return Math.round(ms * 100) / 100
}
