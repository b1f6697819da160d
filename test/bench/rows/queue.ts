import { findProgram, startRedis } from '../../queue-servers.ts'
import type { Row } from '../context.ts'
import { compareSeries, type Line, skippedLine } from '../line.ts'
import { interleave, type Side } from '../rounds.ts'
import { ourProgram, takeSample } from '../sample.ts'
import type { QueueSide, Work } from '../queue-sides.ts'

/** What the queue costs, beside the engine that is in it and beside what cannot be had. */
export const queueRow: Row = {
  name: 'queue',
  times:
    'a run on the queue, from its plan to its report: 1000 operations that do nothing on one worker, by the operation; then 400 that wait for 250 ms on 4 and 8 workers of 4 at once.',
  async measure({ rounds }) {
    if (findProgram('redis-server') === undefined)
      return [skippedLine('queue', 'redis-server is not installed')]
    const server = await startRedis(['--appendonly', 'yes', '--appendfsync', 'everysec'])
    try {
      return [...(await overhead(server.url, rounds)), ...(await scaling(server.url, Math.min(rounds, 2)))]
    } finally {
      await server.stop()
    }
  },
}

async function overhead(url: string, rounds: number): Promise<Line[]> {
  const work = { count: 1000, waitMs: 0 }
  const sides = [
    sideOf('heddle', 'heddle', { url, work, workers: 1 }),
    sideOf('results', 'BullMQ, each result awaited', { url, work, workers: 1 }),
    sideOf('parent', 'BullMQ, the parent awaited', { url, work, workers: 1 }),
  ]
  const [ours, ...others] = [...(await interleave(sides, rounds)).values()]
  return others.map((other) =>
    compareSeries(ours!, other, { row: 'queue', kind: 'peer', unit: 'ms', goal: 1.5 }),
  )
}

async function scaling(url: string, rounds: number): Promise<Line[]> {
  const work = { count: 400, waitMs: 250 }
  const sides = [4, 8].map((workers) => sideOf('heddle', String(workers), { url, work, workers }))
  const found = await interleave(sides, rounds)
  return [...found.values()].map((ours) => {
    const ideal = (work.count * work.waitMs) / (4 * Number(ours.name))
    const theirs = { ...ours, name: `ideal, ${ours.name} workers`, values: ours.values.map(() => ideal) }
    return compareSeries(ours, theirs, { row: 'queue-scaling', kind: 'limit', unit: 'ms', goal: 1.15 })
  })
}

interface Setting {
  readonly url: string
  readonly work: Work
  readonly workers: number
}

function sideOf(side: QueueSide, name: string, { url, work, workers }: Setting): Side {
  const words = [side, url, work.count, work.waitMs, workers].map(String)
  return {
    name,
    take: () => takeSample([ourProgram('queue'), ...words]),
    figure: ({ ms }) => (work.waitMs === 0 ? ms / work.count : ms),
  }
}
