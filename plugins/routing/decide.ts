import type { Capability } from './capabilities.ts'
import { complexityOf, type RequestFeatures } from './features.ts'
import type { RoutingDecision } from './result.ts'
import { type Evidence, type Score, scoreAll } from './score.ts'

/** Fewer points are no evidence: somebody is asked instead. */
const least = 1.5
const shownAlternatives = 3

/** The command for a request: the one for which most speaks. The same evidence always gives the same decision. */
export function decide(evidence: Evidence, isComplete: boolean): RoutingDecision {
  const { features, capabilities } = evidence
  const scores = scoreAll(evidence)
  const [best, next] = scores
  const chosen = best && best.points >= least ? best : undefined
  const capability = capabilities.find(({ command }) => command === chosen?.command)
  const complexity = complexityOf(features)
  const decision = {
    request: features.text,
    recommendedCommand: chosen?.command ?? null,
    invocation: capability ? invocationOf(capability, features) : null,
    confidenceScore: chosen ? confidenceOf(chosen.points, next?.points ?? 0) : 0,
    parallelAnalysisComplete: isComplete,
    complexity,
    rationale: chosen ? chosen.reasons : ['nothing in the request speaks for any command'],
    alternatives: scores
      .filter((score) => score !== chosen && score.points >= least / 2)
      .slice(0, shownAlternatives)
      .map((score) => ({
        command: score.command,
        confidenceScore: confidenceOf(score.points, best!.points),
        reason: score.reasons[0] ?? 'its description has words of the request',
      })),
  }
  return { summary: summaryOf(decision), ...decision }
}

/** The share of all that speaks for the best two, and less where little speaks at all. */
function confidenceOf(points: number, against: number): number {
  return Math.round((points / (points + against + 1)) * 100) / 100
}

/** What to type: the paths or the names in a request are the first argument, failing these the request itself. */
function invocationOf(capability: Capability, { paths, names, text }: RequestFeatures): string[] {
  const { command, arguments: declared, takesPath, takesName } = capability
  if (declared.length === 0) return ['heddle', 'run', command]
  const argument = takesPath ? paths[0] : takesName ? (names[0] ?? paths[0]) : undefined
  if (argument !== undefined) return ['heddle', 'run', command, argument]
  return declared[0] === 'request' ? ['heddle', 'run', command, text] : ['heddle', 'run', command]
}

function summaryOf(decision: Omit<RoutingDecision, 'summary'>): string[] {
  const { recommendedCommand, invocation, confidenceScore, complexity, rationale, alternatives } = decision
  if (recommendedCommand === null)
    return ['Nothing fits: say more of what you want to hold in hand at the end.']
  const others: readonly Pick<Score, 'command'>[] = alternatives
  return [
    `${invocation!.join(' ')}   (${Math.round(confidenceScore * 100)} %, ${complexity})`,
    `because ${rationale.slice(0, 3).join('; ')}`,
    ...(others.length > 0 ? [`otherwise ${others.map(({ command }) => command).join(', ')}`] : []),
  ]
}
