import type { Diagnostic } from '../base/diagnostic.ts'
import type { Document } from './document.ts'
import { readSeverity } from './gate-severity.ts'
import {
  type DeclarableKind,
  declarableKinds,
  type DeclaredFinding,
  type DeclaredGate,
  type DeclaredGroup,
  type DeclaredOperation,
} from './module-group.ts'
import { faultOf, fieldsOf } from './operation-faults.ts'

/** Groups that a module may declare, and operations of one of them. */
export const groupLimits = { groups: 20, operations: 100 } as const

type Entry = Readonly<Record<string, unknown>>

/** What stands under the key `groups`; a group with anything wrong is left out whole, and each fault is a MODULE_GROUPS error. */
export function readGroups(
  document: Document,
  value: unknown,
): { readonly groups: readonly DeclaredGroup[]; readonly diagnostics: readonly Diagnostic[] } {
  const reader = createGroupReader(document)
  return { groups: reader.groups(value), diagnostics: reader.diagnostics }
}

function createGroupReader(document: Document) {
  const diagnostics: Diagnostic[] = []
  const places = createPlaces(document)

  function fault(line: number, message: string, hint: string): undefined {
    diagnostics.push({
      code: 'MODULE_GROUPS',
      severity: 'error',
      message,
      hint,
      at: { path: document.label, line, column: 1 },
    })
  }

  function groups(value: unknown): DeclaredGroup[] {
    if (!Array.isArray(value)) {
      fault(
        places.key,
        'The key "groups" is no list.',
        'Write a list of groups, each with name and operations.',
      )
      return []
    }
    if (value.length > groupLimits.groups)
      fault(
        places.key,
        `A module may declare ${groupLimits.groups} groups, not ${value.length}.`,
        'Split it.',
      )
    const names = new Set<string>()
    return (value as unknown[]).slice(0, groupLimits.groups).flatMap((entry) => {
      const read = group(entry)
      if (!read) return []
      if (!names.has(read.name)) return [(names.add(read.name), read)]
      fault(read.line, `There are two groups "${read.name}".`, 'Rename one of them.')
      return []
    })
  }

  function group(entry: unknown): DeclaredGroup | undefined {
    const before = diagnostics.length
    const name = isEntry(entry) ? textOf(entry['name']) : null
    if (!isEntry(entry) || name === null || !isName(name))
      return fault(places.key, 'A group has no usable "name".', 'Name it with letters, digits and hyphens.')
    const line = places.next(name)
    unknownKey(entry, ['name', 'needs', 'operations', 'gates'], line)
    const operations = entry['operations']
    if (!Array.isArray(operations) || operations.length === 0)
      return fault(line, `The group "${name}" has no list of operations.`, 'Give it at least one operation.')
    if (operations.length > groupLimits.operations)
      return fault(
        line,
        `The group "${name}" has ${operations.length} operations; ${groupLimits.operations} are the most.`,
        'Use a glob or one expression for several, or split the group.',
      )
    const read = named((operations as unknown[]).map((each) => operation(each, line)))
    const gates = list(entry['gates']).map((each) => gate(each, read, line))
    if (diagnostics.length > before) return undefined
    return {
      name,
      needs: list(entry['needs']).map(String),
      operations: read,
      gates: gates.filter((each) => each !== undefined),
      line,
    }
  }

  function operation(entry: unknown, groupLine: number): DeclaredOperation | undefined {
    if (!isEntry(entry))
      return fault(groupLine, 'An operation is no entry.', 'Write it as "- read: README.md".')
    const kinds = kindsIn(entry)
    const [kind] = kinds
    if (kind === undefined || kinds.length > 1) return noKind(entry, kinds, groupLine)
    const line = places.next(`${kind}:`)
    const { [kind]: main, name, finding, hint, severity, ...rest } = entry
    const input = { ...inputOf(kind, main), ...rest }
    const wrong = faultOf(kind, input)
    if (wrong) return fault(line, wrong.message, wrong.hint)
    return {
      kind,
      name: textOf(name) ?? `${kind} ${mainText(main)}`.trim().slice(0, 80),
      input,
      finding: textOf(finding) === null ? null : findingOf(textOf(finding)!, hint, severity),
      line,
    }
  }

  function noKind(entry: Entry, kinds: readonly string[], line: number): undefined {
    const keys = Object.keys(entry).join(', ')
    return kinds.length > 1
      ? fault(line, `One operation is ${kinds.join(' and ')}.`, 'Write one operation for each.')
      : fault(
          line,
          `An operation with the keys ${keys} is none that a module may declare.`,
          `Use one of ${declarableKinds.join(', ')}; whatever else a run shall do needs a plugin.`,
        )
  }

  function gate(entry: unknown, of: readonly DeclaredOperation[], line: number): DeclaredGate | undefined {
    const name = isEntry(entry) ? textOf(entry['name']) : null
    if (!isEntry(entry) || name === null) return fault(line, 'A gate has no "name".', 'Give it one.')
    const expect = entry['expect'] ?? 'nothing'
    if (expect !== 'done' && expect !== 'nothing' && expect !== 'something')
      return fault(
        places.next(name),
        `The gate "${name}" expects ${JSON.stringify(expect)}.`,
        'Write "nothing", "something" or "done".',
      )
    const names = list(entry['of']).map(String)
    const stranger = names.find((each) => !of.some((operation) => operation.name === each))
    if (stranger !== undefined)
      return fault(
        places.next(name),
        `The gate "${name}" is of "${stranger}", which its group does not have.`,
        'Name operations of the group.',
      )
    const severity = readSeverity((key) => textOf(entry[key])) ?? 'warning'
    return { name, severity, expect, of: names }
  }

  function unknownKey(entry: Entry, known: readonly string[], line: number): void {
    const stranger = Object.keys(entry).find((key) => !known.includes(key))
    if (stranger !== undefined) fault(line, `A group has no "${stranger}".`, `It has ${known.join(', ')}.`)
  }

  return { diagnostics: diagnostics as readonly Diagnostic[], groups }
}

