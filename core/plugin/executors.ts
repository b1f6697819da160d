import { fail } from '../base/diagnostic.ts'
import { type Executor, type ExecutorRun, localExecutor, type OpenExecutor } from '../run/executor.ts'
import type { Lane } from '../run/operation.ts'
import type { HookCalls } from './hooks.ts'

type Named = string | Executor | undefined
type Concurrency = Readonly<Partial<Record<Lane, number>>>

/** The executors of a framework. */
export interface Executors {
  /** The executor of that name; throws EXECUTOR_UNKNOWN. */
  find(name: string): Executor
  /** Opens an executor for a run; undefined for this process, where nothing has to be opened. */
  open(executor: Named, run: ExecutorRun): Promise<OpenExecutor | undefined>
  /** Operations at once in each lane; what is configured is meant for this machine. */
  lanesFor(
    wanted: { readonly executor?: Named; readonly concurrency?: number | undefined },
    configured: Concurrency,
  ): Concurrency
}

const lanes: readonly Lane[] = ['io', 'process', 'network', 'agent']

/** Executors by the names that plugins give them, besides `local`. */
export function createExecutors(calls: Pick<HookCalls, 'executors'>): Executors {
  function find(name: string): Executor {
    const executors = calls.executors()
    const found = name === localExecutor.name ? localExecutor : executors.get(name)
    if (found) return found
    return fail(
      'EXECUTOR_UNKNOWN',
      `No plugin gives the executor "${name}".`,
      `Name one of these: ${[localExecutor.name, ...executors.keys()].join(', ')}; or add the plugin.`,
    )
  }

  return {
    find,
    async open(executor, run) {
      if (isLocal(executor)) return undefined
      return (typeof executor === 'string' ? find(executor) : executor!).open(run)
    },
    lanesFor({ executor, concurrency }, configured) {
      if (concurrency !== undefined) return sameForAll(concurrency)
      return isLocal(executor) ? configured : {}
    },
  }
}

function isLocal(executor: Named): boolean {
  return executor === undefined || executor === localExecutor.name
}

function sameForAll(size: number): Record<Lane, number> {
  return Object.fromEntries(lanes.map((lane) => [lane, size])) as Record<Lane, number>
}
