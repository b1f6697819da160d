import type { TapTiming } from '../index.ts'
import { counted, table, visible } from './print.ts'

/** What plugins' taps took, as a table for people; the costliest first. */
export function describeProfile(timings: readonly TapTiming[]): string {
  const rows = timings.map(({ plugin, hook, calls, filtered, totalMs, longestMs }) => [
    visible(plugin),
    visible(hook),
    counted(calls, 'call'),
    `${totalMs.toFixed(1)} ms`,
    `longest ${longestMs.toFixed(1)} ms`,
    filtered > 0 ? `${filtered} filtered` : '',
  ])
  return `plugins, by the time that their taps took:\n${table(rows)}\n`
}
