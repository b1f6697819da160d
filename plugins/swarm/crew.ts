import { readdir, rmdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { HeddleError } from 'heddle'
import { askGit, git } from './git.ts'
import type { Board, BoardAgent } from './board.ts'
import { claim, ownerOf, release } from './owner.ts'
import { branchOf, ownerFileOf, type SwarmPlace, worktreeOf, worktreesOf } from './place.ts'
import { resultName } from './tasks.ts'
import { addWorktree, removeWorktree, setAside, snapshot, type Worktree } from './worktree.ts'

/** What all operations of a swarm share. */
export interface Crew {
  board(id: string): Board
  /** Swarms that this process works on. */
  readonly active: Map<string, SwarmPlace>
  /** Git keeps one list of worktrees and one of branches: one change at a time. */
  inTurn<T>(work: () => Promise<T>): Promise<T>
}

/** A crew with nothing to do. */
export function createCrew(board: (id: string) => Board): Crew {
  let last: Promise<unknown> = Promise.resolve()
  return {
    board,
    active: new Map(),
    inTurn(work) {
      const turn = last.then(work, work)
      last = turn.catch(() => undefined)
      return turn
    },
  }
}

/** Takes the swarm for this process; rejects with `swarm/busy` while another one works on it. */
export async function takeOver(crew: Crew, place: SwarmPlace): Promise<void> {
  const file = ownerFileOf(place)
  if (!(await claim(file))) {
    throw new HeddleError({
      code: 'swarm/busy',
      severity: 'error',
      message: `Another process (${await ownerOf(file)}) works on the same tasks from the same commit.`,
      hint: 'Wait until it has ended.',
    })
  }
  crew.active.set(place.id, place)
}

/** A worktree for an agent on a branch of its own that nobody has had before. */
export async function openWorktree(
  crew: Crew,
  place: SwarmPlace,
  agent: string,
): Promise<Worktree & { branch: string }> {
  const { repository } = place
  return crew.inTurn(async () => {
    const branch = await freeBranch(place, agent)
    const worktree = await addWorktree(repository, worktreeOf(place, agent), { at: repository.base, branch })
    await crew
      .board(place.id)
      .set(agent, { state: 'running', branch, worktree, commit: null, squash: null, files: [], kept: null })
    return { ...worktree, branch }
  })
}

/** A branch of the swarm that does not exist yet. */
export async function freeBranch(place: SwarmPlace, agent: string): Promise<string> {
  const first = branchOf(place, agent)
  for (let more = 1; ; more++) {
    const branch = more === 1 ? first : `${first}-${more}`
    const words = ['show-ref', '--verify', '--quiet', `refs/heads/${branch}`]
    if ((await askGit({ cwd: place.repository.folder }, words)).code !== 0) return branch
  }
}

/** Puts what an agent has left on its branch and says so on the board; a branch that would hold nothing is not kept. */
export async function saveWork(
  crew: Crew,
  place: SwarmPlace,
  agent: string,
): Promise<Pick<BoardAgent, 'branch' | 'commit' | 'squash' | 'files'> & { nested: readonly string[] }> {
  const { repository, id } = place
  const { worktree, branch, title } = (await crew.board(id).read()).agents[agent]!
  return crew.inTurn(async () => {
    const message = `${agent}: ${title}`
    const saved = await snapshot(repository, worktree!, { branch: branch!, message })
    const { commit, squash, files, nested } = saved
    const known =
      commit === repository.base
        ? { branch: null, commit: null, squash: null, files }
        : { branch, commit, squash, files }
    if (known.branch === null)
      await git({ cwd: repository.folder }, ['update-ref', '-d', `refs/heads/${branch}`])
    await crew.board(id).set(agent, known)
    return { ...known, nested }
  })
}

/** A worktree of a commit, for checks; the one that is there already, when there is one. */
export async function openForChecks(crew: Crew, place: SwarmPlace, agent: string | null): Promise<void> {
  const { id, repository } = place
  await crew.inTurn(async () => {
    const { agents, result, others } = await crew.board(id).read()
    const path = worktreeOf(place, agent ?? resultName)
    const own = agent === null ? undefined : agents[agent]
    if (own?.worktree ?? others.some((other) => other.path === path)) return
    const at = agent === null ? result?.commit : own?.commit
    if (at == null) throw new Error('There is nothing to check.')
    const worktree = await addWorktree(repository, path, { at })
    await crew.board(id).update((state) => ({ ...state, others: [...state.others, worktree] }))
  })
}

/** What became of the worktrees of a swarm. */
export interface Tidied {
  readonly removed: number
  /** Folders with what could not be put on a branch, and why. */
  readonly kept: readonly { readonly agent: string; readonly folder: string; readonly why: string }[]
}

/**
 * Ends a swarm: what an agent has left that nobody saved is put on its branch, then its worktree is removed. What cannot be put
 * on a branch is moved to where nobody removes it.
 */
export async function tidy(crew: Crew, place: SwarmPlace): Promise<Tidied> {
  const { id, repository } = place
  const board = crew.board(id)
  const { agents, others } = await board.read()
  const kept: { agent: string; folder: string; why: string }[] = []
  let removed = 0
  for (const [agent, { worktree, state }] of Object.entries(agents)) {
    if (!worktree) continue
    try {
      if (state === 'running') await saveWork(crew, place, agent)
      await crew.inTurn(() => removeWorktree(repository, worktree))
      removed++
    } catch (thrown) {
      const folder = await crew.inTurn(() => setAside(repository, worktree))
      await board.set(agent, { kept: folder })
      kept.push({ agent, folder, why: (thrown as Error).message })
    }
    await board.set(agent, { worktree: null, ...(state === 'running' && { state: 'interrupted' }) })
  }
  for (const other of others) {
    await crew.inTurn(() => removeWorktree(repository, other))
    removed++
  }
  await board.update((state) => ({ ...state, others: [] }))
  return { removed, kept }
}

/** The same for swarms of the same project whose process has died. */
export async function tidyDead(crew: Crew, { id, repository }: SwarmPlace): Promise<void> {
  const names = await readdir(worktreesOf(repository)).catch(() => [])
  for (const name of names) {
    const other = /^([0-9a-f]{10})\.owner$/.exec(name)?.[1]
    if (other === undefined || other === id) continue
    const { base } = await crew.board(other).read()
    const place = { id: other, repository: { ...repository, base } }
    if (base === '' || !(await claim(ownerFileOf(place)))) continue
    await tidy(crew, place)
    await letGo(crew, place)
  }
}

/** Lets others work on the swarm. */
export async function letGo(crew: Crew, place: SwarmPlace): Promise<void> {
  crew.active.delete(place.id)
  await release(ownerFileOf(place))
  // Empty now, or what was set aside lies beside it.
  await rmdir(dirname(worktreeOf(place, 'x'))).catch(() => undefined)
}
