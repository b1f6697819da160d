import { useEffect, useState } from 'preact/hooks'
import { api, type CheckReport, type Graph, type Standing } from './api.ts'

/** A change as it was told. */
export interface Told {
  readonly generation: number
  readonly added: readonly string[]
  readonly changed: readonly string[]
  readonly removed: readonly string[]
  readonly at: Date
}

/** What the page shows, as of one generation. */
export interface Live {
  readonly generation: number
  readonly graph: Graph | undefined
  readonly report: CheckReport | undefined
  readonly standing: Standing | undefined
  readonly changes: readonly Told[]
  readonly isConnected: boolean
  /** Counts runs that were told to begin or end. */
  readonly runs: number
}

const nothingYet: Live = {
  generation: 0,
  graph: undefined,
  report: undefined,
  standing: undefined,
  changes: [],
  isConnected: false,
  runs: 0,
}
const mostChanges = 50

/** The framework as it is now: asked for when the server says that something changed, once at a time. */
export function useLive(): Live {
  const [live, setLive] = useState(nothingYet)
  useEffect(() => follow((next) => setLive(next)), [])
  return live
}

function follow(set: (next: (before: Live) => Live) => void): () => void {
  const source = new EventSource('/events')
  let wanted = 0
  let isLoading = false

  async function load(): Promise<void> {
    if (isLoading) return
    isLoading = true
    try {
      for (let loaded = -1; loaded !== wanted;) {
        loaded = wanted
        const [graph, report] = await Promise.all([api.graph(), api.check()])
        set((before) => ({ ...before, graph, report, generation: loaded }))
      }
    } catch {
      // The stream tells when the server is there again, and then everything is asked for.
    } finally {
      isLoading = false
    }
  }

  const on = (event: string, take: (text: string) => void): void =>
    source.addEventListener(event, (message) => take(message.data as string))

  source.addEventListener('open', () => set((before) => ({ ...before, isConnected: true })))
  source.addEventListener('error', () => set((before) => ({ ...before, isConnected: false })))
  on('full', (text) => {
    wanted = (JSON.parse(text) as Standing).generation
    void load()
  })
  on('change', (text) => {
    const change = JSON.parse(text) as Told
    const told = { ...change, at: new Date() }
    set((before) => ({ ...before, changes: [told, ...before.changes].slice(0, mostChanges) }))
    wanted = change.generation
    void load()
  })
  on('standing', (text) => {
    const standing = JSON.parse(text) as Standing
    set((before) => ({ ...before, standing }))
  })
  on('run', () => set((before) => ({ ...before, runs: before.runs + 1 })))
  return () => source.close()
}
