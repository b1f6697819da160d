import { delimiter, join } from 'node:path'
import type { OperationContext, Path, Planning } from 'heddle'
import { commandRefused, needsShell, nothingToMeasure } from './refusals.ts'
import type { PerformanceOptions } from './options.ts'

/** A command that is measured. */
export interface Subject {
  /** As a person would type it. */
  readonly name: string
  readonly program: string
  readonly arguments: readonly string[]
  readonly shell: boolean
}

/** How a program is started. */
export type SpawnOptions = Parameters<OperationContext['spawn']>[0]

/** Scripts that are measured when nothing is asked for, in this order. */
const usualScripts = ['bench', 'benchmark', 'build', 'test', 'test:unit', 'lint']
const mostSubjects = 4

/**
 * What is to be measured: the script or configured command that the argument names, else the command line itself, which no shell
 * reads; without an argument what is configured, else the usual scripts of the project. Reports why there is nothing.
 */
export async function findSubjects(
  planning: Planning,
  { commands, typed }: PerformanceOptions,
  hasAddress: boolean,
): Promise<readonly Subject[]> {
  const text = (planning.arguments['command'] ?? '').trim()
  const scripts = await scriptsOf(planning.files)
  const configured = Object.entries(commands).map(([name, line]) => inShell(name, line))
  if (text !== '') {
    const named = configured.find(({ name }) => name === text) ?? scriptNamed(text, scripts)
    if (named) return [named]
    if (!typed) planning.report(commandRefused(text))
    const words = typed ? splitWords(text) : []
    if (typed && words === undefined) planning.report(needsShell(text))
    const [program, ...rest] = words ?? []
    return program === undefined ? [] : [{ name: text, program, arguments: rest, shell: false }]
  }
  if (configured.length > 0) return configured
  if (hasAddress) return []
  const usual = usualScripts.flatMap((name) => {
    const script = scripts.get(name)
    return script === undefined || neverEnds(script) ? [] : [inShell(`npm run ${name}`, script)]
  })
  if (usual.length === 0) planning.report(nothingToMeasure())
  return usual.slice(0, mostSubjects)
}

/** How a subject is started: the programs that the project has installed are on PATH, as they are under npm. */
export function spawnOf({ program, arguments: words, shell }: Subject, root: string): SpawnOptions {
  const PATH = [join(root, 'node_modules', '.bin'), process.env['PATH'] ?? ''].join(delimiter)
  return { program, arguments: words, shell, cwd: root, env: { CI: 'true', NO_COLOR: '1', PATH } }
}

/** npm itself takes a third of a second to start, which would be measured with every run: the script goes to the shell. */
function inShell(name: string, line: string): Subject {
  return { name, program: line, arguments: [], shell: true }
}

function scriptNamed(text: string, scripts: ReadonlyMap<string, string>): Subject | undefined {
  const name = /^(?:(?:npm|pnpm|yarn|bun) (?:run )?)?([\w:.-]+)$/.exec(text)?.[1] ?? ''
  const script = scripts.get(name)
  return script === undefined ? undefined : inShell(text, script)
}

function neverEnds(script: string): boolean {
  return /(?:^|\s)(?:--watch(?:All)?\b|-w\b|serve\b|dev\b|start\b)|no test specified/.test(script)
}

async function scriptsOf(files: Planning['files']): Promise<ReadonlyMap<string, string>> {
  const path = 'package.json' as Path
  if ((await files.stat(path))?.type !== 'file') return new Map()
  try {
    const manifest = JSON.parse(new TextDecoder().decode(await files.read(path))) as { scripts?: unknown }
    const scripts = Object.entries((manifest.scripts ?? {}) as Record<string, unknown>)
    return new Map(scripts.filter((entry): entry is [string, string] => typeof entry[1] === 'string'))
  } catch (thrown) {
    // What is no JSON names no script; a file that cannot be read is another matter.
    if (thrown instanceof SyntaxError) return new Map()
    throw thrown
  }
}

/** The words of a command line with their quotes taken off; undefined when only a shell could read it. */
export function splitWords(text: string): string[] | undefined {
  const words: string[] = []
  let rest = text.trim()
  while (rest !== '') {
    const found = /^(?:[^\s"'\\|&;<>()$`]+|"[^"\\$`]*"|'[^']*')+/.exec(rest)
    if (!found) return undefined
    words.push(
      found[0].replace(
        /"([^"]*)"|'([^']*)'/g,
        (_, double?: string, single?: string) => double ?? single ?? '',
      ),
    )
    const after = rest.slice(found[0].length)
    if (after !== '' && !/^\s/.test(after)) return undefined
    rest = after.trimStart()
  }
  return words
}