/** The kinds that an entry names; `glob` beside `grep` is a field of it. */
function kindsIn(entry: Entry): readonly DeclarableKind[] {
  const named = declarableKinds.filter((kind) => entry[kind] !== undefined)
  return named.filter((kind) => !named.some((other) => other !== kind && fieldsOf[other].includes(kind)))
}

function inputOf(kind: DeclarableKind, main: unknown): Entry {
  if (isEntry(main)) return main
  if (kind === 'glob' && Array.isArray(main)) return { patterns: main }
  return kind === 'list' && main === null ? {} : { [fieldsOf[kind][0]]: main }
}

function mainText(main: unknown): string {
  if (isEntry(main)) return mainText(Object.values(main)[0])
  return typeof main === 'string' ? main : Array.isArray(main) ? mainText(main[0]) : ''
}

/** Names made unique by a number, as two searches for the same text may differ in their files. */
function named(operations: readonly (DeclaredOperation | undefined)[]): DeclaredOperation[] {
  const counts = new Map<string, number>()
  return operations
    .filter((each) => each !== undefined)
    .map((each) => {
      const count = (counts.get(each.name) ?? 0) + 1
      counts.set(each.name, count)
      return count === 1 ? each : { ...each, name: `${each.name} ${count}` }
    })
}

function findingOf(message: string, hint: unknown, severity: unknown): DeclaredFinding {
  return {
    message,
    hint: textOf(hint),
    severity: severity === 'error' || severity === 'info' ? severity : 'warning',
  }
}

function createPlaces(document: Document) {
  const { starts } = document.lines
  const { end } = document.frontMatter
  const lines = starts
    .filter((start) => start < end)
    .map((start, index) => document.text.slice(start, starts[index + 1] ?? end))
  const key = Math.max(
    0,
    lines.findIndex((line) => line.startsWith('groups:')),
  )
  let last = key
  return {
    key: key + 1,
    /** The next line that holds the text, counted from the last answer; that one again when there is none. */
    next(text: string): number {
      const wanted = text.slice(0, 30)
      const isIn = (line: string): boolean =>
        line.includes(wanted) || line.includes(JSON.stringify(wanted).slice(1, -1))
      const at = lines.findIndex((line, index) => index > last && isIn(line))
      last = at > 0 ? at : last
      return last + 1
    },
  }
}

function list(value: unknown): readonly unknown[] {
  return value === undefined || value === null ? [] : [value].flat()
}

function isName(name: string): boolean {
  return /^[\p{L}\p{N}][\p{L}\p{N} _-]{0,63}$/u.test(name)
}

function isEntry(value: unknown): value is Entry {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}

function textOf(value: unknown): string | null {
  if (typeof value === 'string') return value
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : null
}
