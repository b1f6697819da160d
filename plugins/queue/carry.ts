import type { Written } from 'heddle'
import type { Store } from './blobs.ts'
import { type Carried, mostInline, type WrittenData } from './messages.ts'

/** The text in a message, or in the store when it is long. */
export async function carry(text: string, store: Store): Promise<Carried> {
  if (text.length <= mostInline) return { text }
  return { blob: await store.keep(Buffer.from(text)) }
}

export async function uncarry(carried: Carried, store: Store): Promise<string> {
  return 'text' in carried ? carried.text : Buffer.from(await store.fetch(carried.blob)).toString()
}

/** What an operation wrote, ready to travel. */
export function carryWritten(written: readonly Written[], store: Store): Promise<WrittenData[]> {
  return Promise.all(
    written.map(async ({ path, type, isFolder, bytes }) => ({
      path,
      type,
      isFolder,
      bytes: bytes && (await carryBytes(bytes, store)),
    })),
  )
}

async function carryBytes(bytes: Uint8Array, store: Store): Promise<Carried> {
  if (bytes.length <= (mostInline * 3) / 4) return { text: Buffer.from(bytes).toString('base64') }
  return { blob: await store.keep(bytes) }
}

export function uncarryWritten(written: readonly WrittenData[], store: Store): Promise<Written[]> {
  return Promise.all(
    written.map(async ({ path, type, isFolder, bytes }) => ({
      path: path as Written['path'],
      type,
      isFolder,
      bytes: bytes && (await uncarryBytes(bytes, store)),
    })),
  )
}

async function uncarryBytes(carried: Carried, store: Store): Promise<Uint8Array> {
  return 'text' in carried ? Buffer.from(carried.text, 'base64') : store.fetch(carried.blob)
}
