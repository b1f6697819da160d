import { readdirSync } from 'node:fs'

/** Every file below a folder, as absolute paths. */
export function walk(folder, found = []) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) walk(`${folder}/${entry.name}`, found)
    else found.push(`${folder}/${entry.name}`)
  }
  return found
}
