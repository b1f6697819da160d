import assert from 'node:assert/strict'
import { existsSync, readdirSync } from 'node:fs'
import { test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { createClock } from '../../core/base/clock.ts'
import { execute } from '../../core/run/execute.ts'
import type { Operation, OperationKind } from '../../core/run/operation.ts'
import { createPlan } from '../../core/run/plan.ts'
import { memoryFiles } from '../../core/vfs/memory.ts'
import type { Path } from '../../core/vfs/path.ts'
import { createWorkspace } from '../../core/vfs/workspace.ts'

const operations = Number(process.env['HEDDLE_OPERATIONS'] ?? 20_000)
const perRun = 2_000

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

test(`after ${operations} operations, run after run, no descriptor, thread or memory has stayed (E7)`, async (t) => {
  const runs = Math.ceil(operations / perRun)
  // The first runs fill caches and let the compiler learn.
  for (let run = 0; run < 2; run++) await runOnce()
  const before = footprint()
  for (let run = 0; run < runs; run++) await runOnce()
  const after = footprint()
  const bytesEach = (after.heap - before.heap) / (runs * perRun)
  t.diagnostic(
    `${runs * perRun} operations: ${bytesEach.toFixed(1)} bytes of heap each, ${after.descriptors} descriptors`,
  )
  // What was open before the first run, the loader's own included, may be closed meanwhile.
  assert.ok(
    after.descriptors <= before.descriptors,
    `${after.descriptors} descriptors, ${before.descriptors} before`,
  )
  assert.ok(after.threads <= before.threads, `${after.threads} threads, ${before.threads} before`)
  assert.ok(bytesEach < 50, `${bytesEach} bytes stay for each operation`)
})

/** Operations of every way to run: known and unknown, that write, wait, fail and are tried again. */
const kinds: readonly OperationKind[] = [
  kindOf('known', true, () => undefined),
  kindOf('writes', false, ({ files }, { at }) => files.write(`d${at % 20}/f${at % 200}` as Path, String(at))),
  kindOf(
    'reads',
    false,
    async ({ files }, { at }) => (await files.stat(`d${at % 20}/f${at % 200}` as Path))?.size,
  ),
  kindOf('waits', false, () => new Promise((resolve) => setImmediate(resolve))),
  kindOf('fails', true, () => {
    throw new Error('as planned')
  }),
]

function kindOf(
  kind: string,
  binding: boolean,
  run: (context: Parameters<OperationKind['run']>[1], input: { at: number }) => unknown,
): OperationKind {
  return {
    kind,
    description: 'Made by a test',
    lane: 'io',
    effects: 'workspace',
    idempotent: true,
    ...(binding && { binding, claims: () => ({ reads: [], writes: [] }) }),
    input: (z) => z.object({ at: z.number() }),
    output: (z) => z.unknown(),
    run: (input, context) => run(context, input as { at: number }),
  }
}

async function runOnce(): Promise<void> {
  const known = new Map(kinds.map((kind) => [kind.kind, kind]))
  const all = Array.from({ length: perRun }, (_, at): Operation => ({
    kind: kinds[at % kinds.length]!.kind,
    input: { at },
  }))
  const plan = createPlan([{ name: 'g', operations: all }])
  assert.ok(plan.ok)
  const report = await execute(plan.value, {
    command: 'long',
    id: 'long',
    kinds: (kind) => known.get(kind),
    workspace: createWorkspace(memoryFiles()),
    folder: null,
    clock: createClock(),
    onEvent: () => undefined,
  })
  assert.equal(report.groups[0]!.operations.length, perRun)
}

function footprint(): { readonly heap: number; readonly descriptors: number; readonly threads: number } {
  collect()
  collect()
  const count = (folder: string): number => (existsSync(folder) ? readdirSync(folder).length : 0)
  return {
    heap: process.memoryUsage().heapUsed,
    descriptors: count('/proc/self/fd'),
    threads: count('/proc/self/task'),
  }
}
