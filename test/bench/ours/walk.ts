import { readdirSync } from 'node:fs'
import { join } from 'node:path'

/** Every file below a folder, as paths from it. */
export function walk(root: string, folder = ''): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`
    return entry.isDirectory() ? walk(root, path) : [path]
  })
}
