/** Numbered places of each lane, as few as are taken at once. */
export interface Slots<L> {
  /** The lowest place that is free, from 1; new when it was never taken before. */
  take(lane: L): { readonly slot: number; readonly isNew: boolean }
  free(lane: L, slot: number): void
  taken(lane: L): number
}

/** Slots of any number of lanes, all free. */
export function createSlots<L>(): Slots<L> {
  const lanes = new Map<L, boolean[]>()
  const counts = new Map<L, number>()
  return {
    take(lane) {
      const places = lanes.get(lane) ?? []
      lanes.set(lane, places)
      const free = places.indexOf(false)
      const at = free < 0 ? places.length : free
      places[at] = true
      counts.set(lane, (counts.get(lane) ?? 0) + 1)
      return { slot: at + 1, isNew: free < 0 }
    },
    free(lane, slot) {
      lanes.get(lane)![slot - 1] = false
      counts.set(lane, counts.get(lane)! - 1)
    },
    taken: (lane) => counts.get(lane) ?? 0,
  }
}
