import { posix } from 'node:path'
import { findNearest, HeddleError, languageOf, type Path, type Planning } from 'heddle'
import { noComponent, noSources } from './findings.ts'

/** What is to be developed: a source file, or a folder of them; the empty path is the whole project. */
export interface Component {
  readonly path: string
  readonly isFile: boolean
}

/** The component that the arguments name; `undefined` when it is not there or holds no source, which is then reported. */
export async function findComponent(planning: Planning): Promise<Component | undefined> {
  const { arguments: words, files } = planning
  const text = (words['component'] ?? words['path'] ?? '').trim()
  const path = text === '' ? '' : posix.normalize(text).replace(/^\.$|\/$/g, '')
  try {
    const stat = await files.stat(path as Path)
    if (!stat) {
      planning.report(noComponent(path, await findNear(files, path)))
      return undefined
    }
    const isFile = stat.type !== 'directory'
    if (!isFile || languageOf(path) !== undefined) return { path, isFile }
    planning.report(noSources(path))
  } catch (thrown) {
    if (!(thrown instanceof HeddleError)) throw thrown
    planning.report(thrown.diagnostic)
  }
  return undefined
}

/** Sources and folders that may have been meant: those of the same name first, then those spelt alike. */
async function findNear(files: Planning['files'], path: string): Promise<string[]> {
  const known = await walk(files)
  const name = path.slice(path.lastIndexOf('/') + 1)
  const sameName = known.filter((other) => other.endsWith(`/${name}`))
  const alike = findNearest(path, known).map(({ value }) => value)
  return [...new Set([...sameName, ...alike])].slice(0, 3)
}

const mostEntries = 20_000

async function walk(files: Planning['files']): Promise<string[]> {
  const found: string[] = []
  const open = ['']
  for (let folder = open.shift(); folder !== undefined && found.length < mostEntries; folder = open.shift()) {
    for (const { name, type } of (await files.list(folder as Path)) ?? []) {
      if (name.startsWith('.') || name === 'node_modules') continue
      const path = folder === '' ? name : `${folder}/${name}`
      if (type === 'directory') open.push(path)
      if (type === 'directory' || languageOf(path) !== undefined) found.push(path)
    }
  }
  return found
}
