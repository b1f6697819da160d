import { type AsyncHook, createHook } from 'node:async_hooks'
import { findOpenFrameworks } from './framework.ts'

const watched: Readonly<Record<string, string>> = {
  Timeout: 'a timer',
  FSEVENTWRAP: 'a file watcher',
  STATWATCHER: 'a file watcher',
  PROCESSWRAP: 'a child process',
  WORKER: 'a worker',
  TCPSERVERWRAP: 'a server',
  PIPESERVERWRAP: 'a server',
  TCPWRAP: 'a connection',
}

/** Thrown for what a test left behind. */
export class LeakError extends Error {
  /** One line each. */
  readonly leaks: readonly string[]

  constructor(leaks: readonly string[]) {
    super(`Left behind:\n${leaks.map((leak) => `  ${leak}`).join('\n')}`)
    this.name = 'LeakError'
    this.leaks = leaks
  }
}

const turns = 20
const patienceMs = 500

/**
 * Runs `work` and throws a LeakError when it leaves something behind: frameworks that were not disposed with their taps,
 * timers, file watchers, child processes, workers, servers, connections and listeners of the process, each with the place in
 * the code where it was made. What ends by itself within half a second is none. Run nothing else meanwhile.
 */
export async function withoutLeaks<T>(work: () => T | Promise<T>): Promise<T> {
  const end = watchLeaks()
  try {
    return await work()
  } finally {
    await end()
  }
}

/** The same in two parts, for the hooks of a test runner: what it gives is to be called, and awaited, at the end. */
export function watchLeaks(): () => Promise<void> {
  const frameworks = findOpenFrameworks()
  const listeners = countListeners()
  const resources = watchResources()
  const find = (): readonly string[] => [
    ...[...findOpenFrameworks()]
      .filter(([framework]) => !frameworks.has(framework))
      .map(
        ([, plugins]) =>
          `a framework that was not disposed, with the taps of ${plugins.join(', ') || 'no plugin'}`,
      ),
    ...resources.left(),
    ...moreListeners(listeners, countListeners()),
  ]
  return async () => {
    try {
      const leaks = await untilNone(find)
      if (leaks.length > 0) throw new LeakError(leaks)
    } finally {
      resources.hook.disable()
    }
  }
}

/** Closing takes some turns of the event loop, and the end of a process as long as the machine takes. */
async function untilNone(find: () => readonly string[]): Promise<readonly string[]> {
  for (let turn = 0; turn < turns && find().length > 0; turn++)
    await new Promise((resolve) => void setImmediate(resolve))
  // The wait is not to be counted among what is left.
  const until = performance.now() + patienceMs
  while (find().length > 0 && performance.now() < until)
    await new Promise((resolve) => void setImmediate(resolve))
  return find()
}

function watchResources(): { readonly hook: AsyncHook; left(): string[] } {
  const alive = new Map<number, { readonly what: string; readonly at: string | undefined }>()
  const hook = createHook({
    init(id, type) {
      const what = watched[type]
      if (what === undefined) return
      const at = placeOf(new Error().stack ?? '')
      // What Node makes for itself is not for a test to end.
      if (at !== undefined || type !== 'Timeout') alive.set(id, { what, at })
    },
    destroy: (id) => void alive.delete(id),
  }).enable()
  const left = (): string[] =>
    [...alive.values()].map(({ what, at }) => (at === undefined ? what : `${what}, made at ${at}`))
  return { hook, left }
}

/** The innermost place that is neither Node's nor this file's. */
function placeOf(stack: string): string | undefined {
  const frames = stack.split('\n').slice(1)
  const frame = frames.find((line) => !/\bnode:|[/\\]testing[/\\]leaks\.|\.init \(/.test(line))
  return frame?.replace(/^\s*at\s+/, '').replace(/file:\/\//, '')
}

function countListeners(): ReadonlyMap<string | symbol, number> {
  return new Map(process.eventNames().map((name) => [name, process.listenerCount(name)]))
}

function moreListeners(
  before: ReadonlyMap<string | symbol, number>,
  now: ReadonlyMap<string | symbol, number>,
): string[] {
  return [...now].flatMap(([name, count]) =>
    count > (before.get(name) ?? 0) ? [`a listener of process for "${String(name)}"`] : [],
  )
}
