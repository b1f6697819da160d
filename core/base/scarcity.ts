const codes = new Set(['BUSY', 'EMFILE', 'ENFILE', 'EAGAIN', 'ENOBUFS'])

/** True for errors that say that too much was under way at once: descriptors, buffers, calls. Looks at causes too. */
export function isScarcity(thrown: unknown): boolean {
  for (let error = thrown, depth = 0; error instanceof Error && depth < 8; error = error.cause, depth++)
    if ('code' in error && codes.has(String(error.code))) return true
  return false
}
