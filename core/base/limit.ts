/** Runs `task` now, or when one of the `size` places is free; settles as the task does. Waiting tasks start in order. */
export type Limit = <T>(task: () => T | Promise<T>) => Promise<T>

/** A pool of `size` places. `size` is a whole number of at least 1, or a RangeError is thrown. */
export function createLimit(size: number): Limit {
  if (!Number.isInteger(size) || size < 1)
    throw new RangeError(`A limit is a whole number of at least 1, not ${size}.`)
  const waiting: (() => void)[] = []
  let next = 0
  let free = size

  function release(): void {
    const start = waiting[next]
    if (!start) {
      waiting.length = next = 0
      free++
      return
    }
    next++
    start()
  }

  return async (task) => {
    if (free > 0) free--
    else await new Promise<void>((resolve) => waiting.push(resolve))
    try {
      return await task()
    } finally {
      release()
    }
  }
}
