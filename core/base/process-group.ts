const endingSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
const running = new Set<number>()
let watching = 0

/** Ends a process group together with our own process, from before the group exists until `end`. */
export interface GroupWatch {
  add(group: number): void
  end(): void
}

/** Begins to watch: a signal that comes while the group is being made must find us prepared. */
export function watchGroup(): GroupWatch {
  let watched: number | undefined
  if (watching++ === 0) {
    process.on('exit', endAllProcesses)
    for (const signal of endingSignals) process.on(signal, onEndingSignal)
  }
  return {
    add(group) {
      watched = group
      running.add(group)
    },
    end() {
      if (watched !== undefined) running.delete(watched)
      if (--watching > 0) return
      process.off('exit', endAllProcesses)
      for (const signal of endingSignals) process.off(signal, onEndingSignal)
    },
  }
}

/** Ends every process that is still running, at once and for good; for the moment before our own process ends. */
export function endAllProcesses(): void {
  for (const group of running) signalGroup(group, 'SIGKILL')
}

/** True when somebody in the group got the signal; 0 only asks. */
export function signalGroup(group: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-group, signal)
  } catch {
    return false
  }
}

/** Whoever else listens decides how we end, and cancels; alone we end the children and then ourselves, as without us. */
function onEndingSignal(signal: NodeJS.Signals): void {
  if (process.listenerCount(signal) > 1) return
  endAllProcesses()
  process.off(signal, onEndingSignal)
  process.kill(process.pid, signal)
}
