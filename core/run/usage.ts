import { readFileSync } from 'node:fs'

/** What a run took of the machine. Whatever else the process did meanwhile is in it. */
export interface Usage {
  /** Milliseconds of processor time of our own process, all threads together. */
  readonly cpuMs: number
  /** The same of programs that have ended, and of theirs; null where the system does not tell. */
  readonly childCpuMs: number | null
  /** The most memory that our own process was seen to hold. */
  readonly peakMemoryBytes: number
}

export interface UsageMeter {
  /** Looks at the memory, unless that was done a moment ago. */
  sample(): void
  end(): Usage
}

const leastMsBetweenSamples = 20
const ticksPerSecond = 100

/** Begins to measure. */
export function createUsageMeter(): UsageMeter {
  const cpu = process.cpuUsage()
  const children = childTicks()
  const highest = process.resourceUsage().maxRSS
  let peak = process.memoryUsage.rss()
  let lookedAt = performance.now()
  return {
    sample() {
      const now = performance.now()
      if (now - lookedAt < leastMsBetweenSamples) return
      lookedAt = now
      peak = Math.max(peak, process.memoryUsage.rss())
    },
    end() {
      const { user, system } = process.cpuUsage(cpu)
      const ticks = childTicks()
      const { maxRSS } = process.resourceUsage()
      peak = Math.max(peak, process.memoryUsage.rss())
      return {
        cpuMs: (user + system) / 1000,
        childCpuMs:
          ticks === undefined || children === undefined ? null : ((ticks - children) / ticksPerSecond) * 1000,
        // The system knows the highest of the whole process; when it has risen, that was in this run.
        peakMemoryBytes: maxRSS > highest ? Math.max(peak, maxRSS * 1024) : peak,
      }
    },
  }
}

/** Processor time of children that have ended, as Linux counts it. */
function childTicks(): number | undefined {
  try {
    const text = readFileSync('/proc/self/stat', 'latin1')
    // The name in parentheses may hold anything, so fields are counted from its end.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    return Number(fields[13]) + Number(fields[14])
  } catch {
    return undefined
  }
}
