import { readFileSync, writeFileSync } from 'node:fs'
import { createFramework, type Framework } from '../../../core/index.ts'
import type { WatchTask } from '../rows/watch.ts'
import { say } from './say.ts'
import '../../../plugins/index.ts'

/** A framework that watches: each change of a file is followed by a generation with its graph and diagnostics. */
interface Watching {
  /** Resolves when graph and diagnostics of the next generation are there. */
  generation(): Promise<void>
  close(): Promise<void>
}

/** A generation that comes so late is a fault, not a figure. */
const patienceMs = 10_000

async function openWatching(framework: Framework): Promise<Watching> {
  let arrived = (): void => {}
  const watched = await framework.watch(() => arrived())
  await framework.graph()
  return {
    async generation() {
      await new Promise<void>((resolve, reject) => {
        const limit = setTimeout(
          () => reject(new Error(`No generation came in ${patienceMs} ms.`)),
          patienceMs,
        )
        arrived = () => {
          clearTimeout(limit)
          resolve()
        }
      })
      await framework.check()
      await framework.graph()
    },
    close: () => watched.close(),
  }
}

const { root, path, edits } = JSON.parse(readFileSync(process.argv[2]!, 'utf8')) as WatchTask
const framework = await createFramework({ root })
await framework.check()
const watching = await openWatching(framework)
const original = readFileSync(path, 'utf8')
const times: number[] = []
for (let edit = 0; edit < edits; edit++) {
  const next = watching.generation()
  const since = performance.now()
  writeFileSync(path, `${original}\nEdit ${edit}.\n`)
  await next
  times.push(performance.now() - since)
  await new Promise((resolve) => setTimeout(resolve, 60))
}
writeFileSync(path, original)
say({ ms: times.reduce((sum, time) => sum + time, 0), times })
await watching.close()
await framework.dispose()
