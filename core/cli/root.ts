import { existsSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { createFramework, type Diagnostic, type Framework, type FrameworkOptions } from '../index.ts'
import type { CommonOptions } from './options.ts'
import { wrongUsage } from './exit.ts'
import { withPlace } from './place.ts'
import { printDiagnostics } from './print.ts'

const marks = [
  '.heddle',
  '.claude',
  ...['ts', 'mts', 'js', 'mjs', 'json'].map((ending) => `heddle.config.${ending}`),
]

/** The framework that the common options name. The caller disposes it. */
export function openFramework(options: CommonOptions, more: FrameworkOptions = {}): Promise<Framework> {
  const root = rootOf(options)
  return withPlace(root, () =>
    createFramework({
      root,
      ...(typeof options.config === 'string' ? { config: options.config } : {}),
      ...(options.config === false ? { config: false } : {}),
      ...more,
    }),
  )
}

const told = new WeakSet<Diagnostic>()

/** Tells on standard error which layers could not be opened, and what plugins did wrong so far; each of it once. */
export function tellFaults(framework: Framework, options: CommonOptions): void {
  const news = framework.faults.filter((fault) => !told.has(fault))
  for (const fault of news) told.add(fault)
  if (options.quiet !== true) printDiagnostics(news, process.stderr)
}

/** The absolute root: as given, or found upward from the current folder. */
export function rootOf(options: CommonOptions): string {
  if (options.root === undefined) return findRoot(process.cwd())
  const root = resolve(options.root)
  if (!existsSync(root))
    wrongUsage(`The root "${options.root}" does not exist.`, 'Name a folder that exists.')
  if (!statSync(root).isDirectory()) wrongUsage(`The root "${options.root}" is a file.`, 'Name a folder.')
  return root
}

/**
 * The nearest folder upward that holds a framework or its configuration, up to the top of the checkout; the user's home
 * folder never counts. Otherwise the top of the checkout, the nearest package, or the folder itself.
 */
export function findRoot(start: string): string {
  let nearestPackage: string | undefined
  for (let folder = start; ; folder = dirname(folder)) {
    if (folder === homedir() && folder !== start) break
    if (folder !== homedir() && marks.some((mark) => existsSync(join(folder, mark)))) return folder
    if (existsSync(join(folder, '.git'))) return folder
    if (nearestPackage === undefined && existsSync(join(folder, 'package.json'))) nearestPackage = folder
    if (dirname(folder) === folder) break
  }
  return nearestPackage ?? start
}
