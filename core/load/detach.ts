import { ownText } from '../base/own-text.ts'
import type { Heading, Module } from '../module/module.ts'
import type { Reference } from '../module/reference.ts'

/**
 * Copies every text inside a module that was just made, so that a short piece does not keep the whole file alive: V8 slices
 * share the memory of the text they were cut from (36 characters kept of each of 10 000 files held 151 MB). Changes the
 * module in place and gives it back.
 */
export function detach(module: Module): Module {
  const { title } = module
  const named = module.headings.find(({ text }) => text === title)
  // Nearly all texts of a module stand in these two lists, and by name they cost a third of what a walk over keys does.
  for (const heading of module.headings) detachHeading(heading)
  for (const reference of module.references) detachReference(reference)
  const own = module as unknown as Record<string, unknown>
  own['title'] = named ? named.text : copyInside(title, 0)
  for (const key of Object.keys(own)) if (!apart.has(key)) own[key] = copyInside(own[key], 0)
  return module
}

/** What is done already, and what was never cut from the text of the file. */
const apart: ReadonlySet<string> = new Set<keyof Module>([
  'headings',
  'references',
  'title',
  'id',
  'path',
  'homePath',
  'layer',
  'digest',
])

type Writable<T> = { -readonly [K in keyof T]: T[K] }

function detachHeading(heading: Writable<Heading>): void {
  // A slug is made letter by letter and has its own memory.
  heading.text = ownText(heading.text)
}

function detachReference(reference: Writable<Reference>): void {
  const { text, target, fragment, role } = reference
  reference.text = ownText(text)
  reference.target = target === text ? reference.text : ownText(target)
  if (fragment !== null) reference.fragment = ownText(fragment)
  if (role !== undefined) reference.role = ownText(role)
}

/** Deeper than any metadata that was let in. */
const deepest = 40

function copyInside(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return ownText(value)
  // What is frozen is shared by modules that have none of it.
  if (value === null || typeof value !== 'object' || depth > deepest || Object.isFrozen(value)) return value
  if (Array.isArray(value)) {
    const items: unknown[] = value
    for (let index = 0; index < items.length; index++) items[index] = copyInside(items[index], depth + 1)
    return items
  }
  const record = value as Record<string, unknown>
  for (const key of Object.keys(record)) {
    const inner = record[key]
    if (typeof inner === 'string' || typeof inner === 'object') record[key] = copyInside(inner, depth + 1)
  }
  return record
}
