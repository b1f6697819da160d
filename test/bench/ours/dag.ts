import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClock } from '../../../core/base/clock.ts'
import { beginRun, createRunId } from '../../../core/run/open-run.ts'
import { createDag } from '../dag.ts'
import { kindOf, nothing, runGroups } from './run-groups.ts'
import { say } from './say.ts'

/**
 * Runs operations that do nothing, a group for each node; twice in one process. What is loaded by a first run is loaded before:
 * the packages of the peers are too.
 */
const [mode, size] = process.argv.slice(2)
const { needs } = createDag(Number(size))
const groups = Array.from({ length: Number(size) }, (_, node) => ({
  name: `n${node}`,
  needs: needs(node).map((needed) => `n${needed}`),
  operations: [{ kind: 'idle', input: null, claims: nothing, deadlineMs: 60_000 }],
}))
const idle = kindOf('idle', () => null, { binding: mode !== 'hints' })
const state = mode === 'journal' ? mkdtempSync(join(tmpdir(), 'heddle-journal-')) : undefined

/** With a journal, what is measured ends when everything is safe on the disk. */
async function run(all: typeof groups): ReturnType<typeof runGroups> {
  if (state === undefined) return runGroups(all, [idle])
  const request = { command: 'bench', given: { positional: [], named: {} }, commit: 'never' } as const
  const id = createRunId()
  const since = performance.now()
  const { journal } = await beginRun(id, request, { state, clock: createClock() })
  const ran = await runGroups(all, [idle], { id, memory: journal })
  await journal.finish(ran.report, false)
  return { ...ran, ms: performance.now() - since }
}

await run(groups.slice(0, 7))
const cpu = process.cpuUsage()
const first = await run(groups)
const { user, system } = process.cpuUsage(cpu)
const again = await run(groups)
say({
  cpuMs: (user + system) / 1_000,
  ms: first.ms,
  againMs: again.ms,
  operations: first.report.groups.length,
  events: first.events,
})
if (state !== undefined) rmSync(state, { recursive: true, force: true })
