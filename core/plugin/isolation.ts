import type { Diagnostic } from '../base/diagnostic.ts'
import { findNamespaceWay, type Isolation, isolationUnavailable } from '../base/namespace.ts'
import { createBashKind } from '../operations/bash.ts'
import type { OperationKind } from '../run/operation.ts'

/** What a configured isolation means for a run. */
export interface ConfiguredIsolation {
  /** The kind that takes the place of the built-in one. */
  kindOf(name: string): OperationKind | undefined
  /** What holds programs of every kind. */
  readonly ofPrograms: 'none' | 'namespace' | undefined
  /** What was configured and is not to be had: programs run in process groups, or, where an overlay was meant, not at all. */
  findings(): Promise<readonly Diagnostic[]>
}

/** The isolation that a configuration names, or none. */
export function configureIsolation(isolation: Isolation | undefined): ConfiguredIsolation {
  const bash: OperationKind | undefined = isolation === 'overlay' ? createBashKind(isolation) : undefined
  return {
    kindOf: (name) => (name === 'bash' ? bash : undefined),
    ofPrograms: isolation === 'overlay' ? 'namespace' : isolation,
    async findings() {
      if (isolation === undefined || isolation === 'none' || (await findNamespaceWay())) return []
      const { diagnostic } = isolationUnavailable(isolation, 'this machine makes no PID namespaces for us')
      const falls =
        'Programs are held by process groups alone: one that leaves its group may outlive the run.'
      if (isolation === 'overlay') return [{ ...diagnostic, severity: 'warning' }]
      return [{ ...diagnostic, severity: 'warning', message: `${diagnostic.message} ${falls}` }]
    },
  }
}
