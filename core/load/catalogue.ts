import { compareText, type Diagnostic } from '../base/diagnostic.ts'
import type { Limit } from '../base/limit.ts'
import type { Layer } from '../resolve/layers.ts'
import type { Spot } from '../resolve/rungs.ts'
import { idOf } from '../resolve/spots.ts'
import type { Resolution } from '../resolve/trail.ts'
import type { Stamp } from '../vfs/file-system.ts'
import type { Path } from '../vfs/path.ts'
import { isTrusted } from '../vfs/stamp.ts'
import { createWholeFinder } from './among.ts'
import { type Card, createCard, plainCard } from './card.ts'
import type { Catalogued } from './check.ts'
import { createDrawing } from './drawing.ts'
import { type FragmentUse, judgeFragment, partsOf } from './fragments.ts'
import { type Graph, type GraphModule, type GraphReference, referencesOf, showModule } from './graph.ts'
import { type Library, spotsIn } from './library.ts'
import type { Linked } from './linked.ts'
import { createPartUsers } from './part-users.ts'
import type { Probes } from './probes.ts'
import { dependenciesIn, type KeptCard, stampsOf, stillValid, takeSnapshot } from './snapshot.ts'
import type { CardStore } from './store.ts'

/** The cards of all modules of some layers, kept until what they depend on changes. */
export interface Catalogue {
  /** Every card by id; makes those that are not there. The same list is given until something changes. */
  cards(): Promise<Catalogued>
  /** The graph of modules, references in order of place. Of two graphs, what stands in both is the same object. */
  graph(): Promise<Graph>
  /** The card that is there now. */
  peek(id: string): Card | undefined
  /** What all cards were made with, as far as it is known. */
  resolutions(): ReadonlySet<Resolution>
  /** Ids of the cards that are there now and fit. */
  idsWhere(fits: (entry: Entry) => boolean): readonly string[]
  /** Takes out cards; gives the ids of those that were there. */
  takeOut(ids: Iterable<string>): readonly string[]
  /** Puts the cards into the store when there is one and some were made. */
  keep(): Promise<void>
}

/** A card, and what it was made from. */
export interface Entry {
  readonly spot: Spot
  readonly card: Card
  /** Undefined for a card that was kept from another process. */
  readonly resolutions: readonly Resolution[] | undefined
}

export interface CatalogueOptions {
  readonly layers: readonly Layer[]
  readonly library: Library
  readonly probes: Probes
  /** Where cards are kept from one process to the next. */
  readonly store?: CardStore | undefined
  /** Ids of modules that are not kept, so that they are read by every process. */
  readonly unkept?: ReadonlySet<string> | undefined
  /** One task at a time: cards are made from one state of the files. */
  readonly alone: Limit
}

interface Kept extends Entry {
  card: Card
  resolutions: readonly Resolution[] | undefined
  /** What it was kept with; undefined for a card that was made here. */
  readonly kept: KeptCard | undefined
  /** Of the file, taken before it was read; undefined where nothing can be told by it. */
  readonly stamp: Stamp | undefined
  /** The parts that references to this module may name, a line each; one text is small where ten thousand lists are not. */
  readonly parts: string | undefined
  rows: readonly GraphReference[] | undefined
  shown: GraphModule | undefined
}

/** Fewer modules are loaded as quickly as their cards are read. */
const leastKept = 200
/**
 * More than these are read in passing: those of a change will be asked for again, those of a whole framework seldom. To keep
 * some of them would be worse than to keep all: V8 then takes the others for long-lived too, and puts them where it seldom looks.
 */
const mostAskedAgain = 500

