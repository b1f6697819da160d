import type { Document } from 'heddle'

const names: ReadonlySet<string> = new Set(['CLAUDE.md', 'CLAUDE.local.md', 'AGENTS.md', 'GEMINI.md'])

/** True for the files that agent hosts load by themselves: by name in any folder, and rules of a `.claude/` folder. */
export function isMemoryFile({ path, homePath }: Pick<Document, 'path' | 'homePath'>): boolean {
  if (names.has(path.slice(path.lastIndexOf('/') + 1))) return true
  if (!path.endsWith('.md')) return false
  return homePath?.startsWith('rules/') === true || /(?:^|\/)\.claude\/rules\//.test(path)
}
