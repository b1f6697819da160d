import { type Diagnostic, messageOf } from '../base/diagnostic.ts'
import type { RunEvent } from './events.ts'
import type { Outcome } from './report.ts'

/** Hands events to a listener beside the run: in order, never in the middle of what the run does, and never the run's own data. */
export interface Delivery {
  add(event: RunEvent): void
  /** Settles when everything added so far has been handed over. */
  flush(): Promise<void>
  /** What is to be said of the listener; nothing when it behaved. */
  readonly findings: readonly Diagnostic[]
}

const longestTurnMs = 8
const slowAfterMs = 1000

/**
 * A delivery to `listener`, which may throw, be slow or give a promise: none of that reaches the run. A listener that took more than
 * a second of the thread is named, for operations past their deadline may be its doing.
 */
export function createDelivery(listener: (event: RunEvent) => unknown): Delivery {
  let waiting: RunEvent[] = []
  let drained: Promise<void> | undefined
  let spentMs = 0
  let failure: string | undefined

  function hand(event: RunEvent): void {
    const from = performance.now()
    try {
      const given = listener(asData(event))
      if (given instanceof Promise) given.catch((thrown: unknown) => (failure ??= messageOf(thrown)))
    } catch (thrown) {
      failure ??= messageOf(thrown)
    }
    spentMs += performance.now() - from
  }

  /** A turn at a time: what a run waits for, timers and programs, comes in between. */
  async function drain(): Promise<void> {
    let until = 0
    while (waiting.length > 0) {
      const batch = waiting
      waiting = []
      for (const event of batch) {
        if (performance.now() >= until) {
          await new Promise((resolve) => setImmediate(resolve))
          until = performance.now() + longestTurnMs
        }
        hand(event)
      }
    }
    drained = undefined
  }

  return {
    add(event) {
      waiting.push(event)
      drained ??= drain()
    },
    // Nothing is added while the last of it is handed over, but by the listener itself.
    flush: async () => drained,
    get findings() {
      return [
        ...(failure === undefined ? [] : [listenerFailed(failure)]),
        ...(spentMs > slowAfterMs ? [listenerSlow(spentMs)] : []),
      ]
    },
  }
}

/**
 * The event as frozen data that is not the run's own: events are made for the listener alone, what they hold is copied. Large
 * data is copied when somebody looks at it, and whoever does not pays nothing.
 */
function asData(event: RunEvent): RunEvent {
  switch (event.type) {
    case 'run-settled':
      return Object.freeze(lazily({ ...event }, 'report', event.report))
    case 'operation-settled':
      return Object.freeze({ ...event, outcome: outcomeAsData(event.outcome) })
    case 'run-started':
    case 'operation-waiting':
    case 'operation-retried':
    case 'operation-fell-back':
    case 'finding':
      return smallCopy(event)
    default:
      return Object.freeze(event)
  }
}

function outcomeAsData(outcome: Outcome): Outcome {
  const { error, quality, output } = outcome
  const copy = { ...outcome, error: error && smallCopy(error), quality: quality && smallCopy(quality) }
  return Object.freeze(typeof output === 'object' ? lazily(copy, 'output', output) : copy)
}

/** The object with a frozen copy of `value` under `key`, made when it is asked for. */
function lazily<T extends object>(object: T, key: keyof T, value: unknown): T {
  const get = once(() => copied(value))
  return Object.defineProperty(object, key, { enumerable: true, get })
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined
  return () => (made ??= { value: make() }).value
}

/** A frozen copy of plain data that is known to be small and shallow. */
function smallCopy<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return Object.freeze(value.map(smallCopy)) as T
  return Object.freeze(
    Object.fromEntries(Object.entries(value).map(([key, each]) => [key, smallCopy(each)])),
  ) as T
}

/** A frozen copy of any data. What cannot be copied is no data, and is shown as null. */
function copied<T>(value: T): T {
  try {
    const copy = structuredClone(value)
    freezeAll(copy)
    return copy
  } catch {
    return null as T
  }
}

/** Plain objects and lists all the way down; bytes cannot be frozen, but are a copy. */
function freezeAll(value: unknown): void {
  const open = [value]
  while (open.length > 0) {
    const each = open.pop()
    if (typeof each !== 'object' || each === null || ArrayBuffer.isView(each)) continue
    Object.freeze(each)
    for (const inner of Object.values(each)) open.push(inner)
  }
}

function listenerFailed(why: string): Diagnostic {
  return {
    code: 'LISTENER_FAILED',
    severity: 'warning',
    message: `The listener to the events of the run failed: ${why}.`,
    hint: 'The run went on without it. Mend the listener.',
  }
}

function listenerSlow(ms: number): Diagnostic {
  return {
    code: 'LISTENER_SLOW',
    severity: 'warning',
    message: `The listener to the events of the run kept the thread for ${Math.round(ms)} ms, in which nothing else could go on.`,
    hint: 'Let it note the event and do its work elsewhere.',
  }
}
