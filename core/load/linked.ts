import type { Module } from '../module/module.ts'
import type { Reference } from '../module/reference.ts'
import { isMarkdown } from '../resolve/layers.ts'
import type { Resolution } from '../resolve/trail.ts'

/** A module with the answers to its references, in their order. */
export interface Linked {
  readonly module: Module
  readonly resolutions: readonly Resolution[]
}

/** True for references that say "I need this"; links and mentions only point, and `provides_to` points the other way. */
export function isDependency(reference: Pick<Reference, 'form' | 'role'>): boolean {
  const { form, role } = reference
  return form !== 'link' && form !== 'image' && form !== 'mention' && role !== 'provides_to'
}

/** Ids of the modules that one module needs, in order of place. */
export function dependenciesOf({ module, resolutions }: Linked): string[] {
  const found = new Set<string>()
  for (const [index, reference] of module.references.entries()) {
    const to = resolutions[index]?.to
    if (to && isDependency(reference) && isMarkdown(to)) found.add(to)
  }
  return [...found]
}
