import { type BashOutput, defineOperation, HeddleError, type OperationKind } from 'heddle'

/** What `try` runs: a program with its words. */
export interface TryInput {
  readonly program: string
  readonly arguments?: readonly string[] | undefined
  readonly cwd?: string | undefined
  readonly env?: Readonly<Record<string, string>> | undefined
  readonly isolation?: BashOutput['isolation'] | undefined
}

/** Runs a program whose exit code is an answer: it fails only when it could not be run, or not to its end. */
export const tryKind: OperationKind<TryInput, BashOutput> = defineOperation<TryInput, BashOutput>({
  kind: 'try',
  description: 'Runs a program whose exit code is an answer, not a failure',
  lane: 'process',
  effects: 'external',
  effectsOf: ({ isolation }) => (isolation === 'overlay' ? 'workspace' : 'external'),
  untraced: true,
  idempotent: false,
  input: (z) =>
    z.strictObject({
      program: z.string().min(1),
      arguments: z.array(z.string()).optional(),
      cwd: z.string().optional(),
      env: z.record(z.string(), z.string()).optional(),
      isolation: z.enum(['none', 'namespace', 'overlay']).optional(),
    }),
  output: (z) =>
    z.custom<BashOutput>((value) => value !== null && typeof value === 'object' && 'ended' in value),
  async run({ cwd = '.', isolation, env, ...command }, context) {
    const result = await context.spawn({
      program: command.program,
      arguments: command.arguments ?? [],
      cwd,
      ...(env && { env }),
      ...(isolation && { isolation }),
    })
    const { code, signal, ended, stored } = result
    const { stdout = result.stdout, stderr = result.stderr } = stored ?? {}
    return { code, signal, ended, stdout, stderr, isolation: result.isolation }
  },
  failure: ({ code, signal }) =>
    code !== null
      ? undefined
      : {
          code: 'COMMAND_FAILED',
          severity: 'error',
          message: `The command was ended by ${signal ?? 'a signal'}.`,
          hint: 'Read its output.',
        },
})

/** What is wrong with a step, found when its values were there. */
export interface RefuseInput {
  readonly code: string
  readonly message: string
  readonly hint: string
}

/** Fails with the reason why a step could not be done. */
export const refuseKind: OperationKind<RefuseInput, null> = defineOperation<RefuseInput, null>({
  kind: 'chain-refuse',
  description: 'Says why a step of a workflow could not be done',
  lane: 'io',
  effects: 'none',
  idempotent: true,
  input: (z) => z.strictObject({ code: z.string(), message: z.string(), hint: z.string() }),
  output: (z) => z.null(),
  claims: () => ({ reads: [], writes: [] }),
  run({ code, message, hint }) {
    throw new HeddleError({ code, severity: 'error', message, hint })
  },
})
