import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Clock, createClock } from '../../core/base/clock.ts'
import { createFramework } from '../../core/framework.ts'

/**
 * Edits one module over and over under watch, each time with references that nobody had before, and prints how the heap grew, in
 * bytes an edit: from the least of the second third to the least of the last, since code is compiled at first, and what nobody
 * uses goes from time to time.
 */
const [root, edits] = [process.argv[2]!, Number(process.argv[3])]
const folder = join(root, 'docs')
mkdirSync(folder, { recursive: true })
for (let index = 0; index < 20; index++)
  writeFileSync(
    join(folder, `m${index}.md`),
    `# M ${index}\n\nSee [m](m0.md) and [gone](gone-${index}.md).\n`,
  )

const clock = createClock()
const hurried: Clock = {
  now: clock.now,
  after: (ms, callback) => clock.after(ms < 100 ? ms / 10 : ms, callback),
}
const framework = await createFramework({ root, builtIn: false, clock: hurried })
let generations = 0
let arrived = (): void => {}
const watching = await framework.watch(() => {
  generations++
  arrived()
})
const samples: number[] = []
for (let edit = 0; edit < edits; edit++) {
  const told = new Promise<void>((resolve, reject) => {
    const limit = setTimeout(() => reject(new Error(`Edit ${edit} was not told.`)), 20_000)
    arrived = () => {
      clearTimeout(limit)
      resolve()
    }
  })
  const text = `# M ${edit}\n\nSee [m](m1.md#part-${edit}) and [gone](gone-${edit}.md) and @modules/${edit}.\n`
  writeFileSync(join(folder, 'm0.md'), text)
  await told
  await framework.check()
  await framework.graph()
  if (edit % Math.ceil(edits / 150) === 0) {
    globalThis.gc!()
    samples.push(process.memoryUsage().heapUsed)
  }
}
await watching.close()
await framework.dispose()
const third = Math.floor(samples.length / 3)
const growth = Math.min(...samples.slice(-third)) - Math.min(...samples.slice(third, -third))
console.log(JSON.stringify({ perEdit: growth / (edits / 3), generations }))
