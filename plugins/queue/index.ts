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
    const executor = queueExecutor(async () => settingsOf(await options()))
    hooks.executor.for('queue').tap('queue', () => executor)
  },
})

/** What the queue needs is loaded when a run, or a worker, first asks for it. */
function queueExecutor(settings: () => Promise<QueueSettings>): Executor {
  return {
    name: 'queue',
    open: async (run) => (await import('./executor.ts')).openQueue(await settings(), run),
    serve: async (bench, options) =>
      (await import('./serve.ts')).serveQueue(await settings(), bench, options),
    care: async () => (await import('./care.ts')).careForQueue(await settings()),
  }
}
