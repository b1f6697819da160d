import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Redis } from 'ioredis'
import { contractWorkbench } from 'heddle/testing'
import { createClock } from '../../core/base/clock.ts'
import { contractKind } from '../../core/run/contract-kinds.ts'
import { execute } from '../../core/run/execute.ts'
import { createPlan } from '../../core/run/plan.ts'
import { memoryFiles } from '../../core/vfs/memory.ts'
import { createWorkspace } from '../../core/vfs/workspace.ts'
import { openQueue } from '../../plugins/queue/executor.ts'
import { serveQueue } from '../../plugins/queue/serve.ts'
import { settingsOf } from '../../plugins/queue/settings.ts'
import { findProgram, startRedis, waitFor } from '../queue-servers.ts'

const missing = findProgram('redis-server') === undefined
if (missing && process.env['CI'] === 'true') throw new Error('redis-server is not installed')

void test(
  'K1: a queue that has forgotten operations and the parent of their group is given them again',
  { skip: missing && 'redis-server is not installed' },
  async () => {
    const server = await startRedis()
    const settings = settingsOf({ url: server.url, connectMs: 30_000 })
    const redis = new Redis(server.url)
    const run = { id: 'forgotten', command: 'x', folder: null, tell: () => undefined }
    const operations = ['a', 'b', 'c'].map((name) => ({ kind: 'contract/step', name, input: {} }))
    const plan = createPlan([{ name: 'all', operations }])
    assert.ok(plan.ok)
    const executor = await openQueue(settings, run)
    const running = execute(plan.value, {
      ...run,
      kinds: contractKind,
      workspace: createWorkspace(memoryFiles({})),
      clock: createClock(),
      executor,
    })
    await waitFor(async () => ((await redis.llen('bull:heddle-io:wait')) === 3 ? true : undefined))
    await redis.flushall()
    const serving = await serveQueue(settings, contractWorkbench(), { concurrency: 2 })
    try {
      const { status, groups } = await running
      assert.equal(status, 'passed')
      assert.deepEqual(
        groups[0]!.operations.map((operation) => operation.status),
        ['done', 'done', 'done'],
      )
    } finally {
      await serving.drain()
      await executor.close()
      redis.disconnect()
      await server.stop()
    }
  },
)
