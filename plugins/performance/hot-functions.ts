import { relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

/** A function, and the time that went into itself, without what it called. */
export interface HotFunction {
  readonly name: string
  /** Relative to the project where it is inside; empty for what has no file. */
  readonly path: string
  readonly line: number
  readonly selfMs: number
  /** Of the busy time, 0 to 1. */
  readonly share: number
}

/** Where the busy time of a command went, slowest first. */
export interface Hottest {
  readonly profiles: number
  readonly busyMs: number
  /** The share of the profiled time in which nothing was done, 0 to 1. */
  readonly idleShare: number
  readonly functions: readonly HotFunction[]
}

/** The form that V8 gives: `samples` are ids of nodes, each for one of the `timeDeltas` in microseconds. */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number }
  }[]
  readonly samples?: readonly number[]
  readonly timeDeltas?: readonly number[]
}

const shownFunctions = 20

/** The functions of all profiles together; one function is the same in every process. */
export function hottest(profiles: readonly CpuProfile[], root: string): Hottest {
  const self = new Map<string, Omit<HotFunction, 'share'>>()
  let [idleMs, busyMs] = [0, 0]
  for (const { nodes, samples = [], timeDeltas = [] } of profiles) {
    const byId = new Map(nodes.map((node) => [node.id, node.callFrame]))
    for (const [index, id] of samples.entries()) {
      const frame = byId.get(id)
      const ms = Math.max(0, timeDeltas[index] ?? 0) / 1000
      if (!frame || frame.functionName === '(idle)') idleMs += ms
      else {
        busyMs += ms
        addTo(self, placeOf(frame, root), ms)
      }
    }
  }
  return { profiles: profiles.length, busyMs, ...shares(self, busyMs, idleMs) }
}

/** What `printStatistics` printed: rows of name, path, line and seconds. */
export function readPythonProfile(text: string, root: string): Hottest {
  const self = new Map<string, Omit<HotFunction, 'share'>>()
  let rows: unknown
  try {
    rows = JSON.parse(text)
  } catch {
    return { profiles: 0, busyMs: 0, idleShare: 0, functions: [] }
  }
  let busyMs = 0
  for (const [name, path, line, seconds] of rows as [string, string, number, number][]) {
    busyMs += seconds * 1000
    const isBuiltIn = path === '~'
    addTo(
      self,
      { name, path: isBuiltIn ? '' : inside(path, root), line: isBuiltIn ? 0 : line },
      seconds * 1000,
    )
  }
  return { profiles: 1, busyMs, ...shares(self, busyMs, 0) }
}

function addTo(
  self: Map<string, Omit<HotFunction, 'share'>>,
  place: Pick<HotFunction, 'name' | 'path' | 'line'>,
  ms: number,
): void {
  const key = JSON.stringify([place.name, place.path, place.line])
  self.set(key, { ...place, selfMs: (self.get(key)?.selfMs ?? 0) + ms })
}

function shares(
  self: ReadonlyMap<string, Omit<HotFunction, 'share'>>,
  busyMs: number,
  idleMs: number,
): Pick<Hottest, 'idleShare' | 'functions'> {
  const functions = [...self.values()]
    .toSorted((a, b) => b.selfMs - a.selfMs || (a.name < b.name ? -1 : 1))
    .slice(0, shownFunctions)
    .map((one) => ({ ...one, share: busyMs === 0 ? 0 : one.selfMs / busyMs }))
  const total = busyMs + idleMs
  return { idleShare: total === 0 ? 0 : idleMs / total, functions }
}

function placeOf(
  { functionName, url, lineNumber }: CpuProfile['nodes'][number]['callFrame'],
  root: string,
): Pick<HotFunction, 'name' | 'path' | 'line'> {
  const path = url.startsWith('file:') ? inside(fileURLToPath(url), root) : inside(url, root)
  return { name: functionName === '' ? '(anonymous)' : functionName, path, line: Math.max(0, lineNumber + 1) }
}

function inside(path: string, root: string): string {
  return path.startsWith(root + sep) ? relative(root, path).split(sep).join('/') : path
}
