// What people write by hand: a glob, gray-matter for each file, one expression for what it refers to. Nothing is resolved.
import { readFileSync } from 'node:fs'
import matter from 'gray-matter'
import { globSync } from 'tinyglobby'
import { peakMemory } from './peak.mjs'
import { findReferences } from './references.mjs'

const [root, cache = 'cache'] = process.argv.slice(2)
// Without options gray-matter keeps every text that it has read; an empty object switches that off.
const options = cache === 'cache' ? undefined : {}

const since = performance.now()
const documents = new Map()
let characters = 0
for (const path of globSync('**/*.md', { cwd: root, dot: true })) {
  const text = readFileSync(`${root}/${path}`, 'utf8')
  const { data, content } = matter(text, options)
  documents.set(path, {
    data,
    references: findReferences(content),
  })
  characters += text.length
}
const ms = performance.now() - since
const rss = peakMemory()
console.log(JSON.stringify({ ms, documents: documents.size, characters, rss }))
