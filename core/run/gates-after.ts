import { type Judgement, quoted } from './gates.ts'
import type { Outcome, Report } from './report.ts'

/**
 * What can be said of a run that is over, by its report with the gates of its groups and those that were judged so far. Where
 * nothing ran there is nothing to judge.
 */
export function judgeAfter(report: Report): readonly Judgement[] {
  const ran = report.groups.flatMap(({ operations }) => operations).filter(({ attempts }) => attempts > 0)
  if (ran.length === 0) return names.map((name) => ({ name, status: 'skipped' }))
  return [judgeResults(ran), judgeSynthesis(report), judgeVerdict(report), judgeLessons(ran)]
}

const names = ['after/results', 'after/synthesis', 'after/verdict', 'after/lessons'] as const

/** Every result covers all that it should: analysed is what was expected. */
function judgeResults(ran: readonly Outcome[]): Judgement {
  const name = 'after/results'
  const short = ran.filter(
    ({ quality }) => quality && (quality.analysed !== quality.expected || quality.truncated),
  )
  const [first] = short
  if (!first) return { name, status: 'passed' }
  const { analysed, expected } = first.quality!
  const more = short.length > 1 ? `, and so for ${short.length - 1} more` : ''
  return {
    name,
    status: 'failed',
    why: `"${first.name}" covers ${analysed} of ${expected}${more}`,
    hint: 'Its output says what was left out, and why.',
  }
}

/** Every synthesis that was due came to its end. */
function judgeSynthesis({ diagnostics }: Report): Judgement {
  const failed = diagnostics.some(({ code }) => code === 'SYNTHESIS_FAILED')
  return { name: 'after/synthesis', status: failed ? 'failed' : 'passed' }
}

/** Everything was done, and no gate that counts has failed. */
function judgeVerdict({ status }: Report): Judgement {
  return { name: 'after/verdict', status: status === 'passed' ? 'passed' : 'failed' }
}

/** How long everything took is known, for the next plan. */
function judgeLessons(ran: readonly Outcome[]): Judgement {
  const name = 'after/lessons'
  const unknown = ran.filter(({ ranMs }) => !Number.isFinite(ranMs) || ranMs < 0).map((each) => each.name)
  if (unknown.length > 0)
    return { name, status: 'failed', why: `nobody knows how long ${quoted(unknown)} took` }
  return { name, status: 'passed' }
}
