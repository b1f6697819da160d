/** A gate in the way of something: it lets nobody through before the test opens it. */
export interface TestGate {
  /** Waits for the gate; rejects with what it was closed with. */
  pass(): Promise<void>
  /** Settles when `count` have come to the gate since it was made, passed or not; 1 when left out. */
  reached(count?: number): Promise<void>
  /** Lets all through, now and later. */
  open(): void
  /** Lets the next `count` through, those that wait first. */
  admit(count?: number): void
  /** Turns all away, now and later. */
  fail(error: Error): void
  /** How many wait. */
  readonly waiting: number
}

interface Waiting {
  readonly resolve: () => void
  readonly reject: (error: Error) => void
}

/** A closed gate. With gates a test decides what happens first; it never sleeps. */
export function createTestGate(): TestGate {
  let state: 'closed' | 'open' | Error = 'closed'
  let admitted = 0
  let come = 0
  let waiting: Waiting[] = []
  let watching: { readonly count: number; readonly tell: () => void }[] = []

  function arrive(): void {
    come++
    const told = watching.filter(({ count }) => count <= come)
    watching = watching.filter(({ count }) => count > come)
    for (const { tell } of told) tell()
  }

  return {
    async pass() {
      arrive()
      if (state instanceof Error) throw state
      if (state === 'open') return
      if (admitted > 0) return void admitted--
      await new Promise<void>((resolve, reject) => waiting.push({ resolve, reject }))
    },
    async reached(count = 1) {
      if (come < count) await new Promise<void>((tell) => watching.push({ count, tell }))
    },
    open() {
      state = 'open'
      for (const { resolve } of waiting.splice(0)) resolve()
    },
    admit(count = 1) {
      const now = waiting.splice(0, count)
      admitted += count - now.length
      for (const { resolve } of now) resolve()
    },
    fail(error) {
      state = error
      for (const { reject } of waiting.splice(0)) reject(error)
    },
    get waiting() {
      return waiting.length
    },
  }
}

/**
 * An order that the test decides: `step('b')` settles when all names before it in `names` have been stepped on. Throws for a
 * name that is not among them, or is stepped on twice.
 */
export function createTestOrder(names: readonly string[]): (name: string) => Promise<void> {
  const gates = new Map(names.map((name) => [name, createTestGate()]))
  const left = [...names]
  const gone = new Set<string>()
  const openNext = (): void => {
    const next = left.shift()
    if (next !== undefined) gates.get(next)!.open()
  }
  openNext()
  return async (name) => {
    const gate = gates.get(name)
    if (!gate) throw new Error(`"${name}" is not in the order ${names.join(', ')}.`)
    if (gone.has(name)) throw new Error(`"${name}" was stepped on twice.`)
    gone.add(name)
    await gate.pass()
    // Whoever stepped goes on before the next does.
    setImmediate(openNext)
  }
}
