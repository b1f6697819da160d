import { compareText, type Diagnostic, toDiagnostic } from '../base/diagnostic.ts'
import { digest } from '../base/key.ts'
import { judgeFragment, partsOf } from '../load/fragments.ts'
import type { Library } from '../load/library.ts'
import { isDependency } from '../load/linked.ts'
import { createSpotReader } from '../load/read-spots.ts'
import { createDocument } from '../module/document.ts'
import type { Range } from '../module/markdown.ts'
import { isInside } from '../module/markdown-segment.ts'
import type { LayerName, Module } from '../module/module.ts'
import { parseReference, type Reference } from '../module/reference.ts'
import { findingOf } from '../resolve/findings.ts'
import { isMarkdown, type Layer } from '../resolve/layers.ts'
import type { Spot } from '../resolve/rungs.ts'
import { idOf } from '../resolve/spots.ts'
import type { Resolution } from '../resolve/trail.ts'
import { parsePath } from '../vfs/gate.ts'
import { isWithin, type Path, rootPath } from '../vfs/path.ts'
import { decodeText } from '../vfs/text.ts'
import { findPart, joinRanges } from './part.ts'

/** A text that belongs to what was asked for. */
export interface Source {
  readonly id: string
  readonly path: Path
  readonly layer: LayerName
  /** Null for a text file that is no module. */
  readonly module: Module | null
  readonly text: string
  /** The parts that are wanted, in order of place; null for the whole. */
  readonly ranges: readonly Range[] | null
  /** The fragments by which they are wanted, sorted. */
  readonly parts: readonly string[]
  readonly asked: boolean
  /** References away from what was asked for. */
  readonly hops: number
  /** Written while something runs. */
  readonly isArtefact: boolean
  /** Ids of the sources that it needs, sorted. */
  readonly needs: readonly string[]
}

/** A file that is needed and has no text to give. */
export interface Refused {
  readonly id: string
  readonly why: 'not-text' | 'unreadable' | 'folder'
}

/** What belongs to some references, and what is wrong with it; in an order that depends on the references alone. */
export interface Gathered {
  readonly sources: readonly Source[]
  readonly refused: readonly Refused[]
  readonly diagnostics: readonly Diagnostic[]
}

/** What sources are gathered from. */
export interface GatherParts {
  readonly layers: readonly Layer[]
  readonly library: Library
  /** The text of a virtual module. */
  virtual(spot: Spot): string | undefined
  /** Fills the placeholders of a text with what the project says. */
  fill(text: string): string
}

interface Wanted {
  readonly spot: Spot
  readonly fragment: string | null
  readonly isArtefact: boolean
  /** An import puts a document in the place of a reference, so that its own mentions become imports. */
  readonly isImport: boolean
  /** The reference as it is written, and where. */
  readonly use: Pick<Reference, 'text' | 'line' | 'column'> & { readonly from: string }
}

interface Open {
  readonly spot: Spot
  readonly id: string
  readonly module: Module | null
  readonly text: string
  readonly isFresh: boolean
  readonly hops: number
  readonly isArtefact: boolean
  isImport: boolean
  isWhole: boolean
  readonly ranges: Map<string, Range>
  readonly followed: Set<number>
  readonly needs: Set<string>
}

/** Everything that the references need, part by part where only parts are asked for. Never rejects for a reference. */
export async function gather(parts: GatherParts, references: readonly string[]): Promise<Gathered> {
  const found = new Map<string, Open>()
  const refused = new Map<string, Refused>()
  const diagnostics: Diagnostic[] = []
  const asked = await findAsked(parts, references, diagnostics)
  let level: readonly Wanted[] = asked
  for (let hops = 0; level.length > 0; hops++) {
    await open(parts, { level, hops, found, refused, diagnostics })
    const grown = new Set<Open>()
    for (const wanted of level) {
      const entry = found.get(idOf(wanted.spot))
      if (!entry) continue
      if (grow(entry, wanted)) grown.add(entry)
      const fault = judgePart(entry, wanted)
      if (fault) diagnostics.push(fault)
    }
    level = [...grown].flatMap((entry) => follow(entry, parts.library, { diagnostics, refused }))
  }
  const askedIds = new Set<string>(asked.map(({ spot }) => idOf(spot)))
  return {
    sources: [...found.values()].map((entry) => asSource(entry, askedIds)),
    refused: [...refused.values()].toSorted((a, b) => compareText(a.id, b.id)),
    diagnostics,
  }
}

