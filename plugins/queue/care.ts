import type { QueueCare, QueueStatus, WorkerHealth } from 'heddle'
import { randomBytes } from 'node:crypto'
import { type Job, openEngine } from './engine.ts'
import { allLanes, type QueueSettings } from './settings.ts'

/** For `heddle queue`. */
export async function careForQueue(settings: QueueSettings): Promise<QueueCare> {
  const engine = await openEngine(settings)
  const lanes = allLanes.map((lane) => ({ lane, queue: engine.queue(engine.laneQueue(lane)) }))

  async function workersNow(): Promise<readonly WorkerHealth[]> {
    const relay = engine.relay(`care-${randomBytes(6).toString('hex')}`, 'heddle queue')
    const all = await relay.getRetained()
    return all
      .filter(({ topic }) => topic.startsWith('health.'))
      .map(({ data }) =>
        typeof data === 'string' ? (JSON.parse(data) as WorkerHealth) : (data as WorkerHealth),
      )
      .toSorted((a, b) => (a.worker < b.worker ? -1 : 1))
  }

  return {
    async status(): Promise<QueueStatus> {
      const workers = await workersNow()
      const found = await Promise.all(
        lanes.map(async ({ lane, queue }) => {
          const counts = await queue.getJobCounts('wait', 'active', 'failed', 'completed', 'delayed')
          return {
            lane,
            waiting: (counts['wait'] ?? 0) + (counts['delayed'] ?? 0),
            active: counts['active'] ?? 0,
            failed: counts['failed'] ?? 0,
            done: counts['completed'] ?? 0,
            workers: workers.filter((worker) => worker.lanes.includes(lane)).length,
          }
        }),
      )
      return { lanes: found, workers }
    },
    async drain() {
      let removed = 0
      for (const { queue } of lanes) {
        const waiting = await queue.getJobCountByTypes('wait', 'delayed')
        await queue.drain(true)
        removed += waiting
      }
      // Parents and seals of groups whose operations are gone wait for nothing.
      await engine.queue(engine.sealQueue).drain(true)
      return removed
    },
    async retry() {
      let again = 0
      for (const { queue } of lanes) {
        const failed = (await queue.getFailed(0, mostRetried - 1)) as Job[]
        await Promise.all(failed.map((job) => job.retry('failed')))
        again += failed.length
      }
      return again
    },
    close: () => engine.close(),
  }
}

const mostRetried = 10_000
