import type { TestContext } from 'node:test'

const isSoak = process.env['HEDDLE_SOAK'] === '1'

/** How often: a few times in every run, `soak` times behind `npm run test:soak`. */
export function rounds(quick: number, soak: number): number {
  return isSoak ? soak : quick
}

/** The seed of a row: fixed in every run, fresh in a soak, and printed there so that it can be fixed again. */
export function seedOf(context: TestContext): number {
  const seed = Number(process.env['HEDDLE_SEED'] ?? (isSoak ? Date.now() % 2 ** 31 : 20_261_123))
  context.diagnostic(`HEDDLE_SEED=${seed}`)
  return seed
}

/** What a row of the threat table gives to print, with the number that was really run. */
export function publish(context: TestContext, line: string): void {
  context.diagnostic(`publish: ${line}`)
}
