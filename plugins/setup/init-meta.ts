import { type Diagnostic, glob, grep, type Planning } from 'heddle'
import { homeOf } from './init.ts'
import type { Setup, Sight } from './plan.ts'
import type { Proposal } from './proposal.ts'
import { plain } from './texts.ts'

type Graph = Awaited<ReturnType<Planning['graph']>>
type GraphModule = Graph['modules'][number]

const kebab = /^[a-z0-9]+(?:-[a-z0-9]+)*$/
const common = /^(?:README|SKILL|AGENTS|CLAUDE|GEMINI|index)$/

/** A framework about the framework: the conventions that its modules follow, a template, a registry, and a command that audits them. */
export async function initMeta(planning: Planning): Promise<Setup> {
  const graph = await planning.graph()
  const own = graph.modules.filter(({ path, kind }) => !/^(?:heddle:|~\/)/.test(path) && kind !== 'document')
  return {
    group: 'conventions',
    also: [
      glob(
        { patterns: ['**/.claude-plugin/{plugin,marketplace}.json', '**/SKILL.md'] },
        { name: 'published' },
      ),
      grep(
        { pattern: '^(?:version|description|kind|pattern|needs):', glob: '**/*.md' },
        { name: 'metadata' },
      ),
    ],
    gates: { 'modules-there': 'blocking', 'conventions-kept': 'warning' },
    draft(sight) {
      const conventions = conventionsOf(own, sight)
      const broken = breaches(own, conventions)
      return {
        proposals: own.length === 0 ? [] : proposalsFor(sight, own, conventions),
        told: [
          `${own.length} modules in ${conventions.folders.length} folders, ${broken.length} breaches of their own conventions`,
        ],
        findings: [...(own.length === 0 ? [nothingThere] : []), ...broken],
        verdicts: {
          'modules-there': own.length > 0,
          'conventions-kept': own.length === 0 ? undefined : broken.length === 0,
        },
        facts: { conventions },
      }
    },
  }
}

/** What most modules do. */
interface Conventions {
  readonly folders: readonly { readonly folder: string; readonly modules: number }[]
  /** True where most file names are small words joined by hyphens. */
  readonly kebab: boolean
  /** Keys of front matter that most modules have. */
  readonly keys: readonly string[]
  readonly medianTokens: number
}

function conventionsOf(own: readonly GraphModule[], sight: Sight): Conventions {
  const folders = new Map<string, number>()
  for (const { path } of own) folders.set(folderOf(path), (folders.get(folderOf(path)) ?? 0) + 1)
  const sizes = own.map(({ tokens }) => tokens).toSorted((a, b) => a - b)
  const names = own.map(({ path }) => nameOf(path)).filter((name) => !common.test(name))
  return {
    folders: [...folders]
      .map(([folder, modules]) => ({ folder, modules }))
      .toSorted((a, b) => (a.folder < b.folder ? -1 : 1)),
    kebab: names.filter((name) => kebab.test(name)).length * 2 > names.length,
    keys: keysOf(own, sight),
    medianTokens: sizes[Math.floor(sizes.length / 2)] ?? 0,
  }
}

function keysOf(own: readonly GraphModule[], { texts }: Sight): readonly string[] {
  const paths = new Set(own.map(({ path }) => path))
  const read = texts.filter(({ path }) => paths.has(path))
  const counts = new Map<string, number>()
  for (const { text } of read) {
    const head = /^---\n([^]*?)\n---/.exec(text)?.[1] ?? ''
    for (const [, key] of head.matchAll(/^([A-Za-z][\w-]*):/gm)) counts.set(key!, (counts.get(key!) ?? 0) + 1)
  }
  return [...counts]
    .filter(([, count]) => count * 2 > read.length)
    .map(([key]) => key)
    .toSorted()
}

function breaches(own: readonly GraphModule[], { kebab: isKebab, medianTokens }: Conventions): Diagnostic[] {
  const at = (path: string) => ({ path, line: 1, column: 1 })
  return own.flatMap(({ path, title, tokens }): Diagnostic[] => [
    ...(isKebab && !kebab.test(nameOf(path)) && !common.test(nameOf(path))
      ? [
          {
            code: 'setup/name-uncommon',
            severity: 'info' as const,
            message: 'Most modules are named in small words joined by hyphens, and this one is not.',
            hint: `heddle rename moves it and mends every reference.`,
            at: at(path),
          },
        ]
      : []),
    ...(title === null
      ? [
          {
            code: 'setup/module-untitled',
            severity: 'warning' as const,
            message: 'The module has neither a title nor a heading.',
            hint: 'Begin it with one: lists and hosts show it.',
            at: at(path),
          },
        ]
      : []),
    ...(medianTokens > 0 && tokens > 8 * medianTokens
      ? [
          {
            code: 'setup/module-large',
            severity: 'info' as const,
            message: `The module costs ${tokens} tokens; half of all cost less than ${medianTokens}.`,
            hint: 'Split it: its parts are rarely all needed.',
            at: at(path),
          },
        ]
      : []),
  ])
}

