import type { RunEvent } from '../index.ts'
import { counted, painter, visible } from './print.ts'
import { formatMs } from './report.ts'
import type { Reporter } from './reporter.ts'

const statusMarks = { done: '✓', failed: '✗', skipped: '○', 'timed-out': '⧖', cancelled: '■' } as const
const largeGroup = 20

/**
 * Lines on standard error, each with its group in front: one when an operation settles, and one when it goes another way than
 * straight. In groups of many operations only what is not plainly done is shown, and a count at the end.
 */
export function createPlainReporter(): Reporter {
  const paint = painter(process.stderr)
  const sizes = new Map<string, number>()
  const settled = new Map<string, number>()

  function line(group: string, text: string, aside = ''): void {
    process.stderr.write(`${paint('dim', `[${group}]`)} ${text}${aside && paint('dim', aside)}\n`)
  }

  const isLarge = (group: string): boolean =>
    Math.max(sizes.get(group) ?? 0, settled.get(group) ?? 0) > largeGroup

  function settle({ group, outcome }: Extract<RunEvent, { type: 'operation-settled' }>): void {
    settled.set(group, (settled.get(group) ?? 0) + 1)
    const { name, status, ranMs, attempts } = outcome
    if (status === 'done' && isLarge(group)) return
    const tries = attempts > 1 ? `, ${attempts} attempts` : ''
    line(group, `${statusMarks[status]} ${visible(name)}`, ` ${formatMs(ranMs)}${tries}`)
  }

  return {
    event(event) {
      switch (event.type) {
        case 'run-started':
          for (const { name, operations } of event.groups) sizes.set(name, operations.length)
          process.stderr.write(paint('dim', `${event.command}: ${counted(event.groups.length, 'group')}\n`))
          return
        case 'operation-settled':
          return settle(event)
        case 'operation-rerun':
          if (!isLarge(event.group))
            line(
              event.group,
              `↻ ${visible(event.operation)} runs again`,
              `: an earlier operation changed ${visible(event.path)}`,
            )
          return
        case 'operation-retried':
          return line(
            event.group,
            `… ${visible(event.operation)} is tried again in ${formatMs(event.delayMs)}`,
            `: ${visible(event.error.message)}`,
          )
        case 'operation-fell-back':
          return line(
            event.group,
            `⇣ ${visible(event.operation)} runs once more, alone`,
            `: ${visible(event.error.message)}`,
          )
        case 'group-settled':
          if (isLarge(event.group))
            line(event.group, `${counted(settled.get(event.group) ?? 0, 'operation')} settled`)
          return
        default:
      }
    },
    end: async () => {},
  }
}
