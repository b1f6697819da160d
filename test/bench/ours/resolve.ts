import { readFileSync } from 'node:fs'
import { createFramework } from '../../../core/index.ts'
import type { ResolveTask } from '../rows/resolve.ts'
import { say } from './say.ts'
import '../../../plugins/index.ts'

const { root, pairs, passes, warm } = JSON.parse(readFileSync(process.argv[2]!, 'utf8')) as ResolveTask
let since = performance.now()
const framework = await createFramework({ root })
let right = 0
let answered = 0
for (const { text, from, to } of pairs) if (framework.resolve(text, from).path === to) right++
let ms = performance.now() - since

/** The answers are counted: what nobody looks at may not be worked out at all. */
function pass(): void {
  let count = 0
  for (const { text, from } of pairs) if (framework.resolve(text, from).path !== null) count++
  answered = count
}

if (warm) {
  for (let count = 0; count < 5; count++) pass()
  since = performance.now()
  for (let count = 0; count < passes; count++) pass()
  ms = (performance.now() - since) / passes
}
say({ ms, right, answered, perCall: (ms / pairs.length) * 1_000 })
await framework.dispose()
