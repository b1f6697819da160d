import type { CommandUnknownOpts } from '@commander-js/extra-typings'
import { createFramework, type Framework, readCodes } from '../../index.ts'
import { completionScripts } from '../completion-scripts.ts'
import { wrongUsage } from '../exit.ts'
import { findRoot } from '../root.ts'
import { newKinds } from '../scaffold/make.ts'

const shells = Object.keys(completionScripts)

/** `heddle completion`: prints the script that a shell sources. */
export function completion(shell: string): void {
  if (!shells.includes(shell))
    wrongUsage(`There is no completion for "${shell}".`, `Name one of: ${shells.join(', ')}.`)
  process.stdout.write(completionScripts[shell]!)
}

interface Offer {
  readonly value: string
  readonly description?: string
}

/** Whatever else is in a name, a shell could obey it. */
const plainName = /^[\p{L}\p{N}@._/:+,=~*-]+$/u

/**
 * What the script asks with the words typed so far, the last of them perhaps empty: prints what could stand there, a line each,
 * with what it is behind a tab.
 */
export async function complete(program: CommandUnknownOpts, words: readonly string[]): Promise<void> {
  const begun = words.at(-1) ?? ''
  const offers = (await findOffers(program, words.slice(0, -1), begun)).filter(
    ({ value }) => value.startsWith(begun) && plainName.test(value),
  )
  const lines = offers.map(({ value, description = '' }) => `${value}\t${description.replace(/\s+/g, ' ')}\n`)
  process.stdout.write(lines.join(''))
}

async function findOffers(
  program: CommandUnknownOpts,
  before: readonly string[],
  begun: string,
): Promise<readonly Offer[]> {
  const command = program.commands.find((each) => each.name() === before[0])
  if (!command) return before.length === 0 ? [...commandsOf(program), ...optionsOf(program)] : []
  const [assigned = '', long] = /^(--[\w-]+)=/.exec(begun) ?? []
  const asked = optionNamed(command, long ?? before.at(-1))
  if (asked && takesValue(asked))
    return (asked.argChoices ?? []).map((choice) => ({ value: `${assigned}${choice}` }))
  if (begun.startsWith('-')) return optionsOf(command)
  const argument = argumentAt(command, countWords(command, before.slice(1)))
  return argument === undefined ? [] : candidatesFor(command.name(), argument)
}

function commandsOf(program: CommandUnknownOpts): Offer[] {
  return program.commands.map((each) => ({
    value: each.name(),
    description: each.summary() || each.description(),
  }))
}

function optionsOf(command: CommandUnknownOpts): Offer[] {
  return command.options.flatMap(({ long, description }) => (long ? [{ value: long, description }] : []))
}

type Option = CommandUnknownOpts['options'][number]

function optionNamed(command: CommandUnknownOpts, word: string | undefined): Option | undefined {
  return command.options.find(({ long, short }) => word !== undefined && (long === word || short === word))
}

function takesValue({ required, optional }: Option): boolean {
  return required || optional
}

/** How many words are arguments: neither options nor their values. */
function countWords(command: CommandUnknownOpts, words: readonly string[]): number {
  return words.filter((word, index) => {
    const previous = optionNamed(command, words[index - 1])
    return !word.startsWith('-') && !(previous && takesValue(previous))
  }).length
}

function argumentAt({ registeredArguments }: CommandUnknownOpts, index: number): string | undefined {
  const last = registeredArguments.at(-1)
  return (registeredArguments[index] ?? (last?.variadic ? last : undefined))?.name()
}

const fixed: Readonly<Record<string, readonly string[]>> = {
  'list what': ['commands', 'modules', 'plugins', 'operations'],
  'runs verb': ['list', 'show', 'diff', 'prune', 'stats'],
  'new kind': newKinds,
  'completion shell': shells,
}

async function candidatesFor(command: string, argument: string): Promise<readonly Offer[]> {
  const known = fixed[`${command} ${argument}`]
  if (known) return known.map((value) => ({ value }))
  if (command === 'explain')
    return Object.entries(await readCodes()).map(([value, { means }]) => ({ value, description: means }))
  if (command === 'run' && argument === 'command') return fromFramework(commandNames)
  if (/^(?:references?|paths?|path|old)$/.test(argument)) return fromFramework(moduleNames)
  return []
}

/** None of the project's code runs because somebody pressed a key: so neither the configuration is read nor its plugins. */
async function fromFramework(
  read: (framework: Framework) => Promise<readonly Offer[]>,
): Promise<readonly Offer[]> {
  try {
    const framework = await createFramework({ root: findRoot(process.cwd()), config: false })
    try {
      return await read(framework)
    } finally {
      await framework.dispose()
    }
  } catch {
    return []
  }
}

async function commandNames(framework: Framework): Promise<readonly Offer[]> {
  return (await framework.list('commands')).map(({ name, description }) => ({ value: name, description }))
}

/** Each module by its reference where it has one, and by its path. */
async function moduleNames(framework: Framework): Promise<readonly Offer[]> {
  const modules = await framework.list('modules')
  return modules.flatMap(({ path = '', description }) => {
    const below = /^(?:\.heddle|\.claude|heddle:modules)\/(.+)$/.exec(path)?.[1]
    const reference = below === undefined ? [] : [{ value: `@${below}`, description }]
    return path.includes(':') ? reference : [...reference, { value: path, description }]
  })
}
