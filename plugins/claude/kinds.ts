import type { Document, Draft, ParseContext } from 'heddle'

/** What the host makes of a file by the place where it stands. */
export type ClaudeKind = 'command' | 'agent' | 'skill' | 'rule' | 'output-style'

const folders: Readonly<Record<string, ClaudeKind>> = {
  commands: 'command',
  agents: 'agent',
  rules: 'rule',
  'output-styles': 'output-style',
}
const entries: ReadonlySet<ClaudeKind> = new Set(['command', 'agent', 'skill', 'rule'])

/** The draft with kind, name, description and entry as the host sees them. A `kind` in front matter has the last word. */
export function readClaudeFile(draft: Draft, { isFile }: ParseContext): Draft {
  const kind = kindOf(draft.document, isFile)
  if (kind === undefined) return draft
  const said = draft.metadata['kind']
  return {
    ...draft,
    kind: typeof said === 'string' ? said : kind,
    name:
      textOf(draft.metadata['name']) ??
      (kind === 'skill' ? (skillFolder(draft.document) ?? draft.name) : draft.name),
    description: textOf(draft.metadata['description']) ?? draft.description,
    entry: draft.entry || entries.has(kind),
  }
}

/**
 * The kind by path: below the framework's home, a nested `.claude/`, or a folder that holds `.claude-plugin/plugin.json`;
 * `undefined` for other files.
 */
function kindOf({ path, homePath }: Document, isFile: ParseContext['isFile']): ClaudeKind | undefined {
  const name = path.slice(path.lastIndexOf('/') + 1)
  if (name === 'SKILL.md') return 'skill'
  if (/^(?:readme|index)\.md$/i.test(name)) return undefined
  const below = homePath ?? nestedHome.exec(path)?.[1] ?? belowPlugin(path, isFile)
  return below === undefined ? undefined : byFolder(below)
}

/** The path below the nearest folder above that is a plugin. */
function belowPlugin(path: string, isFile: ParseContext['isFile']): string | undefined {
  for (let slash = path.lastIndexOf('/'); slash >= 0; slash = path.lastIndexOf('/', slash - 1)) {
    const folder = path.slice(0, slash)
    if (isFile(`${folder}/.claude-plugin/plugin.json`)) return path.slice(slash + 1)
    if (slash === 0) break
  }
  return isFile('.claude-plugin/plugin.json') ? path : undefined
}

/** The name of the folder that a SKILL.md stands in; null for one in the root. */
export function skillFolder({ path }: Pick<Document, 'path'>): string | null {
  return path.split('/').at(-2) ?? null
}

const nestedHome = /(?:^|\/)\.claude\/((?!.*\/\.claude\/).+)$/

function byFolder(below: string): ClaudeKind | undefined {
  const folder = below.slice(0, Math.max(0, below.indexOf('/')))
  return Object.hasOwn(folders, folder) ? folders[folder] : undefined
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
