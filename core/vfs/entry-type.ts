import type { EntryType } from './file-system.ts'

interface Typed {
  isFile(): boolean
  isDirectory(): boolean
  isSymbolicLink(): boolean
}

/** What an entry of the machine is to us. */
export function typeOf(thing: Typed): EntryType {
  if (thing.isFile()) return 'file'
  if (thing.isDirectory()) return 'directory'
  return thing.isSymbolicLink() ? 'link' : 'other'
}
