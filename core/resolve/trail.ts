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

/** The names that are looked for at a path: it alone, it and what it may stand for, what stands for it as a folder, or none. */
export type Names = 'itself' | 'completed' | 'inside' | 'none'

/** The paths that are looked for at a path, in order; the folder of that name comes last, and counts when nothing else is there. */
export function pathsOf(path: Path, names: Names): Path[] {
  if (names === 'none') return []
  if (names === 'itself') return [path]
  const inFolder = folderFiles.map((name) => childOf(path, name))
  return names === 'inside' ? inFolder : [path, `${path}.md` as Path, ...inFolder]
}

/** One path and the names that were looked for there. Tens of thousands are kept, so what can be told from these is not. */
export interface Look {
  readonly rung: Rung
  readonly layer: Layer
  readonly path: Path
  readonly names: Names
  /** The place among `pathsOf` of what was found, one behind the last for the folder itself; undefined for nothing. */
  readonly at: number | undefined
  /** The look before this one. */
  readonly before: Look | undefined
}

/** The looks of one climb, in order. */
export class Trail {
  last: Look | undefined

  /** Notes a look and what came of it. */
  add({ rung, layer, path, names, at }: Omit<Look, 'before'>): void {
    this.last = { rung, layer, path, names, at, before: this.last }
  }
}

/** Every place that was tried, by the last of the looks. */
export function triesOf(last: Look | undefined): Try[] {
  const looks: Look[] = []
  for (let look = last; look; look = look.before) looks.push(look)
  return looks.reverse().flatMap(triesAt)
}

function triesAt({ rung, layer, path, names, at }: Look): Try[] {
  const paths = pathsOf(path, names)
  if (at === paths.length) paths.push(path)
  return (at === undefined ? paths : paths.slice(0, at + 1)).map((tried, index) => ({
    rung,
    layer: layer.name,
    path: labelOf(layer, tried),
    found: index === at,
  }))
}

/** A resolution that is remembered: its looks are kept, and its tries made when somebody asks for them. */
export class KeptResolution implements Resolution {
  readonly status: ResolutionStatus | null
  readonly class: ReferenceClass
  readonly to: string | null
  readonly layer: LayerName | null
  readonly rung: Rung | null
  readonly plugin: string | null
  readonly suggestion: Suggestion | null
  readonly differs: 'case' | 'unicode' | null
  readonly throughLink: boolean
  readonly candidates: readonly string[]
  readonly hint: string | null
  readonly last: Look | undefined

  constructor(said: Omit<Resolution, 'tried'>, last: Look | undefined) {
    this.status = said.status
    this.class = said.class
    this.to = said.to
    this.layer = said.layer
    this.rung = said.rung
    this.plugin = said.plugin
    this.suggestion = said.suggestion
    this.differs = said.differs
    this.throughLink = said.throughLink
    this.candidates = said.candidates
    this.hint = said.hint
    this.last = last
  }

  get tried(): Try[] {
    return triesOf(this.last)
  }
}
