import type { TextFile } from './names.ts'
import type { ProposedIndex } from './result.ts'

const names = ['README.md', 'index.md', 'INDEX.md']
const fewest = 3

/**
 * An index of the documents in the folder that holds most of them, as a patch for a new file; null when the folder has an index
 * already, or so few documents that nobody needs one.
 */
export function proposeIndex(documents: readonly TextFile[], wanted: string): ProposedIndex | null {
  const folders = new Map<string, TextFile[]>()
  for (const document of documents) {
    const folder = folderOf(document.path)
    if (folder !== '' && (wanted === '' || folder === wanted))
      folders.set(folder, [...(folders.get(folder) ?? []), document])
  }
  const [best] = [...folders]
    .filter(
      ([folder, own]) =>
        own.length >= fewest && !names.some((name) => own.some(({ path }) => path === `${folder}/${name}`)),
    )
    .toSorted(([a, m], [b, n]) => n.length - m.length || (a < b ? -1 : 1))
  if (!best) return null
  const [folder, own] = best
  const path = `${folder}/README.md`
  const sorted = own.toSorted((a, b) => (a.path < b.path ? -1 : 1))
  const lines = [`# ${titleOf(folder)}`, '', ...sorted.map((document) => entryOf(document, folder))]
  return { path, patch: patchOf(path, lines) }
}

function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')))
}

function titleOf(folder: string): string {
  const name = folder.slice(folder.lastIndexOf('/') + 1)
  return name.slice(0, 1).toUpperCase() + name.slice(1).replaceAll('-', ' ')
}

/** Titles are text of documents: what could be read as markup of the index is escaped. */
function entryOf({ path, text }: TextFile, folder: string): string {
  const name = path.slice(folder.length + 1)
  const heading = /^# +(\S.{0,120})$/m.exec(text)?.[1]?.trim() ?? name
  return `- [${heading.replace(/[[\]\\`*_<>]/g, String.raw`\$&`)}](${encodeURI(name).replace(/[()]/g, escape)})`
}

function escape(sign: string): string {
  return sign === '(' ? '%28' : '%29'
}

function patchOf(path: string, lines: readonly string[]): string {
  return [
    `--- /dev/null`,
    `+++ b/${path}`,
    `@@ -0,0 +1,${lines.length} @@`,
    ...lines.map((line) => `+${line}`),
    '',
  ].join('\n')
}
