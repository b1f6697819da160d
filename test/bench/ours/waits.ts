import { kindOf, nothing, runGroups } from './run-groups.ts'
import { say } from './say.ts'

/** Waits that do nothing else, so many at once; the second time in a process. */
const [count, waitMs, concurrency] = process.argv.slice(2).map(Number)
const wait = kindOf('wait', () => new Promise((resolve) => setTimeout(resolve, waitMs)))
const operations = Array.from({ length: count! }, () => ({ kind: 'wait', input: null, claims: nothing }))
const run = () => runGroups([{ name: 'waits', operations }], [wait], { concurrency: { io: concurrency! } })
await run()
const { ms } = await run()
say({ ms, operations: operations.length })
