// The limit of loading: a walk and a loop of readFileSync.
import { readFileSync } from 'node:fs'
import { walk } from './walk.mjs'
import { peakMemory } from './peak.mjs'

const [root] = process.argv.slice(2)
const since = performance.now()
let documents = 0
let characters = 0
for (const path of walk(root)) {
  characters += readFileSync(path, 'utf8').length
  documents++
}
const ms = performance.now() - since
console.log(JSON.stringify({ ms, documents, characters, rss: peakMemory() }))
