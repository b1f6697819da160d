import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { type AppliedPlugin, defineGroup, defineOperation, definePlugin } from 'heddle'
import { memoryFiles } from 'heddle/files'
import { openEditions } from 'heddle/server'

const swaps = Number(process.env['HEDDLE_SWAPS'] ?? 1_000)
const workers = 4

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** Every part of it knows its generation; the framework that has it must never be asked by a run of another. */
function generation(number: number, counts: { applied: number; disposed: number }): AppliedPlugin {
  const kind = defineOperation({
    kind: 'tell',
    description: 'Tells its generation.',
    lane: 'io',
    effects: 'none',
    idempotent: true,
    input: (z) => z.object({ planned: z.number() }),
    output: (z) => z.object({ planned: z.number(), ran: z.number() }),
    async run({ planned }) {
      await new Promise((resolve) => setImmediate(resolve))
      return { planned, ran: number }
    },
  })
  return definePlugin({
    name: 'generation',
    apply(hooks) {
      counts.applied++
      hooks.operation.for('tell').tap('generation', () => kind as never)
      hooks.plan.for('p').tap('generation', () => [
        defineGroup({
          name: 'all',
          operations: Array.from({ length: 5 }, (_, at) => ({
            kind: 'tell',
            name: `tell-${at}`,
            input: { planned: number },
          })),
        }),
      ])
      return () => void counts.disposed++
    },
  })()
}

test(`${swaps} generations of plugins take each other's place under load: no operation is lost, and the heap stays flat`, async (t) => {
  const counts = { applied: 0, disposed: 0 }
  const files = memoryFiles({
    '.claude/commands/go.md': '---\npattern: p\n---\n# Go\n',
    '.claude/modules/a.md': '# A\n',
  })
  const editions = await openEditions({
    files,
    config: false,
    builtIn: false,
    plugins: [generation(0, counts)],
  })
  const ended = { runs: 0, operations: 0, generations: new Set<number>() }
  const over = new AbortController()

  async function work(): Promise<void> {
    while (!over.signal.aborted) {
      const report = await editions.hold((framework) => framework.run('go'))
      const told = report.groups.flatMap(({ operations }) =>
        operations.map(({ output }) => output as { planned: number; ran: number }),
      )
      assert.equal(report.status, 'passed', JSON.stringify(report.diagnostics))
      assert.equal(told.length, 5)
      const [first] = told
      for (const { planned, ran } of told) assert.deepEqual([planned, ran], [first!.planned, first!.planned])
      ended.runs++
      ended.operations += told.length
      ended.generations.add(first!.planned)
    }
  }

  async function swap(from: number, count: number): Promise<void> {
    for (let number = from; number < from + count; number++) {
      const { runs } = ended
      await editions.replace({ plugins: [generation(number, counts)] })
      // Each generation is in its place until somebody has run on it.
      if (number % 10 === 0)
        while (ended.runs < runs + workers) await new Promise((resolve) => setImmediate(resolve))
    }
  }

  const heap = async (): Promise<number> => {
    for (let time = 0; time < 3; time++) {
      await new Promise((resolve) => setImmediate(resolve))
      collect()
    }
    return process.memoryUsage().heapUsed
  }

  const working = Array.from({ length: workers }, work)
  const warmUp = Math.ceil(swaps / 5)
  await swap(1, warmUp)
  const before = await heap()
  await swap(1 + warmUp, swaps - warmUp)
  const after = await heap()
  over.abort()
  await Promise.all(working)
  await editions.close()
  const each = (after - before) / (swaps - warmUp)
  t.diagnostic(
    `${swaps} swaps, ${ended.runs} runs on ${ended.generations.size} generations, ${ended.operations} operations; ${each.toFixed(0)} bytes of heap for each swap (${(after / 1e6).toFixed(1)} MB in the end)`,
  )
  assert.deepEqual(counts, { applied: swaps + 1, disposed: swaps + 1 })
  assert.ok(ended.generations.size > swaps / 20, `${ended.generations.size} generations were used`)
  assert.ok(each < 3_000, `${each} bytes stay for each swap`)
})
