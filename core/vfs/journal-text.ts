import type { HeddleError } from '../base/diagnostic.ts'
import type { Original } from './original.ts'
import type { Path } from './path.ts'
import { refusal } from './refusals.ts'
import type { Step } from './undo.ts'

interface Line {
  readonly path: string
  readonly type: string
  readonly content?: string
  readonly mode?: number
  /** What was put there: type and mark. */
  readonly after?: readonly [Original['type'], string]
}

const version = 1

/** The text of a journal. */
export function formatJournal(steps: readonly Step[]): string {
  return JSON.stringify({ version, entries: steps.map(toLine) })
}

/** The steps of a journal; throws `STATE_CORRUPT`, or `STATE_TOO_NEW` for what a later version wrote. */
export function parseJournal(text: string, name: string): Step[] {
  let found: unknown
  try {
    const parsed = JSON.parse(text) as { version: unknown; entries: Line[] }
    found = parsed.version
    if (found === version) return parsed.entries.map(fromLine)
  } catch {
    // Told below, as everything that is no journal of ours.
  }
  throw typeof found === 'number' && found > version ? tooNew(name) : corrupt(name)
}

function toLine({ previous, after }: Step): Line {
  const { path, type } = previous
  const line = { path, type, after: [after.type, after.mark] as const }
  if (type !== 'file') return line
  const { bytes, mode } = previous
  const content = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
  return { ...line, content, ...(mode === undefined ? {} : { mode }) }
}

function corrupt(name: string): HeddleError {
  return refusal(
    'STATE_CORRUPT',
    `The commit journal "${name}" cannot be read.`,
    'Compare the project with its last good state, then move the journal away.',
  )
}

function tooNew(name: string): HeddleError {
  return refusal(
    'STATE_TOO_NEW',
    `The commit journal "${name}" was written by a later version; nothing was touched.`,
    'Run that version once, so that it can end what it began.',
  )
}

function fromLine({ path, type, content, mode, after }: Line): Step {
  if (typeof path !== 'string') throw new Error('no path')
  // Journals of our first version do not say what was put there.
  const step = { after: { type: after?.[0] ?? 'other', mark: after?.[1] ?? '' } } as const
  if (type === 'absent' || type === 'folder') return { ...step, previous: { path: path as Path, type } }
  if (type !== 'file' || typeof content !== 'string') throw new Error('unknown entry')
  const bytes = new Uint8Array(Buffer.from(content, 'base64'))
  return { ...step, previous: { path: path as Path, type, bytes, mode } }
}
