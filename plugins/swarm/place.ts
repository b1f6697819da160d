import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { Schema } from 'heddle'
import type { Repository } from './repository.ts'

/** A swarm by what it is made of: the same tasks from the same commit are the same swarm, so that a run can go on with it. */
export interface SwarmPlace {
  readonly id: string
  readonly repository: Repository
}

/** The schema of a place, for operations that are told one. */
export const placeSchema: Schema<SwarmPlace> = (z) =>
  z.strictObject({
    id: z.string().regex(/^[0-9a-f]{10}$/),
    repository: z.strictObject({
      folder: z.string(),
      base: z.string(),
      date: z.string(),
      prefix: z.string(),
      shared: z.string(),
    }),
  })

/** The name of a swarm. */
export function idOf(parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 10)
}

/** The absolute folder of all worktrees of all swarms of a project: in our own state, which is no part of the project. */
export function worktreesOf({ folder }: Repository): string {
  return join(folder, '.heddle', 'state', 'swarm-worktrees')
}

/** The absolute folder of the worktree of an agent. */
export function worktreeOf({ id, repository }: SwarmPlace, agent: string): string {
  return join(worktreesOf(repository), id, agent)
}

/** Where it says who works on a swarm. */
export function ownerFileOf({ id, repository }: SwarmPlace): string {
  return join(worktreesOf(repository), `${id}.owner`)
}

/** The branch of an agent. */
export function branchOf({ id }: SwarmPlace, agent: string): string {
  return `heddle/swarm/${id}/${agent}`
}

/** What an operation touches that reads or writes the work of these agents: so that what was made of it is made anew with it. */
export function claimOf({ id }: SwarmPlace, agent: string): string {
  return `.heddle/state/swarm-worktrees/${id}/${agent}/**`
}

/** The folder of the project in a worktree, relative to the root of the project. */
export function projectIn({ id, repository }: SwarmPlace, agent: string): string {
  return `.heddle/state/swarm-worktrees/${id}/${agent}/${repository.prefix}`.replace(/\/$/, '')
}
