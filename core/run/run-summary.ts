import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { HeddleError } from '../base/diagnostic.ts'
import type { RunStatus } from './report.ts'
import { partsOf, runsFolder, sizeOf } from './run-folder.ts'
import { readHistory } from './run-history.ts'
import { firstLine, parseLine } from './run-line.ts'
import type { EndRecord, HeadRecord } from './run-records.ts'
import { journalName } from './run-writer.ts'

/** A run in one line. */
export interface RunSummary {
  readonly id: string
  readonly command: string
  readonly arguments: readonly string[]
  /** `unfinished` when it was cut short, `running` while its process is alive, `unreadable` when its journal cannot be believed. */
  readonly status: RunStatus | 'unfinished' | 'running' | 'unreadable'
  readonly startedAt: string
  /** Milliseconds from its start to its end; null when it has none. */
  readonly wallMs: number | null
  /** Operations of the report; so far recorded where there is none. */
  readonly operations: number
  /** True when what it wrote was put on the disk. */
  readonly committed: boolean
  /** True when something is left to do: it was cut short, cancelled, or held back what may have run. */
  readonly resumable: boolean
  /** What it takes on the disk. */
  readonly bytes: number
  /** True when a newer version wrote it: it is left as it is. */
  readonly tooNew: boolean
}

/** The summary of a run. Never throws for what stands in the journal. */
export function readSummary(state: string, id: string): RunSummary {
  const folder = join(runsFolder(state), id)
  try {
    return { ...(quickSummary(folder) ?? slowSummary(folder, id)), id, bytes: sizeOf(folder), tooNew: false }
  } catch (thrown) {
    if (!(thrown instanceof HeddleError)) throw thrown
    return { ...unreadable, id, bytes: sizeOf(folder), tooNew: thrown.code === 'STATE_TOO_NEW' }
  }
}

type Told = Omit<RunSummary, 'id' | 'bytes' | 'tooNew'>

const unreadable: Told = {
  command: '',
  arguments: [],
  status: 'unreadable',
  startedAt: '',
  wallMs: null,
  operations: 0,
  committed: false,
  resumable: false,
}

const glance = 8192

/** From the ends of the journal alone, where the run has come to its end. */
function quickSummary(folder: string): Told | undefined {
  const parts = partsOf(folder)
  const last = parts.at(-1)
  if (last === undefined) return undefined
  const head = firstRecord(startOfFile(join(folder, journalName(1)))) as HeadRecord | undefined
  const end = lastRecord(endOfFile(join(folder, journalName(last)))) as EndRecord | undefined
  if (head?.t !== 'run' || end?.t !== 'end') return undefined
  return { ...toldOf(head), ...endOf(end) }
}

function slowSummary(folder: string, id: string): Told {
  const { heads, isRunning, outcomes, end } = readHistory(folder, id)
  const [head] = heads
  if (!head) return unreadable
  if (end) return { ...toldOf(head), ...endOf(end) }
  return {
    ...toldOf(head),
    status: isRunning ? 'running' : 'unfinished',
    wallMs: null,
    operations: outcomes.size,
    committed: false,
    resumable: !isRunning,
  }
}

function endOf({ status, wallMs, operations, committed, uncertain }: EndRecord): Omit<Told, keyof Head> {
  const resumable = !committed && (status === 'cancelled' || uncertain)
  return { status, wallMs, operations, committed, resumable }
}

type Head = Pick<Told, 'command' | 'arguments' | 'startedAt'>

function toldOf({ command, given, at }: HeadRecord): Head {
  const named = Object.entries(given.named).map(([name, value]) => `--${name}=${value}`)
  return { command, arguments: [...given.positional, ...named], startedAt: new Date(at).toISOString() }
}

function firstRecord(text: string): unknown {
  if (!text.startsWith(firstLine)) return undefined
  const end = text.indexOf('\n', firstLine.length)
  return end < 0 ? undefined : parseLine(text.slice(firstLine.length, end))?.record
}

function lastRecord(text: string): unknown {
  if (!text.endsWith('\n')) return undefined
  return parseLine(text.slice(text.lastIndexOf('\n', text.length - 2) + 1, -1))?.record
}

function startOfFile(path: string): string {
  return readAt(path, () => 0)
}

function endOfFile(path: string): string {
  return readAt(path, (size) => Math.max(0, size - glance))
}

function readAt(path: string, from: (size: number) => number): string {
  const file = openSync(path, 'r')
  try {
    const buffer = Buffer.alloc(glance)
    const length = readSync(file, buffer, 0, glance, from(fstatSync(file).size))
    return buffer.toString('utf8', 0, length)
  } finally {
    closeSync(file)
  }
}
