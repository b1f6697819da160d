import { definePlugin } from 'heddle'
import { findImports } from './imports.ts'
import { isMemoryFile } from './memory-file.ts'

/** Reads memory files of agent hosts (CLAUDE.md, AGENTS.md, GEMINI.md, rules): their `@path` imports, and that they are entry points. */
export const agentsMd = definePlugin({
  name: 'agents-md',
  description: 'Memory files of agent hosts: `@path` imports, and mentions of files elsewhere',
  apply(hooks) {
    hooks.references.tap('agents-md', findImports)
    hooks.parse.tap('agents-md', (draft) =>
      isMemoryFile(draft.document) && !draft.entry ? { ...draft, entry: true } : draft,
    )
  },
})
