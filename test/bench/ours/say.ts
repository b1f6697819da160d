import { readFileSync } from 'node:fs'

/** Prints what a sample found, with the most memory that the process held so far, in MB. */
export function say(facts: { readonly ms: number; readonly [name: string]: unknown }): void {
  console.log(JSON.stringify({ ...facts, rss: peakMemory() }))
}

/** What getrusage says of a child can be what its parent held. */
function peakMemory(): number {
  try {
    return Number(/VmHWM:\s*(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))![1]) / 1024
  } catch {
    return process.resourceUsage().maxRSS / 1024
  }
}
