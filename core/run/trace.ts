import type { RunEvent } from './events.ts'
import type { Lane, OperationName } from './operation.ts'
import { operationKey } from './record.ts'
import { createSlots, type Slots } from './slots.ts'

/** One event of the trace event format. Times are whole microseconds since the run began. */
export interface TraceEvent {
  readonly name: string
  readonly cat?: string
  /** `X` a span, `b` and `e` an asynchronous one, `i` an instant, `s` and `f` the ends of an arrow, `C` a counter, `M` a name. */
  readonly ph: 'X' | 'b' | 'e' | 'i' | 's' | 'f' | 'C' | 'M'
  readonly ts: number
  readonly pid: number
  readonly tid: number
  readonly dur?: number
  readonly id?: string
  readonly s?: 't' | 'p' | 'g'
  readonly bp?: 'e'
  readonly args?: Readonly<Record<string, unknown>>
}

/** A listener to the events of one run that writes them as a trace. */
export interface Trace {
  see(event: RunEvent): void
  /** Ends what is still open; nothing is written after that. */
  end(): void
}

/** The whole run is the first process of the trace, each lane one of the others. */
const runProcess = 1
const processes: Readonly<Record<Lane, number>> = { io: 2, process: 3, network: 4, agent: 5 }
const lanes = Object.keys(processes) as Lane[]

interface OpenSpan extends OperationName {
  readonly lane: Lane
  readonly slot: number
  readonly from: number
  readonly attempt: number
  readonly rerun: number
}

interface TracedGroup {
  readonly id: string
  isOpen: boolean
  /** Where the last of its operations so far came to an end. */
  last: Spot | undefined
}

interface Spot {
  readonly ts: number
  readonly pid: number
  readonly tid: number
}