async function findAsked(
  { library, layers }: GatherParts,
  references: readonly string[],
  diagnostics: Diagnostic[],
): Promise<Wanted[]> {
  const wanted: Wanted[] = []
  for (const reference of [...new Set(references)].toSorted(compareText)) {
    const use = { text: reference, line: 1, column: 1, from: '' }
    const folder = findFolder(reference, layers)
    for (const spot of folder ? modulesIn(folder) : [])
      wanted.push({ spot, fragment: null, isArtefact: false, isImport: false, use })
    if (folder) continue
    const resolution = library.resolve(reference)
    const spot = resolution && library.spotOf(resolution)
    const fragment = parseReference(reference)?.fragment ?? null
    const isArtefact = resolution?.class === 'artefact'
    if (spot?.layer.tree.typeOf(spot.path) === 'file')
      wanted.push({ spot, fragment, isArtefact, isImport: false, use })
    else await library.load(reference).catch((thrown: unknown) => diagnostics.push(toDiagnostic(thrown)))
  }
  return wanted
}

/** The folder that a reference with a slash at its end names, or a dot; without one a folder stands for its README. */
function findFolder(reference: string, layers: readonly Layer[]): Spot | undefined {
  const project = layers[0]!
  if (reference === '.' || reference === './') return { layer: project, path: rootPath }
  if (!reference.endsWith('/')) return undefined
  const written = reference.slice(0, -1)
  const [, alias, below = ''] = /^@([\w-]+)(?:\/(.+))?$/.exec(written) ?? []
  if (alias === undefined) return folderAt(project, written)
  for (const layer of layers) {
    for (const home of layer.aliases.get(alias) ?? []) {
      const found = folderAt(layer, below === '' ? home : `${home}/${below}`)
      if (found) return found
    }
  }
  return undefined
}

function folderAt(layer: Layer, text: string): Spot | undefined {
  const path = parsePath(text)
  return path.ok && layer.tree.typeOf(path.value) === 'directory' ? { layer, path: path.value } : undefined
}

function modulesIn({ layer, path }: Spot): Spot[] {
  return layer.tree.files
    .filter(
      (file) => (path === rootPath || isWithin(file, path)) && isMarkdown(file) && !layer.tree.isLink(file),
    )
    .map((file) => ({ layer, path: file }))
}

interface Opening {
  readonly level: readonly Wanted[]
  readonly hops: number
  readonly found: Map<string, Open>
  readonly refused: Map<string, Refused>
  readonly diagnostics: Diagnostic[]
}

/** Loads what was not met before: its module, and its text. */
async function open(
  parts: GatherParts,
  { level, hops, found, refused, diagnostics }: Opening,
): Promise<void> {
  const fresh = new Map<string, Wanted>()
  for (const wanted of level) {
    const id = idOf(wanted.spot)
    if (!found.has(id) && !refused.has(id) && !fresh.has(id)) fresh.set(id, wanted)
  }
  const wanted = [...fresh.values()]
  const spots = wanted.map(({ spot }) => spot)
  const texts = await readTexts(parts, spots)
  const modules = await loadModules(parts.library, spots)
  for (const [index, { spot, isArtefact }] of wanted.entries()) {
    const id = idOf(spot)
    const [read, module] = [texts[index]!, modules[index]!]
    const fault = 'fault' in read ? read.fault : module.fault
    if (fault) {
      diagnostics.push(fault)
      refused.set(id, { id, why: fault.code === 'BAD_ENCODING' ? 'not-text' : 'unreadable' })
    }
    if (fault || 'fault' in read) continue
    found.set(id, {
      spot,
      id,
      hops,
      isArtefact,
      module: module.module,
      text: read.text,
      isFresh: module.module === null || module.module.digest === read.digest,
      isImport: false,
      isWhole: false,
      ranges: new Map(),
      followed: new Set(),
      needs: new Set(),
    })
  }
}

type ReadText = { readonly text: string; readonly digest: string } | { readonly fault: Diagnostic }

async function readTexts({ virtual }: GatherParts, spots: readonly Spot[]): Promise<ReadText[]> {
  const texts = Array.from<ReadText>({ length: spots.length })
  const onFiles: number[] = []
  for (const [index, spot] of spots.entries()) {
    const text = virtual(spot)
    if (text === undefined) onFiles.push(index)
    else texts[index] = { text, digest: digest(text) }
  }
  await createSpotReader().readEach(
    onFiles.map((index) => spots[index]!),
    (read, at) => {
      const id = idOf(spots[onFiles[at]!]!)
      if ('diagnostic' in read) texts[onFiles[at]!] = { fault: placed(read.diagnostic, id) }
      else {
        const text = decodeText(read.bytes, id)
        texts[onFiles[at]!] = text.ok
          ? { text: text.value, digest: digest(read.bytes) }
          : { fault: text.diagnostic }
      }
    },
  )
  return texts
}

