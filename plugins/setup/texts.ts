import type { ProjectSurvey } from 'heddle'

/** What a memory file says of a project: only what was seen, nothing that a look at the files would not show. */
export function memoryText(survey: ProjectSurvey, home: string): string {
  const { name, description, sourceFolder, testFolder, documentFolder } = survey
  const folders = [
    [sourceFolder, 'sources'],
    [testFolder, 'tests'],
    [documentFolder, 'documents'],
  ].flatMap(([folder, what]) => (folder === null ? [] : [`- \`${folder}/\`: ${what}`]))
  return [
    `# ${plain(name ?? 'This project')}`,
    '',
    ...(description === null ? [] : [plain(description), '']),
    ...section('Layout', folders),
    ...section('Commands', commandLines(survey)),
    '## Working here',
    '',
    `- What the framework knows stands in \`${home}/\`; \`heddle list commands\` names what can be run.`,
    '- Run the tests before and after a change, and say what they said.',
    '',
  ].join('\n')
}

/** A list of the commands that manifests name. */
export function commandLines({ commands }: ProjectSurvey): readonly string[] {
  return commands.map(
    ({ purpose, command, folder }) =>
      `- ${purpose}: \`${command}\`${folder === '' ? '' : ` in \`${folder}/\``}`,
  )
}

/** Front matter and text of a command that runs the checks of the project. */
export function checkCommandText(): string {
  return [
    '---',
    'kind: command',
    'title: Check',
    'version: 1.0.0',
    "description: Run this project's own checks beside each other",
    'needs:',
    '  - "@system/quality/universal-quality-gates.md"',
    '---',
    '',
    '# Check',
    '',
    'The tests, the linter, the type check and the audit that the manifests name, all at once.',
    '',
    '```',
    'heddle run check',
    '```',
    '',
  ].join('\n')
}

/** A heading with its lines; nothing when there are none. */
export function section(heading: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [`## ${heading}`, '', ...lines, '']
}

/** Text of a manifest on one line, without what markdown would take for markup of its own. */
export function plain(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(/[[\]<>`*_\\@]/g, String.raw`\$&`)
    .trim()
    .slice(0, 300)
}

/** A text as one YAML value. */
export function yaml(text: string): string {
  return JSON.stringify(text.replace(/\s+/g, ' ').trim().slice(0, 300))
}
