import type { DurableStore } from 'heddle'
import type { AgentState, SwarmConflict } from './result.ts'

/** What is known of one agent. */
export interface BoardAgent {
  readonly title: string
  readonly state: AgentState
  readonly branch: string | null
  readonly commit: string | null
  /** All of its work as one commit on the base; null when there is none. */
  readonly squash: string | null
  readonly files: readonly string[]
  /** Its worktree while it has one. */
  readonly worktree: { readonly path: string; readonly admin: string } | null
  /** Where what could not be put on a branch is kept. */
  readonly kept: string | null
}

/** The coordination file: who does what, and where the work is. */
export interface BoardState {
  readonly version: 1
  readonly base: string
  /** What agents share with the project, when the swarm began. */
  readonly shared: Readonly<Record<string, string>>
  readonly agents: Readonly<Record<string, BoardAgent>>
  /** Pairs of agents that changed the same in different ways. */
  readonly conflicts: Readonly<Record<string, SwarmConflict>>
  /** Whether each check passed, by agent and check. */
  readonly checks: Readonly<Record<string, boolean>>
  /** The commit with all that was put together. */
  readonly result: { readonly branch: string; readonly commit: string } | null
  /** Worktrees without an agent. */
  readonly others: readonly { readonly path: string; readonly admin: string }[]
}

/** The coordination file of one swarm, durable at each change. */
export interface Board {
  read(): Promise<BoardState>
  update(change: (state: BoardState) => BoardState): Promise<void>
  /** Changes what is known of one agent. */
  set(agent: string, known: Partial<BoardAgent>): Promise<void>
}

export const nobody: BoardAgent = {
  title: '',
  state: 'waiting',
  branch: null,
  commit: null,
  squash: null,
  files: [],
  worktree: null,
  kept: null,
}

/** A coordination file on which nothing stands yet. */
export const empty: BoardState = {
  version: 1,
  base: '',
  shared: {},
  agents: {},
  conflicts: {},
  checks: {},
  result: null,
  others: [],
}

/** What an agent has to give that came to a good end. */
export function workOf(
  { agents }: BoardState,
  agent: string,
): (BoardAgent & { readonly commit: string; readonly squash: string }) | undefined {
  const { state, commit, squash } = agents[agent] ?? nobody
  return state === 'done' && commit !== null && squash !== null
    ? { ...agents[agent]!, commit, squash }
    : undefined
}

/** It is in no conflict, and no check says anything against it. */
export function isClean({ conflicts, checks }: BoardState, agent: string): boolean {
  return (
    !Object.values(conflicts).some(({ agents }) => agents.includes(agent)) &&
    !Object.entries(checks).some(([check, isPassed]) => !isPassed && check.startsWith(`${agent} `))
  )
}

/** Opens coordination files by the id of their swarm; each is one object, whoever asks for it. */
export function createBoards(store: DurableStore): (id: string) => Board {
  const boards = new Map<string, Board>()
  return (id) => {
    const board = boards.get(id) ?? createBoard(store, `${id}.json`)
    boards.set(id, board)
    return board
  }
}

function createBoard(store: DurableStore, name: string): Board {
  let state: BoardState | undefined
  let last: Promise<unknown> = Promise.resolve()

  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = last.then(work, work)
    last = turn.catch(() => undefined)
    return turn
  }

  async function load(): Promise<BoardState> {
    return (state ??= readState(await store.read(name)))
  }

  async function update(change: (state: BoardState) => BoardState): Promise<void> {
    await inTurn(async () => {
      const next = change(await load())
      await store.write(name, `${JSON.stringify(next, null, 2)}\n`)
      state = next
    })
  }

  return {
    read: () => inTurn(load),
    update,
    set: (agent, known) =>
      update((state) => ({
        ...state,
        agents: { ...state.agents, [agent]: { ...(state.agents[agent] ?? nobody), ...known } },
      })),
  }
}

/** What cannot be read is as good as not there: the branches are. */
function readState(text: string | undefined): BoardState {
  try {
    const value = JSON.parse(text ?? '') as BoardState
    return value.version === 1 ? { ...empty, ...value } : empty
  } catch {
    return empty
  }
}
