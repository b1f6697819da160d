import type { Clock } from '../base/clock.ts'

export interface AgendaParts {
  readonly clock: Clock
  /** The next piece of work when the agenda is empty: something that can start now. */
  next(): (() => void) | undefined
  /** A fault of ours: the run cannot go on. */
  broke(thrown: unknown): void
}

const longestTurnMs = 10

/** One piece of work is done at a time and none calls itself, for chains are as long as plans. */
export class Agenda {
  readonly #parts: AgendaParts
  #work: (() => void)[] = []
  #at = 0
  #isStepping = false
  #refused = false
  #steppingSince: number | undefined

  constructor(parts: AgendaParts) {
    this.#parts = parts
  }

  /** Does the work now, or after what is being done, then all that follows from it, and starts what can start. */
  do(work: () => void): void {
    this.add(work)
    if (this.#isStepping) return
    this.#isStepping = true
    try {
      for (let step = this.#nextStep(); step; step = this.#nextStep()) step()
    } catch (thrown) {
      this.#parts.broke(thrown)
    }
    this.#isStepping = false
  }

  /** Puts work on the agenda; from inside of other work. */
  add(work: () => void): void {
    this.#work.push(work)
  }

  #nextStep(): (() => void) | undefined {
    const work = this.#work[this.#at]
    if (work) {
      if (++this.#at === this.#work.length) {
        this.#work = []
        this.#at = 0
      }
      return work
    }
    return this.#mustYield() ? undefined : this.#parts.next()
  }

  /** Operations that never leave the thread must not keep timers and signals waiting. */
  #mustYield(): boolean {
    const now = this.#parts.clock.now()
    if (this.#steppingSince === undefined) {
      this.#steppingSince = now
      setImmediate(() => this.#breathe())
    }
    this.#refused ||= now - this.#steppingSince > longestTurnMs
    return this.#refused
  }

  #breathe(): void {
    const hasWaited = this.#refused
    this.#steppingSince = undefined
    this.#refused = false
    // Without a refusal there is nothing to take up again; going on anyway would keep the process alive for ever.
    if (hasWaited) this.do(() => undefined)
  }
}
