import type { Ignore } from 'ignore'
import type { Entry, Files } from './file-system.ts'
import { childOf, nameOf, parentOf, type Path } from './path.ts'

/** Ignore rules in force in one folder: those of its own `.gitignore` before those of the folders above. */
export interface IgnoreRules {
  ignores(path: Path, isFolder: boolean): boolean
  /** The rules in the folder `path` below this one. */
  enter(path: Path): Promise<IgnoreRules>
}

const never = new Set(['.git', 'node_modules'])

/** The rules in a folder, read from the `.gitignore` files of the folder and of those above it. */
export async function ignoreRulesOf(files: Files, folder: Path): Promise<IgnoreRules> {
  let rules = await createRules(files, '' as Path, [])
  if (folder === '') return rules
  let path = '' as Path
  for (const name of folder.split('/')) {
    path = childOf(path, name)
    rules = await rules.enter(path)
  }
  return rules
}

/** The question of a single path, asked of the files as they are. */
export function isIgnoredIn(files: Files): (path: Path, isFolder: boolean) => Promise<boolean> {
  return async (path, isFolder) => {
    for (let at = path, isDeep = isFolder; at !== ''; at = parentOf(at), isDeep = true) {
      if ((await ignoreRulesOf(files, parentOf(at))).ignores(at, isDeep)) return true
    }
    return false
  }
}

const ruleFile = '.gitignore'

/** False for a folder that has no rules of its own, so that those above it stay in force. */
export function holdsRules(entries: readonly Entry[]): boolean {
  return entries.some(({ name }) => name === ruleFile)
}

interface RuleFile {
  readonly folder: Path
  readonly rules: Ignore
}

async function createRules(files: Files, folder: Path, above: readonly RuleFile[]): Promise<IgnoreRules> {
  const own = await readRules(files, folder)
  const all = own ? [own, ...above] : above
  return {
    enter: (path) => createRules(files, path, all),
    ignores(path, isFolder) {
      if (never.has(nameOf(path))) return true
      for (const { folder: base, rules } of all) {
        const inside = base === '' ? path : path.slice(base.length + 1)
        const verdict = rules.test(isFolder ? `${inside}/` : inside)
        if (verdict.ignored) return true
        if (verdict.unignored) return false
      }
      return false
    },
  }
}

async function readRules(files: Files, folder: Path): Promise<RuleFile | undefined> {
  const path = childOf(folder, ruleFile)
  const stat = await files.stat(path).catch(() => undefined)
  if (stat?.type !== 'file') return undefined
  const { default: ignore } = await import('ignore')
  const text = new TextDecoder().decode(await files.read(path))
  return { folder, rules: ignore({ allowRelativePaths: true }).add(text) }
}
