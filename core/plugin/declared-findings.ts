import type { Diagnostic } from '../base/diagnostic.ts'
import type { Module } from '../module/module.ts'
import type {
  DeclaredFinding,
  DeclaredGate,
  DeclaredGroup,
  DeclaredOperation,
} from '../module/module-group.ts'
import type { GlobOutput } from '../operations/glob.ts'
import type { GrepOutput } from '../operations/grep.ts'
import type { ListOutput } from '../operations/list.ts'
import type { GateSpec } from '../run/group.ts'
import type { Outcome } from '../run/report.ts'

/** What the operations of a declared group found. */
export interface DeclaredResult {
  readonly summary: readonly string[]
  /** The module that declares the group. */
  readonly module: string
  readonly found: readonly DeclaredFound[]
}

/** What one operation found; null where it did not come to its end. */
export interface DeclaredFound {
  readonly operation: string
  readonly count: number | null
  /** What the module says of each place, where it says something. */
  readonly finding: DeclaredFinding | null
  /** The places of a finding. */
  readonly places: readonly { readonly path: string; readonly line: number }[]
}

interface Reading {
  readonly outcomes: readonly Outcome[]
  report(diagnostic: Diagnostic): void
}

/** Counts what each operation found, and reports the findings that the module declares for it, each at its place. */
export function synthesiseDeclared(
  module: Module,
  { operations }: DeclaredGroup,
  { outcomes, report }: Reading,
): DeclaredResult {
  const found = operations.map((operation) => {
    const outcome = outcomes.find(({ name }) => name === operation.name)
    const places = outcome?.status === 'done' ? placesOf(outcome) : undefined
    if (operation.finding) for (const place of places ?? []) report(findingAt(module, operation, place))
    return {
      operation: operation.name,
      count: places?.length ?? null,
      finding: operation.finding,
      places: operation.finding ? (places ?? []).map(({ path, line }) => ({ path, line })) : [],
    }
  })
  const summary = found.map(({ operation, count }) =>
    count === null ? `${operation}: nothing is known` : `${operation}: ${count}`,
  )
  return { summary, module: module.id, found }
}

/** The verdict of a declared gate; none where an operation that it is of did not come to its end. */
export function gateOf({ name, severity, expect, of }: DeclaredGate): GateSpec {
  return {
    name,
    severity,
    check(outcomes) {
      const own = outcomes.filter((outcome) => of.length === 0 || of.includes(outcome.name))
      if (expect === 'done') return own.every(({ status }) => status === 'done')
      if (own.some(({ status }) => status !== 'done')) return undefined
      const counts = own.map((outcome) => placesOf(outcome).length)
      return counts.every((count) => (expect === 'nothing' ? count === 0 : count > 0))
    },
  }
}

interface FoundPlace {
  readonly path: string
  readonly line: number
  readonly column: number
}

/** Everything that an outcome found: matches, files, names; what it read counts as one. */
function placesOf({ kind, output }: Outcome): readonly FoundPlace[] {
  if (kind === 'grep') {
    const { matches, files } = output as GrepOutput
    return matches.length > 0 ? matches : files.map(start)
  }
  if (kind === 'glob') return (output as GlobOutput).files.map(start)
  if (kind === 'list') {
    const { path, entries } = output as ListOutput
    return entries.map(({ name }) => start(path === '' ? name : `${path}/${name}`))
  }
  return output === null || output === undefined ? [] : [start((output as { path?: string }).path ?? '.')]
}

function start(path: string): FoundPlace {
  return { path, line: 1, column: 1 }
}

function findingAt(module: Module, operation: DeclaredOperation, place: FoundPlace): Diagnostic {
  const { message, hint, severity } = operation.finding!
  const { path, line, column } = place
  return {
    code: `${module.name}/${operation.name.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '-')}`,
    severity,
    message,
    ...(hint === null ? {} : { hint }),
    at: { path, line, column },
  }
}
