import type { Diagnostic, Report, RunEvent } from '../../index.ts'

/** One try of an operation. Times are milliseconds since the run began. */
export interface Attempt {
  readonly from: number
  /** Undefined while it goes on. */
  readonly to: number | undefined
  readonly why: 'first' | 'retry' | 'rerun' | 'fallback'
}

/** Something that happened to an operation and explains when or how often it ran. */
export interface Moment {
  readonly at: number
  readonly what: 'waited' | 'rerun' | 'retry' | 'fallback'
  readonly text: string
}

/** An operation on its lane. */
export interface Bar {
  readonly group: string
  readonly name: string
  readonly kind: string
  readonly lane: string
  /** `waiting` before it has begun, `running` while it goes on. */
  readonly status: string
  /** When it could have begun, as far as its group says. */
  readonly readyAt: number
  readonly attempts: readonly Attempt[]
  readonly moments: readonly Moment[]
  /** Name keys of the earlier operations that it waited for. */
  readonly waitedFor: readonly string[]
  readonly endedAt: number | undefined
  readonly error: Diagnostic | null
  /** The machine or process that ran it, where a report says so. */
  readonly worker: string | undefined
  readonly isCritical: boolean
}

/** A run as it can be drawn. */
export interface Timeline {
  readonly command: string
  readonly groups: readonly { readonly name: string; readonly needs: readonly string[] }[]
  readonly bars: readonly Bar[]
  /** The end of what is known. */
  readonly endMs: number
  readonly report: Report | undefined
  readonly isOver: boolean
}

interface Growing {
  readonly group: string
  readonly name: string
  kind: string
  lane: string
  status: string
  attempts: { from: number; to: number | undefined; why: Attempt['why'] }[]
  moments: Moment[]
  waitedFor: string[]
  endedAt: number | undefined
  /** When it was settled: in its turn, which may be long after it has ended. */
  settledAt: number
  error: Diagnostic | null
  worker: string | undefined
  next: Attempt['why']
}

/** One text for an operation and its group. */
export function barKey({ group, name }: Pick<Bar, 'group' | 'name'>): string {
  return `${group}\0${name}`
}

/** The timeline that events tell, as far as they go. */
export function timelineOf(events: readonly RunEvent[]): Timeline {
  const growing = new Map<string, Growing>()
  let started: Extract<RunEvent, { type: 'run-started' }> | undefined
  let report: Report | undefined
  let endMs = 0

  function barOf(group: string, name: string): Growing {
    const key = barKey({ group, name })
    const known = growing.get(key)
    if (known) return known
    const bar: Growing = { ...fresh(), group, name }
    growing.set(key, bar)
    return bar
  }

  for (const event of events) {
    if ('at' in event) endMs = Math.max(endMs, event.at)
    if (event.type === 'run-started') {
      started = event
      for (const { name: group, operations } of event.groups)
        for (const { name, kind } of operations) barOf(group, name).kind = kind
    } else if (event.type === 'run-settled') report = event.report
    else if (event.type === 'operation-settled') settle(barOf(event.group, event.outcome.name), event)
    else if ('operation' in event) take(barOf(event.group, event.operation), event)
  }
  const groups = started?.groups ?? []
  const bars = [...growing.values()]
  return {
    command: started?.command ?? '',
    groups,
    bars: finish(bars, groups),
    endMs: Math.max(endMs, report?.timing.wallMs ?? 0, 1),
    report,
    isOver: report !== undefined,
  }
}

function fresh(): Omit<Growing, 'group' | 'name'> {
  return {
    kind: '',
    lane: '',
    status: 'waiting',
    attempts: [],
    moments: [],
    waitedFor: [],
    endedAt: undefined,
    settledAt: 0,
    error: null,
    worker: undefined,
    next: 'first',
  }
}

type Happened = Exclude<Extract<RunEvent, { operation: string }>, { type: 'operation-settled' }>

function take(bar: Growing, event: Happened): void {
  const { at } = event
  const tell = (what: Moment['what'], text: string): void => void bar.moments.push({ at, what, text })
  switch (event.type) {
    case 'operation-started':
      bar.lane = event.lane
      bar.worker = event.worker ?? bar.worker
      bar.status = 'running'
      bar.attempts.push({ from: at, to: undefined, why: bar.next })
      break
    case 'operation-ended':
      end(bar, at)
      break
    case 'operation-waiting':
      if (event.for) bar.waitedFor.push(barKey({ group: event.for.group, name: event.for.operation }))
      tell(
        'waited',
        event.for ? `waited for ${event.for.group}/${event.for.operation}` : 'waited for its turn',
      )
      break
    case 'operation-rerun':
      end(bar, at)
      bar.next = 'rerun'
      tell('rerun', `ran again: an earlier operation changed ${event.path}`)
      break
    case 'operation-retried':
      end(bar, at)
      bar.next = 'retry'
      tell('retry', `tried again after ${Math.round(event.delayMs)} ms: ${event.error.message}`)
      break
    case 'operation-fell-back':
      end(bar, at)
      bar.next = 'fallback'
      tell('fallback', `once more, with nothing beside it: ${event.error.message}`)
      break
    default:
  }
}

