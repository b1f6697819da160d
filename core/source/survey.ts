import { isTestPath, type Language, languageOf } from './language.ts'

/** What a look at the paths and manifests of a project tells. */
export interface ProjectSurvey {
  /** Source files by language, the commonest first; tests counted too. */
  readonly languages: readonly { readonly language: Language; readonly files: number }[]
  readonly name: string | null
  readonly description: string | null
  /** Manifests of the project, those of its root first. */
  readonly manifests: readonly string[]
  /** Commands that its manifests name, as a person would type them in the folder that stands before them. */
  readonly commands: readonly ProjectCommand[]
  /** The folders of most sources and most tests; null when they stand in the root or there are none. */
  readonly sourceFolder: string | null
  readonly testFolder: string | null
  readonly documentFolder: string | null
  /** Memory files of agents, and homes of frameworks, that are there already. */
  readonly agentFiles: readonly string[]
  readonly homes: readonly string[]
  readonly tests: number
  readonly sources: number
}

export interface ProjectCommand {
  readonly purpose: 'test' | 'lint' | 'types' | 'build' | 'format'
  readonly command: string
  /** Relative to the root; empty for the root. */
  readonly folder: string
  readonly manifest: string
}

/** Names of the manifests that are worth reading, and globs that find them in a project. */
export const manifestNames = [
  'package.json',
  'pyproject.toml',
  'setup.cfg',
  'requirements.txt',
  'Cargo.toml',
  'go.mod',
  'pom.xml',
  'Gemfile',
  'Makefile',
] as const

const agentFile =
  /(?:^|\/)(?:AGENTS|CLAUDE|CLAUDE\.local|GEMINI)\.md$|^\.cursorrules$|^\.github\/copilot-instructions\.md$/
const home = /^(\.heddle|\.claude)\/(?!state\/)/

