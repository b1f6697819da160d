import { kindOf, nothing, runGroups } from './run-groups.ts'
import { say } from './say.ts'

/** One workload under a fixed limit for every lane, or under those that the executor chooses. */
const [workload, limit] = process.argv.slice(2)

let inFlight = 0
let finished = 0

/** Gets slower for all when too much is asked at once: beyond ten, throughput falls. */
async function collapse(): Promise<void> {
  inFlight++
  await sleep(10 * Math.max(1, inFlight / 10) ** 2)
  inFlight--
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

function spin(ms: number): void {
  for (const end = performance.now() + ms; performance.now() < end;);
}

const kinds = [
  kindOf('wait', () => sleep(20), { lane: 'network' }),
  kindOf('spin', () => spin(1), { lane: 'io' }),
  kindOf('collapse', collapse, { lane: 'network' }),
  kindOf('command', (_, { spawn }) => spawn({ program: 'sleep', arguments: ['0.02'], cwd: '.' }), {
    lane: 'process',
    effects: 'external',
  }),
]
const workloads: Readonly<Record<string, readonly string[]>> = {
  waits: Array.from({ length: 300 }, () => 'wait'),
  collapses: Array.from({ length: 300 }, () => 'collapse'),
  processes: Array.from({ length: 40 }, () => 'command'),
  mixed: Array.from(
    { length: 240 },
    (_, index) => ['wait', 'spin', 'wait', 'spin', 'collapse', 'command'][index % 6]!,
  ),
}
const operations = workloads[workload!]!.map((kind) => ({ kind, input: null, claims: nothing }))
const fixed = Number(limit)
const { ms } = await runGroups([{ name: 'work', operations }], kinds, {
  folder: process.cwd(),
  onEvent: (event) => void (finished += event.type === 'operation-settled' ? 1 : 0),
  ...(limit !== 'chosen' && { concurrency: { io: fixed, process: fixed, network: fixed, agent: fixed } }),
})
say({ ms, operations: finished })
