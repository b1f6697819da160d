import { HeddleError } from '../../index.ts'
import { exit, Exit, wrongUsage } from '../exit.ts'
import type { CommonOptions } from '../options.ts'
import { painter, printDiagnostics, printJson } from '../print.ts'
import { rootOf } from '../root.ts'
import { makePlugin } from '../scaffold/make-plugin.ts'
import { makeMarkdown, newKinds, type NewKind } from '../scaffold/make.ts'
import { findTaken, placeFiles } from '../scaffold/place-files.ts'
import { findProject, type FoundProject } from '../scaffold/project.ts'

export interface NewOptions extends CommonOptions {
  readonly home?: string | undefined
  readonly dryRun?: true | undefined
}

const longestName = 64

/** `heddle new`: a module, command, gate or plugin with a test that passes; all of its files or, where one is taken, none. */
export function makeNew(kind: string, name: string, options: NewOptions): void {
  const thing = { project: findProject(rootOf(options)), name: checkName(name), home: '' }
  const placed = { ...thing, home: options.home ?? homeOf(thing.project) }
  const wanted = checkKind(kind)
  const { files, next } = wanted === 'plugin' ? makePlugin(placed) : makeMarkdown(wanted, placed)
  refuseTaken(findTaken(thing.project.root, files))
  if (options.dryRun !== true) placeFiles(thing.project.root, files)
  const paths = files.map(({ path }) => path)
  if (options.format === 'json')
    return printJson({ written: options.dryRun === true ? [] : paths, planned: paths, next })
  const paint = painter(process.stdout)
  const verb = paint('green', options.dryRun === true ? 'would write' : 'wrote')
  const lines = [...paths.map((path) => `${verb} ${path}`), 'Next:', ...next.map((step) => `  ${step}`)]
  process.stdout.write(`${lines.join('\n')}\n`)
}

function checkKind(kind: string): NewKind {
  return (
    newKinds.find((known) => known === kind) ??
    wrongUsage(`Nothing of the kind "${kind}" can be made.`, `Make one of: ${newKinds.join(', ')}.`)
  )
}

function checkName(name: string): string {
  if (/^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/.test(name) && name.length <= longestName) return name
  const near = name
    .replace(/\.md$/, '')
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+|-+$/g, '')
    .slice(0, longestName)
  return wrongUsage(
    `"${name}" is no name for something new.`,
    `Use lower-case words joined by hyphens${near === '' ? '' : `, such as "${near}"`}.`,
  )
}

function homeOf({ homes, memory }: FoundProject): string {
  return homes[0] ?? (memory.includes('CLAUDE.md') ? '.claude' : '.heddle')
}

function refuseTaken(taken: readonly string[]): void {
  if (taken.length === 0) return
  const message = `There is already ${taken.map((path) => `"${path}"`).join(' and ')}. Nothing was written.`
  const hint = 'Choose another name, or remove it first.'
  printDiagnostics(
    [new HeddleError({ code: 'FILE_EXISTS', severity: 'error', message, hint }).diagnostic],
    process.stderr,
  )
  throw new Exit(exit.usage)
}
