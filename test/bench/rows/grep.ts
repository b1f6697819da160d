import type { Context, Row, WrittenCorpus } from '../context.ts'
import { compareSeries, type Line } from '../line.ts'
import { interleave, type Side } from '../rounds.ts'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Facts, ourProgram, peerProgram, takeProcess, takeSample } from '../sample.ts'

/** An expression without repetition and one with; both mean the same to JavaScript and to ripgrep, which `\w` does not. */
const patterns = {
  grep: '\\bdeadline (?:retry|budget|limit)\\b',
  'grep-repeat': '\\bdeadline [a-z]+ (?:retry|budget|limit)\\b',
} as const

const command = `---
pattern: bench-grep
arguments:
  - name: path
---

# Search
`

/** An expression over every module. */
export const grepRow: Row = {
  name: 'grep',
  times:
    'framework.run() of one grep operation, first and second time in a process; ripgrep as a child, spawn to exit.',
  async measure(context) {
    const corpus = context.corpus(context.sizes.large, 'searched')
    writeFileSync(join(corpus.root, '.claude/commands/bench-grep.md'), command)
    const ripgrep = await takeSample([peerProgram('ripgrep')])
    if (!ripgrep.ok) context.note(`grep: ripgrep is absent, nothing to compare with (${ripgrep.reason}).`)
    const program = ripgrep.ok ? (ripgrep.facts['path'] as string) : 'rg'
    const lines: Line[] = []
    for (const [row, pattern] of Object.entries(patterns))
      lines.push(...(await compete(context, { row, pattern, program, corpus })))
    return lines
  },
}

interface Search {
  readonly row: string
  readonly pattern: string
  readonly program: string
  readonly corpus: WrittenCorpus
}

async function compete(context: Context, search: Search): Promise<Line[]> {
  const { row, pattern, corpus } = search
  const ours = (name: string, figure: (facts: Facts) => number): Side => ({
    name,
    figure,
    take: () => takeSample([ourProgram('grep'), corpus.root, pattern]),
    wrong: (facts) =>
      facts['searched'] === context.sizes.large && facts['same'] === true
        ? undefined
        : `${String(facts['searched'])} files searched`,
  })
  const [uncached, cached, theirs] = [
    ...(
      await interleave(
        [
          ours('uncached', ({ ms }) => ms),
          ours('cached', ({ cachedMs }) => cachedMs as number),
          ripgrepSide(search),
        ],
        context.rounds,
      )
    ).values(),
  ]
  const [found, known] = [uncached!, theirs!].map(({ facts }) => facts[0]?.['total'] as number | undefined)
  if (known !== undefined && found !== undefined && found !== known)
    throw new Error(`${found} lines match instead of ${known}`)
  return [
    compareSeries(uncached!, theirs!, { row: `${row} uncached`, kind: 'peer', unit: 'ms', goal: 1.5 }),
    compareSeries(cached!, theirs!, { row: `${row} cached`, kind: 'peer', unit: 'ms', goal: 0.75 }),
  ]
}

function ripgrepSide({ program, pattern, corpus }: Search): Side {
  const words = [
    program,
    '--no-config',
    '--hidden',
    '--no-heading',
    '--line-number',
    '--column',
    '--sort',
    'none',
    pattern,
  ]
  return {
    name: 'ripgrep',
    take: () =>
      takeProcess([...words, `${corpus.root}/.claude/modules`], {
        read: (output) => ({ total: output.split('\n').length - 1 }),
      }),
  }
}
