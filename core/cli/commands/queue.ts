import type { QueueCare, QueueStatus } from '../../index.ts'
import { wrongUsage } from '../exit.ts'
import type { CommonOptions } from '../options.ts'
import { counted, printJson, table, visible } from '../print.ts'
import { openFramework, tellFaults } from '../root.ts'

export interface QueueCommandOptions extends CommonOptions {
  readonly executor: string
}

export type QueueAction = 'status' | 'drain' | 'retry'

/** `heddle queue`: what waits, runs and has failed, and who works; empties it, or puts what has failed back. */
export async function queue(action: QueueAction, options: QueueCommandOptions): Promise<void> {
  const framework = await openFramework(options)
  try {
    tellFaults(framework, options)
    const executor = await framework.executor(options.executor)
    if (!executor.care)
      wrongUsage(`The executor "${executor.name}" keeps nothing.`, 'Name one that does: --executor queue.')
    const care = await executor.care()
    try {
      await act(action, care, options)
    } finally {
      await care.close()
    }
  } finally {
    await framework.dispose()
  }
}

async function act(action: QueueAction, care: QueueCare, { format }: QueueCommandOptions): Promise<void> {
  if (action === 'status') {
    const status = await care.status()
    return format === 'json' ? printJson(status) : printStatus(status)
  }
  const count = await (action === 'drain' ? care.drain() : care.retry())
  if (format === 'json') return printJson(action === 'drain' ? { removed: count } : { retried: count })
  const done = action === 'drain' ? 'removed; what runs goes on' : 'put back'
  process.stdout.write(`${counted(count, 'operation')} ${done}.\n`)
}

function printStatus({ lanes, workers }: QueueStatus): void {
  const rows = [
    ['lane', 'waiting', 'running', 'failed', 'done', 'workers'],
    ...lanes.map((each) =>
      [each.lane, each.waiting, each.active, each.failed, each.done, each.workers].map(String),
    ),
  ]
  const lines = [table(rows), '']
  if (workers.length === 0) lines.push('No worker is there. Start one: heddle worker')
  for (const { worker, ready, concurrency, lanes, done, failed, running } of workers) {
    const state = ready ? `${concurrency} at once in ${lanes.join(', ')}` : 'takes nothing more'
    lines.push(visible(`${worker}  ${state}; ${done} done, ${failed} failed`))
    for (const { run, group, operation, sinceMs } of running)
      lines.push(
        visible(`  ${group}/${operation} of ${run.slice(0, 8)} for ${(sinceMs / 1000).toFixed(1)} s`),
      )
  }
  process.stdout.write(`${lines.join('\n')}\n`)
}
