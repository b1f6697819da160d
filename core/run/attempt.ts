import type { Clock } from '../base/clock.ts'
import { HeddleError } from '../base/diagnostic.ts'

/** How a call ended: by itself, or stopped; `ignored` when it was stopped and has not ended in time. */
export type Ending =
  | { readonly type: 'returned'; readonly value: unknown; readonly stopped: StopReason | undefined }
  | { readonly type: 'threw'; readonly thrown: unknown; readonly stopped: StopReason | undefined }
  | { readonly type: 'ignored'; readonly stopped: StopReason }

export type StopReason = 'deadline' | 'cancelled'

export interface AttemptOptions {
  readonly clock: Clock
  readonly deadlineMs: number
  readonly graceMs: number
  call(attempt: Attempt): unknown
}

/** One call under a deadline; whatever it throws, returns or never does, the ending says so. */
export class Attempt {
  /** Settles once, at the latest a grace after the deadline or `stop`; never rejects. */
  readonly ending: Promise<Ending>
  readonly #options: AttemptOptions
  readonly #startedAt: number
  #decide!: (ending: Ending) => void
  #stopTimer: () => void
  #stopped: StopReason | undefined
  #over = false
  // Made when somebody asks: most operations never look.
  #controller: AbortController | undefined

  constructor(options: AttemptOptions) {
    this.#options = options
    this.#startedAt = options.clock.now()
    this.#stopTimer = options.clock.after(options.deadlineMs, () => this.stop('deadline'))
    this.ending = new Promise((resolve) => (this.#decide = resolve))
    void new Promise<unknown>((resolve) => resolve(options.call(this))).then(
      (value) => this.#end({ type: 'returned', value, stopped: this.#whyStopped() }),
      (thrown: unknown) => this.#end({ type: 'threw', thrown, stopped: this.#whyStopped() }),
    )
  }

  /** True from the moment that the ending is decided: what comes later has no effect. */
  get over(): boolean {
    return this.#over
  }

  get signal(): AbortSignal {
    if (!this.#controller) {
      this.#controller = new AbortController()
      if (this.#stopped) this.#controller.abort(reasonError(this.#stopped))
    }
    return this.#controller.signal
  }

  /** Asks the call to end; it has the grace to do so. */
  stop(reason: StopReason): void {
    if (this.#over || this.#stopped) return
    this.#stopped = reason
    this.#stopTimer()
    const { clock, graceMs } = this.#options
    this.#stopTimer = clock.after(graceMs, () => this.#end({ type: 'ignored', stopped: reason }))
    this.#controller?.abort(reasonError(reason))
  }

  #end(ending: Ending): void {
    if (this.#over) return
    this.#over = true
    this.#stopTimer()
    this.#decide(ending)
  }

  /** A synchronous loop keeps the timer from firing: the time it took is compared as well. */
  #whyStopped(): StopReason | undefined {
    const { clock, deadlineMs } = this.#options
    return this.#stopped ?? (clock.now() - this.#startedAt > deadlineMs ? 'deadline' : undefined)
  }
}

function reasonError(reason: StopReason): HeddleError {
  return reason === 'deadline'
    ? new HeddleError({ code: 'TIMEOUT', severity: 'error', message: 'The deadline has passed.' })
    : new HeddleError({ code: 'CANCELLED', severity: 'error', message: 'The run was cancelled.' })
}
