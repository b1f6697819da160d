import type { Context, Row } from '../context.ts'
import { compareSeries, type Line } from '../line.ts'
import { interleave } from '../rounds.ts'
import { ourProgram, takeSample } from '../sample.ts'

interface Case {
  readonly row: string
  readonly words: readonly string[]
  readonly goal?: number
}

const cases: readonly Case[] = [
  { row: 'files, one in twenty conflicts', words: ['low', 'hints', '80'], goal: 0.2 },
  { row: 'all conflict, waits', words: ['waits', 'hints', '40'], goal: 1.3 },
  { row: 'all conflict, waits, claimed', words: ['waits', 'bound', '40'], goal: 1.3 },
  { row: 'all conflict, CPU', words: ['cpu', 'hints', '60'] },
  { row: 'all conflict, CPU, claimed', words: ['cpu', 'bound', '60'], goal: 1.3 },
]

/** Operations on files through the workspace, with few conflicts and with nothing else. */
export const conflictRow: Row = {
  name: 'conflict',
  times:
    'execute() at concurrency 8 and one by one in one process, values and bytes compared; each operation reads a number from a file and writes the next. Few conflicts: each call of the files takes 20 ms, however many there are; all conflict: 20 ms of waiting or 4 ms of CPU between read and write.',
  async measure(context) {
    const lines: Line[] = []
    for (const one of cases) lines.push(await measureCase(context, one))
    return lines
  },
}

async function measureCase(context: Context, { row, words, goal }: Case): Promise<Line> {
  const take = () => takeSample([ourProgram('conflict'), ...words])
  const [ours] = [...(await interleave([{ name: row, take }], context.rounds)).values()]
  const serial = {
    ...ours!,
    name: 'one by one',
    values: ours!.facts.map(({ serialMs }) => serialMs as number),
  }
  context.note(`${row}: ${ours!.facts.map(({ reruns }) => String(reruns)).join(', ')} runs were repeated.`)
  return compareSeries(ours!, serial, { row, kind: 'own', unit: 'ms', ...(goal !== undefined && { goal }) })
}
