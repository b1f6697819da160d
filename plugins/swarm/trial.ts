import { defineOperation, type OperationKind } from 'heddle'
import { workOf } from './board.ts'
import type { Crew } from './crew.ts'
import { tryMerge } from './merge.ts'
import { claimOf, placeSchema, type SwarmPlace, worktreesOf } from './place.ts'

/** Two agents whose work is tried against each other. */
export interface TrialInput {
  readonly place: SwarmPlace
  readonly agents: readonly [string, string]
}

/** `isTried`: both had work. */
export interface TrialOutput {
  readonly isTried: boolean
  readonly paths: readonly string[]
}

/** The kind of operation that tries two results against each other. */
export function createTrialKind(crew: Crew): OperationKind<TrialInput, TrialOutput> {
  return defineOperation<TrialInput, TrialOutput>({
    kind: 'swarm-trial',
    description: 'Tries to merge the work of two agents, without merging it',
    lane: 'io',
    effects: 'external',
    idempotent: true,
    deadlineMs: 600_000,
    input: (z) => z.strictObject({ place: placeSchema(z), agents: z.tuple([z.string(), z.string()]) }),
    output: (z) => z.strictObject({ isTried: z.boolean(), paths: z.array(z.string()) }),
    claims: ({ place, agents }) => ({ reads: agents.map((agent) => claimOf(place, agent)), writes: [] }),
    async run({ place, agents }) {
      const board = crew.board(place.id)
      const known = await board.read()
      const [ours, theirs] = agents.map((agent) => workOf(known, agent)?.squash)
      const scratch = `${worktreesOf(place.repository)}/${place.id}/trial-${agents.join('+')}`
      const merged = ours && theirs ? await tryMerge(place.repository, { ours, theirs }, scratch) : undefined
      const paths = !merged || merged.ok ? [] : merged.paths
      await board.update((state) => {
        const { [agents.join('+')]: _, ...conflicts } = state.conflicts
        return {
          ...state,
          conflicts: paths.length > 0 ? { ...conflicts, [agents.join('+')]: { agents, paths } } : conflicts,
        }
      })
      return { isTried: merged !== undefined, paths }
    },
  })
}
