import { HeddleError } from '../base/diagnostic.ts'
import { failed, type Result } from '../base/result.ts'
import type { Module, ModuleId } from '../module/module.ts'
import type { Spot } from '../resolve/rungs.ts'
import { idOf } from '../resolve/spots.ts'
import type { Loader } from './loader.ts'

/** Modules by id: loaded once however many ask, failures never remembered. */
export interface Registry {
  /** The module at a spot; concurrent and later calls share one load. */
  get(spot: Spot): Promise<Result<Module>>
  /** All of them, each settled by itself, in the order given. */
  getMany(spots: readonly Spot[]): Promise<readonly Result<Module>[]>
  /** What is loaded now, without loading. */
  peek(id: ModuleId): Module | undefined
  isLoading(id: ModuleId): boolean
  /** Of everything that is loaded or being loaded, as a list of its own. */
  ids(): readonly ModuleId[]
  /** Forgets a module; a load of it that is under way will not be remembered either. */
  drop(id: ModuleId): void
  readonly figures: { readonly loads: number; readonly hits: number }
}

interface Flight {
  readonly promise: Promise<Result<Module>>
}

/** A registry over a loader. `registered` is told of every module once per load. */
export function createRegistry(loader: Loader, registered: (module: Module) => void): Registry {
  const modules = new Map<ModuleId, Module>()
  const flights = new Map<ModuleId, Flight>()
  const figures = { loads: 0, hits: 0 }

  function settle(id: ModuleId, flight: Flight | undefined, result: Result<Module>): Result<Module> {
    // A drop while loading removed the flight: what it read may be old, so nobody remembers it.
    if (flights.get(id) !== flight) return result
    flights.delete(id)
    if (result.ok) {
      modules.set(id, result.value)
      registered(result.value)
    }
    return result
  }

  function pending(id: ModuleId): Promise<Result<Module>> | undefined {
    const module = modules.get(id)
    return module ? Promise.resolve({ ok: true, value: module }) : flights.get(id)?.promise
  }

  function launch(id: ModuleId, loading: Promise<Result<Module>>): Promise<Result<Module>> {
    figures.loads++
    const flight: Flight = {
      promise: loading.then(
        (result) => settle(id, flight, result),
        (thrown: unknown) => settle(id, flight, failed(unexpected(id, thrown))),
      ),
    }
    flights.set(id, flight)
    return flight.promise
  }

  return {
    figures,
    get(spot) {
      const id = idOf(spot)
      const known = pending(id)
      if (known) figures.hits++
      return known ?? launch(id, loader.load(spot))
    },
    getMany(spots) {
      const missing = new Map<ModuleId, Spot>()
      for (const spot of spots) if (!pending(idOf(spot))) missing.set(idOf(spot), spot)
      const batch = loader.loadMany([...missing.values()])
      for (const [index, id] of [...missing.keys()].entries()) {
        void launch(
          id,
          batch.then((results) => results[index]!),
        )
      }
      figures.hits += spots.length - missing.size
      return Promise.all(spots.map((spot) => pending(idOf(spot))!))
    },
    peek: (id) => modules.get(id),
    isLoading: (id) => flights.has(id),
    ids: () => [...modules.keys(), ...flights.keys()],
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
