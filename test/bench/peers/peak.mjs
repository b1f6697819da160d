import { readFileSync } from 'node:fs'

/** The most memory that this process held, in MB. What getrusage says of a child can be what its parent held. */
export function peakMemory() {
  try {
    return Number(/VmHWM:\s*(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]) / 1024
  } catch {
    return process.resourceUsage().maxRSS / 1024
  }
}
