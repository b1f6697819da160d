import type { Outcome } from 'heddle'
import type { SourceText } from './duplicates.ts'
import type { AnalysisResult } from './result.ts'

/** The paths that the group's glob listed, sorted; none when it did not get to list. */
export function listed(outcomes: readonly Outcome[]): readonly string[] {
  const outcome = outcomes.find(({ kind, status }) => kind === 'glob' && status === 'done')
  return (outcome?.output as { readonly files: readonly string[] } | undefined)?.files ?? []
}

/** The texts that were read, and for each file that was not, why. Reads are named by their paths. */
export function readTexts(outcomes: readonly Outcome[]): {
  readonly texts: readonly SourceText[]
  readonly unread: AnalysisResult['unread']
} {
  const texts: SourceText[] = []
  const unread: { path: string; reason: string }[] = []
  for (const { kind, name, status, output, error } of outcomes) {
    if (kind !== 'read') continue
    if (status === 'done') texts.push({ path: name, text: (output as { readonly text: string }).text })
    else unread.push({ path: name, reason: error?.message ?? `The read was ${status}.` })
  }
  return { texts, unread }
}
