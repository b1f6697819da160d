import type { Diagnostic } from '../base/diagnostic.ts'
import { findNearest } from '../base/nearest.ts'
import type { Graph } from '../load/graph.ts'
import type { Module } from '../module/module.ts'
import type { Group } from '../run/group.ts'
import type { Files } from '../vfs/file-system.ts'
import type { HookCalls } from './hooks.ts'

/** What a command is planned from. */
export interface PlanRequest {
  readonly command: Module
  /** The closure of the command, depth first, the command first. */
  readonly modules: readonly Module[]
  commands(): Promise<readonly Module[]>
  graph(): Promise<Graph>
  readonly arguments: Readonly<Record<string, string>>
  readonly files: Files
  readonly folder: string | null
}

/** Groups in declared order, and what went wrong while they were made. */
export interface Planned {
  readonly groups: readonly Group[]
  readonly diagnostics: readonly Diagnostic[]
  /** False when a plugin failed: a run of what is left can never be more than partial. */
  readonly complete: boolean
}

/**
 * Asks the plugins for the groups of every pattern in the closure, each pattern once, in depth-first order of references.
 * Group names get their plugin's name in front: `tdd/coverage`.
 */
export async function planGroups(calls: HookCalls, request: PlanRequest): Promise<Planned> {
  const groups: Group[] = []
  const diagnostics: Diagnostic[] = []
  let complete = true
  for (const [pattern, module] of patternsOf(request.modules)) {
    const planned = await planPattern(calls, request, { pattern, module, askedBy: [] })
    groups.push(...planned.groups)
    diagnostics.push(...planned.diagnostics)
    complete &&= planned.complete
  }
  return { groups, diagnostics, complete }
}

interface Asked {
  readonly pattern: string
  readonly module: Module
  /** Patterns whose planners are waiting for this one. */
  readonly askedBy: readonly string[]
}

async function planPattern(calls: HookCalls, request: PlanRequest, asked: Asked): Promise<Planned> {
  const { pattern, module } = asked
  const askedBy = [...asked.askedBy, pattern]
  const diagnostics: Diagnostic[] = []
  if (!calls.patterns().includes(pattern)) diagnostics.push(unknownPattern(pattern, module, calls.patterns()))
  if (asked.askedBy.includes(pattern)) diagnostics.push(patternCycle(askedBy, module))
  if (diagnostics.length > 0) return { groups: [], diagnostics, complete: false }
  const slots = await calls.plan(pattern, {
    ...request,
    module,
    groupsOf: (other) => planPattern(calls, request, { pattern: other, module, askedBy }),
    report: (diagnostic) => diagnostics.push(diagnostic),
  })
  const groups = slots.flatMap((slot) =>
    'value' in slot ? slot.value.map((group) => named(group, slot.plugin)) : [],
  )
  const faults = slots.flatMap((slot) => ('value' in slot ? [] : [slot.fault]))
  return { groups, diagnostics: [...diagnostics, ...faults], complete: faults.length === 0 }
}

/** The first module of each pattern, in the order of the closure. */
export function patternsOf(modules: readonly Module[]): Map<string, Module> {
  const patterns = new Map<string, Module>()
  for (const module of modules) {
    if (module.pattern !== null && !patterns.has(module.pattern)) patterns.set(module.pattern, module)
  }
  return patterns
}

function named(group: Group, plugin: string): Group {
  const full = (name: string): string => (name.includes('/') ? name : `${plugin}/${name}`)
  return { ...group, name: full(group.name), needs: (group.needs ?? []).map(full) }
}

function patternCycle(chain: readonly string[], module: Module): Diagnostic {
  return {
    code: 'PATTERN_CYCLE',
    severity: 'error',
    message: `Patterns are planned from each other: ${chain.join(' → ')}.`,
    hint: 'Report this to the author of the plugin.',
    at: { path: module.id, line: 1, column: 1 },
  }
}

function unknownPattern(pattern: string, module: Module, known: readonly string[]): Diagnostic {
  const [near] = findNearest(pattern, known, 1)
  return {
    code: 'PATTERN_UNKNOWN',
    severity: 'error',
    message: `No plugin implements the pattern "${pattern}".`,
    hint: near ? `Did you mean "${near.value}"?` : `Add the plugin, or use one of: ${known.join(', ')}.`,
    at: { path: module.id, line: 1, column: 1 },
  }
}
