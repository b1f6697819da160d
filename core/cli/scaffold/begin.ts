import type { FoundProject } from './project.ts'
import type { NewFile } from './place-files.ts'

/** The first module and the first command of a framework, in its home. */
export function firstFiles({ name, manifests, memory }: FoundProject, home: string): readonly NewFile[] {
  const checks =
    manifests.length > 0
      ? `Its checks are named in ${manifests.join(', ')}.`
      : 'No manifest names its checks yet.'
  const known = memory.map((file) => `- [${file}](${home.includes('/') ? '../' : ''}../../${file})`)
  return [
    {
      path: `${home}/modules/project.md`,
      text: [
        '---',
        `title: ${JSON.stringify(`About ${name}`)}`,
        'description: What whoever works on this project should know first',
        '---',
        '',
        `# About ${name}`,
        '',
        'Say in a few sentences what this project is and what matters in it.',
        '',
        checks,
        ...(known.length > 0 ? ['', 'What agents read first:', '', ...known] : []),
        '',
      ].join('\n'),
    },
    {
      path: `${home}/commands/gates.md`,
      text: [
        '---',
        'title: Gates',
        'description: Run the checks that this project names itself, beside each other',
        'needs:',
        '  - "@modules/project.md"',
        '  - "@system/quality/universal-quality-gates.md"',
        '---',
        '',
        '# Gates',
        '',
        'Tests, linter, type check and audit, as far as the manifests of the project name them:',
        '',
        '```',
        'heddle run gates',
        '```',
        '',
      ].join('\n'),
    },
  ]
}
