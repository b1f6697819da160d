import { compareDiagnostics, type Diagnostic } from '../base/diagnostic.ts'
import { mustExist } from '../resolve/findings.ts'
import type { ResolutionStatus } from '../resolve/trail.ts'
import { findCycles } from '../base/order.ts'
import { dependencyEdges, type Linked } from './graph.ts'
import type { Library, Loaded } from './library.ts'

/** References that must exist, by how they ended. */
export interface ReferenceTotals {
  readonly total: number
  readonly resolved: number
  readonly searched: number
  readonly missing: number
  readonly ambiguous: number
  readonly outside: number
}

/** What `check` found. */
export interface CheckReport {
  readonly root: string
  /** Markdown files that were read. */
  readonly modules: number
  readonly references: ReferenceTotals
  readonly diagnostics: readonly Diagnostic[]
}

/** Grades what was loaded: totals over classes module and file without mentions, and every finding in order of place. */
export function checkLoaded(root: string, loaded: Loaded, library: Library): CheckReport {
  const findings = loaded.linked.flatMap((linked) => [
    ...linked.module.diagnostics,
    ...library.findings(linked),
  ])
  const cycles = findCycles(dependencyEdges(loaded.linked))
  return {
    root,
    modules: loaded.linked.length + loaded.diagnostics.length,
    references: countReferences(loaded.linked),
    diagnostics: [...loaded.diagnostics, ...findings, ...cycles.map(cycleFound)].toSorted(compareDiagnostics),
  }
}

function countReferences(linked: readonly Linked[]): ReferenceTotals {
  const totals: Record<ResolutionStatus, number> = {
    resolved: 0,
    searched: 0,
    missing: 0,
    ambiguous: 0,
    outside: 0,
  }
  let total = 0
  for (const { module, resolutions } of linked) {
    for (const [index, reference] of module.references.entries()) {
      const resolution = resolutions[index]!
      if (!resolution.status || !mustExist(reference, resolution)) continue
      totals[resolution.status]++
      total++
    }
  }
  return { total, ...totals }
}

/** Longer cycles are shown by their beginning; the graph has them whole. */
const shownInCycle = 8

function cycleFound(cycle: readonly string[]): Diagnostic {
  const left = cycle.length - shownInCycle
  const shown = left > 0 ? [...cycle.slice(0, shownInCycle), `${left} more`, cycle[0]] : [...cycle, cycle[0]]
  return {
    code: 'REFERENCE_CYCLE',
    severity: 'warning',
    message: `Modules need each other: ${shown.join(' → ')}.`,
    hint: 'Remove one of the references, or make it a link.',
    at: { path: cycle[0]!, line: 1, column: 1 },
  }
}
