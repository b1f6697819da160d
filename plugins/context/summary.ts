import type { Context } from 'heddle'

const mostShown = 8

/** The lines that a person reads: how much it is, what it is made of, and what is missing. */
export function summarise(context: Omit<Context, 'diagnostics'>, unread: readonly string[]): string[] {
  const { sections, tokens, budget, tokenizer, estimate, cuts, diff } = context
  const about = estimate ? `an estimate: ${tokenizer}` : `by ${tokenizer}`
  const largest = sections.toSorted((a, b) => b.tokens - a.tokens || (a.id < b.id ? -1 : 1))
  const lines = [
    `${sections.length} sections, ${tokens} of ${budget} tokens (${about})`,
    ...largest.slice(0, mostShown).map(({ id, tokens: size }) => `${String(size).padStart(7)}  ${id}`),
  ]
  if (largest.length > mostShown) lines.push(`… ${largest.length - mostShown} smaller ones`)
  for (const why of ['budget', 'repeated', 'not-text', 'unreadable', 'folder'] as const) {
    const own = cuts.filter((cut) => cut.why === why)
    if (own.length === 0) continue
    const names = [...new Set(own.map(({ id }) => id))]
    const more = names.length > mostShown ? ` and ${names.length - mostShown} more` : ''
    const sum = own.reduce((total, cut) => total + cut.tokens, 0)
    lines.push(`left out (${why}), ${sum} tokens: ${names.slice(0, mostShown).join(', ')}${more}`)
  }
  if (diff) lines.push(`${Math.floor(diff.share * 100)} % of the earlier output is still its beginning`)
  if (unread.length > 0) lines.push(`not read: ${unread.join(', ')}`)
  return lines
}
