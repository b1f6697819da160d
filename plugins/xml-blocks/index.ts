import { definePlugin } from 'heddle'
import { readDialect } from './read.ts'
import { findTagReferences } from './references.ts'
import { findDisagreements } from './validate.ts'

/** Reads modules written in XML-ish blocks inside code fences: metadata table, dependency tags, gates, settings, phases. */
export const xmlBlocks = definePlugin({
  name: 'xml-blocks',
  description:
    'Modules written in XML-ish blocks: metadata table, dependency tags, gates, settings, phases, coded errors',
  codes: async () => (await import('./codes.ts')).codes,
  after: ['claude?', 'agents-md?'],
  apply(hooks) {
    hooks.references.tap('xml-blocks', findTagReferences)
    hooks.parse.tap('xml-blocks', readDialect)
    hooks.validate.tap('xml-blocks', findDisagreements)
  },
})
