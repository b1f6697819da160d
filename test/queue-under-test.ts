import type { ExecutorUnderTest } from 'heddle/testing'
import type { Executor } from '../core/run/executor.ts'
import { openQueue } from '../plugins/queue/executor.ts'
import { settingsOf } from '../plugins/queue/settings.ts'
import { startWorker, type TestWorker } from './queue-servers.ts'

/** Two workers of a queue, and what tests do to them. */
export interface QueueUnderTest {
  readonly executor: Executor
  readonly workers: readonly TestWorker[]
  under(): Promise<ExecutorUnderTest>
  /** Ends a worker without a word, one that runs something if there is one, and starts another in its place. */
  kill(): Promise<void>
  stop(): Promise<void>
}

/** How soon tests want a worker to be missed. */
const lockMs = 1000

/** Starts two workers at the queue of that address. */
export async function startQueue(url: string): Promise<QueueUnderTest> {
  const settings = { url, lockMs, connectMs: 30_000 }
  const start = (): Promise<TestWorker> => startWorker(settings)
  const workers = await Promise.all([start(), start()])
  const executor: Executor = { name: 'queue', open: (run) => openQueue(settingsOf(settings), run) }
  const busy = async (): Promise<TestWorker> => {
    await Promise.race(workers.map((worker) => worker.reached(1)))
    return workers.find((worker) => worker.running() > 0)!
  }

  async function kill(): Promise<void> {
    const victim = workers.find((worker) => worker.running() > 0) ?? workers[0]
    const place = workers.indexOf(victim)
    victim.process.kill('SIGKILL')
    workers[place] = await start()
  }

  const under: ExecutorUnderTest = {
    executor,
    async killWorker() {
      await busy()
      await kill()
    },
    async deliverAgain() {
      const sleeper = await busy()
      sleeper.process.kill('SIGSTOP')
      const other = workers.find((worker) => worker !== sleeper)!
      void other.reached(1).then(() => sleeper.process.kill('SIGCONT'))
    },
    close: async () => {},
  }
  return {
    executor,
    workers,
    under: async () => under,
    kill,
    async stop() {
      await Promise.all(workers.map((worker) => worker.stop()))
    },
  }
}
