import type { RunEvent } from '../index.ts'

/** Shows a run while it goes on; on standard error, so that standard output holds the report alone. */
export interface Reporter {
  event(event: RunEvent): void
  /** Settles when nothing more will be drawn. */
  end(): Promise<void>
}
