import { type FoundCheck, type Project, scratch } from './check.ts'
import { type PackageManager, findPackageManager } from './package-manager.ts'
import { families, type Family } from './result.ts'
import { findTools } from './installed-tools.ts'
import { scriptUnfit } from './findings.ts'
import { programsOf, quoted, withPrograms } from './shell.ts'

/** For each family the names of scripts that check it; of the names in one list the first usable one is taken. */
const scriptNames: Readonly<Record<Family, readonly (readonly string[])[]>> = {
  testing: [['test', 'tests', 'test:unit', 'unit', 'test:ci']],
  linting: [
    ['lint', 'eslint', 'lint:check', 'check:lint', 'lint:ci', 'lint:js', 'lint:ts'],
    ['format:check', 'check:format', 'fmt:check', 'prettier:check', 'check:prettier', 'style:check'],
  ],
  types: [
    ['typecheck', 'type-check', 'types', 'tsc', 'check-types', 'check:types', 'types:check', 'ts:check'],
  ],
  security: [
    ['audit', 'security', 'security:audit', 'audit:ci', 'audit:prod', 'security:check', 'check:security'],
  ],
}

/** Scripts that are no checks, with the reason as a person is told it. */
const unfit: readonly { readonly pattern: RegExp; readonly reason: string }[] = [
  {
    pattern:
      /\s--watch(?:All)?(?!=false)(?=[\s=]|$)|\b(?:tsc|mocha|ava)\b[^&|;]*\s-w\b|\bvitest (?:watch|dev)\b|\b(?:nodemon|tsc-watch)\b/,
    reason: 'watches files and would not end',
  },
  {
    pattern:
      /\s--(?:fix(?!-dry-run|=false)[\w-]*|write|apply(?:-unsafe)?|update-?snapshots?)(?=[\s=]|$)|\baudit fix\b|\bprettier\b[^&|;]*\s-w\b/i,
    reason: 'changes files',
  },
  {
    pattern:
      /\b(?:npm|pnpm|yarn|bun|lerna|changeset|semantic-release|vsce|firebase|vercel)\b[^&|;]*\s(?:publish|deploy)\b/,
    reason: 'publishes',
  },
  { pattern: /\bheddle run\b/, reason: 'runs Heddle itself' },
]

type Scripts = ReadonlyMap<string, string>

/** The checks among the scripts of `package.json`. Scripts that would not end, change files or publish are told, not run. */
export async function findScripts(
  project: Project,
  programFolders: readonly string[],
): Promise<FoundCheck[]> {
  const text = await project.read('package.json')
  const manifest = text === undefined ? undefined : readManifest(text)
  if (!manifest) return []
  const manager = await findPackageManager(project, manifest.packageManager)
  const make = createMaker(manifest.scripts, manager, programFolders)
  const named = families.flatMap((family) =>
    scriptNames[family].flatMap((names) => {
      const name = names.find((name) => isUsable(name, manifest.scripts, project))
      return name === undefined ? [] : [make(family, name)]
    }),
  )
  const open = families.filter((family) => !named.some((check) => check.family === family))
  return [...named, ...(await findTools(project, { open, installs: manifest.installs, programFolders }))]
}

interface Manifest {
  readonly scripts: Scripts
  readonly packageManager: string
  /** Names of all that the project installs for itself. */
  readonly installs: ReadonlySet<string>
}

function readManifest(text: string): Manifest | undefined {
  try {
    const manifest = JSON.parse(text) as Record<string, unknown>
    const { packageManager } = manifest
    return {
      scripts: new Map(textsIn(manifest['scripts'])),
      packageManager: typeof packageManager === 'string' ? packageManager : '',
      installs: new Set(
        [...textsIn(manifest['dependencies']), ...textsIn(manifest['devDependencies'])].map(([name]) => name),
      ),
    }
  } catch {
    return undefined
  }
}

function textsIn(value: unknown): [string, string][] {
  const pairs = value !== null && typeof value === 'object' ? Object.entries(value) : []
  return pairs.filter((pair): pair is [string, string] => typeof pair[1] === 'string')
}

function isUsable(name: string, scripts: Scripts, project: Project): boolean {
  const script = scripts.get(name)
  // What `npm init` writes is a reminder, not a test.
  if (script === undefined || script.trim() === '' || /no test specified/.test(script)) return false
  const whole = wholeText(name, scripts)
  const fault = unfit.find(({ pattern }) => pattern.test(whole))
  if (fault) project.report(scriptUnfit(name, fault.reason))
  return fault === undefined
}

/** A script with the scripts around it and those that it calls by name. */
function wholeText(name: string, scripts: Scripts, seen = new Set<string>()): string {
  if (seen.has(name)) return ''
  seen.add(name)
  const text = phasesOf(name, scripts)
    .map((phase) => scripts.get(phase))
    .join(' ; ')
  const called = text.matchAll(
    /\b(?:npm|pnpm|yarn|bun)(?:\s+-\S+)*\s+(?:run(?:-script)?\s+)?(?:-\S+\s+)*([\w:.-]+)/g,
  )
  return [
    text,
    ...[...called].map(([, other]) => (scripts.has(other!) ? wholeText(other!, scripts, seen) : '')),
  ].join(' ; ')
}

function phasesOf(name: string, scripts: Scripts): readonly string[] {
  return [`pre${name}`, name, `post${name}`].filter((phase) => scripts.has(phase))
}

function createMaker(scripts: Scripts, manager: PackageManager, programFolders: readonly string[]) {
  return (family: Family, name: string): FoundCheck => {
    const phases = phasesOf(name, scripts)
    const direct = manager.isBypassed && !/\bnpm_/.test(wholeText(name, scripts))
    const common = {
      family,
      name: `${manager.name} run ${name}`,
      manifest: 'package.json',
      programFolders,
      scratch: scratch.node,
    }
    if (!direct) {
      const silent = manager.name === 'npm' ? ' --silent' : ''
      return {
        ...common,
        command: withPrograms([], `${manager.name} run${silent} ${name}`),
        programs: [manager.name],
      }
    }
    const steps = phases.map((phase) => `npm_lifecycle_event=${phase} sh -c ${quoted(scripts.get(phase)!)}`)
    return {
      ...common,
      command: withPrograms(programFolders, steps.join(' && ')),
      programs: programsOf(scripts.get(name)!),
    }
  }
}
