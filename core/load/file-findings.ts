import { compareText, type Diagnostic } from '../base/diagnostic.ts'
import { isMarkdown, labelOf, type Layer } from '../resolve/layers.ts'
import { findSameNames } from '../vfs/fold-name.ts'
import type { Path } from '../vfs/path.ts'
import type { Card } from './card.ts'

interface Looked {
  readonly files: readonly Path[]
  readonly found: readonly Diagnostic[]
}

/** What was found last, since most changes are of contents and not of names. */
const looked = new WeakMap<Layer, Looked>()

/** Markdown files, and folders that hold some, which other systems take for one: there, one of them hides the other. */
export function findAmbiguousNames(layers: readonly Layer[]): Diagnostic[] {
  return layers.flatMap((layer) => {
    const { files } = layer.tree
    let last = looked.get(layer)
    if (!last || !areSame(last.files, files)) {
      last = { files, found: findSameNames(files.filter(isMarkdown)).map((pair) => ambiguous(layer, pair)) }
      looked.set(layer, last)
    }
    return last.found
  })
}

function areSame(before: readonly Path[], now: readonly Path[]): boolean {
  return (
    before === now || (before.length === now.length && before.every((path, index) => path === now[index]))
  )
}

function ambiguous(layer: Layer, [first, second]: readonly [Path, Path]): Diagnostic {
  const [one, other] = [labelOf(layer, first), labelOf(layer, second)]
  return {
    code: 'NAME_AMBIGUOUS',
    severity: 'error',
    message: `"${one}" and "${other}" are the same name on some systems.`,
    hint: 'Rename one of them so that they differ in more than letter case or accents.',
    at: { path: other, line: 1, column: 1 },
  }
}

/** One finding for all modules that have other names on the disk: usual in stores of package managers, worth knowing elsewhere. */
export function findHardLinks(hardLinks: ReadonlySet<string>, cards: readonly Card[]): Diagnostic[] {
  if (hardLinks.size === 0) return []
  const linked = cards.map(({ id }) => id).filter((id) => hardLinks.has(id))
  const [first] = linked.toSorted(compareText)
  if (first === undefined) return []
  const files = linked.length === 1 ? '1 file has' : `${linked.length} files have`
  return [
    {
      code: 'HARD_LINK',
      severity: 'info',
      message: `${files} other names on the disk (hard links), perhaps outside the root; the first is "${first}".`,
      hint: 'Replace what should not be shared by a copy, or refuse all with "strict" in the configuration.',
      at: { path: first, line: 1, column: 1 },
    },
  ]
}
