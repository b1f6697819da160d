import type { Diagnostic } from '../base/diagnostic.ts'
import { type Judgement, quoted } from './gates.ts'
import { operationKey, type RunRecord, type SettledOutcome } from './record.ts'

/** What can be said of the operations as they settled, one after the other. Where none ran there is nothing to judge. */
export function judgeDuring(record: RunRecord): readonly Judgement[] {
  return [judgeQuality(record), judgeDepth(record), judgeIsolation(record), judgeCoherence(record)]
}

/** No output was shortened. */
function judgeQuality({ settled }: RunRecord): Judgement {
  const name = 'during/quality'
  const cut = namesWhere(settled, ({ outcome }) => outcome.quality?.truncated === true)
  if (cut.length === 0) return passedIfAnyRan(name, settled)
  return {
    name,
    status: 'failed',
    why: `${quoted(cut)} did not give all that there is`,
    hint: 'Its output says what was left out, and why.',
  }
}

/** No operation had to stop before it was through. */
function judgeDepth({ settled }: RunRecord): Judgement {
  const name = 'during/depth'
  const stopped = namesWhere(settled, ({ outcome }) => outcome.status === 'timed-out')
  return stopped.length > 0 ? { name, status: 'failed' } : passedIfAnyRan(name, settled)
}

/** Nothing was touched that was not claimed, as far as that was looked at. */
function judgeIsolation({ settled, findings }: RunRecord): Judgement {
  const name = 'during/isolation'
  const codes = new Set([
    ...settled.map(({ outcome }) => outcome.error?.code),
    ...findings.map(({ code }) => code),
  ])
  if (codes.has('CLAIM_EXCEEDED')) return { name, status: 'failed' }
  return codes.has('CLAIMS_UNCHECKED') ? { name, status: 'skipped' } : passedIfAnyRan(name, settled)
}

/** Every operation saw the same files, and came to one end. */
function judgeCoherence({ settled, findings }: RunRecord): Judgement {
  const name = 'during/coherence'
  const conflict = [...settled.map(({ outcome }) => outcome.error), ...findings].some(isConflict)
  if (conflict) return { name, status: 'failed' }
  const ends = new Set<string>()
  const twice = namesWhere(settled, (each) => {
    const key = operationKey(each)
    return ends.has(key) || !ends.add(key)
  })
  if (twice.length > 0) return { name, status: 'failed', why: `${quoted(twice)} came to more than one end` }
  return passedIfAnyRan(name, settled)
}

/** True for the finding that a file was changed from outside while the run had it; what an earlier run left behind is a warning. */
export function isConflict(found: Diagnostic | null): boolean {
  return found?.code === 'CONFLICT' && found.severity === 'error'
}

function namesWhere(
  settled: readonly SettledOutcome[],
  is: (each: SettledOutcome) => boolean,
): readonly string[] {
  return settled.filter(is).map(({ operation }) => operation)
}

function passedIfAnyRan(name: Judgement['name'], settled: readonly SettledOutcome[]): Judgement {
  return { name, status: settled.some(({ outcome }) => outcome.attempts > 0) ? 'passed' : 'skipped' }
}
