import { childOf, type Path } from '../vfs/path.ts'
import { folderFiles, labelOf, type Layer, type LayerName, type ReferenceClass } from './layers.ts'

/** A way to look for what a reference names; the first four resolve, the last two are searches. */
export type Rung = 'alias' | 'relative' | 'home' | 'repository' | 'category' | 'ending'

export type ResolutionStatus = 'resolved' | 'searched' | 'missing' | 'ambiguous' | 'outside'

/** One place that was looked at. */
export interface Try {
  readonly rung: Rung
  readonly layer: LayerName
  /** As people see it: relative to the root, other layers with their label. */
  readonly path: string
  readonly found: boolean
}

/** What the author probably meant; `confidence` from 0 to 1. For an alias the path is written as an alias. */
export interface Suggestion {
  readonly path: string
  readonly confidence: number
}

/** How a reference ended, and every place that was tried on the way. */
export interface Resolution {
  /** Null for external references, which are not looked up. */
  readonly status: ResolutionStatus | null
  readonly class: ReferenceClass
  /** The file or folder found, as people see it. */
  readonly to: string | null
  readonly layer: LayerName | null
  readonly rung: Rung | null
  /** The plugin that answered, when it was not the ladder. */
  readonly plugin: string | null
  readonly suggestion: Suggestion | null
  /** In what alone the suggested file differs from what is written: some systems find it, others do not. */
  readonly differs: 'case' | 'unicode' | null
  /** True for what leaves the root through a link, not by how it is written. */
  readonly throughLink: boolean
  /** All files that fit, when there are several. */
  readonly candidates: readonly string[]
  readonly tried: readonly Try[]
  /** What to do about it, where status and suggestion do not tell. */
  readonly hint: string | null
}

/** The names that are looked for at a path: it alone, it and what it may stand for, what stands for it as a folder, or none; then the folder. */
export type Names = 'itself' | 'completed' | 'inside' | 'none'

/** One path and the names that were looked for there. Tens of thousands are kept, so what can be told from these is not. */
export interface Look {
  readonly rung: Rung
  readonly layer: Layer
  readonly path: Path
  readonly names: Names
  readonly found: Path | undefined
  /** True when the folder at the path was found, none of its names. */
  readonly isFolder: boolean
  /** The look before this one. */
  readonly before: Look | undefined
}

/** The looks of one climb, by the last of them. */
export interface Trail {
  last: Look | undefined
}

/** Every place that was tried, in order, by the last of the looks. */
export function triesOf(last: Look | undefined): Try[] {
  const looks: Look[] = []
  for (let look = last; look; look = look.before) looks.push(look)
  return looks.reverse().flatMap(triesAt)
}

function triesAt({ rung, layer, path, names, found, isFolder }: Look): Try[] {
  const paths = pathsOf(path, names)
  if (isFolder) paths.push(path)
  const end = isFolder || found === undefined ? paths.length : paths.indexOf(found) + 1
  return paths.slice(0, end).map((tried, index) => ({
    rung,
    layer: layer.name,
    path: labelOf(layer, tried),
    found: found !== undefined && index === end - 1,
  }))
}

function pathsOf(path: Path, names: Names): Path[] {
  if (names === 'none') return []
  if (names === 'itself') return [path]
  const inFolder = folderFiles.map((name) => childOf(path, name))
  return names === 'inside' ? inFolder : [path, `${path}.md` as Path, ...inFolder]
}
