import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { HeddleError } from 'heddle'
import { contractWorkbench } from 'heddle/testing'
import { createClock } from '../../core/base/clock.ts'
import { contractKind } from '../../core/run/contract-kinds.ts'
import { execute } from '../../core/run/execute.ts'
import type { Executor, ServeEvent, Serving } from '../../core/run/executor.ts'
import { createPlan } from '../../core/run/plan.ts'
import { memoryFiles } from '../../core/vfs/memory.ts'
import { createWorkspace } from '../../core/vfs/workspace.ts'
import { openEngine } from '../../plugins/queue/engine.ts'
import { openQueue } from '../../plugins/queue/executor.ts'
import { serveQueue } from '../../plugins/queue/serve.ts'
import { settingsOf } from '../../plugins/queue/settings.ts'
import { findProgram, freePort, startRedis, type TestServer, waitFor } from '../queue-servers.ts'
import { startQueue } from '../queue-under-test.ts'
import { killInTheMiddle } from './queue-kills.ts'

const isSoak = process.env['HEDDLE_SOAK'] === '1'
const missing = findProgram('redis-server') === undefined
if (missing && process.env['CI'] === 'true') throw new Error('redis-server is not installed')
const skip = missing && 'redis-server is not installed'

async function codeOf(
  work: Promise<unknown>,
): Promise<{ code: string; message: string; hint: string; ms: number }> {
  const startedAt = performance.now()
  try {
    await work
  } catch (thrown) {
    assert.ok(thrown instanceof HeddleError, String(thrown))
    const { code, message, hint = '' } = thrown.diagnostic
    return { code, message, hint, ms: performance.now() - startedAt }
  }
  return assert.fail('it was not refused')
}

void test(
  'K1: a queue that dies in the middle loses nothing, and no effect comes about twice',
  { skip },
  async (t) => {
    const kills = isSoak ? 50 : 3
    const server = await startRedis()
    const queue = await startQueue(server.url)
    try {
      const { executor } = queue
      const figures = await killInTheMiddle({ executor, kills, kill: () => server.crash() })
      t.diagnostic(JSON.stringify(figures))
      assert.deepEqual([figures.kills, figures.lost, figures.twice], [kills, 0, 0])
    } finally {
      await queue.stop()
      await server.stop()
    }
  },
)

void test(
  'K2: a worker that dies in the middle loses nothing, and no effect comes about twice',
  { skip },
  async (t) => {
    const kills = isSoak ? 100 : 3
    const server = await startRedis()
    const queue = await startQueue(server.url)
    try {
      const { executor, kill } = queue
      const figures = await killInTheMiddle({ executor, kills, kill })
      t.diagnostic(JSON.stringify(figures))
      assert.deepEqual([figures.kills, figures.lost, figures.twice], [kills, 0, 0])
    } finally {
      await queue.stop()
      await server.stop()
    }
  },
)

// K3 is a case of the executor contract: a worker that is stopped past its lock, another that takes over, one result.

void test(
  'K4: a Redis that may lose operations is refused, with the setting that is wrong',
  { skip },
  async (t) => {
    const cases = [
      { settings: ['--appendonly', 'yes', '--maxmemory-policy', 'allkeys-lru'], names: 'maxmemory-policy' },
      { settings: ['--appendonly', 'no'], names: 'appendonly' },
    ]
    for (const { settings, names } of cases) {
      await t.test(settings.join(' '), async () => {
        const server = await startRedis(settings)
        try {
          const { code, message, hint } = await codeOf(
            openEngine(settingsOf({ url: server.url, connectMs: 30_000 })),
          )
          assert.equal(code, 'queue/unsafe-redis')
          assert.match(message, new RegExp(names))
          assert.match(hint, new RegExp(`CONFIG SET ${names}`))
        } finally {
          await server.stop()
        }
      })
    }

    await t.test('one that forgets is taken when that is allowed, one that evicts is not', async () => {
      const server = await startRedis(['--appendonly', 'no'])
      try {
        const settings = settingsOf({ url: server.url, allowVolatile: true, connectMs: 30_000 })
        await (await openEngine(settings)).close()
      } finally {
        await server.stop()
      }
    })

    await t.test('an old version is refused', async () => {
      const { server, url } = await pretendRedis(
        'redis_version:6.2.14\r\nmaxmemory_policy:noeviction\r\naof_enabled:1\r\n',
      )
      const { code, message } = await codeOf(openEngine(settingsOf({ url })))
      server.close()
      assert.equal(code, 'queue/unsafe-redis')
      assert.match(message, /version 6\.2\.14/)
    })
  },
)

