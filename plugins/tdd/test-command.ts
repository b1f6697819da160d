import { type Language, languageOf, type Path, type Planning } from 'heddle'

/** How a project says that its tests are run. */
export interface TestCommand {
  readonly program: string
  readonly arguments: readonly string[]
  /** The folder with the manifest, relative to the root; empty for the root. */
  readonly folder: string
  /** The manifest that names it. */
  readonly manifest: string
}

interface Finder {
  readonly manifest: string
  readonly languages: readonly Language[]
  /** The words of the command that the text of the manifest names, if it names one. */
  find(text: string, has: (name: string) => Promise<boolean>): Promise<readonly string[] | undefined>
}

const python: Finder['find'] = async (text) =>
  /\bpytest\b/.test(text) ? ['python3', '-m', 'pytest', '-q'] : undefined

const finders: readonly Finder[] = [
  { manifest: 'package.json', languages: ['typescript', 'javascript'], find: fromScripts },
  { manifest: 'pyproject.toml', languages: ['python'], find: python },
  { manifest: 'pytest.ini', languages: ['python'], find: async () => ['python3', '-m', 'pytest', '-q'] },
  { manifest: 'setup.cfg', languages: ['python'], find: python },
  { manifest: 'requirements.txt', languages: ['python'], find: python },
  { manifest: 'go.mod', languages: ['go'], find: async () => ['go', 'test', './...'] },
  { manifest: 'Cargo.toml', languages: ['rust'], find: async () => ['cargo', 'test'] },
  {
    manifest: 'Makefile',
    languages: [],
    find: async (text) => (/^test[ \t]*:(?!=)/m.test(text) ? ['make', 'test'] : undefined),
  },
]

/**
 * The test command of the nearest folder above the component whose manifests name one; the manifest of the component's
 * own language goes first. `undefined` when no manifest names any.
 */
export async function findTestCommand(
  files: Planning['files'],
  component: string,
): Promise<TestCommand | undefined> {
  const language = languageOf(component)
  const ordered = finders.toSorted((a, b) => rankOf(a, language) - rankOf(b, language))
  for (const folder of foldersAbove(component)) {
    const has = async (name: string): Promise<boolean> => (await readIn(files, folder, name)) !== undefined
    for (const finder of ordered) {
      const text = await readIn(files, folder, finder.manifest)
      const [program, ...words] = (text === undefined ? undefined : await finder.find(text, has)) ?? []
      if (program !== undefined)
        return { program, arguments: words, folder, manifest: joined(folder, finder.manifest) }
    }
  }
  return undefined
}

/** Caches and reports that test runners leave behind and nobody reads back as source. */
export const scratchOfTests: readonly string[] = [
  '**/coverage',
  '**/.coverage',
  '**/coverage.xml',
  '**/.nyc_output',
  '**/.pytest_cache',
  '**/.benchmarks',
  '**/.hypothesis',
  '**/__pycache__',
  '**/node_modules/.*',
  '**/target',
  '**/junit.xml',
  '**/test-results',
]

async function fromScripts(
  text: string,
  has: (name: string) => Promise<boolean>,
): Promise<readonly string[] | undefined> {
  const script = testScript(text)
  // What `npm init` writes is a reminder, not a test.
  if (script === undefined || /no test specified/.test(script)) return undefined
  if (await has('pnpm-lock.yaml')) return ['pnpm', '--silent', 'run', 'test']
  if (await has('yarn.lock')) return ['yarn', 'run', 'test']
  if (await has('bun.lock')) return ['bun', 'run', 'test']
  return ['npm', 'run', '--silent', 'test']
}

function testScript(text: string): string | undefined {
  try {
    const manifest = JSON.parse(text) as { scripts?: { test?: unknown } } | null
    const script = manifest?.scripts?.test
    return typeof script === 'string' && script.trim() !== '' ? script : undefined
  } catch {
    return undefined
  }
}

function rankOf(finder: Finder, language: Language | undefined): number {
  return language !== undefined && finder.languages.includes(language) ? 0 : 1
}

function foldersAbove(component: string): string[] {
  const parts = component.split('/')
  return parts.map((_, index) => parts.slice(0, parts.length - index - 1).join('/'))
}

async function readIn(files: Planning['files'], folder: string, name: string): Promise<string | undefined> {
  const path = joined(folder, name) as Path
  const stat = await files.stat(path)
  return stat?.type === 'file' ? new TextDecoder().decode(await files.read(path)) : undefined
}

function joined(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`
}
