import { Listr, ListrLogger, ProcessOutput } from 'listr2'
import type { RunEvent } from '../index.ts'
import { visible } from './print.ts'
import type { Reporter } from './reporter.ts'
import { formatMs } from './report.ts'

interface PlannedGroup {
  readonly name: string
  readonly operations: readonly { readonly name: string }[]
}

/** Groups as a list on standard error that is redrawn in place, with how many operations have settled. */
export function createLiveList(groups: readonly PlannedGroup[]): Reporter {
  const lines = new Map(groups.map((group) => [group.name, createLine(group)]))
  const output = new ProcessOutput(process.stderr, process.stderr)
  const list = new Listr(
    [...lines.values()].map((line) => ({
      title: line.title(),
      task: (_, task) => line.follow((title) => (task.title = title)),
    })),
    {
      concurrent: true,
      exitOnError: false,
      registerSignalListeners: false,
      rendererOptions: {
        showErrorMessage: false,
        collapseErrors: false,
        logger: new ListrLogger({ processOutput: output }),
      },
    },
  )
  const drawn = list.run()
  return {
    event(event) {
      if ('group' in event) lines.get(event.group)?.event(event)
    },
    async end() {
      for (const line of lines.values()) line.end()
      await drawn.catch(() => {})
    },
  }
}

/** One group of the list: its title changes with its events, and it settles when the group does. */
function createLine(group: PlannedGroup): {
  title(): string
  follow(show: (title: string) => void): Promise<void>
  event(event: RunEvent): void
  end(): void
} {
  const running = new Set<string>()
  let total = group.operations.length
  let settled = 0
  let failed = 0
  let spent = 0
  const waiting = new Set<string>()
  /** How often something went another way than straight: ran again, was tried again, ran alone. */
  const detours = { '↻': 0, '…': 0, '⇣': 0 }
  let show: (title: string) => void = () => {}
  let finish: (failure?: Error) => void = () => {}
  const finished = new Promise<void>((resolve, reject) => {
    finish = (failure) => (failure ? reject(failure) : resolve())
  })
  // Nobody may be following yet when the group fails.
  finished.catch(() => {})

  function title(): string {
    const now = [...running].slice(0, 3).map(visible).join(', ')
    const failures = failed > 0 ? `, ${failed} failed` : ''
    const waits = waiting.size > 0 ? `, ${waiting.size} waiting` : ''
    const marks = Object.entries(detours).map(([mark, times]) => (times > 0 ? ` ${mark}${times}` : ''))
    return `${visible(group.name)} ${settled}/${Math.max(total, settled)}${failures}${waits}${marks.join('')} ${formatMs(spent)}${now === '' ? '' : ` · ${now}`}`
  }

  return {
    title,
    follow(listener) {
      show = listener
      // What happened before anyone followed is in the title too.
      show(title())
      return finished
    },
    event(event) {
      switch (event.type) {
        case 'operation-started':
          running.add(event.operation)
          waiting.delete(event.operation)
          break
        case 'operation-ended':
          running.delete(event.operation)
          break
        case 'operation-waiting':
          waiting.add(event.operation)
          break
        case 'operation-rerun':
          detours['↻']++
          break
        case 'operation-retried':
          detours['…']++
          break
        case 'operation-fell-back':
          detours['⇣']++
          break
        case 'operation-settled':
          waiting.delete(event.outcome.name)
          running.delete(event.outcome.name)
          settled++
          total = Math.max(total, settled + running.size)
          if (event.outcome.status !== 'done') failed++
          spent = event.at
          break
        case 'group-settled':
          finish(failed > 0 ? new Error(title()) : undefined)
          break
        default:
          return
      }
      show(title())
    },
    end: () => finish(failed > 0 ? new Error(title()) : undefined),
  }
}
