import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createClock } from '../../core/base/clock.ts'
import { createWorkbench } from '../../core/run/workbench.ts'
import { memoryFiles } from '../../core/vfs/memory.ts'
import { openQueue } from '../../plugins/queue/executor.ts'
import { serveQueue } from '../../plugins/queue/serve.ts'
import { settingsOf } from '../../plugins/queue/settings.ts'
import type { Serving } from '../../core/run/executor.ts'
import { findProgram, startRedis, type TestServer } from '../queue-servers.ts'
import { comparePlan, describeDifference, type Ways } from './difference.ts'
import type { PlanDraft } from './plan-draft.ts'
import { draftPlan } from './plan-generator.ts'
import { executeDraft, expectPlan, kindsWith, type Ran, type RunSettings } from './plan-runner.ts'

// Law 1, by two workers. HEDDLE_SEED=number HEDDLE_QUEUE_PLANS=1 makes a difference again.
const plans = Number(process.env['HEDDLE_QUEUE_PLANS'] ?? 25)
const firstSeed = Number(process.env['HEDDLE_SEED'] ?? 1)
const missing = findProgram('redis-server') === undefined
if (missing && process.env['CI'] === 'true') throw new Error('redis-server is not installed')

void test('two workers', { skip: missing && 'redis-server is not installed' }, async (t) => {
  let server: TestServer
  let workers: Serving[] = []
  // Operations on the files outside the workspace stay where those are.
  const settings = () => settingsOf({ url: server.url, lanes: ['io'], connectMs: 30_000 })

  before(async () => {
    server = await startRedis(['--appendonly', 'yes', '--appendfsync', 'no'])
    // One that failed for the moment goes on where it stopped, wherever: they share what they know of that.
    const kinds = kindsWith({ pause: () => Promise.resolve(), outside: memoryFiles({}) })
    const bench = createWorkbench({ kindOf: (name) => kinds.get(name), folder: null })
    const names = ['one', 'two']
    workers = await Promise.all(
      names.map((name) => serveQueue(settings(), bench, { name, concurrency: 8, lanes: ['io'] })),
    )
  })
  after(async () => {
    await Promise.all(workers.map((worker) => worker.drain()))
    await server.stop()
  })

  async function runByWorkers(draft: PlanDraft, run: RunSettings): Promise<Ran> {
    const executor = await openQueue(settings(), {
      id: 'property',
      command: 'property',
      folder: null,
      tell: () => undefined,
    })
    try {
      return await executeDraft(draft, {
        settings: run,
        clock: createClock(),
        files: memoryFiles(draft.files),
        folder: null,
        longestMs: { wait: 2, other: 1 },
        executor,
      })
    } finally {
      await executor.close()
    }
  }

  await t.test(`${plans} random plans give what they give one by one`, async (t) => {
    const ways: Ways = { expect: expectPlan, run: runByWorkers }
    const by = new Map<string, number>()
    for (let seed = firstSeed; seed < firstSeed + plans; seed++) {
      const draft = draftPlan(seed)
      const run: RunSettings = { concurrency: [1, 2, 8, 64][seed % 4]!, schedule: seed }
      for await (const { differs, settings, events } of comparePlan(draft, ways, [run])) {
        if (differs) assert.fail(`seed ${seed} ${await describeDifference(draft, ways, settings)}`)
        for (const event of events) {
          if (event.type === 'operation-started' && event.worker !== undefined)
            by.set(event.worker, (by.get(event.worker) ?? 0) + 1)
        }
      }
    }
    t.diagnostic([...by].map(([name, count]) => `${name} began ${count}`).join(', '))
    assert.deepEqual([...by.keys()].toSorted(), ['one', 'two'])
  })
})
