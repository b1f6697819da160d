import { type FoundCheck, type Project, scratch } from './check.ts'
import type { Family } from './result.ts'
import { withPrograms } from './shell.ts'

interface PythonTool {
  readonly family: Family
  readonly name: string
  command(manifest: string, text: string): string
}

const pythonTools: readonly PythonTool[] = [
  { family: 'testing', name: 'pytest', command: () => 'pytest -q' },
  { family: 'linting', name: 'ruff', command: () => 'ruff check .' },
  { family: 'linting', name: 'flake8', command: () => 'flake8' },
  { family: 'linting', name: 'black', command: () => 'black --check .' },
  {
    family: 'types',
    name: 'mypy',
    command: (_, text) => (/^\s*(?:files|packages|modules)\s*=/m.test(text) ? 'mypy' : 'mypy .'),
  },
  { family: 'types', name: 'pyright', command: () => 'pyright' },
  {
    family: 'security',
    name: 'bandit',
    command: (manifest, text) =>
      manifest === 'pyproject.toml' && text.includes('[tool.bandit')
        ? 'bandit -q -c pyproject.toml -r .'
        : 'bandit -q -r .',
  },
  { family: 'security', name: 'pip-audit', command: () => 'pip-audit' },
  { family: 'security', name: 'safety', command: () => 'safety check' },
]

const environments = ['.venv/bin', 'venv/bin']

/** The tools that `pyproject.toml`, `setup.cfg` or `tox.ini` declare; the project's own virtual environment goes before PATH. */
export async function findPythonTools(project: Project): Promise<FoundCheck[]> {
  const checks: FoundCheck[] = []
  for (const manifest of ['pyproject.toml', 'setup.cfg', 'tox.ini']) {
    const text = await project.read(manifest)
    if (text === undefined) continue
    for (const tool of pythonTools) {
      if (!declares(text, tool.name) || checks.some(({ programs }) => programs.includes(tool.name))) continue
      const command = tool.command(manifest, text)
      checks.push({
        family: tool.family,
        name: command,
        manifest,
        command: withPrograms(environments, command),
        programs: [tool.name],
        programFolders: environments,
        scratch: scratch.python,
      })
    }
  }
  return checks
}

/** True when a manifest has settings for the tool, or names it as a requirement. */
function declares(text: string, tool: string): boolean {
  const lines = text
    .split(/\r?\n/)
    .filter((line) => !/^\s*(?:#|;|name\s*=|description\s*=)/.test(line))
    .join('\n')
  const forms = [
    String.raw`^\s*\[tool[.:]${tool}[.\]]`,
    String.raw`^\s*\[${tool}\]`,
    String.raw`["']${tool}(?:\[[\w, -]*\])?\s*(?:["']|[<>=!~;@])`,
    String.raw`^\s*${tool}\s*(?:$|[<>=!~;])`,
  ]
  return forms.some((form) => new RegExp(form, 'm').test(lines))
}

/** The checks that every Rust package has; the program of each sub-command must be there. */
export async function findCargo(project: Project): Promise<FoundCheck[]> {
  if (!(await project.has('Cargo.toml'))) return []
  const of = (family: Family, words: string, programs: readonly string[]): FoundCheck =>
    plain(family, { command: `cargo ${words}`, manifest: 'Cargo.toml', programs, scratch: scratch.cargo })
  return [
    of('testing', 'test', ['cargo']),
    of('linting', 'clippy', ['cargo', 'cargo-clippy']),
    of('types', 'check', ['cargo']),
    of('security', 'audit', ['cargo', 'cargo-audit']),
  ]
}

/** The checks that every Go module has. */
export async function findGo(project: Project): Promise<FoundCheck[]> {
  if (!(await project.has('go.mod'))) return []
  const of = (family: Family, command: string): FoundCheck =>
    plain(family, { command, manifest: 'go.mod', programs: ['go'], scratch: [] })
  return [of('testing', 'go test ./...'), of('linting', 'go vet ./...')]
}

const targets: Readonly<Record<Family, readonly string[]>> = {
  testing: ['test', 'tests', 'check'],
  linting: ['lint'],
  types: ['typecheck', 'type-check', 'types'],
  security: ['audit', 'security'],
}

/** Targets of a Makefile for the families that no other manifest has a check for: most only call those. */
export async function findTargets(project: Project, families: readonly Family[]): Promise<FoundCheck[]> {
  const text = await project.read('Makefile')
  if (text === undefined) return []
  return families.flatMap((family) => {
    const target = targets[family].find((name) =>
      new RegExp(String.raw`^${name}[ \t]*::?(?!=)`, 'm').test(text),
    )
    if (target === undefined) return []
    const all = [...scratch.node, ...scratch.python, ...scratch.cargo]
    return [
      plain(family, { command: `make ${target}`, manifest: 'Makefile', programs: ['make'], scratch: all }),
    ]
  })
}

function plain(
  family: Family,
  check: Pick<FoundCheck, 'command' | 'manifest' | 'programs' | 'scratch'>,
): FoundCheck {
  return {
    ...check,
    family,
    name: check.command,
    command: withPrograms([], check.command),
    programFolders: [],
  }
}
