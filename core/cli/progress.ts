import { createEventFile, createEventStream } from './event-lines.ts'
import { wrongUsage } from './exit.ts'
import { createPlainReporter } from './plain.ts'
import type { Reporter } from './reporter.ts'
import { createTraceFile } from './trace-file.ts'

export interface ReporterOptions {
  readonly quiet?: boolean
  readonly format: string
  readonly reporter?: 'live' | 'plain' | 'jsonl' | undefined
  readonly trace?: string | undefined
  readonly events?: string | undefined
}

/** Everything that shows or writes a run while it goes on, as one reporter. Refuses files that cannot be written. */
export function createReporters(options: ReporterOptions): Reporter {
  const { trace, events, format } = options
  if (events === '-' && format === 'json')
    wrongUsage(
      'Both --events - and --format json want standard output.',
      'Leave out --format json: the last event holds the report.',
    )
  const all = [
    createReporter(options),
    ...(trace === undefined ? [] : [createTraceFile(trace)]),
    ...(events === undefined ? [] : [createEventFile(events)]),
  ]
  return {
    event(event) {
      for (const reporter of all) reporter.event(event)
    },
    async end() {
      for (const reporter of all) await reporter.end()
    },
  }
}

/** Live on a terminal, plain lines where there is none or in CI, nothing with `--quiet`. */
function createReporter({ quiet, reporter }: ReporterOptions): Reporter {
  if (reporter === 'jsonl') return createEventStream(process.stderr)
  if (quiet) return { event: () => {}, end: async () => {} }
  const live = reporter === 'live' || (reporter === undefined && process.stderr.isTTY && !process.env['CI'])
  return live ? createLiveReporter() : createPlainReporter()
}

/** The live list, loaded when a run starts; events that come before it is there are kept for it. */
function createLiveReporter(): Reporter {
  let live: Promise<Reporter> | undefined
  return {
    event(event) {
      if (event.type === 'run-started')
        live = import('./live.ts').then(({ createLiveList }) => createLiveList(event.groups))
      else void live?.then((list) => list.event(event))
    },
    async end() {
      await (await live)?.end()
    },
  }
}
