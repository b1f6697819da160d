import { execFile } from 'node:child_process'
import { existsSync, realpathSync } from 'node:fs'
import { dirname, posix, resolve } from 'node:path'
import { messageOf, type Place, shortMessageOf } from '../base/diagnostic.ts'
import { type ConfigFile, isData, textOf } from './config-file.ts'
import { lineStartsOf } from './key-places.ts'

interface Fault {
  readonly at: Place
  readonly message: string
}

/** Where in a configuration something went wrong as it was loaded; its beginning where nothing says. Never rejects. */
export async function findFaultPlace(from: ConfigFile, thrown: unknown): Promise<Fault> {
  const told = messageOf(thrown)
  const at = (line: number, column: number): Place => ({ path: from.name, line, column })
  if (isData(from)) return findInData(from, told)
  // esbuild: `/folder/heddle.config.ts:2:10: ERROR: Expected …`, its columns counted from 0.
  const compiled = /:(\d+):(\d+): ERROR: ([^\n]+)/.exec(told)
  if (compiled)
    return { at: at(Number(compiled[1]), Number(compiled[2]) + 1), message: shortMessageOf(compiled[3]) }
  const missing = /^Cannot find (?:module|package) '([^']+)'/.exec(told)
  if (missing)
    return {
      at: findImport(from, missing[1]!, at),
      message: shortMessageOf(told.replace(/ imported from [^]*$/, '')),
    }
  if (thrown instanceof SyntaxError)
    return { at: (await findBroken(from)) ?? at(1, 1), message: shortMessageOf(told) }
  const place = placeInStack(from.file, thrown) ?? findWritten(from, told)
  return { at: place ? at(...place) : at(1, 1), message: shortMessageOf(told) }
}

/** What is no JavaScript: the configuration, or the nearest of the files that it imports by a path. */
async function findBroken(from: ConfigFile): Promise<Place | undefined> {
  const files = [from]
  for (const one of files) {
    const found = await checkSyntax(one.file)
    if (found) return { path: one.name, line: found[0], column: found[1] }
    const known = new Set(files.map(({ file }) => file))
    files.push(...importsOf(one).filter(({ file }) => !known.has(file)))
    files.length = Math.min(files.length, mostChecked)
  }
  return undefined
}

/** Each is checked by a process of its own. */
const mostChecked = 20

function importsOf({ file, name }: ConfigFile): ConfigFile[] {
  const written = textOf(file).matchAll(/\b(?:from|import)\s*\(?\s*(["'])(\.{1,2}\/[^"'\n]+\.[cm]?js)\1/g)
  return Array.from(written, ({ 2: path = '' }) => ({
    file: resolve(dirname(file), path),
    name: posix.join(posix.dirname(name), path),
  })).filter((one) => existsSync(one.file))
}

/** The parser of JSON in Node does not always say where; this one does. */
async function findInData({ file, name }: ConfigFile, told: string): Promise<Fault> {
  const text = textOf(file).replace(/^\uFEFF/, '')
  try {
    const { parse } = await import('@humanwhocodes/momoa')
    parse(text, { mode: 'json' })
    return { at: { path: name, line: 1, column: 1 }, message: shortMessageOf(told) }
  } catch (thrown) {
    const { line, column } = thrown as { line?: number; column?: number }
    if (line === undefined || column === undefined || /end of input/.test(messageOf(thrown))) {
      const [endLine, endColumn] = placeOfOffset(text, text.length)
      return { at: { path: name, line: endLine, column: endColumn }, message: 'it ends too early.' }
    }
    const found = text.split(/\r\n|[\r\n]/)[line - 1]?.[column - 1]
    const message =
      found === undefined ? 'it ends too early.' : `${JSON.stringify(found)} is not expected here.`
    return { at: { path: name, line, column }, message }
  }
}

/** Where the text that was thrown is written, when nothing else says where. */
function findWritten({ file }: ConfigFile, told: string): [number, number] | undefined {
  const text = textOf(file)
  const index = told.length < 4 ? -1 : text.indexOf(told.slice(0, 500))
  return index < 0 ? undefined : placeOfOffset(text, index)
}

function placeOfOffset(text: string, offset: number): [number, number] {
  const starts = lineStartsOf(text)
  const line = starts.findLastIndex((start) => start <= offset)
  return [line + 1, offset - starts[line]! + 1]
}

/** Where a text stands that names what could not be found. */
function findImport(
  { file }: ConfigFile,
  wanted: string,
  at: (line: number, column: number) => Place,
): Place {
  const text = textOf(file)
  const real = realOf(dirname(file))
  for (const { 2: written = '', index } of text.matchAll(/(["'])([^"'\n]+)\1/g)) {
    if (written !== wanted && !written.startsWith(`${wanted}/`) && resolve(real, written) !== wanted) continue
    return at(...placeOfOffset(text, index))
  }
  return at(1, 1)
}

function realOf(folder: string): string {
  try {
    return realpathSync(folder)
  } catch {
    return folder
  }
}

/** The innermost call that stands in the file. */
function placeInStack(file: string, thrown: unknown): [number, number] | undefined {
  const stack = stackOf(thrown)
  const real = realOf(file)
  for (const line of stack.split('\n')) {
    const match = /(?:\(|at |file:\/\/)(\/?[^\s()]+?)(?:\?[^\s()]*)?:(\d+):(\d+)\)?$/.exec(line)
    if (!match) continue
    const place = decode(match[1]!.replace(/^file:\/\//, ''))
    if (place === file || place === real) return [Number(match[2]), Number(match[3])]
  }
  return undefined
}

function stackOf(thrown: unknown): string {
  try {
    return thrown instanceof Error ? String(thrown.stack) : ''
  } catch {
    return ''
  }
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

/** Node says where JavaScript is no JavaScript only to whoever reads its standard error. */
function checkSyntax(file: string): Promise<[number, number] | undefined> {
  return new Promise((done) => {
    execFile(process.execPath, ['--check', file], { timeout: 10_000, env: {} }, (_error, _output, errors) => {
      // At the end of a file there is nothing to point at.
      const match = /:(\d+)\n[^\n]*\n(?:( *)\^)?[^]*SyntaxError/.exec(errors)
      done(match ? [Number(match[1]), (match[2]?.length ?? 0) + 1] : undefined)
    })
  })
}
