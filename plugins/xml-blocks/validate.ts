import type { Diagnostic, Draft, Place } from 'heddle'
import { isDialect } from './dialect.ts'
import { findModule, type ModuleElement } from './read.ts'

/** What `<module name="…" category="…">` says of the file and the file does not say: another name, another folder. */
export function findDisagreements(draft: Draft): Diagnostic[] {
  // Outside the home such an element is an example in a text about the dialect.
  if (draft.document.homePath === null || !isDialect(draft.document)) return []
  const module = findModule(draft)
  if (!module) return []
  return [...nameDiffers(draft, module), ...categoryDiffers(draft, module)]
}

function nameDiffers(draft: Draft, { block, name }: ModuleElement): Diagnostic[] {
  const own = fileName(draft.document.path)
  if (sameWords(name, own) || /^(?:readme|index)$/i.test(own) || placeholder.test(name)) return []
  return [
    {
      code: 'xml-blocks/name',
      severity: isQualified(name, draft.document.path) ? 'info' : 'warning',
      message: `The module calls itself "${name}", and its file is ${own}.`,
      hint: `Write name="${own.toLowerCase().replaceAll('-', '_')}", or rename the file.`,
      at: placeOf(draft, block, 'name'),
    },
  ]
}

function categoryDiffers(draft: Draft, { block, category }: ModuleElement): Diagnostic[] {
  const folders = draft.document.path.split('/').slice(0, -1)
  if (folders.length === 0 || placeholder.test(category)) return []
  if (folders.some((folder) => sameWords(folder, category))) return []
  return [
    {
      code: 'xml-blocks/category',
      severity: 'warning',
      message: `The module says that its category is "${category}", and it stands in ${folders.join('/')}.`,
      hint: `Write category="${folders.at(-1)}", or move the file.`,
      at: placeOf(draft, block, 'category'),
    },
  ]
}

/** Templates are written for the reader to fill in. */
const placeholder = /^(?:module|category|my|your|new)[-_]?(?:name|module|category)$|[{}[\]<>$…]|\.\.\./i

/** True for the words of the file with those of its folder: `security_audit` in `security/audit.md`. */
function isQualified(name: string, path: string): boolean {
  const words = (text: string): string[] =>
    plain(text)
      .replace(/s(?=-|$)/g, '')
      .split('-')
  const own = words(fileName(path))
  const folder = words(path.split('/').at(-2) ?? '')
  const said = words(name)
  return (
    own.every((word) => said.includes(word)) &&
    said.every((word) => own.includes(word) || folder.includes(word))
  )
}

function fileName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1).replace(/\.[^.]+$/, '')
}

function sameWords(a: string, b: string): boolean {
  return plain(a) === plain(b)
}

function plain(words: string): string {
  return words.toLowerCase().replace(/[\s_-]+/g, '-')
}

function placeOf({ document }: Draft, { attributes, start }: ModuleElement['block'], name: string): Place {
  const at = attributes.find((attribute) => attribute.name === name)?.start ?? start
  return { path: document.label, ...document.lines.place(at) }
}
