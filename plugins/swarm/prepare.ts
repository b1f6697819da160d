import { defineOperation, type OperationKind } from 'heddle'
import { empty, nobody } from './board.ts'
import { type Crew, takeOver, tidy, tidyDead } from './crew.ts'
import { placeSchema, type SwarmPlace } from './place.ts'
import { sharedState } from './repository.ts'

/** Names of agents, each with what it is asked. */
export interface PrepareInput {
  readonly place: SwarmPlace
  readonly agents: Readonly<Record<string, string>>
}

/** The kind of operation that begins a swarm. */
export function createPrepareKind(crew: Crew): OperationKind<PrepareInput, { readonly agents: number }> {
  return defineOperation<PrepareInput, { readonly agents: number }>({
    kind: 'swarm-prepare',
    description: 'Begins the coordination file of a swarm, and notes what agents share with the project',
    lane: 'io',
    effects: 'external',
    idempotent: true,
    deadlineMs: 600_000,
    input: (z) => z.strictObject({ place: placeSchema(z), agents: z.record(z.string(), z.string()) }),
    output: (z) => z.strictObject({ agents: z.number() }),
    claims: () => ({ reads: [], writes: [] }),
    async run({ place, agents }) {
      await takeOver(crew, place)
      const board = crew.board(place.id)
      // What earlier swarms have left is put in order first.
      await tidy(crew, place)
      await tidyDead(crew, place)
      const shared = await sharedState(place.repository)
      const waiting = Object.entries(agents).map(([name, title]) => [name, { ...nobody, title }] as const)
      const { base } = place.repository
      await board.update(() => ({ ...empty, base, shared, agents: Object.fromEntries(waiting) }))
      return { agents: waiting.length }
    },
  })
}
