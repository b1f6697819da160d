import { readdirSync, readFileSync } from 'node:fs'

/** What the processes of a command hold at one moment, and what they have used so far. */
export interface Sample {
  readonly atMs: number
  readonly processes: number
  readonly memoryBytes: number
  readonly descriptors: number
  /** Milliseconds of processor time, of processes that have ended too. */
  readonly cpuMs: number
  /** Milliseconds in which they could have computed and no processor was free; 0 where the kernel does not tell. */
  readonly crowdedMs: number
  /** Bytes that went through system calls, from and to anything: files, pipes, sockets. */
  readonly readBytes: number
  readonly writtenBytes: number
  /** Bytes that the disk itself was asked for. */
  readonly diskReadBytes: number
  readonly diskWrittenBytes: number
}

/** Samples the processes that carry a mark in their environment. */
export interface Sampler {
  /** One more sample; undefined while no process is there. */
  take(): Sample | undefined
}

interface Used {
  readonly cpuMs: number
  readonly crowdedMs: number
  readonly readBytes: number
  readonly writtenBytes: number
  readonly diskReadBytes: number
  readonly diskWrittenBytes: number
}

const nothingUsed: Used = {
  cpuMs: 0,
  crowdedMs: 0,
  readBytes: 0,
  writtenBytes: 0,
  diskReadBytes: 0,
  diskWrittenBytes: 0,
}
/** What the kernel of Linux tells everybody, whatever its own tick is. */
const ticksPerSecond = 100
const pageBytes = 4096

/** True where the kernel tells what the children of a process are and what they use. */
export function canSample(): boolean {
  try {
    childrenOf(process.pid)
    readFileSync('/proc/self/io', 'latin1')
    return true
  } catch {
    return false
  }
}

/** A sampler of those descendants of this process that have `mark` in their environment. */
export function createSampler(mark: string): Sampler {
  const marked = new Map<number, boolean>()
  const used = new Map<number, Used>()
  const began = performance.now()

  function find(pid: number, found: number[]): void {
    for (const child of childrenOf(pid)) {
      // A child carries its parent's environment until it has become another program.
      if (marked.get(child) !== true) marked.set(child, hasMark(child, mark))
      if (marked.get(child)) found.push(child)
      find(child, found)
    }
  }

  return {
    take() {
      const pids: number[] = []
      find(process.pid, pids)
      let [memoryBytes, descriptors] = [0, 0]
      for (const pid of pids) {
        try {
          memoryBytes += Number(readFileSync(`/proc/${pid}/statm`, 'latin1').split(' ')[1]) * pageBytes
          descriptors += readdirSync(`/proc/${pid}/fd`).length
          used.set(pid, usedBy(pid))
        } catch {
          // It has ended meanwhile: what it had used at the last look still counts.
        }
      }
      if (pids.length === 0) return undefined
      const sum = [...used.values()].reduce(add, nothingUsed)
      return { atMs: performance.now() - began, processes: pids.length, memoryBytes, descriptors, ...sum }
    },
  }
}

function childrenOf(pid: number): number[] {
  const threads = pid === process.pid ? readdirSync(`/proc/${pid}/task`) : threadsOf(pid)
  return threads.flatMap((thread) => {
    try {
      const text = readFileSync(`/proc/${pid}/task/${thread}/children`, 'latin1').trim()
      return text === '' ? [] : text.split(' ').map(Number)
    } catch (thrown) {
      if (pid === process.pid && thread === String(pid)) throw thrown
      return []
    }
  })
}

function threadsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`)
  } catch {
    return []
  }
}

function hasMark(pid: number, mark: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1').includes(mark)
  } catch {
    return false
  }
}

function usedBy(pid: number): Used {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
  // The name may hold anything, brackets too; what follows it is plain.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const io = readFileSync(`/proc/${pid}/io`, 'latin1')
  const count = (name: string): number => Number(new RegExp(`^${name}: (\\d+)`, 'm').exec(io)?.[1] ?? 0)
  return {
    cpuMs: ((Number(fields[11]) + Number(fields[12])) * 1000) / ticksPerSecond,
    crowdedMs: crowdedOf(pid),
    readBytes: count('rchar'),
    writtenBytes: count('wchar'),
    diskReadBytes: count('read_bytes'),
    diskWrittenBytes: count('write_bytes'),
  }
}

function crowdedOf(pid: number): number {
  try {
    return Number(readFileSync(`/proc/${pid}/schedstat`, 'latin1').split(' ')[1]) / 1e6
  } catch {
    return 0
  }
}

function add(sum: Used, one: Used): Used {
  return {
    cpuMs: sum.cpuMs + one.cpuMs,
    crowdedMs: sum.crowdedMs + one.crowdedMs,
    readBytes: sum.readBytes + one.readBytes,
    writtenBytes: sum.writtenBytes + one.writtenBytes,
    diskReadBytes: sum.diskReadBytes + one.diskReadBytes,
    diskWrittenBytes: sum.diskWrittenBytes + one.diskWrittenBytes,
  }
}