const nothingThere: Diagnostic = {
  code: 'setup/modules-missing',
  severity: 'error',
  message: 'There is no module whose conventions could be written down.',
  hint: 'Begin with heddle run init.',
}

function proposalsFor(
  sight: Sight,
  own: readonly GraphModule[],
  conventions: Conventions,
): readonly Proposal[] {
  const home = homeOf(sight)
  const file = (name: string, why: string, lines: readonly string[]): Proposal => {
    return { path: `${home}/${name}`, why, text: `${lines.join('\n')}\n` }
  }
  return [
    file(
      'modules/meta/conventions.md',
      'what most modules do, for whoever writes the next',
      conventionLines(conventions),
    ),
    file('modules/meta/module-template.md', 'a beginning for a new module', templateLines(conventions)),
    file('modules/meta/registry.md', 'every module with its cost', registryLines(own, home)),
    file('commands/audit.md', 'holds the framework against its own rules', auditLines),
  ]
}

function conventionLines({ folders, kebab: isKebab, keys, medianTokens }: Conventions): readonly string[] {
  return [
    ...frontMatter('Conventions', 'What most modules of this framework do'),
    '# Conventions',
    '',
    `- File names: ${isKebab ? 'small words joined by hyphens' : 'no common form'}.`,
    `- Front matter: ${keys.length === 0 ? 'none in common' : keys.map((key) => `\`${key}\``).join(', ')}.`,
    `- Length: half of the modules cost less than ${medianTokens} tokens.`,
    '',
    '| folder | modules |',
    '| --- | --- |',
    ...folders.map(({ folder, modules }) => `| ${plain(folder)} | ${modules} |`),
  ]
}

function templateLines({ keys }: Conventions): readonly string[] {
  const asked = ['title', 'version', 'description', ...keys].filter(
    (key, index, all) =>
      all.indexOf(key) === index &&
      !['name', 'kind', 'needs', 'gates', 'groups', 'settings', 'arguments', 'pattern', 'routing'].includes(
        key,
      ),
  )
  return [
    ...frontMatter('A module to begin with', 'Copy it, rename it, and say one thing'),
    '# A module to begin with',
    '',
    'Front matter that the others have:',
    '',
    '```yaml',
    ...asked.map((key) => `${key}: …`),
    '```',
    '',
    '## What it says',
    '',
    'One thing, in words that a person and an agent understand. What a look at the project shows is left out.',
    '',
    '## How it is checked',
    '',
    'Name the gate, setting or group by which the text has an effect; text without one is advice.',
  ]
}

function registryLines(own: readonly GraphModule[], home: string): readonly string[] {
  const sorted = own.toSorted((a, b) => (a.path < b.path ? -1 : 1))
  return [
    ...frontMatter('Registry', 'Every module of this framework with its cost'),
    '# Registry',
    '',
    '| module | what it is | tokens |',
    '| --- | --- | --- |',
    ...sorted.map(
      ({ path, title, tokens }) =>
        `| \`${(path.startsWith(`${home}/`) ? path.slice(home.length + 1) : path).replaceAll('`', '')}\` | ${plain(title ?? '').replaceAll('|', String.raw`\|`)} | ${tokens} |`,
    ),
  ]
}

const auditLines: readonly string[] = [
  '---',
  'kind: command',
  'title: Audit',
  'version: 1.0.0',
  'description: Hold the framework against its own rules',
  'needs:',
  '  - "@modules/patterns/framework-hygiene.md"',
  '  - "@modules/patterns/setup-validation.md"',
  '  - "@modules/meta/conventions.md"',
  '---',
  '',
  '# Audit',
  '',
  '```',
  'heddle run audit',
  '```',
]

function frontMatter(title: string, description: string): readonly string[] {
  return [
    '---',
    'kind: module',
    `title: ${title}`,
    'version: 1.0.0',
    `description: ${description}`,
    '---',
    '',
  ]
}

function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/'))) || '.'
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1).replace(/\.[^.]+$/, '')
}
