import { type BashOutput, bash, type Operation, type Outcome } from 'heddle'

/** The agent that builds, as a program with its words; one of them holds `{context}`, in whose place the whole context stands. */
export interface FeatureAgent {
  readonly program: string
  readonly arguments: readonly string[]
  readonly minutes: number
}

const name = 'agent'
/** A system takes no longer single word. */
const longestWord = 120_000

/** Runs the agent in the project, after everything has been looked at. A context that no program takes as a word is said in its place. */
export function runAgent({ program, arguments: words, minutes }: FeatureAgent, context: string): Operation {
  const text =
    context.length > longestWord
      ? 'The context is too long for one word. Run: heddle run feature … --format json, and read groups[0].synthesis.context.text.'
      : context
  return bash(
    { program, arguments: words.map((word) => word.replaceAll('{context}', () => text)) },
    { name, deadlineMs: minutes * 60_000 },
  )
}

/** What became of the agent; null when there was none. */
export function agentOf(outcomes: readonly Outcome[]): { status: string; code: number | null } | null {
  const outcome = outcomes.find((one) => one.kind === 'bash' && one.name === name)
  return outcome
    ? { status: outcome.status, code: (outcome.output as BashOutput | null)?.code ?? null }
    : null
}
