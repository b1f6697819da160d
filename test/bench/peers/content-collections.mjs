// One collection whose documents have a description and their text. The configuration is compiled before the clock starts.
import { writeFileSync } from 'node:fs'
import { relative } from 'node:path'
import { createBuilder } from '@content-collections/core'

const [root, place] = process.argv.slice(2)
const config = `${place}/content-collections.mjs`
writeFileSync(
  config,
  `import { defineCollection, defineConfig } from '@content-collections/core'
import { z } from 'zod'
const modules = defineCollection({
  name: 'modules',
  directory: ${JSON.stringify(relative(place, `${root}/.claude`))},
  include: '**/*.md',
  schema: z.object({ description: z.string(), content: z.string() }),
})
export default defineConfig({ content: [modules] })
`,
)

const builder = await createBuilder(config)
const since = performance.now()
await builder.build()
const ms = performance.now() - since
const rss = process.resourceUsage().maxRSS / 1024
const { allModules } = await import(`${place}/.content-collections/generated/index.js`)
const characters = allModules.reduce((sum, { content }) => sum + content.length, 0)
console.log(JSON.stringify({ ms, documents: allModules.length, characters, rss }))
