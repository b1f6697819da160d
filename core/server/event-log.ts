/** Events that were told, each with the number of its generation, as far back as they are kept. */
export interface EventLog {
  add(generation: number, text: string): void
  /** What was told after the event of an id; undefined when that cannot be said any more, or never could. */
  since(id: string): readonly string[] | undefined
  /** The id of a generation: it tells two starts of the server apart. */
  idOf(generation: number): string
}

const kept = 512
const keptBytes = 4 * 1024 * 1024

/** An empty log of a server whose start has the name given. */
export function createEventLog(start: string, first: number): EventLog {
  const events: { readonly generation: number; readonly text: string }[] = []
  let bytes = 0
  /** The last generation whose event is not there any more, or never was. */
  let before = first

  return {
    add(generation, text) {
      events.push({ generation, text })
      bytes += text.length
      while (events.length > kept || bytes > keptBytes) {
        const dropped = events.shift()!
        bytes -= dropped.text.length
        before = dropped.generation
      }
    },
    since(id) {
      const match = /^([0-9a-f]+)-(\d{1,15})$/.exec(id)
      const generation = Number(match?.[2])
      const last = events.at(-1)?.generation ?? before
      if (!match || match[1] !== start || generation < before || generation > last) return undefined
      return events.filter((event) => event.generation > generation).map(({ text }) => text)
    },
    idOf: (generation) => `${start}-${generation}`,
  }
}
