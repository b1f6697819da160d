/** Lets many look at something at once, or one change it: whoever looks never sees half a change. */
export interface SharedLock {
  /** Runs `work` beside others that look, after every change that was asked for before it. */
  look<T>(work: () => T | Promise<T>): Promise<T>
  /** Runs `work` alone, after everything that was asked for before it. */
  change<T>(work: () => T | Promise<T>): Promise<T>
}

/** A lock that nobody holds. A change inside a look of the same lock would wait for itself. */
export function createSharedLock(): SharedLock {
  let changed: Promise<unknown> = Promise.resolve()
  let looks = new Set<Promise<unknown>>()

  return {
    look(work) {
      const looking = changed.then(work)
      const among = looks
      const settled = looking.then(
        () => void among.delete(settled),
        () => void among.delete(settled),
      )
      among.add(settled)
      return looking
    },
    change(work) {
      const before = Promise.all([changed, ...looks])
      looks = new Set()
      const changing = before.then(work)
      changed = changing.then(
        () => {},
        () => {},
      )
      return changing
    },
  }
}