/** Says what it is, and nothing else. */
async function pretendRedis(info: string): Promise<{ server: Server; url: string }> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.on('data', (data) => {
      for (const [, command] of data.toString().matchAll(/\*\d+\r\n\$\d+\r\n(\w+)/g)) {
        const name = command!.toLowerCase()
        if (name === 'info') socket.write(`$${Buffer.byteLength(info)}\r\n${info}\r\n`)
        else socket.write(name === 'hello' ? "-ERR unknown command 'hello'\r\n" : '+OK\r\n')
      }
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { server, url: `redis://127.0.0.1:${(server.address() as { port: number }).port}` }
}

void test('K5: what a job says is data', { skip }, async (t) => {
  let server: TestServer
  let serving: Serving
  const events: ServeEvent[] = []
  before(async () => {
    server = await startRedis()
    serving = await serveQueue(settingsOf({ url: server.url, connectMs: 30_000 }), contractWorkbench(), {
      concurrency: 2,
      onEvent: (event) => void events.push(event),
    })
  })
  after(async () => {
    await serving.drain()
    await server.stop()
  })

  const good = {
    v: 1,
    from: 'run-nobody',
    run: 'r',
    group: 'g',
    operation: 'o',
    kind: 'contract/step',
    input: { text: '{}' },
    claims: {},
    attempt: 1,
    key: 'r/g/o',
    deadlineMs: 1000,
    once: false,
    checkout: null,
  }
  const hostile: Record<string, unknown> = {
    'no object': 'rm -rf /',
    'nothing of what it should be': {},
    'a field too many': { ...good, code: 'process.exit()' },
    'a path in place of a kind': { ...good, kind: { path: '/tmp/evil.js' } },
    'claims that are too many': { ...good, claims: { reads: Array.from({ length: 5000 }, () => 'a') } },
    'a name of a megabyte': { ...good, operation: 'x'.repeat(1_000_000) },
    'a key of prototypes': JSON.parse('{"__proto__": {"v": 1}, "constructor": {"prototype": {"x": 1}}}'),
    'content by a name that is a path': { ...good, input: { blob: '../../etc/passwd' } },
    'another version': { ...good, v: 2 },
    'a deadline that is none': { ...good, deadlineMs: -1 },
  }
  for (const [what, data] of Object.entries(hostile)) {
    await t.test(`${what} is refused, and nothing is begun`, async () => {
      const id = `hostile-${Object.keys(hostile).indexOf(what)}`
      const wanted =
        typeof data === 'object'
          ? { ...(data as object), ...(Object.hasOwn(data as object, 'v') && { call: id }) }
          : data
      const engine = await openEngine(settingsOf({ url: server.url, connectMs: 30_000 }))
      try {
        const queue = engine.queue(engine.laneQueue('io'))
        await queue.add('x', wanted, { jobId: id })
        const job = await waitFor(async () => {
          const found = await queue.getJob(id)
          return found?.finishedOn === undefined ? undefined : found
        })
        assert.match(job.failedReason, /is not what it should be/)
        assert.ok(!events.some(({ type }) => type === 'began'))
        assert.equal(({} as { x?: unknown }).x, undefined)
      } finally {
        await engine.close()
      }
    })
  }

  await t.test('a kind that no plugin of the worker gives is named, and is not looked for', async () => {
    const id = 'unknown-kind'
    const engine = await openEngine(settingsOf({ url: server.url, connectMs: 30_000 }))
    try {
      const queue = engine.queue(engine.laneQueue('io'))
      await queue.add('x', { ...good, call: id, kind: './evil.ts' }, { jobId: id })
      const job = await waitFor(async () => {
        const found = await queue.getJob(id)
        return found?.finishedOn === undefined ? undefined : found
      })
      assert.match(JSON.stringify(job.returnvalue), /KIND_UNKNOWN/)
    } finally {
      await engine.close()
    }
  })
})

void test('K6: a queue that is not there is told within two seconds', async (t) => {
  const port = await freePort()
  for (const url of [`redis://127.0.0.1:${port}`, `postgres://nobody@127.0.0.1:${port}/x`]) {
    await t.test(new URL(url).protocol, async (t) => {
      await Promise.all([import('bullmq'), import('ioredis'), import('pg')])
      const { code, hint, ms } = await codeOf(openEngine(settingsOf({ url })))
      assert.equal(code, 'queue/unreachable')
      assert.match(hint, /without --executor queue/)
      t.diagnostic(`${Math.round(ms)} ms`)
    })
  }

  await t.test('one that takes the connection and says nothing', async (t) => {
    const silent = createServer(() => undefined).listen(0, '127.0.0.1')
    await once(silent, 'listening')
    const { port } = silent.address() as { port: number }
    const { code, ms } = await codeOf(openEngine(settingsOf({ url: `redis://127.0.0.1:${port}` })))
    silent.close()
    assert.equal(code, 'queue/unreachable')
    t.diagnostic(`${Math.round(ms)} ms`)
  })
})

void test(
  'K6: a queue that is lost in the middle is told, waited for, and gone on with',
  { skip },
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'heddle-lost-'))
    const server = await startRedis()
    const queue = await startQueue(server.url)
    try {
      const told: string[] = []
      const executor: Executor = {
        name: 'queue',
        open: (run) => openQueue(settingsOf({ url: server.url, lockMs: 1000, connectMs: 30_000 }), run),
      }
      const plan = createPlan([
        {
          name: 'one',
          operations: [
            {
              kind: 'contract/step',
              name: 'waits',
              input: { note: join(folder, 'note'), until: join(folder, 'go') },
            },
          ],
        },
        {
          name: 'two',
          needs: ['one'],
          operations: [{ kind: 'contract/step', name: 'reads', input: { read: 'a' } }],
        },
      ])
      assert.ok(plan.ok)
      const opened = await executor.open({
        id: 'lost',
        command: 'x',
        folder: null,
        tell: ({ code }) => void told.push(code),
      })
      const running = execute(plan.value, {
        command: 'x',
        id: 'lost',
        kinds: contractKind,
        workspace: createWorkspace(memoryFiles({ a: 'text' })),
        folder: null,
        clock: createClock(),
        executor: opened,
      })
      await Promise.race(queue.workers.map((worker) => worker.reached(1)))
      await server.crash()
      await waitFor(async () => told.includes('queue/connection-back') || undefined)
      const { writeFileSync } = await import('node:fs')
      writeFileSync(join(folder, 'go'), '')
      const report = await running
      await opened.close()
      assert.equal(report.status, 'passed')
      assert.deepEqual([...new Set(told)], ['queue/connection-lost', 'queue/connection-back'])
    } finally {
      await queue.stop()
      await server.stop()
      rmSync(folder, { recursive: true, force: true })
    }
  },
)
