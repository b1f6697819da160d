import type { Diagnostic } from '../base/diagnostic.ts'
import { keptValue } from './keeping-values.ts'
import type { Place, Recalled, Written } from './memory.ts'
import { allowsWriting, identityOf, isBlind, isRepeatable, leftBy, touches } from './place.ts'
import type { Outcome } from './report.ts'
import { readStored } from './run-folder.ts'
import { nameKey, type Placed, type RunHistory } from './run-history.ts'
import type { OutcomeRecord, WrittenRecord } from './run-records.ts'

/** What an earlier part of a run has recorded of operations. */
export interface Recall {
  find(place: Place): Recalled | undefined
  /** Takes in that an operation has run anew: what ran after it on what it had left must not be believed. */
  ranAnew(place: Place, written: readonly Written[]): void
}

export interface RecallOptions {
  /** Operations, by name or `group/name`, that run again whatever is recorded. */
  readonly repeat: ReadonlySet<string>
}

/** The code of an operation that may have run, and is not run again by itself. */
export const uncertainCode = 'RUN_UNCERTAIN'

/** Recalls from the history of a run. */
export function createRecall(history: RunHistory, { repeat }: RecallOptions): Recall {
  const outside = [...history.starts.values()]
    .map(({ record, index }) => ({ index, allows: allowsWriting(record.writes) }))
    .toSorted((a, b) => a.index - b.index)

  const anew = new Set<string>()

  function find(place: Place): Recalled | undefined {
    const { group, operation } = place
    if (repeat.has(operation.name) || repeat.has(`${group}/${operation.name}`)) return undefined
    const key = nameKey(group, operation.name)
    const found = history.outcomes.get(key)
    const isSame = found?.record.key === identityOf(place)
    const isStale = isBlind(place) && anew.size > 0 && touches(place, anew)
    const known = found && isSame && !isStale && isFinal(found.record) ? read(found) : undefined
    // What must not run again by itself cannot be found to hold no more.
    const recalled = known && !isRepeatable(place) ? { ...known, looks: undefined } : known
    if (recalled) return recalled
    if (isRepeatable(place)) return undefined
    const why = whyUncertain(history, key, { isOther: found !== undefined && !isSame, isStale })
    return why === undefined ? undefined : { outcome: uncertain(place, why, history.id), written: [] }
  }

  function read({ record, index }: Placed<OutcomeRecord>): Recalled | undefined {
    const bytesOf = (stored: Parameters<typeof readStored>[1]): Uint8Array | undefined =>
      readStored(history.folder, stored)
    const output = keptValue(record.output ?? { value: null }, bytesOf)
    const written = (record.written ?? []).map((each) => readWritten(each, bytesOf))
    if (!output || written.includes(undefined)) return undefined
    const at = new Date((history.heads[0]?.at ?? 0) + record.times[1]).toISOString()
    return {
      outcome: { ...outcomeOf(record, output.value), replayed: { at } },
      written: written as Written[],
      looks: record.looks,
      // What ran after it has changed the disk, and that is no news to a run that goes on after it.
      excuses: (path) => outside.some((each) => each.index > index && each.allows(path)),
    }
  }

  return {
    find,
    ranAnew(place, written) {
      for (const path of leftBy(place, written)) anew.add(path)
    },
  }
}

/** The outcome that a record tells of. */
export function outcomeOf(record: OutcomeRecord, output: unknown): Outcome {
  const { name, kind, status = 'done', attempts = 1, reruns = 0, queuedMs = 0, ranMs } = record
  const { error = null, quality = null, cache } = record
  return {
    name,
    kind,
    status,
    attempts,
    reruns,
    queuedMs,
    ranMs,
    output,
    error,
    quality,
    ...(cache && { cache }),
  }
}

/** Cancelled and skipped operations have not had their say. */
function isFinal({ status, error }: OutcomeRecord): boolean {
  return status !== 'cancelled' && status !== 'skipped' && error?.code !== uncertainCode
}

function readWritten(
  { path, type, folder, bytes }: WrittenRecord,
  bytesOf: (stored: Parameters<typeof readStored>[1]) => Uint8Array | undefined,
): Written | undefined {
  const content = bytes && bytesOf(bytes)
  if (bytes && !content) return undefined
  return { path: path as Written['path'], type, isFolder: folder === true, bytes: content ?? null }
}

function whyUncertain(
  history: RunHistory,
  key: string,
  { isOther, isStale }: { readonly isOther: boolean; readonly isStale: boolean },
): string | undefined {
  const hasOutcome = history.outcomes.get(key)?.record.times[0] != null
  if (hasOutcome && isStale) return 'has run on files that an earlier operation has now written anew'
  if (isOther) return 'has run with another input before this run was cut short'
  if (history.starts.has(key))
    return 'was about to run when this run was cut short, and may have done its work'
  return history.damaged > 0
    ? 'may have run: the journal of this run is damaged, and nobody knows what the lost lines said'
    : undefined
}

function uncertain({ group, operation }: Place, why: string, id: string): Outcome {
  const error: Diagnostic = {
    code: uncertainCode,
    severity: 'error',
    message: `"${operation.name}" of the group "${group}" ${why}. It has effects outside and is not run again by itself.`,
    hint: `See what it has done; to run it again: heddle run --resume ${id.slice(0, 8)} --repeat ${operation.name}`,
  }
  return {
    name: operation.name,
    kind: operation.kind,
    status: 'failed',
    attempts: 0,
    reruns: 0,
    queuedMs: 0,
    ranMs: 0,
    output: null,
    error,
    quality: null,
  }
}
