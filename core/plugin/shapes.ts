import { type Diagnostic, HeddleError } from '../base/diagnostic.ts'
import type { Draft } from '../module/draft.ts'
import type { Document } from '../module/document.ts'
import type { Form, FoundReference } from '../module/reference.ts'
import type { Executor } from '../run/executor.ts'
import type { Group } from '../run/group.ts'
import type { OperationKind } from '../run/operation.ts'
import type { GroupReport } from '../run/report.ts'

/** What plugins give is looked at before it is taken in; each of these throws PLUGIN_SHAPE for what does not fit. */

const forms: ReadonlySet<string> = new Set<Form>([
  'alias',
  'link',
  'image',
  'import',
  'tag',
  'attribute',
  'front-matter',
  'mention',
])
const severities: ReadonlySet<unknown> = new Set(['error', 'warning', 'info'])
const mostBytes = 8 * 1024 * 1024

/** Text or nothing, no longer than a file may be. */
export function asText(value: unknown): string | undefined {
  if (value === undefined) return undefined
  if (typeof value !== 'string') return wrong(value, 'text or nothing')
  return value.length <= mostBytes
    ? value
    : wrong(`text of ${value.length} characters`, `at most ${mostBytes}`)
}

/** References that stand in the document; of one that never ends no more than the document has characters. */
export function asReferences(value: unknown, document: Document): FoundReference[] {
  if (value === undefined) return []
  const found: FoundReference[] = []
  for (const reference of iterated(value, 'references')) {
    if (!isReference(reference, document))
      return wrong(reference, 'references with text, target, fragment, form and offset')
    if (found.push(reference) > document.text.length)
      return wrong('more references', 'fewer than the text has characters')
  }
  return found
}

function isReference(value: unknown, { text }: Document): value is FoundReference {
  if (!isObject(value)) return false
  const { offset, fragment } = value
  return (
    typeof value['text'] === 'string' &&
    typeof value['target'] === 'string' &&
    (fragment === null || typeof fragment === 'string') &&
    forms.has(value['form'] as string) &&
    Number.isInteger(offset) &&
    (offset as number) >= 0 &&
    (offset as number) <= text.length
  )
}

/** A draft of the same document. */
export function asDraft(value: unknown, before: Draft): Draft {
  if (value === before) return before
  const isDraft =
    isObject(value) &&
    value['document'] === before.document &&
    typeof value['kind'] === 'string' &&
    typeof value['name'] === 'string' &&
    (value['title'] === null || typeof value['title'] === 'string') &&
    (value['version'] === null || typeof value['version'] === 'string') &&
    typeof value['description'] === 'string' &&
    typeof value['entry'] === 'boolean' &&
    isObject(value['metadata']) &&
    isObject(value['parts']) &&
    Object.keys(before.parts).every((part) =>
      Array.isArray((value['parts'] as Record<string, unknown>)[part]),
    ) &&
    Array.isArray(value['diagnostics']) &&
    value['diagnostics'].every(isDiagnostic)
  return isDraft
    ? (value as unknown as Draft)
    : wrong(value, 'the draft that it was given, or { ...draft } with more in it')
}

/** A list of findings, as copies that no getter can change later. */
export function asFindings(value: unknown): Diagnostic[] {
  if (value === undefined) return []
  return Array.from(iterated(value, 'findings'), (one) =>
    isDiagnostic(one) ? { ...one } : wrong(one, 'findings with code, severity and message'),
  )
}

function isDiagnostic(value: unknown): value is Diagnostic {
  if (!isObject(value)) return false
  const { at } = value
  const isPlaced =
    at === undefined ||
    (isObject(at) &&
      typeof at['path'] === 'string' &&
      Number.isInteger(at['line']) &&
      Number.isInteger(at['column']))
  return (
    typeof value['code'] === 'string' &&
    typeof value['message'] === 'string' &&
    severities.has(value['severity']) &&
    isPlaced
  )
}

/** A list of groups with named operations. */
export function asGroups(value: unknown): readonly Group[] {
  if (!Array.isArray(value)) return wrong(value, 'a list of groups')
  return value.map((one: unknown) =>
    isGroup(one) ? one : wrong(one, 'groups with a name and a list of operations'),
  )
}

function isGroup(value: unknown): value is Group {
  if (!isObject(value)) return false
  const { needs = [], gates = [], operations } = value
  return (
    typeof value['name'] === 'string' &&
    isListOf(needs, (need) => typeof need === 'string') &&
    isListOf(operations, (one) => isObject(one) && typeof one['kind'] === 'string') &&
    isListOf(
      gates,
      (gate) => isObject(gate) && typeof gate['name'] === 'string' && typeof gate['check'] === 'function',
    ) &&
    ['when', 'expand', 'synthesise'].every(
      (key) => value[key] === undefined || typeof value[key] === 'function',
    )
  )
}

/** A kind of operation of the name that it was tapped for. */
export function asKind(value: unknown, name: string): OperationKind {
  if (!isObject(value) || typeof value['run'] !== 'function' || value['kind'] !== name)
    return wrong(value, `a kind of operation named "${name}": defineOperation({ kind: '${name}', … })`)
  return value as unknown as OperationKind
}

/** An executor; which name it has is its own affair. */
export function asExecutor(value: unknown): Executor {
  if (!isObject(value) || typeof value['name'] !== 'string' || typeof value['open'] !== 'function')
    return wrong(value, 'an executor with a name and open()')
  return value as unknown as Executor
}

/** The groups of a report: as many as there were, of the same names. */
export function asGroupReports(value: unknown, before: readonly GroupReport[]): readonly GroupReport[] {
  const isSame =
    Array.isArray(value) &&
    value.length === before.length &&
    value.every(
      (one: unknown, index) =>
        isObject(one) && one['name'] === before[index]!.name && Array.isArray(one['operations']),
    )
  return isSame
    ? (value as readonly GroupReport[])
    : wrong(value, 'the groups that it was given, each with what it wants to show')
}

function iterated(value: unknown, what: string): Iterable<unknown> {
  const isIterable = value !== null && typeof value === 'object' && Symbol.iterator in value
  return isIterable ? (value as Iterable<unknown>) : wrong(value, `a list of ${what}, or nothing`)
}

function isListOf(value: unknown, fits: (one: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(fits)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}

function wrong(given: unknown, wanted: string): never {
  const hint = `Give ${wanted}.`
  const said = typeof given === 'string' && given.includes(' ') ? given : described(given)
  throw new HeddleError({ code: 'PLUGIN_SHAPE', severity: 'error', message: `it gave ${said}.`, hint })
}

function described(value: unknown): string {
  if (value === null) return 'null'
  if (value === undefined) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  if (typeof value !== 'object') return `a ${typeof value}`
  const keys = Object.keys(value).slice(0, 8)
  return keys.length > 0 ? `an object of ${keys.join(', ').slice(0, 200)}` : 'an empty object'
}
