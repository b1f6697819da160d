import { glob } from 'heddle'
import type { Setup, Sight } from './plan.ts'
import type { Proposal } from './proposal.ts'
import { checkCommandText, commandLines, memoryText, plain, section, yaml } from './texts.ts'

/** The least that makes a project a framework: a memory file, a module of facts, and a command that runs the checks. */
export const init: Setup = {
  group: 'project',
  also: [glob({ patterns: ['docs/**/*.md', 'doc/**/*.md'] }, { name: 'guides' })],
  gates: { 'project-there': 'blocking', 'checks-named': 'warning' },
  draft: (sight) => ({
    proposals: proposalsFor(sight),
    told: [],
    findings: findingsFor(sight),
    verdicts: {
      'project-there': sight.survey.sources + sight.survey.manifests.length > 0,
      'checks-named': sight.survey.commands.some(({ purpose }) => purpose === 'test'),
    },
  }),
}

/** The home that the project has, or the one that it gets. */
export function homeOf({ survey }: Pick<Sight, 'survey'>): string {
  return survey.homes[0] ?? '.heddle'
}

/** The files of a setup without any wish. */
export function proposalsFor(sight: Pick<Sight, 'survey'>): readonly Proposal[] {
  const home = homeOf(sight)
  const memory = sight.survey.agentFiles.find((path) => !path.includes('/')) ?? 'AGENTS.md'
  return [
    { path: memory, text: memoryText(sight.survey, home), why: 'what agents read first' },
    {
      path: `${home}/modules/project.md`,
      text: factsText(sight),
      why: 'the facts that other modules refer to',
    },
    { path: `${home}/commands/check.md`, text: checkCommandText(), why: "runs the project's own checks" },
  ]
}

function factsText({ survey }: Pick<Sight, 'survey'>): string {
  const { name, description, languages } = survey
  return [
    '---',
    'kind: module',
    'title: This project',
    'version: 1.0.0',
    `description: ${yaml(description ?? `What ${name ?? 'this project'} is made of`)}`,
    '---',
    '',
    '# This project',
    '',
    ...section(
      'Languages',
      languages.map(({ language, files }) => `- ${language}: ${files} files`),
    ),
    ...section(
      'Manifests',
      survey.manifests.map((path) => `- \`${plain(path)}\``),
    ),
    ...section('Commands', commandLines(survey)),
  ].join('\n')
}

function findingsFor({ survey }: Sight) {
  if (survey.sources + survey.manifests.length === 0)
    return [
      {
        code: 'setup/project-empty',
        severity: 'error' as const,
        message: 'There is neither a source file nor a manifest here.',
        hint: 'For a project that does not exist yet: heddle run init-new NAME.',
      },
    ]
  if (survey.commands.some(({ purpose }) => purpose === 'test')) return []
  const [first] = survey.manifests
  return [
    {
      code: 'setup/no-test-command',
      severity: 'warning' as const,
      message: 'No manifest names a command that runs the tests.',
      hint: 'Name one, such as the script "test" of package.json: agents run what is named.',
      ...(first === undefined ? {} : { at: { path: first, line: 1, column: 1 } }),
    },
  ]
}
