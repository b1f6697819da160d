import { readdir, readFile } from 'node:fs/promises'

/** What the processes of one agent took so far; null where this machine does not tell. */
export interface Measured {
  readonly cpuMs: number | null
  readonly peakMemoryBytes: number | null
}

/** Watches all processes that have `mark` in their environment, wherever they have gone. */
export interface Meter {
  /** Ends every one that is left, and gives how many there were. */
  endLeft(): Promise<number>
  /** Stops watching. */
  stop(): Measured
}

export interface MeterOptions {
  /** Told at each look. */
  onLook(measured: Measured): void
}

const lookEveryMs = 1_000
const ticksPerSecond = 100
const mostRoundsOfEnding = 5

/** Begins to watch. */
export function createMeter(mark: string, { onLook }: MeterOptions): Meter {
  let ticks = 0
  let peak = 0
  let isSeen = false
  let looking: Promise<void> | undefined

  async function look(): Promise<void> {
    const found = await processesWith(mark)
    const memory = found.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0)
    isSeen ||= found.length > 0
    peak = Math.max(peak, memory)
    // What has ended is counted by whoever waited for it.
    ticks = Math.max(
      ticks,
      found.reduce((sum, { cpuTicks }) => sum + cpuTicks, 0),
    )
    onLook(measured())
  }

  function measured(): Measured {
    if (!isSeen) return { cpuMs: null, peakMemoryBytes: null }
    return { cpuMs: (ticks / ticksPerSecond) * 1000, peakMemoryBytes: peak }
  }

  function lookAgain(): void {
    looking ??= look().finally(() => (looking = undefined))
  }

  const first = setTimeout(lookAgain, 50)
  const timer = setInterval(lookAgain, lookEveryMs)
  return {
    async endLeft() {
      const ended = new Set<string>()
      for (let round = 0; round < mostRoundsOfEnding; round++) {
        const found = await processesWith(mark)
        if (found.length === 0) break
        for (const { pid, key } of found) if (endOne(pid)) ended.add(key)
      }
      return ended.size
    },
    stop() {
      clearTimeout(first)
      clearInterval(timer)
      return measured()
    },
  }
}

interface Found {
  readonly pid: number
  /** The number and when it began: numbers are used again. */
  readonly key: string
  readonly cpuTicks: number
  readonly memoryBytes: number
}

async function processesWith(mark: string): Promise<readonly Found[]> {
  if (process.platform !== 'linux') return []
  const names = await readdir('/proc').catch(() => [])
  const all = await Promise.all(names.filter((name) => /^\d+$/.test(name)).map((name) => lookAt(name, mark)))
  return all.filter((each) => each !== undefined)
}

async function lookAt(pid: string, mark: string): Promise<Found | undefined> {
  try {
    const environment = await readFile(`/proc/${pid}/environ`, 'latin1')
    if (!environment.split('\0').includes(mark)) return undefined
    const text = await readFile(`/proc/${pid}/stat`, 'latin1')
    // The name in parentheses may hold anything, so fields are counted from its end.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    if (fields[0] === 'Z') return undefined
    return {
      pid: Number(pid),
      key: `${pid} ${fields[19]}`,
      // Its own time, and that of its children that have ended.
      cpuTicks: [11, 12, 13, 14].reduce((sum, at) => sum + Number(fields[at]), 0),
      memoryBytes: Number(fields[21]) * 4096,
    }
  } catch {
    return undefined
  }
}

function endOne(pid: number): boolean {
  try {
    process.kill(pid, 'SIGKILL')
    return true
  } catch {
    return false
  }
}
