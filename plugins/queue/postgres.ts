import type { Pool } from 'pg'
import type { Blobs } from './blobs.ts'
import { keptSeconds } from './blobs.ts'
import { requirePackage } from './faults.ts'
import { unreachable } from './redis.ts'
import type { QueueSettings } from './settings.ts'

const connections = 8

/** Connects in the time that the settings give. */
export async function connectPostgres(settings: QueueSettings): Promise<Pool> {
  const { default: pg } = await requirePackage('pg', () => import('pg'))
  const pool = new pg.Pool({
    connectionString: settings.url,
    max: connections,
    connectionTimeoutMillis: settings.connectMs,
    keepAlive: true,
  })
  pool.on('error', () => undefined)
  try {
    await pool.query('select 1')
    return pool
  } catch (thrown) {
    await pool.end()
    throw unreachable(settings, thrown)
  }
}

/** Blobs in a table beside the queue; those older than a day are removed when others are put. */
export async function postgresBlobs(pool: Pool, prefix: string): Promise<Blobs> {
  const table = `"${prefix}_blobs"`
  // Two that make it at once meet in the catalogue.
  await pool
    .query(
      `create table if not exists ${table} (name text primary key, bytes bytea not null, at timestamptz not null default now())`,
    )
    .catch((thrown: { code?: string }) => {
      if (thrown.code !== '23505' && thrown.code !== '42P07') throw thrown
    })
  let puts = 0
  return {
    async put(digest, bytes) {
      await pool.query(
        `insert into ${table} (name, bytes) values ($1, $2) on conflict (name) do update set at = now()`,
        [digest, Buffer.from(bytes)],
      )
      if (puts++ % 1000 === 0)
        await pool.query(`delete from ${table} where at < now() - make_interval(secs => $1)`, [keptSeconds])
    },
    async get(digest) {
      const { rows } = await pool.query<{ bytes: Buffer }>(`select bytes from ${table} where name = $1`, [
        digest,
      ])
      return rows[0]?.bytes
    },
    async mark(name, owner) {
      const key = `mark:${name}`
      await pool.query(`insert into ${table} (name, bytes) values ($1, $2) on conflict (name) do nothing`, [
        key,
        Buffer.from(owner),
      ])
      const { rows } = await pool.query<{ bytes: Buffer }>(`select bytes from ${table} where name = $1`, [
        key,
      ])
      return rows[0]?.bytes.toString() ?? owner
    },
    close: async () => {},
  }
}
