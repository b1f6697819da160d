import { HeddleError } from '../base/diagnostic.ts'
import { done, failed, type Result } from '../base/result.ts'
import type { Module, ModuleId } from '../module/module.ts'
import type { Spot } from '../resolve/rungs.ts'
import { idOf } from '../resolve/spots.ts'
import type { Loader, UseLoaded } from './loader.ts'
import type { CacheFigures, ModuleCache } from './module-cache.ts'

/** Modules by id: loaded once however many ask, failures never remembered. */
export interface Registry {
  /** The module at a spot; concurrent and later calls share one load. */
  get(spot: Spot): Promise<Result<Module>>
  /** All of them, each settled by itself, in the order given. */
  getMany(spots: readonly Spot[]): Promise<readonly Result<Module>[]>
  /**
   * The same, each told as soon as it is there, in an order of their own. What is loaded in passing, for one look at each, is
   * not kept unless somebody else asks for it meanwhile.
   */
  getEach(spots: readonly Spot[], use: UseLoaded, how?: { readonly inPassing: boolean }): Promise<void>
  /** What is loaded now, without loading. */
  peek(id: ModuleId): Module | undefined
  isLoading(id: ModuleId): boolean
  /** Of everything that is loaded or being loaded, as a list of its own. */
  ids(): readonly ModuleId[]
  /** Forgets a module; a load of it that is under way will not be remembered either. */
  drop(id: ModuleId): void
  /** Loads a module, and keeps it whatever happens; loads it again when it is next asked for after it was dropped. */
  pin(spot: Spot): Promise<Result<Module>>
  readonly figures: RegistryFigures
}

/** What a registry did so far, and what it holds now. */
export interface RegistryFigures extends CacheFigures {
  /** How often a module was asked for; and how often it was there, or on its way. */
  readonly accessCount: number
  readonly hits: number
  /** From 0 to 1; 0 before anything was asked for. */
  readonly hitRatio: number
  readonly loads: number
}

/** A load that is under way. */
interface Flight {
  readonly id: ModuleId
  /** False once somebody wants the module for more than one look. */
  inPassing: boolean
  /** Whoever waits for it; a promise of each load would keep ten thousand modules until the last one is there. */
  waiting: ((result: Result<Module>) => void)[] | undefined
}

/** What has to be loaded, and for which of the spots that were asked for. */
interface Missing {
  readonly spot: Spot
  readonly flight: Flight
  readonly places: number[]
}

/** A registry over a loader, which keeps what the cache has room for. `registered` is told of every module once per load. */
export function createRegistry(
  loader: Loader,
  registered: (module: Module) => void,
  modules: ModuleCache,
): Registry {
  const flights = new Map<ModuleId, Flight>()
  const counts = { accessCount: 0, hits: 0, loads: 0 }

  function depart(id: ModuleId, inPassing: boolean): Flight {
    counts.loads++
    const flight: Flight = { id, inPassing, waiting: undefined }
    flights.set(id, flight)
    return flight
  }

  function join(flight: Flight, inPassing: boolean): Promise<Result<Module>> {
    flight.inPassing &&= inPassing
    return new Promise((resolve) => (flight.waiting ??= []).push(resolve))
  }

  function land(flight: Flight, result: Result<Module>): void {
    const { id, inPassing, waiting = [] } = flight
    for (const tell of waiting) tell(result)
    // A drop while loading removed the flight: what it read may be old, so nobody remembers it.
    if (flights.get(id) !== flight) return
    flights.delete(id)
    if (!result.ok) return
    if (!inPassing || modules.isPinned(id)) modules.set(id, result.value)
    registered(result.value)
  }

  function get(spot: Spot): Promise<Result<Module>> {
    const id = idOf(spot)
    counts.accessCount++
    const module = modules.get(id)
    const under = module ? undefined : flights.get(id)
    if (module || under) counts.hits++
    if (module) return Promise.resolve(done(module))
    if (under) return join(under, false)
    const flight = depart(id, false)
    const landed = join(flight, false)
    void loader
      .load(spot)
      .catch((thrown: unknown) => failed(unexpected(id, thrown)))
      .then((result) => land(flight, result))
    return landed
  }

  async function getEach(
    spots: readonly Spot[],
    use: UseLoaded,
    { inPassing } = { inPassing: false },
  ): Promise<void> {
    const missing = new Map<ModuleId, Missing>()
    const joined: Promise<void>[] = []
    for (const [index, spot] of spots.entries()) {
      const id = idOf(spot)
      const asked = missing.get(id)
      const module = asked ? undefined : modules.get(id)
      const under = flights.get(id)
      if (asked) asked.places.push(index)
      else if (module) use(done(module), index)
      else if (under) joined.push(join(under, inPassing).then((result) => use(result, index)))
      else missing.set(id, { spot, flight: depart(id, inPassing), places: [index] })
    }
    counts.accessCount += spots.length
    counts.hits += spots.length - missing.size
    await Promise.all([loadEach([...missing.values()], use), ...joined])
  }

  async function loadEach(missing: readonly Missing[], use: UseLoaded): Promise<void> {
    const left = new Set(missing)
    try {
      await loader.loadEach(
        missing.map(({ spot }) => spot),
        (result, at) => {
          const { flight, places } = missing[at]!
          left.delete(missing[at]!)
          land(flight, result)
          for (const place of places) use(result, place)
        },
      )
    } catch (thrown) {
      // Whoever else waits for them must not wait for ever.
      for (const { spot, flight } of left) land(flight, failed(unexpected(idOf(spot), thrown)))
      throw thrown
    }
  }

  return {
    get figures() {
      const { accessCount, hits } = counts
      return { ...counts, hitRatio: accessCount === 0 ? 0 : hits / accessCount, ...modules.figures }
    },
    get,
    pin(spot) {
      modules.pin(idOf(spot))
      return get(spot)
    },
    getEach,
    async getMany(spots) {
      const results = Array.from<Result<Module>>({ length: spots.length })
      await getEach(spots, (result, index) => (results[index] = result))
      return results
    },
    peek: (id) => modules.peek(id),
    isLoading: (id) => flights.has(id),
    ids: () => [...modules.ids(), ...flights.keys()],
    drop(id) {
      modules.delete(id)
      flights.delete(id)
    },
  }
}

function unexpected(id: ModuleId, thrown: unknown): HeddleError['diagnostic'] {
  if (thrown instanceof HeddleError) return thrown.diagnostic
  return {
    code: 'MODULE_UNREADABLE',
    severity: 'error',
    message: `"${id}" could not be loaded.`,
    at: { path: id, line: 1, column: 1 },
  }
}