/** A trace that gives each event to `write` as soon as it is complete. */
export function createTrace(write: (event: TraceEvent) => void): Trace {
  const slots: Slots<Lane> = createSlots()
  const open = new Map<string, OpenSpan>()
  const groups = new Map<string, TracedGroup>()
  const needs = new Map<string, readonly string[]>()
  const lastSpots = new Map<string, Spot>()
  /** When the last span of each thread ended: one that takes no time takes a microsecond here. */
  const threadEnds = new Map<string, number>()
  const waits = new Map<string, string>()
  let command = 'run'
  let latest = 0
  let arrows = 0
  let isOver = false

  function span(key: string, at: number, status: string): void {
    const found = open.get(key)
    if (!found) return
    open.delete(key)
    slots.free(found.lane, found.slot)
    const { group, operation, lane, slot, from, attempt, rerun } = found
    const place = { pid: processes[lane], tid: slot }
    const name = rerun > 0 ? `${operation} (again)` : operation
    const args = { group, status, attempt, rerun }
    const dur = Math.max(at - from, 1)
    write({ name, cat: 'operation', ph: 'X', ts: from, dur, ...place, args })
    threadEnds.set(`${lane}/${slot}`, from + dur)
    const end = { ts: Math.max(from, at - 1), ...place }
    lastSpots.set(key, end)
    groups.get(group)!.last = end
    count(at)
  }

  function count(ts: number): void {
    const args = Object.fromEntries(lanes.map((lane) => [lane, slots.taken(lane)]))
    write({ name: 'running', ph: 'C', ts, pid: runProcess, tid: 0, args })
  }

  function begin(event: Extract<RunEvent, { type: 'operation-started' }>, at: number): void {
    const { group, operation, lane, attempt, rerun } = event
    const key = operationKey(event)
    span(key, at, 'given up')
    const { slot, isNew } = slots.take(lane)
    if (isNew) nameThread(processes[lane], slot, `${lane} ${slot}`)
    const isFirst = openGroup(group, at)
    const from = Math.max(at, threadEnds.get(`${lane}/${slot}`) ?? 0)
    open.set(key, { group, operation, lane, slot, from, attempt, rerun })
    const here = { ts: from, pid: processes[lane], tid: slot }
    if (isFirst) for (const need of needs.get(group) ?? []) arrow('needed', groups.get(need)?.last, here)
    arrow('waited', lastSpots.get(waits.get(key) ?? ''), here)
    waits.delete(key)
    count(at)
  }

  /** From the end of what was waited for to the beginning of what had waited. */
  function arrow(name: string, from: Spot | undefined, to: Spot): void {
    if (!from) return
    const shared = { name, cat: 'wait', id: String(++arrows) }
    write({ ...shared, ph: 's', ...from })
    write({ ...shared, ph: 'f', bp: 'e', ...to })
  }

  function instant(name: string, event: OperationName, args: Readonly<Record<string, unknown>>): void {
    const spot = lastSpots.get(operationKey(event))
    const place = spot ? { pid: spot.pid, tid: spot.tid } : { pid: runProcess, tid: 1 }
    write({ name, cat: 'event', ph: 'i', s: 't', ts: latest, ...place, args: { ...event, ...args } })
  }

  /** True when nothing of the group was seen before. */
  function openGroup(group: string, at: number): boolean {
    if (groups.has(group)) return false
    groups.set(group, { id: String(groups.size + 1), isOpen: true, last: undefined })
    write({ ...asyncGroup(group), ph: 'b', ts: at })
    return true
  }

  function closeGroup(group: string, at: number): void {
    const found = groups.get(group)
    if (!found?.isOpen) return
    found.isOpen = false
    write({ ...asyncGroup(group), ph: 'e', ts: at })
  }

  function asyncGroup(group: string): Omit<TraceEvent, 'ph' | 'ts'> {
    return { name: group, cat: 'group', id: groups.get(group)!.id, pid: runProcess, tid: 1 }
  }

  function nameThread(pid: number, tid: number, name: string): void {
    write({ name: 'thread_name', ph: 'M', ts: 0, pid, tid, args: { name } })
  }

  function announce(): void {
    nameProcess(runProcess, `heddle run ${command}`)
    for (const lane of lanes) nameProcess(processes[lane], `lane ${lane}`)
    nameThread(runProcess, 1, 'run')
  }

  function nameProcess(pid: number, name: string): void {
    write({ name: 'process_name', ph: 'M', ts: 0, pid, tid: 0, args: { name } })
    write({ name: 'process_sort_index', ph: 'M', ts: 0, pid, tid: 0, args: { sort_index: pid } })
  }

  function see(event: RunEvent): void {
    if ('at' in event) latest = Math.max(latest, microseconds(event.at))
    switch (event.type) {
      case 'run-started':
        command = event.command
        for (const group of event.groups) needs.set(group.name, group.needs)
        return announce()
      case 'operation-started':
        return begin(event, microseconds(event.at))
      case 'operation-ended':
        return span(operationKey(event), microseconds(event.at), event.status)
      case 'operation-waiting': {
        const { group, operation } = event
        if (event.for) waits.set(operationKey(event), operationKey(event.for))
        return instant('waits', { group, operation }, { for: event.for })
      }
      case 'operation-rerun': {
        const { group, operation, path } = event
        return instant('runs again', { group, operation }, { path })
      }
      case 'operation-retried':
      case 'operation-fell-back': {
        const { group, operation, error } = event
        const name = event.type === 'operation-retried' ? 'is tried again' : 'falls back to running alone'
        return instant(name, { group, operation }, { code: error.code, message: error.message })
      }
      case 'operation-settled': {
        const key = operationKey({ group: event.group, operation: event.outcome.name })
        openGroup(event.group, latest)
        return span(key, microseconds(event.at), event.outcome.status)
      }
      case 'group-settled':
        openGroup(event.group, latest)
        return closeGroup(event.group, microseconds(event.at))
      case 'operation-progress':
      case 'finding':
        return
      case 'run-settled':
        return finish(event.report.status)
    }
  }

  function finish(status: string): void {
    if (isOver) return
    for (const key of open.keys()) span(key, latest, 'unfinished')
    for (const group of groups.keys()) closeGroup(group, latest)
    const whole = { name: command, cat: 'run', pid: runProcess, tid: 1 }
    write({ ...whole, ph: 'X', ts: 0, dur: Math.max(latest, 1), args: { status } })
    isOver = true
  }

  return {
    see(event) {
      if (!isOver) see(event)
    },
    end: () => finish('unfinished'),
  }
}

function microseconds(ms: number): number {
  return Math.max(0, Math.round(ms * 1000))
}
