import { defineOperation, type OperationKind } from 'heddle'
import { type BoardAgent, nobody } from './board.ts'
import { type Crew, takeOver, tidy } from './crew.ts'
import { claimOf, placeSchema, type SwarmPlace } from './place.ts'
import { sharedState } from './repository.ts'
import { resultName } from './tasks.ts'

/** What was found when the swarm ended. */
export interface EndOutput {
  readonly removed: number
  readonly kept: readonly { readonly agent: string; readonly folder: string; readonly why: string }[]
  /** What agents share with the project, and was changed while they ran. */
  readonly changed: readonly string[]
  /** Where the work of each agent is, also of those that nobody saw end. */
  readonly saved: Readonly<Record<string, Pick<BoardAgent, 'branch' | 'commit' | 'files'>>>
}

interface EndInput {
  readonly place: SwarmPlace
  readonly agents: readonly string[]
}

/** The kind of operation that ends a swarm. */
export function createEndKind(crew: Crew): OperationKind<EndInput, EndOutput> {
  return defineOperation<EndInput, EndOutput>({
    kind: 'swarm-end',
    description: 'Removes all worktrees of a swarm, and looks what agents have changed beside them',
    lane: 'io',
    effects: 'external',
    idempotent: true,
    deadlineMs: 600_000,
    input: (z) => z.strictObject({ place: placeSchema(z), agents: z.array(z.string()) }),
    output: (z) =>
      z.strictObject({
        removed: z.number(),
        kept: z.array(z.strictObject({ agent: z.string(), folder: z.string(), why: z.string() })),
        changed: z.array(z.string()),
        saved: z.record(
          z.string(),
          z.strictObject({
            branch: z.string().nullable(),
            commit: z.string().nullable(),
            files: z.array(z.string()),
          }),
        ),
      }),
    claims: ({ place, agents }) => ({
      reads: [...agents, resultName].map((agent) => claimOf(place, agent)),
      writes: [claimOf(place, 'end')],
    }),
    async run({ place, agents }) {
      await takeOver(crew, place)
      const { shared } = await crew.board(place.id).read()
      const now = await sharedState(place.repository)
      const names = new Set([...Object.keys(shared), ...Object.keys(now)])
      const changed = [...names].filter((name) => shared[name] !== now[name]).toSorted()
      const tidied = await tidy(crew, place)
      const after = await crew.board(place.id).read()
      const saved = Object.fromEntries(
        agents.map((agent) => {
          const { branch, commit, files } = after.agents[agent] ?? nobody
          return [agent, { branch, commit, files }]
        }),
      )
      return { ...tidied, changed, saved }
    },
  })
}
