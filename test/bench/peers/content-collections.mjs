// One collection whose documents have a description, their text and references. The configuration is compiled before the clock starts.
import { writeFileSync } from 'node:fs'
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createBuilder } from '@content-collections/core'
import { peakMemory } from './peak.mjs'

const [root, place] = process.argv.slice(2)
const config = `${place}/content-collections.mjs`
writeFileSync(
  config,
  `import { defineCollection, defineConfig } from '@content-collections/core'
import { z } from 'zod'
import { findReferences } from ${JSON.stringify(fileURLToPath(new URL('references.mjs', import.meta.url)))}
const modules = defineCollection({
  name: 'modules',
  directory: ${JSON.stringify(relative(place, `${root}/.claude`))},
  include: '**/*.md',
  schema: z.object({ description: z.string(), content: z.string() }),
  transform: (module) => ({ ...module, references: findReferences(module.content) }),
})
export default defineConfig({ content: [modules] })
`,
)

const builder = await createBuilder(config)
const since = performance.now()
await builder.build()
const ms = performance.now() - since
const rss = peakMemory()
const { allModules } = await import(`${place}/.content-collections/generated/index.js`)
const characters = allModules.reduce((sum, { content }) => sum + content.length, 0)
console.log(JSON.stringify({ ms, documents: allModules.length, characters, rss }))
