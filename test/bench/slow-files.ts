import type { WritableFiles } from '../../core/vfs/file-system.ts'

/** Milliseconds that each call takes; may be changed at any time. */
export interface Latency {
  ms: number
}

/** Files that take that long for each call, however many there are at once; nothing answers at once. */
export function createSlow(near: WritableFiles, latency: Latency): WritableFiles {
  const later = async <T>(call: () => Promise<T>): Promise<T> => {
    if (latency.ms > 0) await new Promise((resolve) => setTimeout(resolve, latency.ms))
    return call()
  }
  return {
    label: near.label,
    stat: (path) => later(() => near.stat(path)),
    list: (path) => later(() => near.list(path)),
    read: (path) => later(() => near.read(path)),
    write: (path, content) => later(() => near.write(path, content)),
    remove: (path) => later(() => near.remove(path)),
    makeFolder: (path) => later(() => near.makeFolder(path)),
  }
}