function placed(diagnostic: Diagnostic, path: string): Diagnostic {
  return diagnostic.at ? diagnostic : { ...diagnostic, at: { path, line: 1, column: 1 } }
}

interface LoadedModule {
  readonly module: Module | null
  readonly fault?: Diagnostic
}

async function loadModules(library: Library, spots: readonly Spot[]): Promise<LoadedModule[]> {
  const loaded = spots.map((): LoadedModule => ({ module: null }))
  const inRows: number[] = []
  for (const [index, spot] of spots.entries()) {
    if (!isMarkdown(spot.path)) continue
    if (!spot.layer.tree.isLink(spot.path)) inRows.push(index)
    else
      loaded[index] = await library.loadSpot(spot).then(
        (module) => ({ module }),
        (thrown: unknown) => ({ module: null, fault: toDiagnostic(thrown) }),
      )
  }
  const results = await library.getMany(inRows.map((index) => spots[index]!))
  for (const [at, result] of results.entries())
    loaded[inRows[at]!] = result.ok ? { module: result.value } : { module: null, fault: result.diagnostic }
  return loaded
}

/** Takes in what is wanted of a source; true when that is more than before. */
function grow(entry: Open, { fragment, isImport }: Wanted): boolean {
  const hadImport = entry.isImport
  entry.isImport ||= isImport
  const turnsToImport = entry.isImport !== hadImport
  if (entry.isWhole) return turnsToImport
  const range = fragment === null || fragment === '' ? undefined : rangeOf(entry, fragment)
  if (!range) entry.isWhole = true
  else if (entry.ranges.has(fragment!)) return turnsToImport
  else entry.ranges.set(fragment!, range)
  return true
}

/** Undefined for a part that is not there, or names a place that only a browser knows: then the whole is meant. */
function rangeOf({ spot, id, module, text, isFresh }: Open, fragment: string): Range | undefined {
  if (!module || !isFresh) return undefined
  const { path, layer, homePath } = module
  return findPart(createDocument({ label: id, path: path || spot.path, layer, homePath, text }), fragment)
}

/** What the wanted parts of a source need, as far as it was not followed before. */
function follow(
  entry: Open,
  library: Library,
  { diagnostics, refused }: Pick<Opening, 'diagnostics' | 'refused'>,
): Wanted[] {
  const { module } = entry
  if (!module) return []
  const next: Wanted[] = []
  const { resolutions } = library.link(module, entry.spot)
  const ranges = entry.isWhole || !entry.isFresh ? null : joinRanges([...entry.ranges.values()])
  for (const [index, reference] of module.references.entries()) {
    const resolution = resolutions[index]!
    if (entry.followed.has(index) || !isNeeded(reference, resolution, entry.isImport)) continue
    if (ranges && !isInside(ranges, reference.offset)) continue
    entry.followed.add(index)
    const finding = findingOf(reference, resolution, entry.id)
    // What was only found by searching is found: its spelling is the matter of a check.
    if (finding && resolution.to === null) diagnostics.push(finding)
    const spot = library.spotOf(resolution)
    if (!spot) continue
    const to = idOf(spot)
    if (spot.layer.tree.typeOf(spot.path) !== 'file') {
      refused.set(to, { id: to, why: 'folder' })
      continue
    }
    if (to !== entry.id) entry.needs.add(to)
    const { fragment, form, role, text, line, column } = reference
    next.push({
      spot,
      fragment,
      isArtefact: resolution.class === 'artefact',
      isImport: form === 'import' || role === 'import',
      use: { text, line, column, from: entry.id },
    })
  }
  return next
}

/** A finding for a part that is not there, in which case the whole is taken. */
function judgePart({ id, module }: Open, { fragment, use }: Wanted): Diagnostic | undefined {
  if (!module || fragment === null) return undefined
  const fault = judgeFragment({ ...use, to: id, fragment }, partsOf(module), use.from)
  if (!fault || use.from !== '') return fault
  const { at: _, ...plain } = fault
  return plain
}

function asSource(entry: Open, asked: ReadonlySet<string>): Source {
  const { spot, id, module, text, isWhole, hops, isArtefact, needs } = entry
  return {
    id,
    path: spot.path,
    layer: spot.layer.name,
    module,
    text,
    hops,
    isArtefact,
    ranges: isWhole ? null : joinRanges([...entry.ranges.values()]),
    parts: isWhole ? [] : [...entry.ranges.keys()].toSorted(compareText),
    asked: asked.has(id),
    needs: [...needs].toSorted(compareText),
  }
}

function isNeeded(reference: Reference, { rung }: Resolution, isImport: boolean): boolean {
  return isDependency(reference) || (isImport && reference.role === 'import' && rung === 'relative')
}
