import { definePlugin } from 'heddle'
import { optionsSchema, type ValidationOptions } from './options.ts'
import { reportsKind } from './reports.ts'

export { toSarif } from './sarif.ts'
export type { ConfiguredCheck, ValidationOptions } from './options.ts'

export type {
  Check,
  CheckStatus,
  CoverageVerdict,
  Family,
  Recommendation,
  Summary,
  ToolFinding,
  ValidationResult,
} from './result.ts'

/** Implements the pattern `validation`: runs the project's own tests, linters, type checks and security checks at once. */
export const validation = definePlugin<ValidationOptions>({
  name: 'validation',
  description: "The project's own checks in four families, found in its manifests and run at once as gates",
  codes: async () => (await import('./codes.ts')).codes,
  options: optionsSchema,
  apply(hooks, context) {
    hooks.operation.for(reportsKind.kind).tap('validation', () => reportsKind)
    hooks.plan.for('validation').tap('validation', async (planning) => {
      const { planValidation } = await import('./plan.ts')
      return planValidation(planning, await context.options())
    })
  },
})
