import type { Module } from '../module/module.ts'

/** Taken by a module, by one of its references and by one of its other parts, texts apart; measured on 64-bit V8. */
const moduleBytes = 1_400
const referenceBytes = 180
const partBytes = 90
const textBytes = 20

/** An estimate of the memory that a module takes, in bytes: from the numbers of its parts and the lengths of its texts. */
export function sizeOf(module: Module): number {
  const { references, headings, anchors, parts, diagnostics, metadata } = module
  let bytes = moduleBytes + 2 * (module.id.length + module.path.length + module.description.length)
  for (const { text, target, fragment } of references)
    bytes += referenceBytes + text.length + target.length + (fragment?.length ?? 0)
  for (const { text, slug } of headings) bytes += partBytes + text.length + slug.length
  for (const anchor of anchors) bytes += textBytes + anchor.length
  for (const name of parts.names) bytes += textBytes + name.length
  for (const trigger of parts.triggers) bytes += textBytes + trigger.length
  for (const { text } of [...parts.gates, ...parts.errors]) bytes += partBytes + text.length
  bytes +=
    partBytes *
    (parts.settings.length + parts.phases.length + module.arguments.length + module.placeholders.length)
  for (const { message, hint } of diagnostics) bytes += 2 * partBytes + message.length + (hint?.length ?? 0)
  return bytes + sizeOfValue(metadata, 0)
}

/** Deeper than any metadata that was let in. */
const deepest = 40

function sizeOfValue(value: unknown, depth: number): number {
  if (typeof value === 'string') return textBytes + value.length
  if (value === null || typeof value !== 'object' || depth > deepest) return 8
  let bytes = partBytes
  if (Array.isArray(value))
    for (const inner of value as readonly unknown[]) bytes += sizeOfValue(inner, depth + 1)
  else for (const [key, inner] of Object.entries(value)) bytes += key.length + sizeOfValue(inner, depth + 1)
  return bytes
}
