import type { RunEvent } from '../index.ts'
import { openLineFile } from './line-file.ts'
import type { Reporter } from './reporter.ts'

/** Writes each event of the run as a line of JSON: to a file, or to standard output for `-`. */
export function createEventFile(path: string): Reporter {
  if (path === '-') return createEventStream(process.stdout)
  const file = openLineFile(path, '--events')
  return {
    event: (event) => file.add(asLine(event)),
    end: async () => file.end(),
  }
}

/** The same on a stream. */
export function createEventStream(stream: NodeJS.WriteStream): Reporter {
  return {
    event: (event) => void stream.write(asLine(event)),
    end: async () => {},
  }
}

function asLine(event: RunEvent): string {
  return `${JSON.stringify(event)}\n`
}
