import { readdirSync, readFileSync, statfsSync } from 'node:fs'
import { availableParallelism, freemem } from 'node:os'
import type { LaneLimits } from './lanes.ts'
import type { Lane } from './operation.ts'

/** What is left of the machine; undefined where it does not tell. */
export interface MachineRoom {
  readonly memoryBytes: number | undefined
  readonly descriptors: number | undefined
  readonly diskBytes: number | undefined
}

export interface Resources {
  /** How many of memory, descriptors and disk could be looked at. */
  readonly known: number
  /** What there is too little of, in words. */
  readonly short: readonly string[]
}

const mebibyte = 2 ** 20
const bytesAtRest = 32 * mebibyte
const bytesPerProcess = 64 * mebibyte
const descriptorsAtRest = 32
const descriptorsPerProcess = 6
const diskForProcesses = 64 * mebibyte

/** Compares what the heaviest moment of operations in these lanes may need with what is there. The needs are estimates, and low ones. */
export function compareResources(
  lanes: readonly Lane[],
  limits: Partial<LaneLimits>,
  room: MachineRoom,
): Resources {
  const heavy = lanes.filter((lane) => lane === 'process' || lane === 'agent').length
  const places = (limits.process ?? Math.max(4, availableParallelism())) + (limits.agent ?? 2)
  const processes = Math.min(heavy, places)
  const short = [
    lack('memory', room.memoryBytes, bytesAtRest + processes * bytesPerProcess, inMebibytes),
    lack('file descriptors', room.descriptors, descriptorsAtRest + processes * descriptorsPerProcess, String),
    lack('room on the disk', room.diskBytes, heavy > 0 ? diskForProcesses : 0, inMebibytes),
  ]
  return {
    known: Object.values(room).filter((value) => value !== undefined).length,
    short: short.filter((text) => text !== undefined),
  }
}

function lack(
  what: string,
  has: number | undefined,
  needs: number,
  write: (number: number) => string,
): string | undefined {
  if (has === undefined || has >= needs) return undefined
  return `there is too little ${what}, ${write(has)} of the ${write(needs)} that the plan may need`
}

function inMebibytes(bytes: number): string {
  return `${Math.floor(bytes / mebibyte)} MiB`
}

/** Looks at the machine as it is now; `folder` is where files are written. */
export function measureRoom(folder: string | null): MachineRoom {
  return {
    memoryBytes: attempt(() => Math.min(availableMemory(), process.availableMemory?.() || Infinity)),
    descriptors: attempt(freeDescriptors),
    diskBytes: folder === null ? undefined : attempt(() => diskRoom(folder)),
  }
}

/** Free memory leaves out what the system would give back at once; Linux says how much that is. */
function availableMemory(): number {
  const kibibytes = attempt(
    () => /^MemAvailable: +(\d+) kB$/m.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1],
  )
  return kibibytes === undefined ? freemem() : Number(kibibytes) * 1024
}

function freeDescriptors(): number | undefined {
  const limit = /^Max open files +(\d+|unlimited)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1]
  if (limit === undefined || limit === 'unlimited') return undefined
  return Number(limit) - readdirSync('/proc/self/fd').length
}

function diskRoom(folder: string): number {
  const { bavail, bsize } = statfsSync(folder)
  return bavail * bsize
}

function attempt<T>(call: () => T): T | undefined {
  try {
    return call()
  } catch {
    return undefined
  }
}
