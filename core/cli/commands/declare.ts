import { readFileSync, writeFileSync } from 'node:fs'
import { isAbsolute, relative, resolve } from 'node:path'
import type { CommonOptions } from '../options.ts'
import { Exit, exit, wrongUsage } from '../exit.ts'
import { printJson, visible } from '../print.ts'
import { openFramework, rootOf, tellFaults } from '../root.ts'

export interface DeclareOptions extends CommonOptions {
  readonly out: string
  readonly check?: true | undefined
}

/** `heddle types`: writes the declaration file; with `--check` writes nothing and ends with 1 when it is not current. */
export async function declare(options: DeclareOptions): Promise<void> {
  const root = rootOf(options)
  const file = placeOf(options.out, root)
  const framework = await openFramework(options)
  try {
    const text = await framework.declarations()
    tellFaults(framework, options)
    if (options.out === '-') return void process.stdout.write(text)
    const isCurrent = readOr(file) === text
    if (!isCurrent && !options.check) write(file, text)
    const path = visible(relative(process.cwd(), file))
    if (options.format === 'json')
      printJson({
        path: relative(root, file).replaceAll('\\', '/'),
        current: isCurrent || !options.check,
        written: !isCurrent && !options.check,
      })
    else if (options.check && !isCurrent)
      process.stdout.write(`${path} is not current: write it anew with heddle types.\n`)
    else if (options.quiet !== true)
      process.stdout.write(`${path} ${isCurrent ? 'is current' : 'was written'}.\n`)
    if (options.check && !isCurrent) throw new Exit(exit.found)
  } finally {
    await framework.dispose()
  }
}

function placeOf(out: string, root: string): string {
  const file = resolve(root, out)
  const way = relative(root, file)
  if (way.startsWith('..') || isAbsolute(way))
    wrongUsage(`"${out}" lies outside the project.`, 'Name a file below the root.')
  if (out !== '-' && !/\.d\.m?ts$/.test(out))
    wrongUsage(`"${out}" is no declaration file.`, 'Name it heddle-env.d.ts, or alike.')
  return file
}

function readOr(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}

function write(file: string, text: string): void {
  try {
    writeFileSync(file, text)
  } catch (thrown) {
    wrongUsage(`"${file}" cannot be written: ${(thrown as Error).message}.`, 'Name another file with --out.')
  }
}
