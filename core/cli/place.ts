import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { HeddleError } from '../index.ts'
import { Exit, exitFor } from './exit.ts'
import { printDiagnostics, type SourceLine } from './print.ts'

/** The lines of files below a root as they are on the disk; for files of configuration, which were read anyway. */
export function linesBelow(root: string): SourceLine {
  return (path, line) => {
    try {
      return readFileSync(join(root, path), 'utf8').split(/\r\n|[\r\n]/)[line - 1]
    } catch {
      return undefined
    }
  }
}

/** Runs `work`; what it rejects with at a place of the configuration is printed with its line, and ends the command. */
export async function withPlace<T>(root: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (thrown) {
    if (!(thrown instanceof HeddleError) || !thrown.code.startsWith('CONFIG_')) throw thrown
    printDiagnostics([thrown.diagnostic], process.stderr, linesBelow(root))
    throw new Exit(exitFor(thrown.diagnostic))
  }
}