/** A catalogue of the layers given; nothing is loaded before it is asked for. */
export function createCatalogue(options: CatalogueOptions): Catalogue {
  const { layers, library, probes, store, unkept, alone } = options
  const entries = new Map<string, Kept>()
  const takenOut = new Set<string>()
  let isRestored = store === undefined
  let loaded = 0
  let findWhole = createWholeFinder()
  /** What was given last, failures or not. */
  let made: Catalogued | undefined
  const partUsers = createPartUsers()
  /** Ids of cards that came since the graph was drawn. */
  const undrawn = new Set<string>()
  const drawing = createDrawing({
    module({ id }, orphan) {
      const entry = entries.get(id)!
      entry.shown = showModule(entry.card, orphan, entry.shown)
      return entry.shown
    },
    rows: ({ id }) => entries.get(id)!.rows!,
  })
  let there: { readonly files: FileLists; readonly spots: ReadonlyMap<string, Spot> } = {
    files: [],
    spots: new Map(),
  }
  /** What was given last, and the files that it was made of; failures are asked for again. */
  let last: { readonly files: FileLists; readonly given: Catalogued } | undefined

  async function fill(withRows: boolean): Promise<Catalogued> {
    const files = layers.map(({ tree }) => tree.files)
    if (last && isSame(files, last.files)) return last.given
    const given = await make(withRows)
    last = given.failures.length === 0 ? { files, given } : undefined
    return given
  }

  async function make(withRows: boolean): Promise<Catalogued> {
    const spots = spotsNow()
    if (!isRestored) await restore(spots)
    const touched = dropVanished(spots)
    for (const id of takenOut) touched.add(id)
    takenOut.clear()
    const failures = new Map<string, Diagnostic>()
    const wanted: Spot[] = []
    for (const [id, spot] of spots) if (!entries.has(id)) wanted.push(spot)
    // Asked before they are read; what was read earlier has no stamp that belongs to it.
    const stamps = store
      ? settledStamps(wanted).map((stamp, index) => (library.isRead(wanted[index]!) ? undefined : stamp))
      : []
    // What is on its card is all that stays of a module, so that as many are in memory as are being loaded.
    await library.getEach(
      wanted,
      (result, index) => {
        const spot = wanted[index]!
        if (result.ok) {
          const linked = library.link(result.value, spot)
          const entry = enter(spot, linked, stamps[index])
          if (withRows) entry.rows = referencesOf(linked)
          put(entry)
        } else failures.set(idOf(spot), result.diagnostic)
        touched.add(idOf(spot))
      },
      reading(wanted),
    )
    loaded += wanted.length
    await judgeParts(touched)
    const cards: Card[] = []
    const failed: Diagnostic[] = []
    for (const id of spots.keys()) {
      const entry = entries.get(id)
      const failure = failures.get(id)
      if (entry) cards.push(entry.card)
      else if (failure) failed.push(failure)
    }
    made = { cards, failures: failed, whole: findWhole(cards) }
    return made
  }

  /** Every spot by its id, in order; the same map until the trees change. */
  function spotsNow(): ReadonlyMap<string, Spot> {
    const files = layers.map(({ tree }) => tree.files)
    if (!isSame(files, there.files)) {
      const found = layers.flatMap(spotsIn).map((spot) => [idOf(spot) as string, spot] as const)
      there = { files, spots: new Map(found.sort(([a], [b]) => compareText(a, b))) }
    }
    return there.spots
  }

  async function restore(spots: ReadonlyMap<string, Spot>): Promise<void> {
    isRestored = true
    const snapshot = spots.size < leastKept ? undefined : await store!.read()
    if (!snapshot) return
    const { whole } = snapshot
    if (whole) findWhole = createWholeFinder({ cards: snapshot.cards.map(({ card }) => card), found: whole })
    for (const kept of stillValid(snapshot, layers, spots)) {
      const { card, stamp } = kept
      const spot = spots.get(card.id)!
      const unread = undefined
      put({ spot, card, kept, stamp, parts: unread, resolutions: unread, rows: unread, shown: unread })
    }
  }

  function enter(spot: Spot, linked: Linked, stamp: Stamp | undefined): Kept {
    const card = createCard(linked, library.findings(linked))
    const parts = partsOf(linked.module).join('\n')
    const { resolutions } = linked
    // Written out, in one order: a spread gives each of ten thousand objects a shape of its own.
    return { spot, card, kept: undefined, stamp, parts, resolutions, rows: undefined, shown: undefined }
  }

  function put(entry: Kept): void {
    undrawn.add(entry.card.id)
    entries.set(entry.card.id, entry)
    partUsers.add(entry.card)
  }

  function drop(id: string): boolean {
    const entry = entries.get(id)
    if (entry) partUsers.remove(entry.card)
    return entries.delete(id)
  }

  function dropVanished(spots: ReadonlyMap<string, Spot>): Set<string> {
    const vanished = new Set<string>()
    for (const id of entries.keys()) if (!spots.has(id)) vanished.add(id)
    for (const id of vanished) drop(id)
    return vanished
  }

  /** Judges the references to parts of modules that stand in a module that was touched, or name one. */
  async function judgeParts(touched: ReadonlySet<string>): Promise<void> {
    const judged = new Set(touched)
    for (const id of touched) for (const user of partUsers.of(id)) judged.add(user)
    const known = new Map<string, readonly string[] | undefined>()
    for (const id of judged) {
      const entry = entries.get(id)
      if (!entry || entry.card.uses.length === 0) continue
      const partFindings: Diagnostic[] = []
      for (const use of entry.card.uses) {
        if (!known.has(use.to)) known.set(use.to, await partsNamed(use))
        const parts = known.get(use.to)
        const fault = parts && judgeFragment(use, parts, entry.card.id)
        if (fault) partFindings.push(fault)
      }
      if (partFindings.length + entry.card.partFindings.length > 0)
        entry.card = { ...plainCard(entry.card), partFindings }
    }
  }

  /** The parts of a module of any layer; undefined for what cannot be read, which is told of elsewhere. */
  async function partsNamed({ to }: FragmentUse): Promise<readonly string[] | undefined> {
    const entry = entries.get(to)
    if (entry?.parts !== undefined) return entry.card.digest === '' ? undefined : entry.parts.split('\n')
    const module = await library.loadId(to)
    return module && partsOf(module)
  }

  async function draw(): Promise<Graph> {
    const { cards, whole } = await fill(true)
    const rowless: Kept[] = []
    for (const id of undrawn) {
      const entry = entries.get(id)
      if (entry && !entry.rows) rowless.push(entry)
    }
    await readRows(rowless)
    undrawn.clear()
    return drawing(cards, whole)
  }

  async function readRows(rowless: readonly Kept[]): Promise<void> {
    await library.getEach(
      rowless.map(({ spot }) => spot),
      (result, index) => {
        const entry = rowless[index]!
        if (result.ok) entry.resolutions ??= library.link(result.value, entry.spot).resolutions
        entry.rows = result.ok ? referencesOf({ module: result.value, resolutions: entry.resolutions! }) : []
      },
      reading(rowless),
    )
  }

  async function keep(): Promise<void> {
    if (!store || !made || loaded === 0 || entries.size < leastKept) return
    loaded = 0
    await store.write(takeSnapshot(layers, made.cards.map(toKeep), made.whole.found()))
  }

  function toKeep(card: Card): KeptCard {
    const entry = entries.get(card.id)
    // It was taken out since, or nothing can be told by its stamp.
    if (entry?.card !== card || !entry.stamp || unkept?.has(card.id))
      return { card, stamp: undefined, folders: [], searches: false }
    const { stamp, resolutions, kept } = entry
    if (kept?.card === card) return kept
    const how = resolutions ? dependenciesIn(resolutions, probes.of(card.id)) : kept!
    return { card, stamp, folders: how.folders, searches: how.searches }
  }

  return {
    cards: () => alone(() => fill(false)),
    graph: () => alone(draw),
    keep: () => alone(keep),
    peek: (id) => entries.get(id)?.card,
    resolutions: () => new Set([...entries.values()].flatMap(({ resolutions = [] }) => resolutions)),
    idsWhere: (fits) => [...entries.values()].filter(fits).map(({ card }) => card.id),
    takeOut(ids) {
      const taken = [...ids].filter(drop)
      for (const id of taken) takenOut.add(id)
      if (taken.length > 0) last = undefined
      return taken
    },
  }
}

/** How so many modules are loaded. */
function reading({ length }: readonly unknown[]): { readonly inPassing: boolean } {
  return { inPassing: length > mostAskedAgain }
}

type FileLists = readonly (readonly Path[])[]

/** Trees give the same list until something in it changes. */
function isSame(a: FileLists, b: FileLists): boolean {
  return a.length === b.length && a.every((list, index) => list === b[index])
}

/** Stamps by which a later process can tell that the files are the same. */
function settledStamps(spots: readonly Spot[]): (Stamp | undefined)[] {
  const now = Date.now()
  return stampsOf(spots).map((stamp) => (stamp && isTrusted(stamp, now) ? stamp : undefined))
}
