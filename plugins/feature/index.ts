import { definePlugin, type Schema } from 'heddle'

export type { FeatureResult } from './result.ts'

/** Options of the plugin `feature`. */
export interface FeatureOptions {
  /** The agent that builds: a program and its words, one of them holding `{context}`. None runs when left out. */
  readonly agent: readonly string[]
  /** How long the agent may take. */
  readonly minutes: number
}

const options: Schema<FeatureOptions> = (z) =>
  z.strictObject({
    agent: z
      .array(z.string().min(1))
      .refine((words) => words.length === 0 || words.slice(1).some((word) => word.includes('{context}')), {
        message: 'one word after the program must hold {context}',
      })
      .default([]),
    minutes: z.number().positive().max(1440).default(60),
  })

/** Implements the pattern `feature`: requirements, criteria, open questions and what a feature touches; then the agent, where one is configured. */
export const feature = definePlugin<FeatureOptions>({
  name: 'feature',
  codes: async () => (await import('./codes.ts')).codes,
  description:
    'A feature before it is built: requirements, acceptance criteria, open questions, what it touches, its context',
  options,
  apply(hooks, context) {
    hooks.plan.for('feature').tap('feature', async (planning) => {
      const [{ planFeature }, { agent, minutes }] = await Promise.all([
        import('./plan.ts'),
        context.options(),
      ])
      const [program, ...words] = agent
      return planFeature(planning, program === undefined ? null : { program, arguments: words, minutes })
    })
  },
})
