import type { Lane, Schema } from 'heddle'

/** Where the queue is and how it is used. Every key may be left out. */
export interface QueueOptions {
  /** `redis://…`, `rediss://…` or `postgres://…`; HEDDLE_QUEUE_URL when left out, then Redis on this machine. */
  readonly url?: string | undefined
  /** What the names of all queues begin with; `heddle` when left out. */
  readonly prefix?: string | undefined
  /** Lanes whose operations go to workers; operations of the others run where the run is. All when left out. */
  readonly lanes?: readonly Lane[] | undefined
  /** Operations of one run that wait or run at once in each lane; 256 when left out. */
  readonly atOnce?: number | undefined
  /**
   * Where content goes that is too large for a message: `queue` for the database of the queue (when left out), an absolute folder that all
   * machines share, or `s3` with `s3`.
   */
  readonly blobs?: string | undefined
  readonly s3?: S3Place | undefined
  /** Milliseconds that a worker may be silent before another takes over; 10 000 when left out. */
  readonly lockMs?: number | undefined
  /** Milliseconds that the queue may take to answer at the start; 1500 when left out, 10 000 for workers. */
  readonly connectMs?: number | undefined
  /** True also uses a Redis that loses what it holds when it ends. */
  readonly allowVolatile?: boolean | undefined
}

/** A bucket of anything that speaks the S3 protocol; keys come from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY. */
export interface S3Place {
  /** `https://host/bucket` or `https://bucket.host`, with a folder if need be. */
  readonly url: string
  readonly region?: string | undefined
}

/** The same with every default. */
export interface QueueSettings {
  readonly url: string
  readonly prefix: string
  readonly lanes: readonly Lane[]
  readonly atOnce: number
  readonly blobs: string
  readonly s3: S3Place | undefined
  readonly lockMs: number
  readonly connectMs: number
  readonly allowVolatile: boolean
}

/** Every lane. */
export const allLanes: readonly Lane[] = ['io', 'process', 'network', 'agent']

export const queueOptions: Schema<QueueOptions> = (z) =>
  z.strictObject({
    url: z
      .string()
      .regex(/^(?:rediss?|postgres(?:ql)?):\/\//, 'Expected redis://, rediss:// or postgres://')
      .optional(),
    prefix: z
      .string()
      .regex(/^[A-Za-z][\w-]{0,30}$/, 'Expected a word of letters, digits, - and _')
      .optional(),
    lanes: z.array(z.enum(['io', 'process', 'network', 'agent'])).optional(),
    atOnce: z.number().int().min(1).max(100_000).optional(),
    blobs: z
      .string()
      .regex(/^(?:queue|s3|\/.+)$/, 'Expected "queue", "s3" or an absolute folder')
      .optional(),
    s3: z.strictObject({ url: z.url(), region: z.string().optional() }).optional(),
    lockMs: z.number().int().min(500).optional(),
    connectMs: z.number().int().min(1).optional(),
    allowVolatile: z.boolean().optional(),
  })

/** What was given, with the defaults. */
export function settingsOf(given: QueueOptions): QueueSettings {
  return {
    url: given.url ?? process.env['HEDDLE_QUEUE_URL'] ?? 'redis://127.0.0.1:6379',
    prefix: given.prefix ?? 'heddle',
    lanes: given.lanes ?? allLanes,
    atOnce: given.atOnce ?? 256,
    blobs: given.blobs ?? 'queue',
    s3: given.s3,
    lockMs: given.lockMs ?? 10_000,
    connectMs: given.connectMs ?? 1500,
    allowVolatile: given.allowVolatile ?? false,
  }
}

/** The place of the queue, without what is secret. */
export function shownUrl(url: string): string {
  try {
    const { protocol, host, pathname } = new URL(url)
    return `${protocol}//${host}${pathname}`
  } catch {
    return 'an address that cannot be read'
  }
}
