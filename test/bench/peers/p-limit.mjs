// The same graph by hand: promises of what is needed, p-limit, and around each operation a time-out with a signal and three
// tries with a growing pause. Twice in one process.
import pLimit from 'p-limit'
import { createDag } from './dag.mjs'
import { peakMemory } from './peak.mjs'

const size = Number(process.argv[2])
const { needs } = createDag(size)

async function withTimeout(ms, call) {
  const controller = new AbortController()
  let timer
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => {
      controller.abort()
      reject(new Error('late'))
    }, ms)
  })
  try {
    return await Promise.race([call(controller.signal), late])
  } finally {
    clearTimeout(timer)
  }
}

async function withRetries(call) {
  for (let attempt = 1; ; attempt++) {
    try {
      return await call()
    } catch (error) {
      if (attempt === 3 || error.code !== 'EBUSY') throw error
      await new Promise((resolve) => setTimeout(resolve, 50 * 2 ** attempt))
    }
  }
}

async function run(size) {
  let operations = 0
  const since = performance.now()
  const limit = pLimit(16)
  const ends = []
  for (let node = 0; node < size; node++) {
    const needed = needs(node).map((each) => ends[each])
    ends.push(
      Promise.all(needed).then(() =>
        limit(() => withRetries(() => withTimeout(60_000, async () => void operations++))),
      ),
    )
  }
  await Promise.all(ends)
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
