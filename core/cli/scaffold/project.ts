import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'

/** What there is in a folder, as far as whoever begins a framework in it must know. */
export interface FoundProject {
  readonly root: string
  /** From package.json, else the name of the folder. */
  readonly name: string
  /** Homes of a framework that are there, the preferred one first: `.heddle`, `.claude`. */
  readonly homes: readonly string[]
  /** Memory files of agents at the root: `CLAUDE.md`, `AGENTS.md`, … */
  readonly memory: readonly string[]
  /** Manifests at the root that name checks. */
  readonly manifests: readonly string[]
  /** The configuration of Heddle, when there is one. */
  readonly config: string | undefined
  readonly typescript: boolean
  /** Where tests stand, or would. */
  readonly tests: string
}

const homes = ['.heddle', '.claude']
const memory = ['CLAUDE.md', 'AGENTS.md', 'GEMINI.md']
const manifests = ['package.json', 'pyproject.toml', 'Cargo.toml', 'go.mod', 'Makefile']
const configs = ['ts', 'mts', 'js', 'mjs', 'json'].map((ending) => `heddle.config.${ending}`)

/** Looks at the folder itself, not below it; never throws. */
export function findProject(root: string): FoundProject {
  const among = (names: readonly string[]): string[] => names.filter((name) => existsSync(join(root, name)))
  return {
    root,
    name: nameOf(root),
    homes: among(homes).filter((home) => holdsMarkdown(join(root, home))),
    memory: among(memory),
    manifests: among(manifests),
    config: among(configs)[0],
    typescript: existsSync(join(root, 'tsconfig.json')),
    tests: among(['test', 'tests'])[0] ?? 'test',
  }
}

const deepest = 4

/** Our own state makes no home, and neither do settings of a host; links are not followed. */
function holdsMarkdown(folder: string, depth = 0): boolean {
  try {
    const entries = readdirSync(folder, { withFileTypes: true })
    if (entries.some((entry) => entry.isFile() && entry.name.endsWith('.md'))) return true
    const below = entries.filter((entry) => entry.isDirectory() && entry.name !== 'state')
    return depth < deepest && below.some(({ name }) => holdsMarkdown(join(folder, name), depth + 1))
  } catch {
    return false
  }
}

function nameOf(root: string): string {
  const fallback = basename(root) || 'project'
  try {
    const { name } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { name?: unknown }
    return typeof name === 'string' && name !== '' ? name : fallback
  } catch {
    return fallback
  }
}
