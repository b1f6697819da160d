import { wrongUsage } from '../exit.ts'
import type { CommonOptions } from '../options.ts'
import { counted, painter, printJson } from '../print.ts'
import { rootOf } from '../root.ts'
import { firstFiles } from '../scaffold/begin.ts'
import { findTaken, type NewFile, placeFiles } from '../scaffold/place-files.ts'
import { findProject, type FoundProject } from '../scaffold/project.ts'

export interface InitOptions extends CommonOptions {
  readonly yes?: true | undefined
  readonly dryRun?: true | undefined
  readonly home?: string | undefined
}

/** `heddle init`: begins a framework where there is none; asks on a terminal alone, writes over nothing. */
export async function init(options: InitOptions): Promise<void> {
  const project = findProject(options.root === undefined ? process.cwd() : rootOf(options))
  if (project.homes.length > 0 && options.home === undefined) return tell(project, options, [])
  const home = options.home === undefined ? await chooseHome(project, options) : checkHome(options.home)
  if (home === undefined) return
  const wanted = firstFiles(project, home)
  const taken = new Set(findTaken(project.root, wanted))
  const files = wanted.filter(({ path }) => !taken.has(path))
  if (options.dryRun !== true) placeFiles(project.root, files)
  tell(project, options, files)
}

async function chooseHome(project: FoundProject, options: InitOptions): Promise<string | undefined> {
  const usual = project.memory.includes('CLAUDE.md') ? '.claude' : '.heddle'
  if (!isAsked(options)) return usual
  const { cancel, isCancel, select } = await import('@clack/prompts')
  const answer = await select({
    message: 'Where should the modules of this project stand?',
    initialValue: usual,
    options: [
      { value: '.heddle', hint: 'for any agent host' },
      { value: '.claude', hint: 'where Claude Code finds commands and skills too' },
    ],
  })
  if (!isCancel(answer)) return answer
  cancel('Nothing was written.')
  return undefined
}

function isAsked({ yes, dryRun, format, quiet }: InitOptions): boolean {
  if (yes === true || dryRun === true || quiet === true || format !== 'text' || process.env['CI'])
    return false
  return process.stdin.isTTY && process.stdout.isTTY
}

function checkHome(home: string): string {
  const path = home.replace(/^\.\//, '').replace(/\/+$/, '')
  if (path !== '' && !path.startsWith('/') && !path.split('/').includes('..')) return path
  return wrongUsage(
    `"${home}" is no folder of the project.`,
    'Name a folder below the root, such as .heddle.',
  )
}

function tell(project: FoundProject, options: InitOptions, files: readonly NewFile[]): void {
  const { root, ...found } = project
  const paths = files.map(({ path }) => path)
  if (options.format === 'json')
    return printJson({ root, found, written: options.dryRun === true ? [] : paths, planned: paths })
  if (options.quiet === true) return
  const paint = painter(process.stdout)
  const line = (text: string): void => void process.stdout.write(`${text}\n`)
  const things = [
    ...project.homes.map((home) => `${home}/`),
    ...project.memory,
    ...project.manifests,
    project.config,
  ]
  const there = things.filter((thing) => thing !== undefined)
  line(`Found in ${project.name}: ${there.length > 0 ? there.join(', ') : 'nothing that Heddle knows'}.`)
  for (const path of paths)
    line(`  ${paint('green', options.dryRun === true ? 'would write' : 'wrote')} ${path}`)
  if (paths.length === 0) line('A framework is here already; nothing was written.')
  else if (options.dryRun === true) line(`${counted(paths.length, 'file')} would be written; nothing was.`)
  line('Next: heddle check · heddle list commands · heddle new command NAME')
}
