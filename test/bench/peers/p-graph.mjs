// One node of a p-graph for each operation that does nothing: no deadlines, no retries, no events. Twice in one process.
import { PGraph } from 'p-graph'
import { createDag } from './dag.mjs'
import { peakMemory } from './peak.mjs'

const size = Number(process.argv[2])
const { needs } = createDag(size)

async function run(size) {
  let operations = 0
  const since = performance.now()
  const nodes = new Map()
  const dependencies = []
  for (let node = 0; node < size; node++) {
    nodes.set(`n${node}`, { run: () => void operations++ })
    for (const needed of needs(node)) dependencies.push([`n${needed}`, `n${node}`])
  }
  await new PGraph(nodes, dependencies).run({ concurrency: 16 })
  return { ms: performance.now() - since, operations }
}

await run(7)
const cpu = process.cpuUsage()
const first = await run(size)
const { user, system } = process.cpuUsage(cpu)
const again = await run(size)
console.log(
  JSON.stringify({
    cpuMs: (user + system) / 1_000,
    ms: first.ms,
    againMs: again.ms,
    operations: first.operations,
    rss: peakMemory(),
  }),
)
