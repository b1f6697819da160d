import type { Passage } from './passages.ts'
import type { Tokenizer } from './tokenizer.ts'
import type { Sized, Unit } from './unit.ts'

/** Where a text stands already. */
export interface Told {
  readonly id: string
}

/** What was written so far: passages and whole texts by what they say. */
export type Known = Map<string, Told>

/** A passage that is written, or the note that takes its place. */
export interface Written {
  readonly text: string
  readonly gap: string
  /** The first of the passages that it stands for. */
  readonly passage: Passage
  readonly size: number
  /** The source that holds the text already. */
  readonly as: string | null
  /** The passages that it stands for, when it is a note. */
  readonly instead: readonly Sized[]
}

/** A unit as it is to be written, whole or up to a passage. */
export interface Laid {
  readonly unit: Unit
  readonly written: readonly Written[]
  /** Passages behind the last that is written. */
  readonly left: readonly Sized[]
  /** The note about them, and what closes an open fence. */
  readonly ending: string
  /** With its frame. */
  readonly size: number
}

const longestStart = 40

/**
 * Lays out a unit behind what is known, and adds what it says to that. Text that stands already becomes a note. With `room` it takes
 * passages in order as long as they fit with their frame and a note about the rest; undefined when not even one does.
 */
export function layOut(
  unit: Unit,
  known: Known,
  { tokenizer, room = Infinity }: { readonly tokenizer: Tokenizer; readonly room?: number },
): Laid | undefined {
  const all = writtenOf(unit, known, tokenizer)
  const whole = all.reduce((total, { size }) => total + size, unit.frameSize)
  if (whole <= room) {
    remember(all, unit, known)
    if (unit.key !== null && !known.has(unit.key)) known.set(unit.key, { id: unit.source.id })
    return { unit, written: all, left: [], ending: '', size: whole }
  }
  const cut = findCut(unit, all, { tokenizer, room })
  if (!cut) return undefined
  const written = all.slice(0, cut.count)
  remember(written, unit, known)
  return { unit, written, left: unit.passages.slice(cut.used), ending: cut.ending, size: cut.size }
}

interface Cut {
  /** How much is written, and of how many passages that is. */
  readonly count: number
  readonly used: number
  readonly ending: string
  readonly size: number
}

/** The last place at which a unit can end so that it and the note about the rest have room. */
function findCut(
  unit: Unit,
  all: readonly Written[],
  { tokenizer, room }: { readonly tokenizer: Tokenizer; readonly room: number },
): Cut | undefined {
  const total = unit.passages.reduce((sum, { size }) => sum + size, 0)
  let before = unit.frameSize
  let used = 0
  let told = 0
  let best: Cut | undefined
  for (const [index, { size, instead, passage }] of all.entries()) {
    before += size
    if (before > room) break
    const stood = instead.length > 0 ? instead : [unit.passages[used]!]
    used += stood.length
    told += stood.reduce((sum, one) => sum + one.size, 0)
    const fence = (instead.at(-1) ?? passage).fence
    const about = tokenizer.estimate ? 'about ' : ''
    const note = `[left out here: ${unit.passages.length - used} passages, ${about}${Math.ceil(total - told)} tokens]`
    const ending = `${fence === null ? '' : `${fence}\n\n`}${note}\n\n`
    const whole = before + tokenizer.measure(ending)
    if (whole <= room) best = { count: index + 1, used, ending, size: whole }
  }
  return best
}

/** What is written now need not be written again; what only stands for it is no place to find it. */
function remember(written: readonly Written[], { source }: Unit, known: Known): void {
  for (const { passage, as } of written)
    if (as === null && passage.key !== null && !known.has(passage.key))
      known.set(passage.key, { id: source.id })
}

function writtenOf(unit: Unit, known: Known, tokenizer: Tokenizer): Written[] {
  const twin = unit.key === null ? undefined : known.get(unit.key)
  const [first] = unit.passages
  if (twin && first) {
    const text = `[all of it as in ${shortId(twin.id)}]`
    const note = { text, gap: '\n\n', passage: first, as: twin.id, instead: unit.passages }
    return [{ ...note, size: tokenizer.measure(text + note.gap) }]
  }
  const written: Written[] = []
  const own = new Set<string>()
  for (const passage of unit.passages) {
    const { key, text, gap, size } = passage
    const told =
      key === null ? undefined : (known.get(key) ?? (own.has(key) ? { id: unit.source.id } : undefined))
    if (key !== null) own.add(key)
    if (!told) {
      written.push({ text, gap, passage, size, as: null, instead: [] })
      continue
    }
    const last = written.at(-1)
    const joins = last !== undefined && last.as === told.id
    const note = noteFor(told, joins ? last : undefined, passage)
    if (joins) written.pop()
    written.push({ ...note, size: tokenizer.measure(note.text + note.gap) })
  }
  return written
}

/** The first words, for whoever looks for them. */
function startOf(text: string): string {
  const words = text
    .slice(0, 4 * longestStart)
    .replace(/\s+/g, ' ')
    .trim()
  return Array.from(words).slice(0, longestStart).join('')
}

const longestId = 80

/** Short enough that a note never takes more room than what it stands for. */
function shortId(id: string): string {
  return id.length > longestId ? `…${id.slice(-longestId)}` : id
}

function noteFor({ id }: Told, last: Written | undefined, passage: Sized): Omit<Written, 'size'> {
  const instead = [...(last?.instead ?? []), passage]
  const first = instead[0]!
  const many = instead.length > 1 ? ` and ${instead.length - 1} more passages` : ''
  const text = `[as in ${shortId(id)}: "${startOf(first.text)}…"${many}]`
  return { text, gap: passage.gap, passage: first, as: id, instead }
}
