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
  /** True when the call waits for somebody first: its time counts from `begin` on. */
  readonly waits?: boolean
  call(attempt: Attempt): unknown
  /** Called once, at the latest a grace after the deadline or `stop`; at once when the call answers at once. */
  ended(ending: Ending): void
}

/** One call under a deadline; whatever it throws, returns or never does, the ending says so. */
export class Attempt {
  readonly #options: AttemptOptions
  /** Undefined while it waits to begin. */
  #startedAt: number | undefined
  #stopTimer: (() => void) | undefined
  #stopped: StopReason | undefined
  #over = false
  // Made when somebody asks: most operations never look.
  #controller: AbortController | undefined

  constructor(options: AttemptOptions) {
    this.#options = options
    this.#startedAt = options.waits ? undefined : options.clock.now()
  }

  /** Begins; once. */
  start(): void {
    const { call } = this.#options
    try {
      const value = call(this)
      if (!isThenable(value)) return this.#returned(value)
      // A call that answers at once costs no timer.
      this.#watch()
      void Promise.resolve(value).then(
        (value) => this.#returned(value),
        (thrown: unknown) => this.#threw(thrown),
      )
    } catch (thrown) {
      this.#threw(thrown)
    }
  }

  /** What it waited for is there: its time counts from now. */
  begin(): void {
    if (this.#over || this.#stopped) return
    this.#stopTimer?.()
    this.#stopTimer = undefined
    this.#startedAt = this.#options.clock.now()
    this.#watch()
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
    this.#stopTimer?.()
    const { clock, graceMs } = this.#options
    this.#stopTimer = clock.after(graceMs, () => this.#end({ type: 'ignored', stopped: reason }))
    this.#controller?.abort(reasonError(reason))
  }

  #watch(): void {
    if (this.#startedAt === undefined) return
    const { clock, deadlineMs } = this.#options
    this.#stopTimer ??= clock.after(deadlineMs - (clock.now() - this.#startedAt), () => this.stop('deadline'))
  }

  #end(ending: Ending): void {
    if (this.#over) return
    this.#over = true
    this.#stopTimer?.()
    this.#options.ended(ending)
  }

  #returned(value: unknown): void {
    this.#end({ type: 'returned', value, stopped: this.#whyStopped() })
  }

  #threw(thrown: unknown): void {
    this.#end({ type: 'threw', thrown, stopped: this.#whyStopped() })
  }

  /** A synchronous loop keeps the timer from firing: the time it took is compared as well. */
  #whyStopped(): StopReason | undefined {
    const { clock, deadlineMs } = this.#options
    const startedAt = this.#startedAt ?? Infinity
    return this.#stopped ?? (clock.now() - startedAt > deadlineMs ? 'deadline' : undefined)
  }
}

/** Asking a hostile value may throw; that is for the caller to tell. */
function isThenable(value: unknown): value is PromiseLike<unknown> {
  const isObject = (typeof value === 'object' && value !== null) || typeof value === 'function'
  return isObject && typeof (value as { then?: unknown }).then === 'function'
}

function reasonError(reason: StopReason): HeddleError {
  return reason === 'deadline'
    ? new HeddleError({ code: 'TIMEOUT', severity: 'error', message: 'The deadline has passed.' })
    : new HeddleError({ code: 'CANCELLED', severity: 'error', message: 'The run was cancelled.' })
}
