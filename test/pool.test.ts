import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createAdaptiveLimit } from '../core/base/adaptive-limit.ts'
import { begin, end, newPool, placesIn, type PoolState } from '../core/base/pool-size.ts'
import { simulateAdaptive, simulateBestFixed, type Store } from './simulated-store.ts'

/** A store that is as fast as it can be up to `capacity` reads at once, and slower the more there are. */
function collapsing(capacity: number, ms: number, power = 1.5): Store {
  return (inFlight) => ms * Math.max(1, inFlight / capacity) ** power
}

/** Times between half and one and a half of what they would be, from a fixed seed. */
function uneven(store: Store): Store {
  let state = 1
  return (inFlight, now) => {
    state = (Math.imul(state, 48_271) >>> 0) % 2_147_483_647
    return store(inFlight, now)! * (0.5 + state / 2_147_483_647)
  }
}

const stores: Readonly<Record<string, Store>> = {
  'takes 20 ms and gets slower beyond 32 at once': collapsing(32, 20),
  'takes 20 ms and gets slower beyond 40 at once': collapsing(40, 20),
  'takes 20 ms and gets much slower beyond 32 at once': collapsing(32, 20, 2),
  'serves 32 and lets the others wait': collapsing(32, 20, 1),
  'takes 1 ms and gets slower beyond 32 at once': collapsing(32, 1),
  'takes 10 to 30 ms and gets slower beyond 32 at once': uneven(collapsing(32, 20)),
  'refuses more than 40 at once': (inFlight) => (inFlight > 40 ? undefined : 20),
}

for (const [name, store] of Object.entries(stores)) {
  test(`1 000 reads of a store that ${name} take at most 1.15 of the best fixed pool`, async () => {
    const ideal = await simulateBestFixed(store, { reads: 1_000 })
    const ours = await simulateAdaptive(store, { reads: 1_000 })
    assert.ok(ours.ms <= ideal.ms * 1.15, `${ours.ms} of ${ideal.ms} with ${ideal.size} places`)
  })
}

test('a store without bounds: the start costs a few reads, and nothing when there is more to do than reading', async () => {
  const making = { reads: 1_000, makingMs: 0.15 }
  const fast = await simulateAdaptive(() => 1, making)
  assert.ok(fast.ms <= (await simulateBestFixed(() => 1, making)).ms * 1.15)
  const slow = await simulateAdaptive(() => 20, { reads: 1_000 })
  // 16, 32, 64, 128 and then 256 at once, each in 20 ms.
  assert.equal(slow.ms, 140)
  assert.equal(slow.most, 256)
})

test('a pool follows a store that becomes weaker, and one that becomes stronger', async () => {
  const turning = (before: number, after: number): Store => {
    const [first, second] = [collapsing(before, 20), collapsing(after, 20)]
    return (inFlight, now) => (now < 1_000 ? first : second)(inFlight, now)
  }
  for (const [before, after] of [
    [64, 16],
    [16, 64],
    [16, 200],
    [8, 32],
  ] as const) {
    // 1 000 ms of the first store, and as many again as it takes the second.
    const reads = 50 * before + 400 * after
    const { ms } = await simulateAdaptive(turning(before, after), { reads })
    const ideal = 1_000 + 400 * 20
    console.log(ms / ideal)
    assert.ok(ms <= ideal * 1.2, `${ms} of ${ideal}`)
  }
})

test('a pool has 1 to 256 places, whatever happens', () => {
  const step = fc.record({ begins: fc.boolean(), old: fc.boolean(), refused: fc.boolean(), ms: fc.nat(500) })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 2_000, size: 'max' }), (steps) => {
      let state: PoolState = newPool
      let at = 0
      for (const { begins, old, refused, ms } of steps) {
        at += ms / 10
        if (begins) state = begin(state, at)
        else state = end(state, { epoch: state.epoch - Number(old), at, ms, isRefused: refused && ms < 5 })
        assert.ok(state.size >= 1 && state.size <= 256 && Number.isInteger(state.size))
        assert.ok(placesIn(state) >= 1 && placesIn(state) <= state.size)
      }
    }),
    { numRuns: 300 },
  )
})

test('a refused task runs again when fewer are under way; one that is refused alone is told', async () => {
  let open = 0
  const busy = Object.assign(new Error('too many open files'), { code: 'EMFILE' })
  const { run } = createAdaptiveLimit({ now: () => 0, isRefusal: (thrown) => thrown === busy })
  const read = async (index: number): Promise<number> => {
    if (open >= 3) throw busy
    open++
    await new Promise((resolve) => setImmediate(resolve))
    open--
    return index
  }
  const numbers = Array.from({ length: 100 }, (_, index) => index)
  assert.deepEqual(await Promise.all(numbers.map((index) => run(() => read(index)))), numbers)
  open = 3
  await assert.rejects(
    run(() => read(0)),
    busy,
  )
  await assert.rejects(
    run(() => Promise.reject(new Error('another fault'))),
    /another fault/,
  )
})
