import type { Context, Row } from '../context.ts'
import { compareSeries, type Unit } from '../line.ts'
import { interleave, type Series, type Side } from '../rounds.ts'
import { ourProgram, takeSample } from '../sample.ts'

type Call = 'read' | 'stat' | 'memory'

const sides = ['workspace', 'view', 'memfs'] as const
const bytes = 1_000 * 4096

/** What files that were read before cost the next time, and in memory. */
export const workspaceRow: Row = {
  name: 'workspace',
  times:
    'per call: 1 000 files of 4 KB that were read before, read and asked for 60 times; then the memory they take.',
  async measure(context) {
    const read = await compete(context, 'read')
    const stat = await compete(context, 'stat')
    const memory = await compete(context, 'memory')
    return [
      against(read, 'workspace', { row: 'workspace-read', unit: 'µs', goal: 0.25 }),
      against(read, 'view', { row: 'view-read', unit: 'µs', goal: 0.25 * 1.15 }),
      against(stat, 'workspace', { row: 'workspace-stat', unit: 'µs', goal: 0.25 }),
      against(stat, 'view', { row: 'view-stat', unit: 'µs', goal: 0.25 * 1.15 }),
      against(memory, 'workspace', { row: 'workspace-memory', unit: 'MB', goal: 1.1 }),
    ]
  },
}

function against(
  series: ReadonlyMap<string, Series>,
  ours: (typeof sides)[number],
  { row, unit, goal }: { row: string; unit: Unit; goal: number },
) {
  return compareSeries(series.get(ours)!, series.get('memfs')!, { row, kind: 'peer', unit, goal })
}

function compete(context: Context, call: Call): Promise<ReadonlyMap<string, Series>> {
  const side = (name: string): Side => ({
    name,
    take: () => takeSample(['--expose-gc', ourProgram('workspace'), context.place('workspace'), name, call]),
    wrong: ({ right }) => (right === bytes ? undefined : `${String(right)} of ${bytes} bytes`),
    figure: ({ perCall, mb }) => (call === 'memory' ? mb : perCall) as number,
  })
  return interleave(sides.map(side), context.rounds)
}
