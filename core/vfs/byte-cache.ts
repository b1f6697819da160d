interface Entry<Value> {
  readonly value: Value
  readonly bytes: number
  /** Since it was last passed over. */
  isUsed: boolean
}

/**
 * Values by key, bounded by the bytes they count for. The oldest go first, but those that were asked for since they were last
 * looked at get a second chance: nearly what "least recently used" drops, without a move at every question.
 */
export class ByteCache<Value> {
  readonly #entries = new Map<string, Entry<Value>>()
  readonly #most: number
  #bytes = 0

  constructor(mostBytes: number) {
    this.#most = mostBytes
  }

  get bytes(): number {
    return this.#bytes
  }

  get(key: string): Value | undefined {
    const entry = this.#entries.get(key)
    if (!entry) return undefined
    entry.isUsed = true
    return entry.value
  }

  has(key: string): boolean {
    return this.#entries.has(key)
  }

  /** Keeps the value; one that counts for more than the whole cache is not kept. */
  set(key: string, value: Value, bytes: number): void {
    this.delete(key)
    if (bytes > this.#most) return
    this.#entries.set(key, { value, bytes, isUsed: true })
    this.#bytes += bytes
    if (this.#bytes > this.#most) this.#makeRoom()
  }

  delete(key: string): void {
    const entry = this.#entries.get(key)
    if (!entry) return
    this.#entries.delete(key)
    this.#bytes -= entry.bytes
  }

  /** Those that are passed over come again at the end of the same walk. */
  #makeRoom(): void {
    for (const [key, entry] of this.#entries) {
      if (this.#bytes <= this.#most) return
      this.delete(key)
      if (!entry.isUsed) continue
      entry.isUsed = false
      this.#entries.set(key, entry)
      this.#bytes += entry.bytes
    }
  }
}
