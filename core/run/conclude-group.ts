import type { Clock } from '../base/clock.ts'
import type { Diagnostic } from '../base/diagnostic.ts'
import { messageOf } from '../base/diagnostic.ts'
import type { SynthesisContext } from './group.ts'
import { Attempt } from './attempt.ts'
import { outcomesOf } from './outcome.ts'
import type { GateReport, Outcome } from './report.ts'
import type { GroupState } from './task.ts'

export interface Conclusion {
  readonly synthesis: unknown
  readonly gates: readonly GateReport[]
  /** What the group found, then what went wrong in it. */
  readonly findings: readonly Diagnostic[]
  /** False when the synthesis or a gate could not do its work. */
  readonly complete: boolean
}

export interface ConclusionOptions {
  readonly clock: Clock
  readonly deadlineMs: number
  readonly isCancelled: () => boolean
  /** Hands out a way to stop the synthesis. */
  readonly onStart: (stop: () => void) => void
}

/** Reads the outcomes of a settled group: its synthesis, then its gates. What throws is named; `concluded` is called once. */
export function concludeGroup(
  group: GroupState,
  options: ConclusionOptions,
  concluded: (conclusion: Conclusion) => void,
): void {
  if (group.skipped || options.isCancelled()) {
    return concluded({ synthesis: null, gates: gatesOf(group, 'skipped'), findings: [], complete: true })
  }
  const { synthesise: read, gates = [] } = group.work
  if (!read && gates.length === 0) return concluded(nothingToSay)
  const findings: Diagnostic[] = []
  const faults: Diagnostic[] = []
  const outcomes = outcomesOf(group)
  synthesise(group, outcomes, { ...options, findings, faults }, (synthesis) =>
    concluded({
      synthesis: synthesis ?? null,
      gates: faults.length > 0 ? gatesOf(group, 'skipped') : judgeGates(group, outcomes, synthesis, faults),
      findings: [...findings, ...faults],
      complete: faults.length === 0,
    }),
  )
}

const nothingToSay: Conclusion = { synthesis: null, gates: [], findings: [], complete: true }

interface Collected extends ConclusionOptions {
  readonly findings: Diagnostic[]
  readonly faults: Diagnostic[]
}

function synthesise(
  group: GroupState,
  outcomes: readonly Outcome[],
  options: Collected,
  done: (synthesis: unknown) => void,
): void {
  const { work } = group
  if (!work.synthesise) return done(undefined)
  const { clock, deadlineMs, findings, faults } = options
  const attempt = new Attempt({
    clock,
    deadlineMs,
    graceMs: 0,
    call: (attempt) =>
      work.synthesise!(
        outcomes,
        createContext(group, (finding) => {
          if (!attempt.over) findings.push(finding)
        }),
      ),
    ended(ending) {
      if (ending.stopped === 'deadline')
        faults.push(failedSynthesis(work.name, `it did not end within ${deadlineMs} ms`))
      else if (ending.type === 'threw' && !ending.stopped)
        faults.push(failedSynthesis(work.name, messageOf(ending.thrown)))
      done(ending.type === 'returned' && !ending.stopped ? ending.value : undefined)
    },
  })
  options.onStart(() => attempt.stop('cancelled'))
  attempt.start()
}

/** Only needed groups are shown: which others have settled by now depends on timing. */
function createContext(group: GroupState, report: (diagnostic: Diagnostic) => void): SynthesisContext {
  let outcomes: ReadonlyMap<string, readonly Outcome[]> | undefined
  return {
    get outcomes() {
      return (outcomes ??= new Map(
        [...withNeeds(group)].map((needed) => [needed.work.name, outcomesOf(needed)]),
      ))
    },
    report,
  }
}

function withNeeds(group: GroupState): ReadonlySet<GroupState> {
  const found = new Set([group])
  for (const each of found) for (const needed of each.needs) found.add(needed)
  return found
}

function judgeGates(
  group: GroupState,
  outcomes: readonly Outcome[],
  synthesis: unknown,
  faults: Diagnostic[],
): readonly GateReport[] {
  return (group.work.gates ?? []).map((gate) => {
    const { name, severity } = gate
    try {
      const verdict: unknown = gate.check(outcomes, synthesis)
      if (verdict === undefined) return { name, severity, status: 'skipped' }
      if (typeof verdict === 'boolean') return { name, severity, status: verdict ? 'passed' : 'failed' }
      faults.push(failedGate(name, group.work.name, 'its answer is neither true nor false'))
    } catch (thrown) {
      faults.push(failedGate(name, group.work.name, messageOf(thrown)))
    }
    return { name, severity, status: 'skipped' }
  })
}

function gatesOf(group: GroupState, status: GateReport['status']): readonly GateReport[] {
  return (group.work.gates ?? []).map(({ name, severity }) => ({ name, severity, status }))
}

function failedSynthesis(group: string, why: string): Diagnostic {
  return {
    code: 'SYNTHESIS_FAILED',
    severity: 'error',
    message: `The synthesis of the group "${group}" failed: ${why}.`,
    hint: 'The outcomes are complete; report this to the author of the plugin.',
  }
}

function failedGate(gate: string, group: string, why: string): Diagnostic {
  return {
    code: 'GATE_FAILED',
    severity: 'error',
    message: `The gate "${gate}" of the group "${group}" could not judge: ${why}.`,
    hint: 'Report this to the author of the plugin.',
  }
}
