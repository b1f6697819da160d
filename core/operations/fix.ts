import { defineOperation, type Operation } from '../run/operation.ts'
import {
  bytesOf,
  type CommandInput,
  type CommandOutput,
  commandFields,
  failureOf,
  namedWrongly,
  namesOne,
  outputFields,
  outputOf,
  spawnOf,
} from './command.ts'
import { asOperation, type OperationOptions } from './operation-options.ts'

export interface FixInput {
  /** In the order that counts. */
  readonly commands: readonly (string | CommandInput)[]
  /** You vouch that each command treats every file by itself, and every line by the lines beside it alone. */
  readonly merge: 'three-way'
}

export interface FixedCommand extends CommandOutput {
  /** Paths for which it had to run again, on what the commands before it had left. */
  readonly conflicts: readonly string[]
}

export interface FixOutput {
  readonly commands: readonly FixedCommand[]
}

/**
 * Runs fixers side by side, with the bytes that one after the other would give: each on an overlay of its own, their changes merged
 * three-way in the order given. Where two change the same lines, the later runs again on what the earlier has left. That holds
 * for fixers that treat every file by itself and every line by its neighbours alone: whoever writes `merge: 'three-way'` vouches for it.
 */
export function fix(
  commands: FixInput['commands'],
  options: OperationOptions & Pick<FixInput, 'merge'>,
): Operation {
  const { merge, ...rest } = options
  return asOperation('fix', { commands, merge }, rest)
}

/**
 * The kind behind `fix`. Fails with COMMAND_FAILED when one of the commands does, and leaves nothing then; with
 * ISOLATION_UNAVAILABLE where no overlays are to be had.
 */
export const fixKind = defineOperation<FixInput, FixOutput>({
  kind: 'fix',
  description: 'Runs fixers side by side and merges what they change',
  lane: 'process',
  effects: 'workspace',
  untraced: true,
  // What it does is the operation's alone, and goes with it.
  idempotent: true,
  deadlineMs: 600_000,
  input(z) {
    const command = z.strictObject(commandFields(z)).refine(namesOne, namedWrongly)
    return z.strictObject({
      commands: z.array(z.union([z.string().min(1), command])).min(1),
      merge: z.literal('three-way'),
    })
  },
  output: (z) =>
    z.strictObject({
      commands: z.array(z.strictObject({ ...outputFields(z), conflicts: z.array(z.string()) })),
    }),
  async run({ commands }, context) {
    const results = await context.spawnTogether(commands.map((given) => spawnOf(asCommand(given))))
    return { commands: results.map((result) => ({ ...outputOf(result), conflicts: result.conflicts })) }
  },
  quality(_, { commands }) {
    const bytes = commands.reduce((sum, output) => sum + bytesOf(output), 0)
    return { expected: bytes, analysed: bytes, truncated: false }
  },
  failure({ commands }) {
    for (const [index, output] of commands.entries()) {
      const failed = failureOf(output, `Command ${index + 1} of ${commands.length}`)
      if (failed) return failed
    }
    return undefined
  },
})

function asCommand(given: string | CommandInput): CommandInput {
  return typeof given === 'string' ? { command: given } : given
}
