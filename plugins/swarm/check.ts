import { type BashOutput, defineOperation, type Diagnostic, type OperationKind } from 'heddle'
import { type Crew, openForChecks, takeOver } from './crew.ts'
import { claimOf, placeSchema, projectIn, type SwarmPlace } from './place.ts'
import { resultName } from './tasks.ts'

/** A command of the project, in the worktree of an agent or where everything is put together (`agent: null`). */
export interface CheckInput {
  readonly place: SwarmPlace
  readonly agent: string | null
  readonly command: string
  readonly programFolders: readonly string[]
}

export type CheckOutput = Pick<BashOutput, 'code' | 'signal' | 'stdout' | 'stderr' | 'ended'>

/** The kind of operation that runs a check of the project in a worktree. */
export function createCheckKind(crew: Crew): OperationKind<CheckInput, CheckOutput> {
  return defineOperation<CheckInput, CheckOutput>({
    kind: 'swarm-check',
    description:
      'Runs a check of the project where an agent has worked, or where everything was put together',
    lane: 'process',
    effects: 'external',
    idempotent: false,
    input: (z) =>
      z.strictObject({
        place: placeSchema(z),
        agent: z.string().nullable(),
        command: z.string().min(1),
        programFolders: z.array(z.string()),
      }),
    output: (z) =>
      z.custom<CheckOutput>((value) => value !== null && typeof value === 'object' && 'ended' in value),
    claims: ({ place, agent }) => ({ reads: [claimOf(place, agent ?? resultName)], writes: [] }),
    async run({ place, agent, command, programFolders }, context) {
      await takeOver(crew, place)
      await openForChecks(crew, place, agent)
      const path = [...programFolders, process.env['PATH'] ?? ''].join(':')
      const result = await context.spawn({
        program: command,
        shell: true,
        cwd: projectIn(place, agent ?? resultName),
        env: { PATH: path },
      })
      const { code, signal, ended, stored } = result
      const { stdout = result.stdout, stderr = result.stderr } = stored ?? {}
      const check = `${agent ?? resultName} ${command}`
      await crew
        .board(place.id)
        .update((state) => ({ ...state, checks: { ...state.checks, [check]: code === 0 } }))
      return { code, signal, ended, stdout, stderr }
    },
    failure: ({ code, signal }) => (code === 0 ? undefined : checkFailed(code, signal)),
  })
}

function checkFailed(code: number | null, signal: string | null): Diagnostic {
  return {
    code: 'swarm/check-failed',
    severity: 'error',
    message:
      code === null
        ? `The check was ended by ${signal ?? 'a signal'}.`
        : `The check ended with code ${code}.`,
    hint: 'Read its output.',
  }
}
