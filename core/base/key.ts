import { hash } from 'node:crypto'

/** SHA-256 of text or bytes as lower-case hexadecimal; the same content has the same digest everywhere. */
export function digest(content: string | Uint8Array): string {
  return hash('sha256', content, 'hex')
}
