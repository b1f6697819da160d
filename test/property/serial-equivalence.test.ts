import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PlantedFault } from '../../core/run/execute.ts'
import { comparePlan, describeDifference, differs, type Ways } from './difference.ts'
import { draftPlan } from './plan-generator.ts'
import { expectOnDisk, runOnDisk } from './disk-runner.ts'
import { overlapsIn } from './overlaps.ts'
import { expectPlan, type RunSettings, runPlan } from './plan-runner.ts'

// Law 1: a parallel run leaves the values and the bytes of a run one by one. Plans are made from a number, so that a
// difference can be made again: HEDDLE_SEED=number HEDDLE_PLANS=1 (or HEDDLE_PROCESS_PLANS=1).
const plans = Number(process.env['HEDDLE_PLANS'] ?? 80)
const processPlans = Number(process.env['HEDDLE_PROCESS_PLANS'] ?? 40)
const firstSeed = Number(process.env['HEDDLE_SEED'] ?? 1)

const inMemory: Ways = { expect: expectPlan, run: runPlan }
const onDisk: Ways = { expect: expectOnDisk, run: runOnDisk }
const concurrencies = [1, 2, 8, 64]
const everySchedule = concurrencies.flatMap((concurrency) =>
  [1, 2, 3].map((schedule) => ({ concurrency, schedule })),
)
const oneByOne: RunSettings = { concurrency: 1, schedule: 1, serial: true }

test(`${plans} random plans give at every concurrency and schedule what they give one by one`, async () => {
  let overlapped = 0
  for (let seed = firstSeed; seed < firstSeed + plans; seed++) {
    const draft = draftPlan(seed)
    for await (const { differs, settings, events } of comparePlan(draft, inMemory, [
      ...everySchedule,
      oneByOne,
    ])) {
      if (differs) assert.fail(`seed ${seed} ${await describeDifference(draft, inMemory, settings)}`)
      if (overlapsIn(events, () => true) > 0) overlapped++
    }
  }
  assert.ok(overlapped >= Math.floor(plans / 10) * 40, `operations overlapped in ${overlapped} runs`)
})

/** By default each plan is run under two of the twelve: processes take real time. */
function settingsOf(seed: number): readonly RunSettings[] {
  if (process.env['HEDDLE_PROCESS_PLANS'] !== undefined) return everySchedule
  return [everySchedule[seed % 12]!, everySchedule[(seed + 7) % 12]!]
}

test(`${processPlans} random plans with processes on a disk give what they give one by one, and true claims overlap`, async (context) => {
  let overlaps = 0
  let processes = 0
  for (let seed = firstSeed; seed < firstSeed + processPlans; seed++) {
    const draft = draftPlan(seed, 'processes')
    for await (const { differs, settings, events } of comparePlan(draft, onDisk, settingsOf(seed))) {
      if (differs) assert.fail(`seed ${seed} ${await describeDifference(draft, onDisk, settings)}`)
      overlaps += overlapsIn(events, ({ operation }) => operation.endsWith('-true'))
      processes += events.filter(
        (event) => event.type === 'operation-started' && event.lane === 'process',
      ).length
    }
  }
  context.diagnostic(`${processes} processes; those with true claims overlapped ${overlaps} times`)
  assert.ok(overlaps >= Math.floor(processPlans / 10), `truly claimed processes overlapped ${overlaps} times`)
})

test('a process that writes what it did not claim is named, and bytes are the same', async () => {
  let lies = 0
  for (let seed = firstSeed; seed < firstSeed + Math.ceil(processPlans / 4); seed++) {
    const draft = draftPlan(seed, 'liars')
    const expected = await expectOnDisk(draft)
    for (const settings of settingsOf(seed)) {
      const { result, report } = await runOnDisk(draft, settings)
      assert.deepEqual(result.files, { ...expected.files }, `seed ${seed} under ${JSON.stringify(settings)}`)
      const liars = report.groups.flatMap(({ operations }) =>
        operations.filter(({ name }) => name.endsWith('-lies')),
      )
      for (const { name, error } of liars) {
        const isNamed =
          error?.code === 'CLAIM_EXCEEDED' ||
          report.diagnostics.some(({ code, message }) => code === 'CLAIM_EXCEEDED' && message.includes(name))
        assert.ok(isNamed, `seed ${seed} under ${JSON.stringify(settings)}: ${name} ${error?.code}`)
        lies++
      }
    }
  }
  assert.ok(lies >= Math.floor(processPlans / 8), `${lies} lies`)
})

test('the plans are of every kind, and end in every way', async () => {
  const seen = new Set<string>()
  for (let seed = firstSeed; seed < firstSeed + 60; seed++) {
    const draft = draftPlan(seed)
    if (draft.groups.some(({ growth }) => growth && growth.either.length > 0)) seen.add('grown')
    const { events } = await runPlan(draft, { concurrency: 8, schedule: 1 })
    for (const event of events) {
      seen.add(event.type)
      if (event.type !== 'operation-settled') continue
      const { kind, status, error } = event.outcome
      seen
        .add(kind)
        .add(status)
        .add(error?.code ?? 'no error')
    }
  }
  const kinds = ['script', 'look', 'outside', 'read', 'write', 'edit', 'list', 'glob', 'grep', 'todo']
  const ends = ['done', 'failed', 'skipped', 'NOT_FOUND', 'NOT_A_FOLDER', 'EDIT_NO_MATCH', 'OPERATION_FAILED']
  for (const each of [...kinds, ...ends, 'grown', 'operation-retried']) assert.ok(seen.has(each), each)
})

/** How many plans it takes at most until the fault is seen. */
const planted: Readonly<Record<PlantedFault, number>> = {
  'no-validation': 100,
  'no-absences': 100,
  'no-listings': 100,
  'orphaned-children': 500,
  'lost-retry-reads': 500,
  'later-writer-shown': 500,
}

for (const [plant, most] of Object.entries(planted) as [PlantedFault, number][]) {
  test(`the plans find it within ${most} when the executor has the fault "${plant}"`, async (context) => {
    const seed = await firstDifference(plant, most)
    assert.ok(seed !== undefined, 'no plan told the difference')
    context.diagnostic(`plan ${seed}`)
  })
}

async function firstDifference(plant: PlantedFault, most: number): Promise<number | undefined> {
  const all = [1, 2, 3].map((schedule) => ({ concurrency: 8, schedule, plant }))
  for (let seed = 1; seed <= most; seed++) if (await differs(draftPlan(seed), inMemory, all)) return seed
  return undefined
}
