import type * as BullMQ from 'bullmq'
import type { FlowProducer, Queue, Relay, Worker } from 'bullmq'
import type { Lane } from 'heddle'
import { createStore, folderBlobs, type Blobs, type Store } from './blobs.ts'
import { requirePackage } from './faults.ts'
import { connectPostgres, postgresBlobs } from './postgres.ts'
import { connectRedis, redisBlobs } from './redis.ts'
import { s3Blobs } from './s3.ts'
import type { QueueSettings } from './settings.ts'

export type { FlowJob, Job, Worker } from 'bullmq'

/** A job, as far as a worker needs it. */
export interface TakenJob {
  readonly id?: string | undefined
  readonly data: unknown
}

export interface WorkerSettings {
  readonly concurrency: number
  readonly name: string
  readonly lockMs: number
}

/** BullMQ, over Redis or PostgreSQL. What is made here is closed with it. */
export interface Engine {
  readonly store: Store
  /** Names of queues. */
  laneQueue(lane: Lane): string
  readonly groupQueue: string
  readonly sealQueue: string
  queue(name: string): Queue
  flows(): FlowProducer
  worker(name: string, take: (job: TakenJob) => Promise<unknown>, settings: WorkerSettings): Worker
  relay(node: string, name: string): Relay
  /** Told when the connection is lost, and when it is back. */
  onTrouble(lost: () => void, back: () => void): void
  close(): Promise<void>
}

/** How long finished jobs are kept, for whoever looks, and for a run that missed how they ended. */
const kept = { age: 3600, count: 20_000 }

/** More often than any job may lose its worker. */
const mostTakeovers = 1000

/** Connects in the time that the settings give, or rejects with what to do. */
export async function openEngine(settings: QueueSettings): Promise<Engine> {
  const bullmq = await requirePackage('bullmq', () => import('bullmq'))
  const isPostgres = settings.url.startsWith('postgres')
  const place = isPostgres ? await overPostgres(settings, bullmq) : await overRedis(settings)
  const { prefix } = settings
  const open: { close(): Promise<unknown> }[] = []
  const track = <T extends { close(): Promise<unknown>; on(event: 'error', listener: () => void): unknown }>(
    made: T,
  ): T => {
    // Lost connections are told by the connection itself.
    made.on('error', () => undefined)
    open.push(made)
    return made
  }
  const queues = new Map<string, Queue>()
  const store = createStore(await blobsFor(settings, place.blobs))
  const { backend, connection } = place
  const base = { connection: connection as never, skipVersionCheck: true }
  return {
    store,
    laneQueue: (lane) => `${prefix}-${lane}`,
    groupQueue: `${prefix}-groups`,
    sealQueue: `${prefix}-seals`,
    queue(name) {
      const known = queues.get(name)
      if (known) return known
      const made = track(new bullmq.Queue(name, base, backend as never))
      queues.set(name, made)
      return made
    },
    flows: () => track(new bullmq.FlowProducer(base, backend as never)),
    worker: (name, take, { concurrency, name: worker, lockMs }) =>
      track(
        new bullmq.Worker(
          name,
          (job) => take(job),
          {
            ...base,
            concurrency,
            name: worker,
            lockDuration: lockMs,
            stalledInterval: Math.ceil(lockMs / 2),
            maxStalledCount: mostTakeovers,
            removeOnComplete: kept,
            removeOnFail: { ...kept, age: 24 * kept.age },
          },
          backend as never,
        ),
      ),
    relay: (node, name) =>
      track(
        new bullmq.Relay({
          connection: connection as never,
          namespace: prefix,
          nodeId: node,
          name,
          ...(place.relayBackend === undefined ? {} : { backend: place.relayBackend as never }),
        }),
      ),
    onTrouble: place.onTrouble,
    async close() {
      // A connection that is lost would be waited for.
      await Promise.race([Promise.allSettled(open.map((each) => each.close())), later(closeMs)])
      await store.close()
      await place.close()
    },
  }
}

const closeMs = 3000

/** Settles after so long; keeps no process from ending. */
export function later(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref())
}

interface Connected {
  readonly connection: unknown
  /** Left out for Redis, which is what BullMQ takes by itself. */
  readonly backend: unknown
  readonly relayBackend: unknown
  blobs(): Promise<Blobs>
  onTrouble(lost: () => void, back: () => void): void
  close(): Promise<void>
}

async function overRedis(settings: QueueSettings): Promise<Connected> {
  const redis = await connectRedis(settings)
  return {
    connection: redis,
    backend: undefined,
    relayBackend: undefined,
    blobs: async () => redisBlobs(redis, settings.prefix),
    onTrouble(lost, back) {
      redis.on('close', lost)
      redis.on('ready', back)
    },
    async close() {
      redis.disconnect()
    },
  }
}

async function overPostgres(settings: QueueSettings, bullmq: typeof BullMQ): Promise<Connected> {
  const pool = await connectPostgres(settings)
  const client = await pool.connect()
  try {
    await bullmq.runMigrations(client)
  } finally {
    client.release()
  }
  return {
    connection: { connectionString: settings.url, keepAlive: true, max: 4 },
    backend: bullmq.createPostgresBackend,
    relayBackend: bullmq.createPostgresRelayBackend,
    blobs: () => postgresBlobs(pool, settings.prefix),
    onTrouble(lost, back) {
      watchPool(pool, lost, back)
    },
    close: () => pool.end(),
  }
}

/** A pool tells of a lost connection, and of one that it has made anew. */
function watchPool(
  pool: { on(event: 'error' | 'connect', listener: () => void): unknown },
  lost: () => void,
  back: () => void,
): void {
  let isLost = false
  pool.on('error', () => {
    if (!isLost) lost()
    isLost = true
  })
  pool.on('connect', () => {
    if (isLost) back()
    isLost = false
  })
}

async function blobsFor(settings: QueueSettings, own: () => Promise<Blobs>): Promise<Blobs> {
  if (settings.blobs === 'queue') return own()
  if (settings.blobs !== 's3') return folderBlobs(settings.blobs)
  return s3Blobs(settings.s3 ?? { url: process.env['HEDDLE_S3_URL'] ?? '' })
}
