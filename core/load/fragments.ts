import type { Diagnostic } from '../base/diagnostic.ts'
import { findNearest, type Near } from '../base/nearest.ts'
import type { Module } from '../module/module.ts'
import { decodePercent } from '../module/reference.ts'
import { isMarkdown } from '../resolve/layers.ts'
import type { Linked } from './linked.ts'

/** A reference to a part of a markdown module: `path.md#part`. Plain data. */
export interface FragmentUse {
  /** The id of the module that the reference found. */
  readonly to: string
  readonly fragment: string
  /** The reference as written. */
  readonly text: string
  readonly line: number
  readonly column: number
}

/** What the parts of a module are read from. */
export type Parted = Pick<Module, 'headings' | 'anchors' | 'parts'>

/**
 * `FRAGMENT_MISSING`, a warning because the file is still found, for a reference to a part that its target does not have;
 * undefined when it has it. Parts are headings by their slug, blocks by name, and anchors; letter case does not count, as on
 * GitHub. `parts` are those of the target (`partsOf`), `from` is where the reference stands.
 */
export function judgeFragment(
  use: FragmentUse,
  parts: readonly string[],
  from: string,
): Diagnostic | undefined {
  return isEverywhere(use.fragment) || has(parts, use.fragment) ? undefined : faultOf(use, parts, from)
}

/** Places that a browser or a host finds by itself: the top, lines, footnotes, text. */
const everywhere = /^(?:top|L\d+(?:C\d+)?(?:-L?\d+(?:C\d+)?)?|(?:user-content-)?fn(?:ref)?[-:].*|:~:.*)?$/i

function isEverywhere(fragment: string): boolean {
  return everywhere.test(fragment)
}

/** The references of a module to parts of markdown modules. */
export function fragmentsOf({ module, resolutions }: Linked): FragmentUse[] {
  const uses: FragmentUse[] = []
  for (const [index, { fragment, form, text, line, column }] of module.references.entries()) {
    if (fragment === null || form === 'mention' || isEverywhere(fragment)) continue
    const { to, class: kind } = resolutions[index]!
    if (to !== null && kind === 'module' && isMarkdown(to)) uses.push({ to, fragment, text, line, column })
  }
  return uses
}

/** The parts of a module as they are written in a fragment: headings first, then blocks and anchors. */
export function partsOf({ headings, anchors, parts }: Parted): string[] {
  const names: string[] = []
  for (const { slug } of headings) names.push(slug)
  names.push(...parts.names)
  for (const { name } of parts.gates) names.push(name)
  for (const { name } of parts.phases) names.push(name)
  for (const { name } of parts.settings) names.push(name)
  for (const { code } of parts.errors) names.push(code)
  names.push(...anchors)
  return names
}

function has(parts: readonly string[], fragment: string): boolean {
  // Nearly every fragment is the slug of a heading, letter by letter.
  return parts.includes(fragment) || namesOf(parts).has(wanted(fragment))
}

/** Many references may ask one module; its names are made once. */
const known = new WeakMap<readonly string[], ReadonlySet<string>>()

function namesOf(parts: readonly string[]): ReadonlySet<string> {
  const names = known.get(parts) ?? new Set(parts.map(plain))
  known.set(parts, names)
  return names
}

function wanted(fragment: string): string {
  return plain(decodePercent(fragment))
}

function plain(name: string): string {
  return name
    .replace(/^user-content-/, '')
    .toLowerCase()
    .normalize('NFC')
}

function faultOf(use: FragmentUse, parts: readonly string[], from: string): Diagnostic {
  const { to, fragment, text, line, column } = use
  const names = [...new Set(parts)].filter((name) => name !== '')
  const near = nearTo(wanted(fragment), names)
  return {
    code: 'FRAGMENT_MISSING',
    severity: 'warning',
    message: `"${text}" names a part "${fragment}" that ${to === from ? 'this file' : to} does not have.`,
    hint: hintFor(near, names),
    ...(near[0] && { suggestion: { path: `${to}#${near[0].value}`, confidence: near[0].confidence } }),
    at: { path: from, line, column },
  }
}

const shown = 5

function hintFor(near: readonly Near[], names: readonly string[]): string {
  if (near.length > 0) return `Did you mean ${near.map(({ value }) => `#${value}`).join(' or ')}?`
  if (names.length === 0) return 'It has no headings: refer to the whole file.'
  const more = names.length > shown ? ` and ${names.length - shown} more` : ''
  return `It has ${names
    .slice(0, shown)
    .map((name) => `#${name}`)
    .join(', ')}${more}.`
}

/** How sure one may be of a part that only holds the whole fragment. */
const holdsIt = 0.5

/** Names spelled nearly alike, otherwise those that hold the whole fragment. */
function nearTo(fragment: string, names: readonly string[]): Near[] {
  const alike = findNearest(fragment, names)
  if (alike.length > 0 || fragment.length < 4) return alike
  const holding = names.filter((name) => plain(name).includes(fragment)).slice(0, 3)
  return holding.map((value) => ({ value, confidence: holdsIt }))
}
