import { definePlugin } from 'heddle'
import { readClaudeFile } from './kinds.ts'
import { findFaults } from './validate.ts'

/** Knows what stands where in a `.claude/` folder or a plugin: commands, agents, skills, rules, output styles. */
export const claude = definePlugin({
  name: 'claude',
  description: 'Folders of Claude Code and its plugins: commands, agents, skills, rules, output styles',
  codes: async () => (await import('./codes.ts')).codes,
  apply(hooks) {
    hooks.parse.tap('claude', readClaudeFile)
    hooks.validate.tap('claude', findFaults)
  },
})
