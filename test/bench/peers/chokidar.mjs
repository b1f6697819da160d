// The limit of watching: from the write to chokidar's event.
import { readFileSync, writeFileSync } from 'node:fs'
import { watch } from 'chokidar'

const { root, path, edits } = JSON.parse(readFileSync(process.argv[2], 'utf8'))
const watcher = watch(root, { ignoreInitial: true, followSymlinks: false })
await new Promise((resolve) => watcher.once('ready', resolve))
const original = readFileSync(path, 'utf8')
const times = []
for (let edit = 0; edit < edits; edit++) {
  const event = new Promise((resolve, reject) => {
    const limit = setTimeout(() => reject(new Error('No event came in 10 s.')), 10_000)
    watcher.once('change', () => {
      clearTimeout(limit)
      resolve()
    })
  })
  const since = performance.now()
  writeFileSync(path, `${original}\nEdit ${edit}.\n`)
  await event
  times.push(performance.now() - since)
  // A second change within 50 ms is not told.
  await new Promise((resolve) => setTimeout(resolve, 60))
}
writeFileSync(path, original)
await watcher.close()
console.log(JSON.stringify({ ms: times.reduce((sum, time) => sum + time, 0), times }))
