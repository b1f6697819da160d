/** Freezes plain data through and through; what is frozen already is taken to be so below as well. Gives it back. */
export function deepFreeze<T>(value: T): T {
  if (value === null || typeof value !== 'object' || Object.isFrozen(value)) return value
  const prototype: unknown = Object.getPrototypeOf(value)
  // What has an identity of its own (a map, bytes, a document) answers for itself.
  if (prototype !== Object.prototype && prototype !== Array.prototype && prototype !== null) return value
  Object.freeze(value)
  for (const inner of Object.values(value)) deepFreeze(inner)
  return value
}
