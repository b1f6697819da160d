import { spawn } from 'node:child_process'
import { basename, join } from 'node:path'
import { HeddleError, type Place } from '../base/diagnostic.ts'

/** Opens files in the editor of whoever started the server. */
export interface Editor {
  /** The program. */
  readonly name: string
  /** Starts it for a place of the project. Rejects with EDITOR_FAILED when it cannot be started. */
  open(place: Place): Promise<void>
}

/** How editors with a window are told a place. */
const known: Readonly<Record<string, readonly string[]>> = {
  code: ['-g', '{file}:{line}:{column}'],
  'code-insiders': ['-g', '{file}:{line}:{column}'],
  codium: ['-g', '{file}:{line}:{column}'],
  cursor: ['-g', '{file}:{line}:{column}'],
  windsurf: ['-g', '{file}:{line}:{column}'],
  zed: ['{file}:{line}:{column}'],
  subl: ['{file}:{line}:{column}'],
  mate: ['-l', '{line}', '{file}'],
  gvim: ['+{line}', '{file}'],
  emacsclient: ['--no-wait', '+{line}:{column}', '{file}'],
  kate: ['-l', '{line}', '-c', '{column}', '{file}'],
  gedit: ['+{line}:{column}', '{file}'],
  idea: ['--line', '{line}', '{file}'],
  webstorm: ['--line', '{line}', '{file}'],
}

const startMs = 300

/**
 * The editor of a command such as `code` or `my-editor --at {line} {file}`: words with blanks between them, never read by a shell. What
 * stands for the place is filled in word by word, so that nothing in a name can become another word. Undefined for a program whose way of
 * being told a place is not known, where the command does not say it.
 */
export function createEditor(command: string, folder: string): Editor | undefined {
  const [program, ...given] = command.trim().split(/\s+/)
  if (program === undefined || program === '') return undefined
  const name = basename(program)
  const isSaid = given.some((word) => word.includes('{file}'))
  const usual = Object.hasOwn(known, name) ? known[name]! : undefined
  if (!isSaid && !usual) return undefined
  const words = isSaid ? given : [...given, ...usual!]
  return {
    name,
    open({ path, line, column }) {
      const values: Readonly<Record<string, string>> = {
        file: join(folder, path),
        line: String(line),
        column: String(column),
      }
      const filled = words.map((word) =>
        word.replace(/\{(file|line|column)\}/g, (_, key: string) => values[key]!),
      )
      return start(program, filled)
    },
  }
}

/** Settles when the program goes on for a moment, or has ended well. */
function start(program: string, words: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, { stdio: 'ignore', detached: true })
    const timer = setTimeout(resolve, startMs)
    const failed = (why: string): void => {
      clearTimeout(timer)
      reject(
        new HeddleError({
          code: 'EDITOR_FAILED',
          severity: 'error',
          message: `The editor "${program}" could not be started: ${why}.`,
          hint: 'Name another one: heddle dev --editor COMMAND.',
        }),
      )
    }
    child.once('error', (error: NodeJS.ErrnoException) => failed(error.code ?? error.message))
    child.once('exit', (code) => {
      if (code !== 0) return failed(`it ended with ${code ?? 'a signal'}`)
      clearTimeout(timer)
      resolve()
    })
    child.unref()
  })
}
