import type { Redis } from 'ioredis'
import { type Blobs, keptSeconds } from './blobs.ts'
import { queueError, requirePackage } from './faults.ts'
import { type QueueSettings, shownUrl } from './settings.ts'

const longestPauseMs = 2000
const oldestVersion = [7, 0] as const

/** Connects in the time that the settings give, and refuses a Redis that would lose what it is given. */
export async function connectRedis(settings: QueueSettings): Promise<Redis> {
  const { connectMs } = settings
  const { Redis } = await requirePackage('ioredis', () => import('ioredis'))
  const redis = new Redis(settings.url, {
    lazyConnect: true,
    connectTimeout: connectMs,
    maxRetriesPerRequest: null,
    retryStrategy: (times) => Math.min(times * 100, longestPauseMs),
  })
  let last: unknown
  redis.on('error', (thrown) => (last = thrown))
  let timer: NodeJS.Timeout | undefined
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`nothing within ${connectMs} ms`)), connectMs)
  })
  try {
    await Promise.race([redis.connect().then(() => refuseUnsafe(redis, settings)), tooLate])
    return redis
  } catch (thrown) {
    redis.disconnect()
    if ((thrown as { code?: string }).code?.startsWith('queue/')) throw thrown
    throw unreachable(settings, last ?? thrown)
  } finally {
    clearTimeout(timer)
  }
}

/** The error for a queue that does not answer. */
export function unreachable({ url }: QueueSettings, thrown: unknown): Error {
  const why = thrown instanceof Error && thrown.message ? ` (${thrown.message.split('\n')[0]})` : ''
  return queueError(
    'unreachable',
    `The queue at ${shownUrl(url)} does not answer${why}.`,
    'Start it, set HEDDLE_QUEUE_URL to where it is, or run without --executor queue.',
  )
}

async function refuseUnsafe(redis: Redis, { allowVolatile }: QueueSettings): Promise<void> {
  const info = readInfo(await redis.info())
  const version = info['redis_version'] ?? '0'
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (major < oldestVersion[0] || (major === oldestVersion[0] && minor < oldestVersion[1]))
    throw unsafe(`it is version ${version}`, `Use Redis ${oldestVersion.join('.')} or later.`)
  const policy = info['maxmemory_policy'] ?? (await settingOf(redis, 'maxmemory-policy'))
  if (policy !== undefined && policy !== 'noeviction')
    throw unsafe(
      `its setting maxmemory-policy is "${policy}", so it may throw operations away`,
      'Set it: CONFIG SET maxmemory-policy noeviction',
    )
  if (allowVolatile || info['aof_enabled'] === '1') return
  const saves = await settingOf(redis, 'save')
  if (saves === undefined || saves.trim() !== '') return
  throw unsafe(
    'its settings appendonly is "no" and save is empty, so it forgets everything when it ends',
    'Set it: CONFIG SET appendonly yes; or say allowVolatile: true in the options of the plugin queue.',
  )
}

/** A managed Redis may not tell its settings. */
async function settingOf(redis: Redis, name: string): Promise<string | undefined> {
  const found = await redis.config('GET', name).catch(() => undefined)
  return found?.[1]
}

function readInfo(text: string): Record<string, string> {
  const pairs = text.split(/\r?\n/).flatMap((line) => {
    const colon = line.indexOf(':')
    return line.startsWith('#') || colon < 0 ? [] : [[line.slice(0, colon), line.slice(colon + 1)] as const]
  })
  return Object.fromEntries(pairs)
}

function unsafe(why: string, hint: string): Error {
  return queueError('unsafe-redis', `This Redis is not safe for a queue: ${why}.`, hint)
}

/** Blobs in the Redis of the queue; they expire after a day. */
export function redisBlobs(redis: Redis, prefix: string): Blobs {
  const key = (name: string): string => `${prefix}:blob:${name}`
  return {
    async put(digest, bytes) {
      await redis.set(key(digest), Buffer.from(bytes), 'EX', keptSeconds)
    },
    get: async (digest) => (await redis.getBuffer(key(digest))) ?? undefined,
    async mark(name, owner) {
      const before = await redis.set(key(`mark:${name}`), owner, 'EX', keptSeconds, 'NX', 'GET')
      return before ?? owner
    },
    close: async () => {},
  }
}
