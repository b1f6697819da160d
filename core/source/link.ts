import { type Language, languageOf } from './language.ts'
import type { SourceImport } from './symbol.ts'

const typedEndings = ['.ts', '.tsx', '.mts', '.cts', '.d.ts', '.d.mts', '.d.cts']
const scriptEndings = ['.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs', '.d.ts']

/**
 * The files of `paths` that an import names when it stands in the file `from`, each once; none for packages, standard
 * libraries and files that are not there. Never touches a disk: `paths` is all it knows. Imports of Go name folders of
 * a module path and find nothing here.
 */
export function findImported(
  imported: Pick<SourceImport, 'specifier' | 'names'>,
  from: string,
  paths: ReadonlySet<string>,
): string[] {
  const language = languageOf(from)
  if (language === undefined) return []
  const specifiers = [imported.specifier]
  // `from . import models` names a file only together with the name taken from it.
  if (language === 'python') {
    const stem = imported.specifier.endsWith('.') ? imported.specifier : `${imported.specifier}.`
    specifiers.push(...imported.names.map((name) => stem + name))
  }
  const found = new Set<string>()
  for (const specifier of specifiers) {
    const path = candidatesOf(specifier, from, language).find(
      (candidate) => candidate !== from && paths.has(candidate),
    )
    if (path !== undefined) found.add(path)
  }
  return [...found]
}

function candidatesOf(specifier: string, from: string, language: Language): string[] {
  switch (language) {
    case 'typescript':
    case 'javascript':
      return scriptCandidates(specifier, from)
    case 'python':
      return pythonCandidates(specifier, from)
    case 'rust':
      return rustCandidates(specifier, from)
    case 'ruby':
      return specifier.startsWith('.')
        ? [`${join(folderOf(from), specifier)}.rb`, join(folderOf(from), specifier)]
        : [`lib/${specifier}.rb`, `${specifier}.rb`]
    case 'java':
      return ['src/main/java/', 'src/test/java/', 'src/', ''].map(
        (root) => `${root}${specifier.replaceAll('.', '/')}.java`,
      )
    case 'go':
      return []
  }
}

/** As Node and TypeScript look: the file itself, the source behind a `.js`, an ending added, the folder's index. */
function scriptCandidates(specifier: string, from: string): string[] {
  if (!/^\.{0,2}\//.test(specifier) && specifier !== '.' && specifier !== '..') return []
  if (specifier.startsWith('/')) return []
  const path = join(folderOf(from), specifier.replace(/[?#].*$/, ''))
  const stem = path.replace(/\.([mc]?)jsx?$/, '')
  const sources = stem === path ? [] : typedEndings.map((ending) => stem + ending)
  const added = scriptEndings.map((ending) => path + ending)
  const index = scriptEndings.map((ending) => `${path === '' ? '' : `${path}/`}index${ending}`)
  return [path, ...sources, ...added, ...index]
}

function pythonCandidates(specifier: string, from: string): string[] {
  const dots = /^\.*/.exec(specifier)?.[0].length ?? 0
  const inner = specifier.slice(dots).replaceAll('.', '/')
  const roots = dots > 0 ? [join(folderOf(from), '../'.repeat(dots - 1))] : ['', 'src', folderOf(from)]
  return roots.flatMap((root) => {
    const path = join(root, inner)
    return [`${path}.py`, path === '' ? '__init__.py' : `${path}/__init__.py`]
  })
}

function rustCandidates(specifier: string, from: string): string[] {
  const parts = specifier.split('::')
  if (parts.length === 1) {
    const own = /(?:^|\/)(?:mod|lib|main)\.rs$/.test(from) ? folderOf(from) : from.replace(/\.rs$/, '')
    return [join(own, `${specifier}.rs`), join(own, `${specifier}/mod.rs`)]
  }
  if (parts[0] !== 'crate') return []
  const inner = parts.slice(1)
  return inner.flatMap((_, index) => {
    const path = `src/${inner.slice(0, inner.length - index).join('/')}`
    return [`${path}.rs`, `${path}/mod.rs`]
  })
}

function folderOf(path: string): string {
  const slash = path.lastIndexOf('/')
  return slash < 0 ? '' : path.slice(0, slash)
}

/** Joins and normalises; a way above the root ends in a text that no path of a project can be. */
function join(folder: string, way: string): string {
  const parts = folder === '' ? [] : folder.split('/')
  for (const part of way.split('/')) {
    if (part === '' || part === '.') continue
    if (part !== '..') parts.push(part)
    else if (parts.pop() === undefined) return '/'
  }
  return parts.join('/')
}
