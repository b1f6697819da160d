import type { Framework } from '../facade.ts'
import { type Delta, deltaBetween, type Snapshot } from './delta.ts'
import type { Editions } from './edition.ts'

/** Works out what each generation changes, for as long as somebody wants to know. */
export interface Feed {
  /** Begins with the generation of now; later calls change nothing. */
  begin(): Promise<void>
  /**
   * What has changed since the last call, or since it began; undefined when it had not begun. Called while a change is being told, it
   * is answered from the generation of that change.
   */
  next(): Promise<Delta | undefined>
  /** Forgets what it knows: nobody listens, or everything is another now. */
  end(): void
}

interface Known {
  readonly generation: number
  readonly snapshot: Snapshot
}

/** A feed over what is served; nothing is worked out before it begins. */
export function createFeed(editions: Editions): Feed {
  let known: Known | undefined
  let beginning: Promise<void> | undefined

  const look = (framework: Framework, generation: number): Promise<Known> =>
    snapshotOf(framework).then((snapshot) => ({ generation, snapshot }))

  return {
    begin() {
      beginning ??= editions.read(async (framework, generation) => {
        known = await look(framework, generation)
      })
      return beginning
    },
    async next() {
      if (!beginning) return undefined
      return editions.read(async (framework, generation) => {
        const before = known
        known = await look(framework, generation)
        return before && deltaBetween(before.snapshot, known.snapshot, before.generation)
      })
    },
    end() {
      known = undefined
      beginning = undefined
    },
  }
}

/** Everything that a page shows, of one generation when it is asked for within one. */
export async function snapshotOf(framework: Framework): Promise<Snapshot> {
  // A graph is drawn of modules and leaves behind what a check needs; the other way round they would be read twice.
  const graph = await framework.graph()
  return { graph, report: await framework.check() }
}