function end(bar: Growing, at: number): void {
  const last = bar.attempts.at(-1)
  if (last && last.to === undefined) last.to = at
}

function settle(bar: Growing, event: Extract<RunEvent, { type: 'operation-settled' }>): void {
  const { outcome, at } = event
  bar.kind = outcome.kind
  bar.status = outcome.status
  bar.error = outcome.error
  bar.worker = outcome.worker ?? bar.worker
  // What is kept of a past run tells the first start alone: the tries after it begin where they were decided.
  const decided = bar.moments.filter(({ what }) => what !== 'waited')
  const last = bar.attempts.at(-1)
  if (last && bar.attempts.length === 1 && decided.length > 0 && outcome.attempts + outcome.reruns > 1)
    bar.attempts = split(last.from, decided)
  bar.settledAt = at
  const from = bar.attempts.at(-1)?.from
  end(bar, from === undefined ? at : Math.min(at, from + outcome.ranMs))
  bar.endedAt = bar.attempts.at(-1)?.to ?? at
}

function split(from: number, decided: readonly Moment[]): Growing['attempts'] {
  const starts = [from, ...decided.map(({ at }) => at)]
  return starts.map((start, index) => {
    const what = index === 0 ? 'first' : decided[index - 1]!.what
    return { from: start, to: starts[index + 1], why: what === 'waited' ? 'first' : what }
  })
}

function finish(bars: readonly Growing[], groups: Timeline['groups']): readonly Bar[] {
  const needs = new Map(groups.map(({ name, needs }) => [name, needs]))
  const ends = new Map<string, number>()
  for (const { group, endedAt = 0 } of bars) ends.set(group, Math.max(ends.get(group) ?? 0, endedAt))
  const critical = criticalPath(bars, needs)
  return bars.map((bar) => ({
    ...bar,
    readyAt: Math.max(0, ...(needs.get(bar.group) ?? []).map((name) => ends.get(name) ?? 0)),
    isCritical: critical.has(barKey(bar)),
  }))
}

/**
 * The chain that ends last: back from the last to end, to what ended last among all that it had to wait for: what its group needs, what
 * it was told to wait for, and what ended right before it began.
 */
function criticalPath(
  bars: readonly Growing[],
  needs: ReadonlyMap<string, readonly string[]>,
): ReadonlySet<string> {
  const chain = new Set<string>()
  const ran = bars.filter(({ endedAt, attempts }) => endedAt !== undefined && attempts.length > 0)
  let at = lastOf(ran)
  while (at && !chain.has(barKey(at))) {
    chain.add(barKey(at))
    const { group, waitedFor } = at
    const began = at.attempts[0]!.from
    const isBefore = (one: Growing): boolean =>
      needs.get(group)?.includes(one.group) === true ||
      waitedFor.includes(barKey(one)) ||
      isRightBefore(one.endedAt!, began) ||
      isRightBefore(one.settledAt, began)
    at = lastOf(ran.filter((one) => one.endedAt! <= began + 1 && isBefore(one)))
  }
  return chain
}

const rightBeforeMs = 25

function isRightBefore(at: number, began: number): boolean {
  return at <= began && at > began - rightBeforeMs
}

function lastOf(bars: readonly Growing[]): Growing | undefined {
  let last: Growing | undefined
  for (const bar of bars) if (!last || bar.endedAt! > last.endedAt!) last = bar
  return last
}

/** Bars of one lane in as few rows as hold them without two of them at once in a row. */
export function rowsOf(bars: readonly Bar[], endMs: number): readonly (readonly Bar[])[] {
  const rows: { end: number; readonly bars: Bar[] }[] = []
  for (const bar of bars.toSorted((a, b) => startOf(a) - startOf(b))) {
    const from = startOf(bar)
    const row = rows.find(({ end }) => end <= from)
    const to = bar.endedAt ?? endMs
    if (row) {
      row.end = to
      row.bars.push(bar)
    } else rows.push({ end: to, bars: [bar] })
  }
  return rows.map(({ bars }) => bars)
}

/** When an operation first began, or ended where it never began. */
export function startOf({ attempts, endedAt, readyAt }: Bar): number {
  return attempts[0]?.from ?? endedAt ?? readyAt
}
