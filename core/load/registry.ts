import { HeddleError } from '../base/diagnostic.ts'
import { failed, type Result } from '../base/result.ts'
import type { Module, ModuleId } from '../module/module.ts'
import type { Spot } from '../resolve/rungs.ts'
import { idOf } from '../resolve/spots.ts'
import type { Loader } from './loader.ts'
import type { CacheFigures, ModuleCache } from './module-cache.ts'

/** Modules by id: loaded once however many ask, failures never remembered. */
export interface Registry {
  /** The module at a spot; concurrent and later calls share one load. */
  get(spot: Spot): Promise<Result<Module>>
  /**
   * All of them, each settled by itself, in the order given. Those that are loaded in passing, for one look at each, take no
   * room from what others asked for.
   */
  getMany(spots: readonly Spot[], how?: { readonly inPassing: boolean }): Promise<readonly Result<Module>[]>
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

interface Flight {
  readonly promise: Promise<Result<Module>>
  /** False once somebody wants the module for more than one look. */
  inPassing: boolean
}

/** A registry over a loader, which keeps what the cache has room for. `registered` is told of every module once per load. */
export function createRegistry(
  loader: Loader,
  registered: (module: Module) => void,
  modules: ModuleCache,
): Registry {
  const flights = new Map<ModuleId, Flight>()
  const counts = { accessCount: 0, hits: 0, loads: 0 }

  function settle(id: ModuleId, flight: Flight | undefined, result: Result<Module>): Result<Module> {
    // A drop while loading removed the flight: what it read may be old, so nobody remembers it.
    if (flights.get(id) !== flight) return result
    flights.delete(id)
    if (result.ok) {
      modules.set(id, result.value, flight!.inPassing)
      registered(result.value)
    }
    return result
  }

  function pending(id: ModuleId, inPassing: boolean): Promise<Result<Module>> | undefined {
    const module = modules.get(id)
    if (module) return Promise.resolve({ ok: true, value: module })
    const flight = flights.get(id)
    if (flight && !inPassing) flight.inPassing = false
    return flight?.promise
  }

  function launch(
    id: ModuleId,
    loading: Promise<Result<Module>>,
    inPassing: boolean,
  ): Promise<Result<Module>> {
    counts.loads++
    const flight: Flight = {
      inPassing,
      promise: loading.then(
        (result) => settle(id, flight, result),
        (thrown: unknown) => settle(id, flight, failed(unexpected(id, thrown))),
      ),
    }
    flights.set(id, flight)
    return flight.promise
  }

  function get(spot: Spot): Promise<Result<Module>> {
    const id = idOf(spot)
    const known = pending(id, false)
    counts.accessCount++
    if (known) counts.hits++
    return known ?? launch(id, loader.load(spot), false)
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
    getMany(spots, { inPassing } = { inPassing: false }) {
      const asked = new Map<ModuleId, Promise<Result<Module>>>()
      const missing: Spot[] = []
      for (const spot of spots) {
        const id = idOf(spot)
        const known = asked.get(id) ?? pending(id, inPassing)
        if (known) asked.set(id, known)
        else missing.push(spot)
      }
      const unique = [...new Map(missing.map((spot) => [idOf(spot), spot])).values()]
      const batch = loader.loadMany(unique)
      for (const [index, spot] of unique.entries()) {
        const loading = batch.then((results) => results[index]!)
        asked.set(idOf(spot), launch(idOf(spot), loading, inPassing))
      }
      counts.accessCount += spots.length
      counts.hits += spots.length - unique.length
      return Promise.all(spots.map((spot) => asked.get(idOf(spot))!))
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
