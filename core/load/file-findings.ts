import { compareText, type Diagnostic } from '../base/diagnostic.ts'
import { isMarkdown, labelOf, type Layer } from '../resolve/layers.ts'
import { findSameNames } from '../vfs/fold-name.ts'
import type { Path } from '../vfs/path.ts'
import type { Card } from './card.ts'

/** Markdown files, and folders that hold some, which other systems take for one: there, one of them hides the other. */
export function findAmbiguousNames(layers: readonly Layer[]): Diagnostic[] {
  return layers.flatMap((layer) =>
    sameNamesIn(layer.tree.files).map(([first, second]): Diagnostic => {
      const [one, other] = [labelOf(layer, first), labelOf(layer, second)]
      return {
        code: 'NAME_AMBIGUOUS',
        severity: 'error',
        message: `"${one}" and "${other}" are the same name on some systems.`,
        hint: 'Rename one of them so that they differ in more than letter case or accents.',
        at: { path: other, line: 1, column: 1 },
      }
    }),
  )
}

/** Trees give the same list until something in it changes. */
const sameNames = new WeakMap<readonly Path[], [Path, Path][]>()

function sameNamesIn(files: readonly Path[]): [Path, Path][] {
  const known = sameNames.get(files) ?? findSameNames(files.filter(isMarkdown))
  sameNames.set(files, known)
  return known
}

/** One finding for all modules that have other names on the disk: usual in stores of package managers, worth knowing elsewhere. */
export function findHardLinks(hardLinks: ReadonlySet<string>, cards: readonly Card[]): Diagnostic[] {
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
