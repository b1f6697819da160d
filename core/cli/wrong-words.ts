import type { CommanderError } from '@commander-js/extra-typings'
import { wrongUsage } from './exit.ts'

/** A command as far as it is needed to say how it is used. */
interface Used {
  readonly parent: Used | null
  name(): string
  usage(): string
}

/** Throws what the parser of words found wrong as a fault of usage; what only ends a command, such as help, is thrown as it is. */
export function refuseWords(thrown: CommanderError, command: Used): never {
  if (thrown.exitCode === 0 || thrown.code === 'commander.help') throw thrown
  const [said, suggestion] = thrown.message.replace(/^error: /, '').split(/\n\((Did you mean [^]*\?)\)$/)
  const message = said!.charAt(0).toUpperCase() + said!.slice(1).replace(/\.?$/, '.')
  const name = command.parent ? `heddle ${command.name()}` : 'heddle'
  const usage = command.parent && isOfCount(thrown) ? `Usage: ${name} ${command.usage()}.` : undefined
  wrongUsage(message, `${[suggestion, usage].filter(Boolean).join(' ')} See ${name} --help.`.trim())
}

/** True when there are too few or too many words, so that it helps to see which there may be. */
function isOfCount({ code }: CommanderError): boolean {
  return code === 'commander.missingArgument' || code === 'commander.excessArguments'
}
