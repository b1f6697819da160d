import type { Framework } from '../facade.ts'
import type { Diagnostic } from '../base/diagnostic.ts'

/** Something that happened to the framework, told by its generation. */
export interface News {
  readonly generation: number
  readonly added: readonly string[]
  readonly changed: readonly string[]
  readonly removed: readonly string[]
  /** True when anything may have changed: the framework was replaced by one with another configuration. */
  readonly full: boolean
}

/** How it stands with what is served, besides its modules. */
export interface Standing {
  readonly generation: number
  /** True while notices of the watcher are being lost. */
  readonly degraded: boolean
  /** Why the configuration on the disk is not the one that is served; null when it is. */
  readonly fault: Diagnostic | null
  /** What plugins did wrong, layers that could not be opened, and what went wrong with the watching. */
  readonly faults: readonly Diagnostic[]
}

/** What is served: a framework that may be replaced by another while it is asked. */
export interface Editions {
  /** Runs `work` with the framework and its generation; all that it asks is answered from this one generation. */
  read<T>(work: (framework: Framework, generation: number) => T | Promise<T>): Promise<T>
  /** Runs `work`, which may take long, with the framework of now; the framework stays until it has settled, changes go on. */
  hold<T>(work: (framework: Framework) => Promise<T>): Promise<T>
  readonly standing: Standing
  /** Calls the listener with each change, and with `undefined` when only the standing is another. The function returned ends that. */
  listen(listener: (news: News | undefined) => void): () => void
  /** Looks at everything again, the configuration too; settles when it is taken in. */
  reload(): Promise<void>
  /** Ends watching and disposes what is served. */
  close(): Promise<void>
}

/** A framework that somebody else made, watches and disposes: it is told of as it stands, and never replaced. */
export function fixedEdition(framework: Framework): Editions {
  return {
    read: (work) => framework.steady(() => work(framework, 0)),
    hold: (work) => work(framework),
    get standing() {
      return { generation: 0, degraded: false, fault: null, faults: framework.faults }
    },
    listen: () => () => {},
    reload: async () => void (await framework.refresh()),
    close: async () => {},
  }
}
