import { isExternal, type Form, type ReferenceClass } from '../module/reference.ts'
import { isMarkdown } from './layers.ts'

const placeholder =
  /[{}<>*$[\]]|\.\.\.|…|(?:^|\/)(?:path\/to|your[-_][\w-]+|my[-_](?:file|module|project|plugin)|foo|bar|xxx|example|placeholder)(?:[./]|$)|(?:^|[/-])(?:XX+|YYYY|NN+)(?:[-./]|$)/i
const placeholderWord = /^(?:url|link|path|file|target|href|image|src|here|todo|tbd|name)$/i

const writtenAtRunTime =
  /^(?:\.?\/)*(?:\.[a-z][\w-]*\/)?(?:logs?|tmp|temp|out|output|outputs|dist|build|coverage|cache|\.cache|reports?|artifacts?|state|sessions?|node_modules|__pycache__|\.?venv)\//i
const runTimeEnding = /\.(?:log|tmp|lock|pid|sqlite|db|bak|out)$/i

/** True for what is never looked up: addresses with a scheme, `//host`, and places in somebody's own home folder. */
export function isElsewhere(target: string): boolean {
  return isExternal(target) || target.startsWith('~')
}

/** True for targets that are written for the reader to fill in: `{name}`, `path/to/x.md`, `[category]/x.md`. */
export function isPlaceholder(target: string): boolean {
  return placeholder.test(target) || placeholderWord.test(target)
}

/** The class of a reference to a file that is there. */
export function classOfFound(path: string, isFolder: boolean): ReferenceClass {
  return !isFolder && isMarkdown(path) ? 'module' : 'file'
}

/** The class of a reference that was not found, judged from how it is written and from what git would ignore. */
export function classOfMissing(target: string, form: Form, ignored: boolean): ReferenceClass {
  if (isPlaceholder(target)) return 'example'
  const authored = form === 'link' || form === 'image'
  if (ignored || (!authored && (writtenAtRunTime.test(target) || runTimeEnding.test(target))))
    return 'artefact'
  if (isMarkdown(target)) return 'module'
  const names = form === 'alias' || form === 'tag' || form === 'attribute' || form === 'front-matter'
  return names && !/\.\w{1,5}$/.test(target) ? 'module' : 'file'
}
