import type { Diagnostic, Files, Path } from 'heddle'
import type { Family } from './result.ts'

/** A check that a manifest of the project names. */
export interface FoundCheck {
  readonly family: Family
  /** As a person would type it; unique in a project. */
  readonly name: string
  readonly manifest: string
  /** What the shell runs, in the folder of the project. */
  readonly command: string
  /** Programs that must be there for it to run at all. */
  readonly programs: readonly string[]
  /** Folders with programs besides PATH, relative to the project: `node_modules/.bin`. */
  readonly programFolders: readonly string[]
  /** Caches and reports of its tool, as globs. */
  readonly scratch: readonly string[]
}

/** What a finder of checks looks at. */
export interface Project {
  /** The text of a file of the project's own folder; undefined when it is not there. */
  read(name: string): Promise<string | undefined>
  has(name: string): Promise<boolean>
  report(diagnostic: Diagnostic): void
}

/** The project in the root of `files`. */
export function openProject(files: Files, report: Project['report']): Project {
  const isFile = async (name: string): Promise<boolean> => (await files.stat(name as Path))?.type === 'file'
  return {
    has: isFile,
    read: async (name) =>
      (await isFile(name)) ? new TextDecoder().decode(await files.read(name as Path)) : undefined,
    report,
  }
}

/** What tools of each kind leave behind and nobody reads back as source. */
export const scratch = {
  node: [
    '**/coverage',
    '**/.nyc_output',
    '**/.eslintcache',
    '**/.stylelintcache',
    '**/node_modules/.*',
    '**/*.tsbuildinfo',
    '**/junit.xml',
    '**/test-results',
  ],
  python: [
    '**/.coverage',
    '**/coverage.xml',
    '**/htmlcov',
    '**/.mypy_cache',
    '**/.pytest_cache',
    '**/.benchmarks',
    '**/.ruff_cache',
    '**/.hypothesis',
    '**/__pycache__',
  ],
  cargo: ['**/target'],
} as const
