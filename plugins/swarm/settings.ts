import type { Planning } from 'heddle'

/** What modules say of a swarm. */
export interface SwarmSettings {
  readonly minutes: number
  readonly mostAgents: number
  /** True goes on without what is in the way. */
  readonly goesOn: boolean
  /** What every agent is told besides its task. */
  readonly rules: string
}

/** The settings that modules of the command declare; the first module of each counts. */
export function settingsOf(planning: Planning): SwarmSettings {
  return {
    minutes: numberOf(planning, 'agent-minutes', 30),
    mostAgents: Math.min(32, numberOf(planning, 'most-agents', 8)),
    goesOn: textOf(planning, 'on-trouble') === 'merge-the-rest',
    rules: textOf(planning, 'agent-rules') ?? '',
  }
}

function textOf({ modules }: Planning, name: string): string | null {
  return (
    modules.flatMap(({ parts }) => parts.settings).find((setting) => setting.name === name)?.default ?? null
  )
}

function numberOf(planning: Planning, name: string, otherwise: number): number {
  const value = Number(textOf(planning, name) ?? Number.NaN)
  return value > 0 ? value : otherwise
}
