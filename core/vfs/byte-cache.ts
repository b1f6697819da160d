/** Values by key, bounded by the bytes they count for: those that were asked for longest ago are dropped first. */
export class ByteCache<Value> {
  /** The one that was used longest ago comes first. */
  readonly #entries = new Map<string, { readonly value: Value; readonly bytes: number }>()
  readonly #most: number
  #bytes = 0
  /** The key that was used last, which needs not be moved again. */
  #newest: string | undefined

  constructor(mostBytes: number) {
    this.#most = mostBytes
  }

  get bytes(): number {
    return this.#bytes
  }

  /** The value, which counts as used now. */
  get(key: string): Value | undefined {
    const entry = this.#entries.get(key)
    if (entry && key !== this.#newest) {
      this.#entries.delete(key)
      this.#entries.set(key, entry)
      this.#newest = key
    }
    return entry?.value
  }

  has(key: string): boolean {
    return this.#entries.has(key)
  }

  /** Keeps the value; one that counts for more than the whole cache is not kept. */
  set(key: string, value: Value, bytes: number): void {
    this.delete(key)
    if (bytes > this.#most) return
    this.#entries.set(key, { value, bytes })
    this.#newest = key
    this.#bytes += bytes
    for (const oldest of this.#entries.keys()) {
      if (this.#bytes <= this.#most) break
      this.delete(oldest)
    }
  }

  delete(key: string): void {
    const entry = this.#entries.get(key)
    if (!entry) return
    this.#entries.delete(key)
    this.#bytes -= entry.bytes
    if (key === this.#newest) this.#newest = undefined
  }
}
