/** Shares the event loop: long work gives way to everything else from time to time. */
export interface Turns {
  /** True when this turn has lasted long enough. */
  isOver(): boolean
  /** Settles at once while the turn lasts, otherwise after everything else had its turn. */
  giveWay(): Promise<void>
}

/** Turns of about `ms` milliseconds, shared by all that ask. */
export function createTurns(ms: number): Turns {
  let since = performance.now()
  let next: Promise<void> | undefined

  function isOver(): boolean {
    return performance.now() - since > ms
  }

  async function beginTurn(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve))
    since = performance.now()
    next = undefined
  }

  return {
    isOver,
    async giveWay() {
      // Whoever waited asks again: those before it may have used up the turn.
      while (isOver()) await (next ??= beginTurn())
    },
  }
}
