import type { Diagnostic, Report } from '../../index.ts'
import { Exit, exit, wrongUsage } from '../exit.ts'
import type { CommonOptions } from '../options.ts'
import { printDiagnostics, printJson, visible } from '../print.ts'
import { openFramework, tellFaults } from '../root.ts'

export interface SessionOptions extends CommonOptions {
  readonly notes?: string | undefined
  readonly keep?: string | undefined
}

/** Verbs, and how many names each takes: at least, at most. */
const verbs: Readonly<Record<string, readonly [number, number]>> = {
  list: [0, 0],
  save: [0, 1],
  show: [0, 1],
  resume: [0, 1],
  fork: [2, 2],
  prune: [0, 1],
}

/** `heddle session`: the command `session` of the framework, told in a few lines instead of a report. */
export async function session(
  verb: string,
  names: readonly string[],
  options: SessionOptions,
): Promise<void> {
  requireNames(verb, names, options)
  const framework = await openFramework(options)
  try {
    tellFaults(framework, options)
    const report = await framework.run('session', argumentsOf(verb, names, options), { journal: false })
    const told = toldBy(report)
    if (options.format === 'json') printJson(told ?? report)
    else for (const line of told?.summary ?? []) process.stdout.write(`${visible(line)}\n`)
    printDiagnostics([...failuresIn(report), ...report.diagnostics.filter(isMeant)], process.stderr)
    if (report.status !== 'passed') throw new Exit(exit.found)
  } finally {
    await framework.dispose()
  }
}

function requireNames(verb: string, names: readonly string[], { keep }: SessionOptions): void {
  const allowed = Object.hasOwn(verbs, verb) ? verbs[verb]! : undefined
  if (!allowed)
    wrongUsage(`"${verb}" cannot be done with sessions.`, `Write one of: ${Object.keys(verbs).join(', ')}.`)
  const [least, most] = allowed
  if (names.length < least || names.length > most)
    wrongUsage(`\`session ${verb}\` takes other names than these ${names.length}.`, usageOf(verb))
  if (verb === 'prune' && names.length === 0 && keep === undefined)
    wrongUsage('Nothing says which sessions to remove.', 'Write a NAME, or --keep N.')
}

function usageOf(verb: string): string {
  const words = verb === 'list' ? '' : verb === 'fork' ? ' NAME NEW' : ' [NAME]'
  return `Write: heddle session ${verb}${words}`
}

function argumentsOf(
  action: string,
  [name, as]: readonly string[],
  { notes, keep }: SessionOptions,
): Record<string, string> {
  const given = { action, name, as, notes, keep }
  return Object.fromEntries(
    Object.entries(given).filter((entry): entry is [string, string] => entry[1] !== undefined),
  )
}

/** What the pattern says of its work; a project may have given the name of the command to something else. */
function toldBy({ groups }: Report): { readonly summary?: readonly string[] } | undefined {
  const found = groups.find(({ name }) => name === 'session/state')?.synthesis
  return typeof found === 'object' && found !== null ? found : undefined
}

function failuresIn({ groups }: Report): Diagnostic[] {
  return groups.flatMap(({ operations }) => operations.flatMap(({ error }) => error ?? []))
}

function isMeant({ severity }: Diagnostic): boolean {
  return severity !== 'info'
}
