import { kindOf, nothing, runGroups } from './run-groups.ts'
import { say } from './say.ts'

/** Runs plans one after the other in one process, and says what is held after each. Start it with --expose-gc. */
const [runs, size] = process.argv.slice(2).map(Number)
const idle = kindOf('idle', () => null)
const operations = Array.from({ length: size! }, () => ({ kind: 'idle', input: null, claims: nothing }))
const held: number[] = []
const since = performance.now()
for (let run = 0; run < runs!; run++) {
  await runGroups([{ name: 'idle', operations }], [idle])
  globalThis.gc!()
  held.push(process.memoryUsage().heapUsed / 2 ** 20)
}
say({ ms: performance.now() - since, held, operations: runs! * size! })
