import { checkCodes, meaningOf } from '../load/codes.ts'
import { buildingCodes } from './building.ts'
import { checkingCodes } from './checking.ts'
import type { CodeExplanations } from './explanation.ts'
import { mendingCodes } from './mending.ts'
import { runningCodes } from './running.ts'
import { servingCodes } from './serving.ts'

/** Every code of our own, explained; sorted. */
export const coreCodes: CodeExplanations = sorted({
  ...buildingCodes,
  ...mendingCodes,
  ...runningCodes,
  ...servingCodes,
  ...Object.fromEntries(
    checkCodes.map((code) => [code, { means: meaningOf(code)!, ...checkingCodes[code] }] as const),
  ),
})

function sorted(codes: CodeExplanations): CodeExplanations {
  return Object.fromEntries(Object.entries(codes).toSorted(([a], [b]) => (a < b ? -1 : 1)))
}
