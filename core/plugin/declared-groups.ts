import type { Diagnostic } from '../base/diagnostic.ts'
import { escapeGlob } from '../base/glob.ts'
import { namedValue } from '../module/asked-values.ts'
import type { Module } from '../module/module.ts'
import type { DeclaredGroup, DeclaredOperation } from '../module/module-group.ts'
import { faultOf, type OperationFault } from '../module/operation-faults.ts'
import { fillPlaceholders } from '../module/placeholder.ts'
import { type ProjectValues, valueAt } from '../module/project-values.ts'
import type { Group } from '../run/group.ts'
import type { Operation } from '../run/operation.ts'
import { gateOf, synthesiseDeclared } from './declared-findings.ts'

/** What fills the texts of declared groups, and what they may run. */
export interface DeclaredContext {
  readonly arguments: Readonly<Record<string, string>>
  readonly project: ProjectValues
  /** Programs that modules may run, each with the arguments it must begin with: `git status`. */
  readonly allowed: readonly string[]
}

/** A declared group ready to run, or why it cannot: then it is left out whole. */
export type PlannedGroup =
  | { readonly group: Group; readonly diagnostics: readonly Diagnostic[] }
  | { readonly group: undefined; readonly diagnostics: readonly Diagnostic[] }

/** The group that a module declares, by its full name, with arguments, settings and the project's values filled in. */
export function planDeclared(
  module: Module,
  declared: DeclaredGroup,
  context: DeclaredContext,
): PlannedGroup {
  const values = valuesFor(module, context)
  const diagnostics: Diagnostic[] = []
  const operations = declared.operations.flatMap((operation) => {
    const filled = fillInput(operation, values)
    const wrong: Refusal | undefined =
      filled.fault ?? faultOf(operation.kind, filled.input) ?? refusal(operation, filled.input, context)
    if (!wrong) return [operationOf(operation, filled.input)]
    diagnostics.push(told(module, operation.line, wrong))
    return []
  })
  if (diagnostics.length > 0) return { group: undefined, diagnostics }
  const group: Group = {
    name: `${module.name}/${declared.name}`,
    needs: declared.needs.map((name) => (name.includes('/') ? name : `${module.name}/${name}`)),
    operations,
    synthesise: (outcomes, { report }) => synthesiseDeclared(module, declared, { outcomes, report }),
    gates: declared.gates.map(gateOf),
  }
  return { group, diagnostics }
}

interface Values {
  /** The value of an argument or a setting; undefined when there is none of that name. */
  named(name: string): string | undefined
  projected(path: string): string | undefined
}

function valuesFor(module: Module, { arguments: given, project }: DeclaredContext): Values {
  const settings = new Map(module.parts.settings.map(({ name, default: value }) => [name, value]))
  return {
    named: (name) => (Object.hasOwn(given, name) ? given[name] : (settings.get(name) ?? undefined)),
    projected: (path) => valueAt(project, path),
  }
}

interface Filled {
  readonly input: Readonly<Record<string, unknown>>
  readonly fault?: OperationFault
}

/** What is filled in stands for itself: in an expression and in a glob it is no pattern. */
function fillInput({ kind, input }: DeclaredOperation, values: Values): Filled {
  let fault: OperationFault | undefined
  const fill = (value: unknown, escape: (text: string) => string): unknown => {
    if (Array.isArray(value)) return value.map((each) => fill(each, escape))
    if (value !== null && typeof value === 'object')
      return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, fill(inner, escape)]))
    if (typeof value !== 'string') return value
    const named = value.replace(namedValue, (whole, name: string, otherwise?: string) => {
      const found = values.named(name) ?? otherwise
      if (found === undefined) fault ??= nameless(name)
      return found === undefined ? whole : escape(found)
    })
    const { text, missing } = fillPlaceholders(named, (path) => escapeMaybe(values.projected(path), escape))
    if (missing[0]) fault ??= nameless(missing[0].path)
    return text
  }
  const filled = Object.fromEntries(
    Object.entries(input).map(([key, value]) => [key, fill(value, escapeFor(kind, key))]),
  )
  return fault ? { input: filled, fault } : { input: filled }
}

function escapeFor(kind: DeclaredOperation['kind'], key: string): (text: string) => string {
  if (kind === 'grep' && key === 'pattern') return escapeRegex
  const isGlob = (kind === 'glob' && key !== 'path') || key === 'glob'
  return isGlob ? escapeGlob : (text) => text
}

function escapeMaybe(text: string | undefined, escape: (text: string) => string): string | undefined {
  return text === undefined ? undefined : escape(text)
}

function escapeRegex(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
}

function nameless(name: string): OperationFault {
  return {
    message: `Nothing says what "${name}" is.`,
    hint: 'Give the argument, set it in the configuration, or give the setting a default.',
  }
}

interface Refusal extends OperationFault {
  readonly code?: 'PROGRAM_NOT_ALLOWED'
}

/** Programs run only where the configuration names them; text of a module is no permission. */
function refusal(
  { kind }: DeclaredOperation,
  input: Readonly<Record<string, unknown>>,
  { allowed }: DeclaredContext,
): Refusal | undefined {
  if (kind !== 'bash') return undefined
  const { program } = input
  const words = [program, ...[input['arguments'] ?? []].flat()]
  if (typeof program !== 'string' || program === '' || !words.every((word) => typeof word === 'string'))
    return {
      message: 'It names no program with a list of arguments.',
      hint: 'Write bash: { program: git, arguments: [status] }.',
    }
  if (isAllowed(words, allowed)) return undefined
  return {
    code: 'PROGRAM_NOT_ALLOWED',
    message: `The configuration does not allow modules to run "${words.slice(0, 2).join(' ')}".`,
    hint: `Add it in heddle.config.ts, when you trust the module: bash: { allow: ['${words.slice(0, 2).join(' ')}'] }.`,
  }
}

/** True when the configuration allows modules to run these words: one of its entries is how they begin. */
export function isAllowed(words: readonly unknown[], allowed: readonly string[]): boolean {
  return allowed.some((entry) =>
    entry
      .trim()
      .split(/\s+/)
      .every((word, index) => words[index] === word),
  )
}

function operationOf({ kind, name }: DeclaredOperation, input: Readonly<Record<string, unknown>>): Operation {
  if (kind !== 'bash') return { kind, name, input }
  const { reads, writes, scratch, ...rest } = input
  const claims = Object.fromEntries(
    Object.entries({ reads, writes, scratch }).filter(([, value]) => Array.isArray(value)),
  )
  return { kind, name, input: rest, claims }
}

function told(module: Module, line: number, fault: Refusal): Diagnostic {
  const { code = 'MODULE_GROUPS', message, hint } = fault
  return {
    code,
    severity: 'error',
    message,
    hint,
    at: { path: module.id, line, column: 1 },
  }
}
