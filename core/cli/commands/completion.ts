import type { CommandUnknownOpts } from '@commander-js/extra-typings'
import { createFramework, type Framework, readCodes } from '../../index.ts'
import { wrongUsage } from '../exit.ts'
import { findRoot } from '../root.ts'
import { newKinds } from '../scaffold/make.ts'

const shells = ['bash', 'zsh', 'fish', 'powershell']

/** `heddle completion`: prints the script that a shell sources. */
export async function completion(shell: string): Promise<void> {
  if (!shells.includes(shell))
    wrongUsage(`There is no completion for "${shell}".`, `Name one of: ${shells.join(', ')}.`)
  const { script } = await import('@bomb.sh/tab')
  script(shell, 'heddle', 'heddle')
}

/** What the script asks with the words typed so far, the last of them perhaps empty: prints what could stand there. */
export async function complete(program: CommandUnknownOpts, words: readonly string[]): Promise<void> {
  const { RootCommand } = await import('@bomb.sh/tab')
  const root = new RootCommand()
  for (const command of program.commands) {
    const known = root.command(command.name(), command.summary() || command.description())
    for (const { long, short, description, argChoices = [], required, optional } of command.options) {
      if (long === undefined) continue
      const name = long.slice(2)
      const alias = short?.slice(1)
      if (required || optional) known.option(name, description, offering(argChoices), alias)
      else known.option(name, description, alias)
    }
    const isAsked = command.name() === words[0] && words.length > 1 && words.at(-1)?.startsWith('-') !== true
    for (const argument of command.registeredArguments) {
      const candidates = isAsked ? await candidatesFor(command.name(), argument.name()) : []
      known.argument(argument.name(), offering(candidates), argument.variadic)
    }
  }
  root.parse([...words])
}

type Offer = (value: string, description: string) => void

function offering(candidates: readonly (string | readonly [string, string])[]): (offer: Offer) => void {
  return (offer) => {
    for (const candidate of candidates) {
      const [value, description] = typeof candidate === 'string' ? [candidate, ''] : candidate
      offer(value, description.replace(/\s+/g, ' '))
    }
  }
}

type Candidates = readonly (string | readonly [string, string])[]

const fixed: Readonly<Record<string, Candidates>> = {
  'list what': ['commands', 'modules', 'plugins', 'operations'],
  'runs verb': ['list', 'show', 'diff', 'prune', 'stats'],
  'new kind': newKinds,
  'completion shell': shells,
}

async function candidatesFor(command: string, argument: string): Promise<Candidates> {
  const known = fixed[`${command} ${argument}`]
  if (known) return known
  if (command === 'explain')
    return Object.entries(await readCodes()).map(([code, { means }]) => [code, means])
  if (command === 'run' && argument === 'command') return fromFramework(commandNames)
  if (/^(?:references?|paths?|old)$/.test(argument)) return fromFramework(moduleNames)
  return []
}

/** None of the project's code runs because somebody pressed a key: so neither the configuration is read nor its plugins. */
async function fromFramework(read: (framework: Framework) => Promise<Candidates>): Promise<Candidates> {
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

async function commandNames(framework: Framework): Promise<Candidates> {
  return (await framework.list('commands')).map(({ name, description }) => [name, description])
}

/** Each module by its reference where it has one, and by its path. */
async function moduleNames(framework: Framework): Promise<Candidates> {
  const modules = await framework.list('modules')
  return modules.flatMap(({ path = '', description }): [string, string][] => {
    const below = /^(?:\.heddle|\.claude|heddle:modules)\/(.+)$/.exec(path)?.[1]
    const reference: [string, string][] = below === undefined ? [] : [[`@${below}`, description]]
    return path.includes(':') ? reference : [...reference, [path, description]]
  })
}
