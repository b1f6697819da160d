import { declaredSeverity, type GateSeverity, type Outcome, type Planning } from 'heddle'
import type { SwarmCoordination } from './result.ts'

type Verdict = (result: SwarmCoordination, outcomes: readonly Outcome[]) => boolean | undefined

/** The gates of a swarm, as much as modules say that each matters. */
export function gatesOf(planning: Planning) {
  const gate = (name: string, otherwise: GateSeverity, verdict: Verdict) => ({
    name,
    severity: declaredSeverity(planning.modules, name, otherwise),
    check: (outcomes: readonly Outcome[], result: SwarmCoordination | undefined) =>
      result && verdict(result, outcomes),
  })
  return [
    gate('agents-finished', 'blocking', ({ agentStates }) =>
      agentStates.every(({ state }) => state === 'done' || state === 'unchanged'),
    ),
    gate('agent-checks', 'blocking', ({ gates }) => passedOf(gates.filter(({ agent }) => agent !== null))),
    gate('no-conflicts', 'blocking', ({ conflicts, parallelMonitoringActive }) =>
      conflicts.length > 0 ? false : parallelMonitoringActive || undefined,
    ),
    gate('result-checks', 'blocking', ({ gates }) => passedOf(gates.filter(({ agent }) => agent === null))),
    gate('nothing-outside', 'warning', (_, outcomes) => {
      const changed = (outcomes[0]?.output as { changed?: readonly string[] } | null)?.changed
      return changed && changed.length === 0
    }),
  ]
}

function passedOf(gates: SwarmCoordination['gates']): boolean | undefined {
  if (gates.some(({ status }) => status === 'failed')) return false
  return gates.some(({ status }) => status === 'passed') ? true : undefined
}
