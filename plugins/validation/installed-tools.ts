import { type FoundCheck, type Project, scratch } from './check.ts'
import type { Family } from './result.ts'
import { withPrograms } from './shell.ts'

interface Tool {
  readonly family: Family
  /** What the project installs to have it. */
  readonly install: string
  readonly command: string
  /** Files of which one must be there, so that the tool knows what to do. */
  readonly needs: readonly string[]
}

const eslintFiles = ['js', 'mjs', 'cjs', 'ts', 'mts'].map((ending) => `eslint.config.${ending}`)

/** Of each family the first tool that the project has is taken. */
const tools: readonly Tool[] = [
  { family: 'testing', install: 'vitest', command: 'vitest run', needs: [] },
  { family: 'testing', install: 'jest', command: 'jest', needs: [] },
  { family: 'testing', install: 'ava', command: 'ava', needs: [] },
  { family: 'testing', install: 'mocha', command: 'mocha', needs: [] },
  { family: 'linting', install: 'oxlint', command: 'oxlint', needs: [] },
  {
    family: 'linting',
    install: 'eslint',
    command: 'eslint .',
    needs: [...eslintFiles, '.eslintrc', '.eslintrc.js', '.eslintrc.cjs', '.eslintrc.json', '.eslintrc.yml'],
  },
  { family: 'types', install: 'typescript', command: 'tsc --noEmit', needs: ['tsconfig.json'] },
]

/** What `package.json` tells besides its scripts. */
export interface Installed {
  /** Families for which no script was found. */
  readonly open: readonly Family[]
  readonly installs: ReadonlySet<string>
  readonly programFolders: readonly string[]
}

/** The checks that a project has installed a tool for, and named no script: each by the tool's own least command. */
export async function findTools(
  project: Project,
  { open, installs, programFolders }: Installed,
): Promise<FoundCheck[]> {
  const found: FoundCheck[] = []
  for (const { family, install, command, needs } of tools) {
    const isOpen = open.includes(family) && !found.some((check) => check.family === family)
    if (!isOpen || !installs.has(install) || !(await hasOneOf(project, needs))) continue
    found.push({
      family,
      name: command,
      manifest: 'package.json',
      command: withPrograms(programFolders, command),
      programs: [command.split(' ')[0]!],
      programFolders,
      scratch: scratch.node,
    })
  }
  return found
}

async function hasOneOf(project: Project, names: readonly string[]): Promise<boolean> {
  if (names.length === 0) return true
  const there = await Promise.all(names.map((name) => project.has(name)))
  return there.includes(true)
}
