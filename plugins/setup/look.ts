import {
  filesFound,
  glob,
  isManifest,
  type Operation,
  type Outcome,
  type ProjectSurvey,
  read,
  surveyProject,
} from 'heddle'

/** A file with its text. */
export interface TextFile {
  readonly path: string
  readonly text: string
}

/** All names at once: everything, and what agents and frameworks have left. */
export const lookRound: readonly Operation[] = [
  glob({ patterns: ['**'] }, { name: 'paths' }),
  glob(
    { patterns: ['**/{AGENTS,CLAUDE,GEMINI,README,CONTRIBUTING}.md', '.heddle/**/*.md', '.claude/**/*.md'] },
    { name: 'documents' },
  ),
]

/** Reads of all manifests and of what the documents of the project say. */
export function readNamed(outcomes: readonly Outcome[]): readonly Operation[] {
  const paths = [...filesFound(outcomes, 'paths').filter(isManifest), ...filesFound(outcomes, 'documents')]
  return [...new Set(paths)].map((path) => read(path, { name: path }))
}

/** What the names and manifests come to. */
export function surveyOf(outcomes: readonly Outcome[]): ProjectSurvey {
  const texts = new Map(textsOf(outcomes).map(({ path, text }) => [path, text]))
  return surveyProject(
    filesFound(outcomes, 'paths').filter((path) => !path.startsWith('.heddle/state/')),
    texts,
  )
}

/** What was read. */
export function textsOf(outcomes: readonly Outcome[]): readonly TextFile[] {
  return outcomes.flatMap(({ kind, status, output }) =>
    kind === 'read' && status === 'done' ? [output as TextFile] : [],
  )
}

/** Names of operations that did not come to their end. */
export function missed(outcomes: readonly Outcome[]): readonly string[] {
  return outcomes.filter(({ status }) => status !== 'done').map(({ name }) => name)
}
