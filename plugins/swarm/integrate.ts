import { defineOperation, type OperationKind } from 'heddle'
import { isClean, workOf } from './board.ts'
import { type Crew, freeBranch } from './crew.ts'
import { git } from './git.ts'
import { tryMerge } from './merge.ts'
import { claimOf, placeSchema, type SwarmPlace, worktreesOf } from './place.ts'
import type { SwarmConflict } from './result.ts'
import { resultName } from './tasks.ts'
import { commitTree } from './worktree.ts'

/** Agents whose work is put together, in this order. */
export interface MergeInput {
  readonly place: SwarmPlace
  readonly agents: readonly string[]
  /** True leaves out what is in a conflict, or failed a check; false then puts nothing together. */
  readonly goesOn: boolean
}

export interface MergeOutput {
  readonly branch: string | null
  readonly commit: string | null
  readonly merged: readonly string[]
  /** What came up only when three or more were put together. */
  readonly conflicts: readonly SwarmConflict[]
}

/** The kind of operation that puts the work of agents together. */
export function createMergeKind(crew: Crew): OperationKind<MergeInput, MergeOutput> {
  return defineOperation<MergeInput, MergeOutput>({
    kind: 'swarm-merge',
    description: 'Puts the work of agents together on a branch of its own',
    lane: 'io',
    effects: 'external',
    idempotent: true,
    deadlineMs: 600_000,
    input: (z) => z.strictObject({ place: placeSchema(z), agents: z.array(z.string()), goesOn: z.boolean() }),
    output: (z) =>
      z.strictObject({
        branch: z.string().nullable(),
        commit: z.string().nullable(),
        merged: z.array(z.string()),
        conflicts: z.array(z.strictObject({ agents: z.array(z.string()), paths: z.array(z.string()) })),
      }),
    claims: ({ place, agents }) => ({
      reads: agents.map((agent) => claimOf(place, agent)),
      writes: [claimOf(place, resultName)],
    }),
    run: (input) => mergeAll(crew, input),
  })
}

async function mergeAll(crew: Crew, { place, agents, goesOn }: MergeInput): Promise<MergeOutput> {
  const { repository, id } = place
  const board = await crew.board(id).read()
  const merged: string[] = []
  const conflicts: SwarmConflict[] = []
  let commit = repository.base
  for (const agent of agents) {
    const work = isClean(board, agent) ? workOf(board, agent) : undefined
    if (!work) continue
    const scratch = `${worktreesOf(repository)}/${id}/merge-${agent}`
    const together = await tryMerge(repository, { ours: commit, theirs: work.squash }, scratch)
    if (!together.ok) {
      conflicts.push({ agents: [...merged, agent], paths: together.paths })
      continue
    }
    const message = `Merge the work of ${agent}\n\n${work.title}`
    commit = await commitTree(repository, { tree: together.tree, parents: [commit, work.commit], message })
    merged.push(agent)
  }
  if (merged.length === 0 || (conflicts.length > 0 && !goesOn))
    return { branch: null, commit: null, merged: [], conflicts }
  const branch = await crew.inTurn(async () => {
    const free = await freeBranch(place, resultName)
    await git({ cwd: repository.folder }, ['update-ref', `refs/heads/${free}`, commit, ''])
    return free
  })
  await crew.board(id).update((state) => ({ ...state, result: { branch, commit } }))
  return { branch, commit, merged, conflicts }
}
