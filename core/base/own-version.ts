import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

/** The version in this package's manifest. */
export function ownVersion(): string {
  const manifest = createRequire(import.meta.url).resolve('heddle/package.json')
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version
}
