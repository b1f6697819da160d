import { useEffect, useState } from 'preact/hooks'
import type { Delta } from '../delta.ts'
import { api, type RunSummary, type Standing } from './api.ts'
import { applyDelta, type Shown, showSnapshot } from './state.ts'

/** A change as it was told. */
export interface Told {
  readonly generation: number
  readonly added: readonly string[]
  readonly changed: readonly string[]
  readonly removed: readonly string[]
  readonly at: Date
}

/** What the page shows, and how it stands with the server. */
export interface Live {
  /** Undefined until the first snapshot is there. */
  readonly shown: Shown | undefined
  readonly standing: Standing | undefined
  /** The latest first. */
  readonly changes: readonly Told[]
  readonly isConnected: boolean
  /** The run that was last told to begin or end. */
  readonly run: RunSummary | undefined
}

const nothingYet: Live = {
  shown: undefined,
  standing: undefined,
  changes: [],
  isConnected: false,
  run: undefined,
}
const mostChanges = 50

type Change = Omit<Told, 'at'> & { readonly delta?: Delta }

/** The framework as it is now: one snapshot, then the deltas that the server tells; another snapshot when one was missed. */
export function useLive(): Live {
  const [live, setLive] = useState(nothingYet)
  useEffect(() => follow(setLive), [])
  return live
}

function follow(set: (next: (before: Live) => Live) => void): () => void {
  const source = new EventSource('/events')
  let shown: Shown | undefined
  /** What was told while a snapshot was on its way; undefined when none is. */
  let waiting: Change[] | undefined

  function show(next: Shown): void {
    shown = next
    set((before) => ({ ...before, shown: next }))
  }

  async function load(): Promise<void> {
    if (waiting) return
    waiting = []
    try {
      const { snapshot, generation } = await api.snapshot()
      const told = waiting
      waiting = undefined
      show(showSnapshot(snapshot, generation))
      for (const change of told) take(change)
    } catch {
      // The stream tells when the server is there again, and then everything is asked for.
      waiting = undefined
    }
  }

  function take(change: Change): void {
    if (waiting) return void waiting.push(change)
    if (!shown) return void load()
    if (change.generation <= shown.generation) return
    const next = change.delta && applyDelta(shown, change.delta, change.generation)
    if (next) show(next)
    else void load()
  }

  const on = (event: string, hear: (told: unknown) => void): void =>
    source.addEventListener(event, (message) => hear(JSON.parse(message.data as string)))

  source.addEventListener('open', () => set((before) => ({ ...before, isConnected: true })))
  source.addEventListener('error', () => set((before) => ({ ...before, isConnected: false })))
  on('full', () => void load())
  on('change', (data) => {
    const change = data as Change
    const { delta: _, ...told } = change
    set((before) => ({
      ...before,
      changes: [{ ...told, at: new Date() }, ...before.changes].slice(0, mostChanges),
    }))
    take(change)
  })
  on('standing', (data) => set((before) => ({ ...before, standing: data as Standing })))
  on('run', (data) => set((before) => ({ ...before, run: data as RunSummary })))
  return () => source.close()
}
