/** One file before and after; its lines correspond, because edits stay within theirs. */
export interface FileChange {
  readonly from: string
  readonly to: string
  readonly before: string
  readonly after: string
}

/** Lines shown around a change. */
const context = 3

/** The changes as a unified diff that `git apply` takes; empty when nothing changes. */
export function unifiedDiff(changes: readonly FileChange[]): string {
  return changes.map(fileDiff).join('')
}

function fileDiff({ from, to, before, after }: FileChange): string {
  const old = linesOf(before)
  const now = linesOf(after)
  const changed = old.flatMap((line, index) => (line === now[index] ? [] : [index]))
  if (changed.length === 0 && from === to) return ''
  const same = old.length === 0 ? 100 : Math.floor((100 * (old.length - changed.length)) / old.length)
  const head = [`diff --git ${quoted(`a/${from}`)} ${quoted(`b/${to}`)}`]
  if (from !== to)
    head.push(`similarity index ${same}%`, `rename from ${quoted(from)}`, `rename to ${quoted(to)}`)
  if (changed.length > 0) head.push(`--- ${named(`a/${from}`)}`, `+++ ${named(`b/${to}`)}`)
  return `${head.join('\n')}\n${hunksOf(changed, old.length)
    .map((hunk) => hunkText(hunk, old, now))
    .join('')}`
}

interface Hunk {
  readonly start: number
  readonly end: number
}

/** Line ranges with their context, those that touch joined. */
function hunksOf(changed: readonly number[], length: number): Hunk[] {
  const hunks: { start: number; end: number }[] = []
  for (const index of changed) {
    const start = Math.max(0, index - context)
    const end = Math.min(length, index + context + 1)
    const last = hunks.at(-1)
    if (last && start <= last.end) last.end = end
    else hunks.push({ start, end })
  }
  return hunks
}

function hunkText({ start, end }: Hunk, old: readonly string[], now: readonly string[]): string {
  const range = `${start + 1}${end - start === 1 ? '' : `,${end - start}`}`
  let text = `@@ -${range} +${range} @@\n`
  for (let at = start; at < end;) {
    if (old[at] === now[at]) {
      text += marked(' ', old[at]!)
      at++
      continue
    }
    const first = at
    while (at < end && old[at] !== now[at]) at++
    for (const line of old.slice(first, at)) text += marked('-', line)
    for (const line of now.slice(first, at)) text += marked('+', line)
  }
  return text
}

function marked(mark: string, line: string): string {
  return line.endsWith('\n') ? mark + line : `${mark}${line}\n\\ No newline at end of file\n`
}

/** Lines with their ends; only LF ends one, as git sees it. */
function linesOf(text: string): string[] {
  const lines = text.split(/(?<=\n)/)
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines
}

/** A name with quotes or tabs in it is written as git writes it. */
function quoted(name: string): string {
  return /["\\\t\n]/.test(name) ? JSON.stringify(name) : name
}

/** Behind a name with spaces git wants a tab, or it would not know where the name ends. */
function named(name: string): string {
  return name.includes(' ') ? `${quoted(name)}\t` : quoted(name)
}
