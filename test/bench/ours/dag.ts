import { createDag } from '../dag.ts'
import { kindOf, nothing, runGroups } from './run-groups.ts'
import { say } from './say.ts'

/**
 * Runs operations that do nothing, a group for each node; twice in one process. What is loaded by a first run is loaded before:
 * the packages of the peers are too.
 */
const [claims, size] = process.argv.slice(2)
const { needs } = createDag(Number(size))
const groups = Array.from({ length: Number(size) }, (_, node) => ({
  name: `n${node}`,
  needs: needs(node).map((needed) => `n${needed}`),
  operations: [{ kind: 'idle', input: null, claims: nothing, deadlineMs: 60_000 }],
}))
const idle = kindOf('idle', () => null, { binding: claims === 'bound' })
await runGroups(groups.slice(0, 7), [idle])
const cpu = process.cpuUsage()
const first = await runGroups(groups, [idle])
const { user, system } = process.cpuUsage(cpu)
const again = await runGroups(groups, [idle])
say({
  cpuMs: (user + system) / 1_000,
  ms: first.ms,
  againMs: again.ms,
  operations: first.report.groups.length,
  events: first.events,
})
