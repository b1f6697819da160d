/**
 * The same stream, read ahead and kept up to a number of bytes for whoever reads it; beyond that it breaks, and what made it is
 * told to stop. For streams of others, which keep everything that nobody has read.
 */
export function boundStream(source: ReadableStream<Uint8Array>, bytes: number): ReadableStream<Uint8Array> {
  const reader = source.getReader()
  const strategy = { highWaterMark: bytes, size: (chunk?: Uint8Array) => chunk?.byteLength ?? 0 }
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        void pump(reader, controller).catch((thrown: unknown) => controller.error(thrown))
      },
      cancel: (reason) => reader.cancel(reason),
    },
    strategy,
  )
}

async function pump(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  controller: ReadableStreamDefaultController<Uint8Array>,
): Promise<void> {
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    // A stream may be longer than the bound; only what nobody has read counts, and a single piece always fits.
    if ((controller.desiredSize ?? 0) <= 0) {
      await reader.cancel()
      throw new Error('The client reads too slowly.')
    }
    controller.enqueue(next.value)
  }
  controller.close()
}
