import { painter, visible } from './print.ts'
import { formatMs } from './report.ts'
import type { Reporter } from './reporter.ts'

/** Live on a terminal, plain lines where there is none or in CI, nothing with `--quiet`. */
export function createReporter(options: { quiet?: boolean; format: string }): Reporter {
  if (options.quiet) return { event: () => {}, end: async () => {} }
  return process.stderr.isTTY && !process.env['CI'] ? createLiveReporter() : createPlainReporter()
}

const statusMarks = { done: '✓', failed: '✗', skipped: '○', 'timed-out': '⧖', cancelled: '■' } as const

/** One line when an operation settles; groups of many operations are counted instead. */
function createPlainReporter(): Reporter {
  const paint = painter(process.stderr)
  const large = new Set<string>()
  return {
    event(event) {
      switch (event.type) {
        case 'run-started':
          for (const { name, operations } of event.groups) if (operations.length > 20) large.add(name)
          process.stderr.write(paint('dim', `${event.command}: ${event.groups.length} groups\n`))
          break
        case 'operation-settled':
          if (large.has(event.group) && event.outcome.status === 'done') break
          process.stderr.write(
            `${paint('dim', `[${event.group}]`)} ${statusMarks[event.outcome.status]} ${visible(event.outcome.name)} ${paint('dim', formatMs(event.outcome.ranMs))}\n`,
          )
          break
        case 'group-settled':
          if (large.has(event.group)) process.stderr.write(`${paint('dim', `[${event.group}]`)} ✓ settled\n`)
          break
        default:
      }
    },
    end: async () => {},
  }
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
