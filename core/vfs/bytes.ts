/** Content as bytes that nobody else holds. */
export function toBytes(content: string | Uint8Array): Uint8Array {
  return typeof content === 'string' ? new TextEncoder().encode(content) : content.slice()
}

/** True when both hold the same bytes. */
export function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && Buffer.compare(a, b) === 0
}

const slabSize = 64 * 1024
/** Larger ones get memory of their own: a copy that is kept keeps its whole slab. */
const mostInSlab = 8 * 1024
let slab = new Uint8Array(slabSize)
let used = 0

/** A copy to hand out; small ones lie in one block of memory, as those of Node's own reads do, which is three times as fast. */
export function copyOf(bytes: Uint8Array): Uint8Array {
  const { length } = bytes
  if (length > mostInSlab) return bytes.slice()
  if (used + length > slabSize) {
    slab = new Uint8Array(slabSize)
    used = 0
  }
  const copy = slab.subarray(used, used + length)
  copy.set(bytes)
  // Aligned, so that a copy may be looked at as numbers.
  used += (length + 7) & ~7
  return copy
}
