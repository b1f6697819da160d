import type { Module, ModuleId } from '../module/module.ts'
import { sizeOf } from './module-size.ts'

/** How much is kept, and how long. */
export interface CacheLimits {
  readonly megabytes: number
  /** A module that nobody has asked for so long is dropped. */
  readonly minutes: number
}

export interface CacheClock {
  /** Monotonic milliseconds. */
  now(): number
  /** Calls once, not before `ms` have passed, and keeps no process alive for it; the function returned cancels it. */
  later(ms: number, callback: () => void): () => void
}

/** What is in a cache, and what it did. */
export interface CacheFigures {
  readonly modules: number
  /** An estimate of the memory that they take. */
  readonly bytes: number
  /** Modules that were dropped for want of room or because nobody asked for them. */
  readonly evictions: number
}

const longestTimer = 2 ** 31 - 1
const machineClock: CacheClock = {
  now: () => performance.now(),
  later(ms, callback) {
    const timer = setTimeout(callback, Math.min(ms, longestTimer)).unref()
    return () => clearTimeout(timer)
  },
}

interface Entry {
  readonly module: Module
  readonly bytes: number
  usedAt: number
}

/**
 * Modules by id, bounded in memory and time: those that were asked for longest ago are dropped first. Pinned ids are kept
 * whatever happens, and count towards the memory. A module larger than the whole cache is not kept.
 */
export class ModuleCache {
  /** The one that was used longest ago comes first. */
  readonly #entries = new Map<ModuleId, Entry>()
  readonly #pinned = new Map<ModuleId, Entry | undefined>()
  readonly #mostBytes: number
  readonly #idleMs: number
  readonly #clock: CacheClock
  #bytes = 0
  #evictions = 0
  /** Cancels the timer; null when there is to be none any more. */
  #disarm: (() => void) | null | undefined

  constructor({ megabytes, minutes }: CacheLimits, clock: CacheClock = machineClock) {
    this.#mostBytes = megabytes * 1024 * 1024
    this.#idleMs = minutes * 60_000
    this.#clock = clock
  }

  get figures(): CacheFigures {
    const pinned = [...this.#pinned.values()].filter((entry) => entry !== undefined).length
    return { modules: this.#entries.size + pinned, bytes: this.#bytes, evictions: this.#evictions }
  }

  /** The module, which counts as used now. */
  get(id: ModuleId): Module | undefined {
    const entry = this.#entries.get(id)
    if (!entry) return this.#pinned.get(id)?.module
    const now = this.#clock.now()
    if (now - entry.usedAt >= this.#idleMs) {
      this.sweep()
      return undefined
    }
    entry.usedAt = now
    this.#entries.delete(id)
    this.#entries.set(id, entry)
    return entry.module
  }

  /** The module, without its use being noted. */
  peek(id: ModuleId): Module | undefined {
    return (this.#entries.get(id) ?? this.#pinned.get(id))?.module
  }

  ids(): ModuleId[] {
    const pinned = [...this.#pinned].filter(([, entry]) => entry !== undefined).map(([id]) => id)
    return [...this.#entries.keys(), ...pinned]
  }

  set(id: ModuleId, module: Module): void {
    this.delete(id)
    const entry = { module, bytes: sizeOf(module), usedAt: this.#clock.now() }
    const isPinned = this.isPinned(id)
    if (!isPinned && entry.bytes > this.#mostBytes) return
    this.#bytes += entry.bytes
    if (isPinned) this.#pinned.set(id, entry)
    else this.#entries.set(id, entry)
    for (const [oldest, { bytes }] of this.#entries) {
      if (this.#bytes <= this.#mostBytes) break
      this.#evict(oldest, bytes)
    }
    this.#arm(this.#idleMs)
  }

  delete(id: ModuleId): void {
    const entry = this.#entries.get(id) ?? this.#pinned.get(id)
    if (!entry) return
    this.#bytes -= entry.bytes
    if (!this.#entries.delete(id)) this.#pinned.set(id, undefined)
  }

  isPinned(id: ModuleId): boolean {
    return this.#pinned.has(id)
  }

  /** From now on the module of this id is kept, once it is there. */
  pin(id: ModuleId): void {
    if (this.#pinned.has(id)) return
    this.#pinned.set(id, this.#entries.get(id))
    this.#entries.delete(id)
  }

  /** Looks again whether something is to be dropped; the timer calls it. */
  wake(): void {
    if (this.#disarm) this.#disarm = undefined
    this.sweep()
  }

  /** Ends the timer; from now on nothing is dropped before it is asked for. */
  close(): void {
    this.#disarm?.()
    this.#disarm = null
  }

  /** Drops what nobody has asked for too long. */
  sweep(): void {
    const until = this.#clock.now() - this.#idleMs
    for (const [id, { usedAt, bytes }] of this.#entries) {
      if (usedAt > until) {
        this.#arm(usedAt - until)
        return
      }
      this.#evict(id, bytes)
    }
  }

  #evict(id: ModuleId, bytes: number): void {
    this.#entries.delete(id)
    this.#bytes -= bytes
    this.#evictions++
  }

  #arm(ms: number): void {
    if (this.#disarm !== undefined || this.#entries.size === 0 || !Number.isFinite(ms)) return
    this.#disarm = wakeLater(new WeakRef(this), ms, this.#clock)
  }
}

/** A timer that keeps no cache alive which nobody has any more. */
function wakeLater(cache: WeakRef<ModuleCache>, ms: number, clock: CacheClock): () => void {
  return clock.later(ms, () => cache.deref()?.wake())
}
