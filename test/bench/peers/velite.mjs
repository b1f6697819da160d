// One collection whose documents have a description and their raw text; the markdown is not compiled.
import { writeFileSync } from 'node:fs'
import { build } from 'velite'

const [root, place] = process.argv.slice(2)
const config = `${place}/velite.config.mjs`
writeFileSync(
  config,
  `import { defineConfig, s } from 'velite'
export default defineConfig({
  root: ${JSON.stringify(`${root}/.claude`)},
  output: { data: ${JSON.stringify(`${place}/velite`)}, assets: ${JSON.stringify(`${place}/velite-assets`)} },
  collections: {
    modules: {
      name: 'Module',
      pattern: '**/*.md',
      schema: s.object({ description: s.string(), text: s.raw() }),
    },
  },
})
`,
)

const since = performance.now()
const { modules } = await build({ config, logLevel: 'silent' })
const ms = performance.now() - since
const characters = modules.reduce((sum, { text }) => sum + text.length, 0)
console.log(
  JSON.stringify({ ms, documents: modules.length, characters, rss: process.resourceUsage().maxRSS / 1024 }),
)
