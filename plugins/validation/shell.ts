import { access, constants, stat } from 'node:fs/promises'
import { delimiter, dirname, isAbsolute, join, relative } from 'node:path'

const isWindows = process.platform === 'win32'

/** A command line with more folders on its PATH, and without colours or questions, whatever shell runs it. */
export function withPrograms(folders: readonly string[], command: string): string {
  // What `cmd.exe` understands is another language; there the package manager is asked instead.
  if (isWindows) return command
  const path = folders.map((folder) => `$PWD/${folder}:`).join('')
  return `export CI=true NO_COLOR=1${path === '' ? '' : ` PATH="${path}$PATH"`}; ${command}`
}

/** A text as one word of a POSIX shell. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`
}

/** The `node_modules/.bin` folders that hold programs for a folder, nearest first, relative to it. */
export async function programFoldersAbove(folder: string): Promise<readonly string[]> {
  const found: string[] = []
  for (let at = folder; ; at = dirname(at)) {
    const programs = join(at, 'node_modules', '.bin')
    if (await isFolder(programs)) found.push(relative(folder, programs).replaceAll('\\', '/'))
    if (dirname(at) === at) return found
  }
}

/** True when a program of this name stands in one of the folders or on PATH; a program with a `/` is looked for as a file. */
export async function isInstalled(
  program: string,
  folder: string,
  more: readonly string[],
): Promise<boolean> {
  if (program.includes('/')) return canRun(isAbsolute(program) ? program : join(folder, program))
  const folders = [...more.map((name) => join(folder, name)), ...(process.env['PATH'] ?? '').split(delimiter)]
  for (const place of folders) {
    if (place !== '' && (await canRun(join(place, program)))) return true
  }
  return false
}

/**
 * The programs that a script cannot do without: the first word of each of its commands. Words of the shell itself, and
 * words that only the shell can make out, are left out; so is all that follows a command that changes where programs are
 * looked for.
 */
export function programsOf(script: string): readonly string[] {
  const programs = new Set<string>()
  for (const command of commandsOf(script)) {
    const words = command.trim().split(/\s+/)
    const first = words.find((word) => !/^\w+=/.test(word)) ?? ''
    if (changesPlace.has(first) || words[0]?.startsWith('PATH=')) break
    if (/^[\w@./][\w@./-]*$/.test(first) && !shellWords.has(first)) programs.add(first)
  }
  return [...programs]
}

const changesPlace: ReadonlySet<string> = new Set(['.', 'alias', 'cd', 'eval', 'export', 'source'])

const shellWords: ReadonlySet<string> = new Set(
  [
    [
      'bg',
      'break',
      'case',
      'command',
      'continue',
      'do',
      'done',
      'echo',
      'elif',
      'else',
      'esac',
      'exec',
      'exit',
      'false',
    ],
    [
      'fi',
      'for',
      'if',
      'in',
      'printf',
      'pwd',
      'read',
      'readonly',
      'return',
      'set',
      'shift',
      'test',
      'then',
      'time',
      'trap',
    ],
    ['true', 'type', 'ulimit', 'umask', 'unset', 'until', 'wait', 'while'],
  ].flat(),
)

/** The commands before the first one that the shell may skip: what follows `||` is meant for failures. */
function commandsOf(script: string): readonly string[] {
  if (/[`$()#{}<>\\\n]/.test(script.replace(/"[^"]*"|'[^']*'/g, ''))) return []
  const masked = script.replace(/"[^"]*"|'[^']*'/g, (text) => '"'.repeat(text.length))
  const end = masked.indexOf('||')
  return (end < 0 ? masked : masked.slice(0, end)).split(/&&|[|;&]/)
}

async function canRun(path: string): Promise<boolean> {
  for (const candidate of isWindows ? [path, `${path}.exe`, `${path}.cmd`, `${path}.bat`] : [path]) {
    try {
      await access(candidate, constants.X_OK)
      if ((await stat(candidate)).isFile()) return true
    } catch {
      // Not there, or not to be run: the next place may have it.
    }
  }
  return false
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory()
  } catch {
    return false
  }
}
