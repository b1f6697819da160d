import type { OperationName, RunEvent } from '../../core/run/events.ts'

/** How many pairs of these operations ran at the same time. */
export function overlapsIn(events: readonly RunEvent[], isCounted: (name: OperationName) => boolean): number {
  const running = new Set<string>()
  let overlaps = 0
  for (const event of events) {
    if (event.type !== 'operation-started' && event.type !== 'operation-ended') continue
    if (!isCounted(event)) continue
    if (event.type === 'operation-ended') running.delete(event.operation)
    else {
      overlaps += running.size
      running.add(event.operation)
    }
  }
  return overlaps
}
