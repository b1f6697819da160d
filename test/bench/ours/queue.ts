import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { type QueueSide, timeHeddle, timePlain, type Work } from '../queue-sides.ts'
import { say } from './say.ts'

/** Carries out operations that do nothing but wait, on workers of one of the sides: SIDE URL COUNT WAIT-MS WORKERS. */
const [side, url, ...numbers] = process.argv.slice(2) as [QueueSide, string, ...string[]]
const [count, waitMs, workers] = numbers.map(Number) as [number, number, number]
const concurrency = 4
const time = (work: Work): Promise<number> =>
  side === 'heddle' ? timeHeddle(url, work) : timePlain(side, url, work)

const children = await Promise.all(Array.from({ length: workers }, startWorker))
// What is compiled while it runs is not what is asked for.
await time({ count: 300, waitMs: 0 })
const ms = await time({ count, waitMs })
for (const child of children) child.disconnect()
say({ ms })

async function startWorker() {
  const program = new URL(`queue-worker${import.meta.url.slice(-3)}`, import.meta.url)
  const child = fork(fileURLToPath(program), [side, url, String(concurrency)])
  await once(child, 'message')
  return child
}
