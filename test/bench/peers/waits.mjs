// A bare loop: so many workers that wait. What timers cost by themselves.
const [count, waitMs, concurrency] = process.argv.slice(2).map(Number)

async function run() {
  let next = 0
  const work = async () => {
    while (next++ < count) await new Promise((resolve) => setTimeout(resolve, waitMs))
  }
  const since = performance.now()
  await Promise.all(Array.from({ length: concurrency }, work))
  return performance.now() - since
}

await run()
console.log(JSON.stringify({ ms: await run(), operations: count }))
