import { definePlugin, type Executor } from 'heddle'
import { queueOptions, type QueueOptions, type QueueSettings, settingsOf } from './settings.ts'

export type { QueueOptions, S3Place } from './settings.ts'

/** Gives the executor `queue`: operations of a run, run by workers on many machines, through BullMQ on Redis or PostgreSQL. */
export const queue = definePlugin<QueueOptions>({
  name: 'queue',
  codes: async () => (await import('./codes.ts')).codes,
  description: 'Runs operations on other machines: heddle run --executor queue, heddle worker, heddle queue',
  options: queueOptions,
  apply(hooks, { options }) {
    const executor = queueExecutor(options)
    hooks.executor.for('queue').tap('queue', () => executor)
  },
})

/** Whoever stays for days can wait for seconds. */
const workerConnectMs = 10_000

/** What the queue needs is loaded when a run, or a worker, first asks for it. */
function queueExecutor(given: () => Promise<QueueOptions>): Executor {
  const settings = async (): Promise<QueueSettings> => settingsOf(await given())
  return {
    name: 'queue',
    open: async (run) => (await import('./executor.ts')).openQueue(await settings(), run),
    serve: async (bench, options) =>
      (await import('./serve.ts')).serveQueue(
        settingsOf({ connectMs: workerConnectMs, ...(await given()) }),
        bench,
        options,
      ),
    care: async () => (await import('./care.ts')).careForQueue(await settings()),
  }
}
