import { inspect, isDeepStrictEqual } from 'node:util'
import type { RunEvent } from '../../core/run/events.ts'
import type { RunResult } from './one-by-one.ts'
import type { PlanDraft } from './plan-draft.ts'
import type { Ran, RunSettings } from './plan-runner.ts'
import { shrinkPlan } from './plan-shrink.ts'

/** How plans are carried out: one by one on a model, and by the executor. */
export interface Ways {
  expect(draft: PlanDraft): Promise<RunResult>
  run(draft: PlanDraft, settings: RunSettings): Promise<Ran>
}

export interface Compared {
  readonly differs: boolean
  readonly expected: unknown
  readonly found: unknown
  readonly events: readonly RunEvent[]
}

/** Runs the plan under each of the settings and compares it with what it gives one by one; a run that throws differs. */
export async function* comparePlan(
  draft: PlanDraft,
  ways: Ways,
  all: readonly RunSettings[],
): AsyncGenerator<Compared & { readonly settings: RunSettings }> {
  const expected = JSON.parse(JSON.stringify(await ways.expect(draft))) as unknown
  for (const settings of all) {
    const { result: found, events } = await ways
      .run(draft, settings)
      .catch((thrown: unknown) => ({ result: { threw: String(thrown) }, events: [] }))
    yield { differs: !isDeepStrictEqual(found, expected), expected, found, events, settings }
  }
}

/** True when some of the settings make a difference. */
export async function differs(draft: PlanDraft, ways: Ways, all: readonly RunSettings[]): Promise<boolean> {
  for await (const compared of comparePlan(draft, ways, all)) if (compared.differs) return true
  return false
}

/** The smallest plan that can be found with a difference, and the difference, for people to read. */
export async function describeDifference(
  draft: PlanDraft,
  ways: Ways,
  settings: RunSettings,
): Promise<string> {
  const small = await shrinkPlan(draft, (smaller) => differs(smaller, ways, [settings]))
  const lines = [`under ${JSON.stringify(settings)}, made smaller:`]
  lines.push(inspect(small, { depth: null, breakLength: 120 }))
  for await (const { expected, found } of comparePlan(small, ways, [settings]))
    lines.push(...differentParts(expected, found))
  return lines.join('\n')
}

function differentParts(expected: unknown, found: unknown, place = ''): string[] {
  if (isDeepStrictEqual(expected, found)) return []
  if (isOpen(expected) && isOpen(found)) {
    const keys = new Set([...Object.keys(expected), ...Object.keys(found)])
    return [...keys].flatMap((key) =>
      differentParts(Reflect.get(expected, key), Reflect.get(found, key), `${place}.${key}`),
    )
  }
  return [`${place}: one by one ${JSON.stringify(expected)}, found ${JSON.stringify(found)}`]
}

function isOpen(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
