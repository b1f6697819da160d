import { Worker } from 'bullmq'
import { contractWorkbench } from '../../../core/testing.ts'
import { serveQueue } from '../../../plugins/queue/serve.ts'
import { settingsOf } from '../../../plugins/queue/settings.ts'
import { connectionOf, plainQueue, plainWorkerOptions, type QueueSide } from '../queue-sides.ts'

/** A worker of one of the sides, in a process of its own, until it is ended. */
const [side, url, concurrency] = process.argv.slice(2) as [QueueSide, string, string]
if (side === 'heddle')
  await serveQueue(settingsOf({ url, connectMs: 60_000 }), contractWorkbench(), {
    concurrency: Number(concurrency),
  })
else await servePlain()
process.on('disconnect', () => process.exit(0))
process.send!('ready')

/** BullMQ alone, with what `plugins/queue` gives to it. */
async function servePlain(): Promise<void> {
  const options = { ...plainWorkerOptions, connection: connectionOf(url) }
  const children = new Worker(
    plainQueue.children,
    async ({ data: { waitMs } }) => {
      if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs))
      return { v: 1, worker: 'plain', status: 'returned', body: 'x'.repeat(100) }
    },
    { ...options, concurrency: Number(concurrency) },
  )
  const parents = new Worker(plainQueue.parents, async () => null, { ...options, concurrency: 16 })
  await Promise.all([children.waitUntilReady(), parents.waitUntilReady()])
}
