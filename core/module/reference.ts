/** How a reference is written. */
export type Form = 'alias' | 'link' | 'image' | 'import' | 'tag' | 'attribute' | 'front-matter' | 'mention'

/** What kind of thing a reference names; only modules and project files must exist. */
export type ReferenceClass = 'module' | 'file' | 'artefact' | 'example' | 'external'

/** One reference as it is written, before anything is known about what it means. */
export interface Reference {
  /** The reference as written, fragment included: `@modules/patterns/tdd-cycle#red`. */
  readonly text: string
  /** The path part without fragment and query, escapes undone; for an alias with its `@`. */
  readonly target: string
  /** What follows `#`, decoded; null when there is none. */
  readonly fragment: string | null
  readonly form: Form
  /** UTF-16 offset of `text` in the document. */
  readonly offset: number
  /** 1-based. */
  readonly line: number
  /** 1-based, in UTF-16 units. */
  readonly column: number
  /** The tag or front-matter key it stands in (`depends_on`, `needs`), where its form has one. */
  readonly role?: string
  /** The plugin that found it; left out for what every markdown document can hold. */
  readonly plugin?: string
}

/** A reference and where in the text it was found; what the finders of a dialect give. */
export type FoundReference = Omit<Reference, 'line' | 'column'>

/** The parts of a reference text: alias (without `@`), path below it, and fragment. */
export interface ParsedReference {
  readonly target: string
  readonly alias: string | null
  readonly path: string
  readonly fragment: string | null
}

const aliasName = /^@([A-Za-z][\w-]*)(?:\/|$)/

/**
 * Parses one reference on its own, as typed on a command line: `@modules/x#red`, `../x.md`, `.claude/modules/x.md`.
 * `undefined` for empty text, text with line breaks or NUL, and addresses with a scheme such as `https:`.
 */
export function parseReference(text: string): ParsedReference | undefined {
  const trimmed = text.trim()
  // oxlint-disable-next-line no-control-regex
  if (trimmed === '' || /[\0-\x1f]/.test(trimmed) || isExternal(trimmed)) return undefined
  const { target, fragment } = splitFragment(trimmed)
  if (target === '' || target === '@') return undefined
  const alias = aliasName.exec(target)?.[1] ?? null
  return { target, alias, path: alias === null ? target : target.slice(alias.length + 2), fragment }
}

/** The text that `parseReference` reads back as the same parts. */
export function formatReference(reference: ParsedReference): string {
  return reference.fragment === null ? reference.target : `${reference.target}#${reference.fragment}`
}

/** Splits `path#fragment`; the first `#` ends the path. An empty fragment is kept as an empty text. */
export function splitFragment(text: string): { target: string; fragment: string | null } {
  const hash = text.indexOf('#')
  if (hash < 0) return { target: text, fragment: null }
  return { target: text.slice(0, hash), fragment: text.slice(hash + 1) }
}

/** The alias that no configuration can give away: in an overriding module it means the next layer down. */
export const superAlias = 'super'

/** True for `@super` and what is written below it. */
export function isSuper(target: string): boolean {
  return target.startsWith('@super') && (target.length === 6 || target.charCodeAt(6) === 47)
}

/** Percent-encoding undone, as a browser does it; what is not valid stays as it is written. */
export function decodePercent(text: string): string {
  if (!text.includes('%')) return text
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** True for addresses with a scheme (two letters or more, so that drive letters are not schemes) and for `//host`. */
export function isExternal(text: string): boolean {
  return /^(?:[A-Za-z][A-Za-z0-9+.-]+:|\/\/)/.test(text)
}
