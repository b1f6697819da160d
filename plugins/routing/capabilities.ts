import type { Module } from 'heddle'
import { stemsOf } from './words.ts'

/** What a command says that it is for. */
export interface Capability {
  readonly command: string
  readonly arguments: readonly string[]
  /** Stems of what people ask it to do. */
  readonly verbs: ReadonlySet<string>
  /** Stems of what they ask it about. */
  readonly objects: ReadonlySet<string>
  /** As they are written, and the stems of their words, at least two. */
  readonly phrases: readonly { readonly text: string; readonly stems: readonly string[] }[]
  /** Stems of its name, title and description: weak evidence. */
  readonly described: ReadonlySet<string>
  readonly takesPath: boolean
  readonly takesName: boolean
}

/**
 * The capabilities of commands, from the key `routing` of their front matter (`verbs`, `objects`, `phrases`, `takes`); a command
 * without the key is known by its name, title and description. Commands that say `routing: false` are never chosen.
 */
export function capabilitiesOf(commands: readonly Module[]): Capability[] {
  return commands.flatMap((command) => {
    const routing = command.metadata['routing']
    return routing === false ? [] : [capabilityOf(command, isRecord(routing) ? routing : {})]
  })
}

function capabilityOf(command: Module, routing: Readonly<Record<string, unknown>>): Capability {
  const takes = textsIn(routing['takes'])
  const phrases = [...textsIn(routing['phrases']), ...command.parts.triggers]
  return {
    command: command.name,
    arguments: command.arguments.map(({ name }) => name),
    verbs: new Set(textsIn(routing['verbs']).flatMap(stemsOf)),
    objects: new Set(textsIn(routing['objects']).flatMap(stemsOf)),
    phrases: phrases.map((text) => ({ text, stems: stemsOf(text) })).filter(({ stems }) => stems.length >= 2),
    described: new Set(
      stemsOf([command.name, command.title ?? '', command.description].join(' ')).filter(
        (word) => !empty.has(word),
      ),
    ),
    takesPath: takes.includes('path'),
    takesName: takes.includes('name'),
  }
}

const empty = new Set(
  stemsOf(
    'a an the and or of to in on at for with by from it its is are be this that what how one each your you they see all do get',
  ),
)

const mostTexts = 200

function textsIn(value: unknown): string[] {
  const list = Array.isArray(value) ? (value as unknown[]) : [value]
  return list.filter((one): one is string => typeof one === 'string').slice(0, mostTexts)
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}
