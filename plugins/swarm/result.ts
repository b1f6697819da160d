/** How far an agent came. `unchanged`: it ended well and changed nothing. `interrupted`: it was begun and nobody saw it end. */
export type AgentState =
  | 'waiting'
  | 'running'
  | 'done'
  | 'unchanged'
  | 'failed'
  | 'timed-out'
  | 'interrupted'
  | 'skipped'

/** An agent, and where its work is kept. */
export interface Agent {
  readonly name: string
  readonly state: AgentState
  /** The branch that holds all of its work; null when there is none. */
  readonly branch: string | null
  readonly commit: string | null
  /** What it changed, relative to the root of the repository. */
  readonly files: readonly string[]
}

/** Two agents, or an agent and all before it, that changed the same in different ways. */
export interface SwarmConflict {
  readonly agents: readonly string[]
  readonly paths: readonly string[]
}

/** A check of the project in the worktree of one agent, or where everything is put together (`agent: null`). */
export interface SwarmGate {
  readonly agent: string | null
  readonly check: string
  readonly status: 'passed' | 'failed' | 'skipped'
}

/** What an agent took. Null where this machine does not tell. */
export interface ResourceUsage {
  readonly agent: string
  readonly wallMs: number
  readonly cpuMs: number | null
  readonly peakMemoryBytes: number | null
  readonly outputBytes: number
  /** Processes that it left behind, and that were ended. */
  readonly leftBehind: number
}

/** How several agents worked side by side. */
export interface SwarmCoordination {
  /** What a person reads first. */
  readonly summary: readonly string[]
  readonly agentStates: readonly Agent[]
  /** `integrated`: on one branch, all checks passed. `stopped`: nothing was put together. `partial`: some of it was. */
  readonly coordinationStatus: 'integrated' | 'partial' | 'stopped' | 'nothing-to-do'
  /** True when each agent was seen from its start to its end, and every pair of results was tried against each other. */
  readonly parallelMonitoringActive: boolean
  readonly conflicts: readonly SwarmConflict[]
  readonly gates: readonly SwarmGate[]
  readonly resourceUsage: readonly ResourceUsage[]
}
