import type { Diagnostic } from '../base/diagnostic.ts'
import { findNearest } from '../base/nearest.ts'
import type { PreparedContext } from '../compose/prepare.ts'
import type { Graph } from '../load/graph.ts'
import { fillPlaceholders } from '../module/placeholder.ts'
import { type ProjectValues, valueAt } from '../module/project-values.ts'
import type { Module } from '../module/module.ts'
import type { Group } from '../run/group.ts'
import type { Files } from '../vfs/file-system.ts'
import { configureModules, type SettingValues } from './configured.ts'
import { isAllowed, planDeclared } from './declared-groups.ts'
import type { HookCalls } from './hooks.ts'

/** What a command is planned from. */
export interface PlanRequest {
  readonly command: Module
  /** The closure of the command, depth first, the command first. */
  readonly modules: readonly Module[]
  commands(): Promise<readonly Module[]>
  graph(): Promise<Graph>
  context(references: readonly string[], fill: (text: string) => string): Promise<PreparedContext>
  readonly arguments: Readonly<Record<string, string>>
  readonly files: Files
  readonly folder: string | null
  readonly settings: SettingValues
  /** What the project says of itself. */
  readonly project: ProjectValues
  /** Programs that modules may run. */
  readonly allowed: readonly string[]
  textOf(module: Module): Promise<string>
}

/** Groups in declared order, and what went wrong while they were made. */
export interface Planned {
  readonly groups: readonly Group[]
  readonly diagnostics: readonly Diagnostic[]
  /** False when a plugin failed: a run of what is left can never be more than partial. */
  readonly complete: boolean
}

/**
 * Asks the plugins for the groups of every pattern in the closure, each pattern once, in depth-first order of references; the groups
 * that a module declares itself follow those of its pattern. Group names get the name of their plugin or module in front:
 * `tdd/coverage`.
 */
export async function planGroups(calls: HookCalls, request: PlanRequest): Promise<Planned> {
  const { modules, diagnostics: told } = configureModules(request.modules, request.settings, request.project)
  const planned: Gathered = { groups: [], diagnostics: [...told], complete: true }
  if (told.some(({ severity }) => severity === 'error')) planned.complete = false
  const configured = { ...request, modules, command: modules[0] ?? request.command }
  const patterns = patternsOf(modules)
  for (const module of modules) {
    if (module.pattern !== null && patterns.get(module.pattern) === module)
      add(planned, await planPattern(calls, configured, { module, pattern: module.pattern, askedBy: [] }))
    addDeclared(module, configured, planned)
  }
  return planned
}

interface Gathered {
  readonly groups: Group[]
  readonly diagnostics: Diagnostic[]
  complete: boolean
}

function add(planned: Gathered, { groups, diagnostics, complete }: Planned): void {
  planned.groups.push(...groups)
  planned.diagnostics.push(...diagnostics)
  planned.complete &&= complete
}

interface Asked {
  readonly pattern: string
  readonly module: Module
  /** Patterns whose planners are waiting for this one. */
  readonly askedBy: readonly string[]
}

async function planPattern(calls: HookCalls, request: PlanRequest, asked: Asked): Promise<Planned> {
  const { pattern, module } = asked
  const { project, settings: _settings, allowed, ...rest } = request
  const askedBy = [...asked.askedBy, pattern]
  const diagnostics: Diagnostic[] = []
  if (!calls.patterns().includes(pattern)) diagnostics.push(unknownPattern(pattern, module, calls.patterns()))
  if (asked.askedBy.includes(pattern)) diagnostics.push(patternCycle(askedBy, module))
  if (diagnostics.length > 0) return { groups: [], diagnostics, complete: false }
  const fill = (text: string): string => fillPlaceholders(text, (path) => valueAt(project, path)).text
  const slots = await calls.plan(pattern, {
    ...rest,
    module,
    fill,
    context: (references) => request.context(references, fill),
    groupsOf: (other) => planPattern(calls, request, { pattern: other, module, askedBy }),
    mayRun: (words) => isAllowed(words, allowed),
    textOf: async (one) => fill(await request.textOf(one)),
    report: (diagnostic) => diagnostics.push(diagnostic),
  })
  const groups = slots.flatMap((slot) =>
    'value' in slot ? slot.value.map((group) => named(group, slot.plugin)) : [],
  )
  const faults = slots.flatMap((slot) => ('value' in slot ? [] : [slot.fault]))
  return { groups, diagnostics: [...diagnostics, ...faults], complete: faults.length === 0 }
}

/** What a module declares and cannot be used was asked for all the same: without it a run is partial. Loading has told why. */
function addDeclared(module: Module, request: PlanRequest, planned: Gathered): void {
  if (module.diagnostics.some(({ code }) => code === 'MODULE_GROUPS')) planned.complete = false
  for (const declared of module.groups) {
    const { group, diagnostics } = planDeclared(module, declared, request)
    planned.diagnostics.push(...diagnostics)
    if (group) planned.groups.push(group)
    else planned.complete = false
  }
}

/** True when something is planned for these modules: one names a pattern, or declares groups, sound or not. */
export function areRunnable(modules: readonly Module[]): boolean {
  return modules.some(
    ({ pattern, groups, metadata }) =>
      pattern !== null || groups.length > 0 || Array.isArray(metadata['groups']),
  )
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
