import type { Diagnostic } from '../base/diagnostic.ts'
import { findNearest } from '../base/nearest.ts'
import type { Graph } from '../load/graph.ts'
import { fillPlaceholders } from '../module/placeholder.ts'
import { type ProjectValues, valueAt } from '../module/project-values.ts'
import type { Module } from '../module/module.ts'
import type { Group } from '../run/group.ts'
import type { Files } from '../vfs/file-system.ts'
import { configureModules, type SettingValues } from './configured.ts'
import { planDeclared } from './declared-groups.ts'
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
  readonly settings: SettingValues
  /** What the project says of itself. */
  readonly project: ProjectValues
  /** Programs that modules may run. */
  readonly allowed: readonly string[]
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
      await addPattern(calls, configured, { module, pattern: module.pattern, planned })
    addDeclared(module, configured, planned)
  }
  return planned
}

interface Gathered {
  readonly groups: Group[]
  readonly diagnostics: Diagnostic[]
  complete: boolean
}

interface Implemented {
  readonly module: Module
  readonly pattern: string
  readonly planned: Gathered
}

async function addPattern(
  calls: HookCalls,
  { project, settings: _settings, allowed: _allowed, ...request }: PlanRequest,
  { module, pattern, planned }: Implemented,
): Promise<void> {
  const { groups, diagnostics } = planned
  if (!calls.patterns().includes(pattern)) {
    diagnostics.push(unknownPattern(pattern, module, calls.patterns()))
    planned.complete = false
    return
  }
  const slots = await calls.plan(pattern, {
    ...request,
    module,
    fill: (text) => fillPlaceholders(text, (path) => valueAt(project, path)).text,
    report: (diagnostic) => diagnostics.push(diagnostic),
  })
  for (const slot of slots) {
    if ('value' in slot) for (const group of slot.value) groups.push(named(group, slot.plugin))
    else {
      diagnostics.push(slot.fault)
      planned.complete = false
    }
  }
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
