import { type Diagnostic, glob, type Module, type Planning } from 'heddle'
import type { Setup, Sight } from './plan.ts'

type Graph = Awaited<ReturnType<Planning['graph']>>

/** Whether an installed framework works: it is there, somebody starts from it, its references lead somewhere, its commands run. */
export async function initValidate(planning: Planning): Promise<Setup> {
  const [graph, commands] = await Promise.all([planning.graph(), planning.commands()])
  const own = graph.modules.filter(({ path, kind }) => isOwn(path) && kind !== 'document')
  const ownCommands = commands.filter(({ id }) => isOwn(id))
  return {
    group: 'installation',
    also: [
      glob(
        { patterns: ['.heddle/**/*.md', '.claude/**/*.md', '{AGENTS,CLAUDE,GEMINI}.md'] },
        { name: 'framework' },
      ),
      glob(
        { patterns: ['heddle.config.*', 'PROJECT_CONFIG.xml', '.claude/settings.json'] },
        { name: 'configuration' },
      ),
    ],
    gates: {
      'framework-there': 'blocking',
      'entry-there': 'conditional',
      'references-lead-somewhere': 'blocking',
      'modules-described': 'warning',
      'commands-do-something': 'warning',
      'memory-names-commands': 'warning',
    },
    draft(sight) {
      const dead = deadReferences(graph)
      const undescribed = own.filter(({ path, title }) => title === null && !path.includes('/README'))
      const idle = ownCommands.filter(isIdle)
      const strange = strangeCommands(sight, commands)
      const entries = own.filter(({ entry }) => entry)
      return {
        proposals: [],
        told: [
          `${own.length} modules, ${ownCommands.length} commands of its own, ${graph.references.length} references`,
          ...verdictLines({ dead, idle, strange }),
        ],
        findings: [
          ...(own.length === 0 ? [noFramework] : []),
          ...dead,
          ...idle.map(idleCommand),
          ...strange,
          ...undescribed.map(({ path }) => untitled(path)),
        ],
        verdicts: {
          'framework-there': own.length > 0,
          'entry-there': own.length === 0 ? undefined : entries.length > 0,
          'references-lead-somewhere': own.length === 0 ? undefined : dead.length === 0,
          'modules-described': own.length === 0 ? undefined : undescribed.length === 0,
          'commands-do-something': ownCommands.length === 0 ? undefined : idle.length === 0,
          'memory-names-commands': sight.survey.agentFiles.length === 0 ? undefined : strange.length === 0,
        },
        facts: { modules: own.length, commands: ownCommands.map(({ name }) => name) },
      }
    },
  }
}

function isOwn(id: string): boolean {
  return !id.startsWith('heddle:') && !id.startsWith('~/')
}

function deadReferences({ references }: Graph): Diagnostic[] {
  return references
    .filter(
      ({ from, status, class: kind, form }) =>
        isOwn(from) &&
        form !== 'mention' &&
        (status === 'missing' || status === 'ambiguous' || status === 'outside') &&
        (kind === 'module' || kind === 'file'),
    )
    .map(({ from, line, column, text, suggestion }) => ({
      code: 'setup/reference-dead',
      severity: 'error',
      message: `"${text}" leads nowhere, and hosts load nothing in its place.`,
      hint: suggestion
        ? `Did you mean "${suggestion.path}"? heddle fix shows the repair.`
        : 'Correct it, or take it out.',
      at: { path: from, line, column },
    }))
}

/** Such a command is one for agents alone: fine, as long as somebody knows. */
function isIdle({ pattern, groups, references }: Module): boolean {
  return (
    pattern === null &&
    groups.length === 0 &&
    references.every(({ form }) => form === 'link' || form === 'mention')
  )
}

function idleCommand({ id, name }: Module): Diagnostic {
  return {
    code: 'setup/command-idle',
    severity: 'info',
    message: `The command "${name}" needs no module and declares no pattern, so that only an agent can follow it.`,
    hint: 'Add "needs", "pattern" or "groups" if heddle run shall do something.',
    at: { path: id, line: 1, column: 1 },
  }
}

const namedCommand = /\bheddle run ([a-z][\w-]*)/g

/** Commands that memory files name and nobody has. */
function strangeCommands({ texts, survey }: Sight, commands: readonly Module[]): Diagnostic[] {
  const known = new Set(commands.map(({ name }) => name))
  return texts
    .filter(({ path }) => survey.agentFiles.includes(path))
    .flatMap(({ path, text }) =>
      text.split('\n').flatMap((line, index) =>
        [...line.matchAll(namedCommand)]
          .filter(([, name]) => !known.has(name!))
          .map((match): Diagnostic => ({
            code: 'setup/command-unknown',
            severity: 'warning',
            message: `There is no command "${match[1]}".`,
            hint: 'See what there is with heddle list commands.',
            at: { path, line: index + 1, column: match.index + 1 },
          })),
      ),
    )
}

const noFramework: Diagnostic = {
  code: 'setup/framework-missing',
  severity: 'error',
  message: 'The project has no framework.',
  hint: 'Propose one with heddle run init.',
}

function untitled(path: string): Diagnostic {
  return {
    code: 'setup/module-untitled',
    severity: 'warning',
    message: 'The module has neither a title nor a heading.',
    hint: 'Begin it with one: lists and hosts show it.',
    at: { path, line: 1, column: 1 },
  }
}

function verdictLines(
  found: Readonly<Record<'dead' | 'idle' | 'strange', readonly unknown[]>>,
): readonly string[] {
  const lines = [
    [found.dead.length, 'references lead nowhere'],
    [found.idle.length, 'commands do nothing by themselves'],
    [found.strange.length, 'commands are named that nobody has'],
  ] as const
  const bad = lines.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`)
  return bad.length === 0 ? ['nothing speaks against it'] : bad
}