/** The survey of a project by all its paths and the texts of its manifests by path. Pure; nothing is run and nothing guessed. */
export function surveyProject(paths: readonly string[], texts: ReadonlyMap<string, string>): ProjectSurvey {
  const own = paths.filter((path) => languageOf(path) !== undefined)
  const tests = own.filter(isTestPath)
  const sources = own.filter((path) => !isTestPath(path))
  const manifests = paths.filter((path) => isManifest(path)).toSorted(byDepth)
  const described = manifests.map((path) => describe(path, texts.get(path) ?? ''))
  return {
    languages: countLanguages(own),
    name: described.find(({ name }) => name !== null)?.name ?? null,
    description: described.find(({ description }) => description !== null)?.description ?? null,
    manifests,
    commands: manifests.flatMap((path) => commandsOf(path, texts.get(path) ?? '', paths)),
    sourceFolder: commonest(sources),
    testFolder: commonest(tests, testHome),
    documentFolder: commonest(paths.filter((path) => /^(?:docs?|documentation)\//.test(path))),
    agentFiles: paths.filter((path) => agentFile.test(path)),
    homes: [...new Set(paths.flatMap((path) => home.exec(path)?.[1] ?? []))].toSorted(),
    tests: tests.length,
    sources: sources.length,
  }
}

/** True for the manifest of a project or of a part of it. */
export function isManifest(path: string): boolean {
  return (manifestNames as readonly string[]).includes(path.slice(path.lastIndexOf('/') + 1))
}

function byDepth(a: string, b: string): number {
  return a.split('/').length - b.split('/').length || (a < b ? -1 : 1)
}

function countLanguages(paths: readonly string[]): ProjectSurvey['languages'] {
  const counts = new Map<Language, number>()
  for (const path of paths) counts.set(languageOf(path)!, (counts.get(languageOf(path)!) ?? 0) + 1)
  return [...counts]
    .map(([language, files]) => ({ language, files }))
    .toSorted((a, b) => b.files - a.files || (a.language < b.language ? -1 : 1))
}

/** The folder for tests on the way to one: `api/tests`; else the first. */
function testHome(path: string): string {
  return /^(?:[^/]+\/)*?(?:tests?|__tests__|specs?)(?=\/)/.exec(path)?.[0] ?? firstFolder(path)
}

function firstFolder(path: string): string {
  return path.includes('/') ? path.slice(0, path.indexOf('/')) : ''
}

function commonest(paths: readonly string[], folderOf = firstFolder): string | null {
  const counts = new Map<string, number>()
  for (const path of paths) {
    const folder = folderOf(path)
    counts.set(folder, (counts.get(folder) ?? 0) + 1)
  }
  const [first] = [...counts].toSorted(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
  return first === undefined || first[0] === '' ? null : first[0]
}

function describe(path: string, text: string): { name: string | null; description: string | null } {
  if (path.endsWith('package.json')) {
    const { name, description } = parseObject(text)
    return { name: textOr(name), description: textOr(description) }
  }
  const of = (key: string): string | null =>
    new RegExp(`^${key}[ \\t]*=[ \\t]*"([^"\\n]{1,200})"`, 'm').exec(text)?.[1] ?? null
  if (path.endsWith('.toml')) return { name: of('name'), description: of('description') }
  const module = path.endsWith('go.mod') ? /^module[ \t]+(\S+)/m.exec(text)?.[1] : undefined
  return { name: module?.split('/').at(-1) ?? null, description: null }
}

const scriptPurposes: readonly (readonly [purpose: ProjectCommand['purpose'], names: readonly string[]])[] = [
  ['test', ['test']],
  ['lint', ['lint']],
  ['types', ['types', 'typecheck', 'type-check']],
  ['build', ['build']],
  ['format', ['format']],
]

function commandsOf(path: string, text: string, paths: readonly string[]): ProjectCommand[] {
  const folder = path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : ''
  const of = (purpose: ProjectCommand['purpose'], command: string): ProjectCommand => {
    return { purpose, command, folder, manifest: path }
  }
  const mentions = (tool: string): boolean => new RegExp(`\\b${tool}\\b`).test(text)
  switch (path.slice(path.lastIndexOf('/') + 1)) {
    case 'package.json':
      return scriptCommands(text, packageManager(folder, paths)).map(({ purpose, command }) =>
        of(purpose, command),
      )
    case 'pyproject.toml':
    case 'setup.cfg':
    case 'requirements.txt':
      return [
        ...(mentions('pytest') ? [of('test', 'python3 -m pytest')] : []),
        ...(mentions('ruff')
          ? [of('lint', 'ruff check .')]
          : mentions('flake8')
            ? [of('lint', 'flake8')]
            : []),
        ...(mentions('mypy') ? [of('types', 'mypy .')] : []),
        ...(mentions('black') ? [of('format', 'black .')] : []),
      ]
    case 'Cargo.toml':
      return [of('test', 'cargo test'), of('build', 'cargo build'), of('lint', 'cargo clippy')]
    case 'go.mod':
      return [of('test', 'go test ./...'), of('build', 'go build ./...'), of('lint', 'go vet ./...')]
    case 'Makefile':
      return scriptPurposes.flatMap(([purpose, [name]]) =>
        new RegExp(`^${name}[ \\t]*:(?!=)`, 'm').test(text) ? [of(purpose, `make ${name}`)] : [],
      )
    default:
      return []
  }
}

function scriptCommands(
  text: string,
  manager: string,
): { readonly purpose: ProjectCommand['purpose']; readonly command: string }[] {
  const { scripts } = parseObject(text)
  const named = scripts !== null && typeof scripts === 'object' ? Object.keys(scripts) : []
  return scriptPurposes.flatMap(([purpose, names]) => {
    const name = names.find((each) => named.includes(each))
    if (name === undefined) return []
    return [{ purpose, command: name === 'test' ? `${manager} test` : `${manager} run ${name}` }]
  })
}

function packageManager(folder: string, paths: readonly string[]): string {
  const has = (name: string): boolean => paths.includes(folder === '' ? name : `${folder}/${name}`)
  if (has('pnpm-lock.yaml')) return 'pnpm'
  if (has('yarn.lock')) return 'yarn'
  return has('bun.lock') ? 'bun' : 'npm'
}

function parseObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text)
    return value !== null && typeof value === 'object' ? (value as Readonly<Record<string, unknown>>) : {}
  } catch {
    return {}
  }
}

function textOr(value: unknown): string | null {
  return typeof value === 'string' && value.trim() !== '' ? value : null
}
