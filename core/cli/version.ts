import { readFileSync } from 'node:fs'

/** The version in this package's manifest, which stands two folders up from here and from `dist/parts`. */
export function packageVersion(): string {
  const manifest = new URL('../../package.json', import.meta.url)
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version
}
