import type { Editions } from './edition.ts'
import { readModuleById } from './module-text.ts'

/** A command as somebody can choose it in an agent. */
export interface Prompt {
  readonly name: string
  readonly description: string
  readonly arguments: readonly {
    readonly name: string
    readonly description: string
    readonly required: boolean
  }[]
  /** The text of the command with the arguments given. */
  text(given: Readonly<Record<string, string>>): Promise<string>
}

const plainName = /^[A-Za-z0-9][\w.:-]{0,63}$/

/** The commands of the framework; those with a name that is none elsewhere are left out, as is the second of one name. */
export async function listPrompts(editions: Editions): Promise<readonly Prompt[]> {
  return editions.read(async (framework) => {
    const prompts = new Map<string, Prompt>()
    for (const { name, path } of await framework.list('commands')) {
      if (path === undefined || prompts.has(name) || !plainName.test(name)) continue
      const { module } = await framework.view(path)
      const declared = module.arguments.filter((argument) => plainName.test(argument.name))
      prompts.set(name, {
        name,
        description: module.description || (module.title ?? ''),
        arguments: declared.map(({ name, description, required }) => ({ name, description, required })),
        text: (given) => promptText(editions, path, given),
      })
    }
    return [...prompts.values()]
  })
}

async function promptText(
  editions: Editions,
  id: string,
  given: Readonly<Record<string, string>>,
): Promise<string> {
  const { text } = await editions.read((framework) => readModuleById(framework, id))
  const lines = Object.entries(given).map(([name, value]) => `- ${name}: ${value}`)
  return lines.length === 0 ? text : `${text.trimEnd()}\n\nArguments:\n${lines.join('\n')}\n`
}
