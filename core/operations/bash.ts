import type { Isolation } from '../base/namespace.ts'
import { defineOperation, type Operation, type OperationKind } from '../run/operation.ts'
import {
  bytesOf,
  type CommandInput,
  type CommandOutput,
  commandFields,
  failureOf,
  isolations,
  namedWrongly,
  namesOne,
  outputFields,
  outputOf,
  spawnOf,
} from './command.ts'
import { asOperation, type OperationOptions } from './operation-options.ts'

export type { BashText } from './command.ts'

export interface BashInput extends CommandInput {
  /**
   * What holds it: `none` a process group; `namespace` a PID namespace, so that nothing is left of it afterwards; `overlay` that and
   * an overlay, so that what it writes is the operation's, and nothing of it is on the disk before the run is committed; scratch
   * and what git ignores is. ISOLATION_UNAVAILABLE where that is not to be had.
   */
  readonly isolation?: Isolation | undefined
}

export type BashOutput = CommandOutput

export interface BashOptions extends OperationOptions {
  readonly isolation?: Isolation
}

/** Runs a command line in a shell, or a program without one. Say what it touches with `claims`, or it runs alone. */
export function bash(input: string | BashInput, options: BashOptions = {}): Operation {
  const { isolation, ...rest } = options
  const given = typeof input === 'string' ? { command: input } : input
  return asOperation('bash', isolation === undefined ? given : { ...given, isolation }, rest)
}

/**
 * The kind behind `bash`, with the isolation of those that name none. Fails with COMMAND_FAILED, its output kept, when the command
 * ends with a code other than 0.
 */
export function createBashKind(preferred?: Isolation): OperationKind<BashInput, BashOutput> {
  return defineOperation<BashInput, BashOutput>({
    kind: 'bash',
    tool: 'Bash',
    description: 'Runs a command line, or a program without a shell',
    lane: 'process',
    effects: 'external',
    effectsOf: ({ isolation = preferred }) => (isolation === 'overlay' ? 'workspace' : 'external'),
    untraced: true,
    idempotent: false,
    deadlineMs: 600_000,
    input: (z) =>
      z
        .strictObject({ ...commandFields(z), isolation: z.enum(isolations).optional() })
        .refine(namesOne, namedWrongly),
    output: (z) => z.strictObject(outputFields(z)),
    async run({ isolation = overlayOnly(preferred), ...command }, context) {
      return outputOf(await context.spawn({ ...spawnOf(command), ...(isolation && { isolation }) }))
    },
    quality(_, output) {
      const bytes = bytesOf(output)
      return { expected: bytes, analysed: bytes, truncated: false }
    },
    failure: (output) => failureOf(output),
  })
}

/** What else is preferred holds programs of every kind, and gives way where it is not to be had. */
function overlayOnly(preferred: Isolation | undefined): Isolation | undefined {
  return preferred === 'overlay' ? preferred : undefined
}

/** The kind behind `bash` where nothing is preferred. */
export const bashKind = createBashKind()
