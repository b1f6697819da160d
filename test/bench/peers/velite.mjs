// One collection whose documents have a description, their raw text and references; the markdown is not compiled.
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'velite'
import { peakMemory } from './peak.mjs'

const [root, place] = process.argv.slice(2)
const config = `${place}/velite.config.mjs`
writeFileSync(
  config,
  `import { defineConfig, s } from 'velite'
import { findReferences } from ${JSON.stringify(fileURLToPath(new URL('references.mjs', import.meta.url)))}
export default defineConfig({
  root: ${JSON.stringify(`${root}/.claude`)},
  output: { data: ${JSON.stringify(`${place}/velite`)}, assets: ${JSON.stringify(`${place}/velite-assets`)} },
  collections: {
    modules: {
      name: 'Module',
      pattern: '**/*.md',
      schema: s
        .object({ description: s.string(), text: s.raw() })
        .transform((module) => ({ ...module, references: findReferences(module.text) })),
    },
  },
})
`,
)

const since = performance.now()
const { modules } = await build({ config, logLevel: 'silent' })
const ms = performance.now() - since
const characters = modules.reduce((sum, { text }) => sum + text.length, 0)
console.log(JSON.stringify({ ms, documents: modules.length, characters, rss: peakMemory() }))
