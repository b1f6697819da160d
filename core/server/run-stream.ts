import type { RunEvent } from '../run/events.ts'

/** A run as somebody follows it: what happened so far, and when there is more. */
export interface RunProgress {
  readonly events: readonly RunEvent[]
  readonly isOver: boolean
  /** Settles when there is more, or the run is over. */
  more(): Promise<void>
}

/**
 * What happens in a run as a stream of events, beginning after the one whose number is given, until the run is over. Each is taken
 * when the client has room for it, so that nothing waits for a client that reads slowly.
 */
export function streamRun(run: RunProgress, after: number, signal: AbortSignal): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  let next = after + 1
  const left = new Promise<void>((resolve) =>
    signal.addEventListener('abort', () => resolve(), { once: true }),
  )
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        while (next >= run.events.length && !run.isOver && !signal.aborted)
          await Promise.race([run.more(), left])
        const event = run.events[next]
        if (!event || signal.aborted) return controller.close()
        controller.enqueue(
          encoder.encode(`id: ${next}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`),
        )
        next++
      },
    },
    { highWaterMark: 0 },
  )
}
