import type { Row } from '../context.ts'
import { compareSeries, type Line, round } from '../line.ts'
import { interleave, median, type Series } from '../rounds.ts'
import { ourProgram, takeSample } from '../sample.ts'

const goalOfLayer = 0.15

/** What reading through a workspace and through layers costs by itself. */
export const workspaceRow: Row = {
  name: 'workspace',
  times:
    'one synchronous call for one of 1 000 small files, everything in memory, the best of 40 rounds in a process; layers above hold other files.',
  async measure(context) {
    const take = () => takeSample([ourProgram('workspace')])
    const [all] = [...(await interleave([{ name: 'workspace', take }], context.rounds)).values()]
    const side = (name: string, key: string): Series => ({
      ...all!,
      name,
      values: all!.facts.map((facts) => facts[key] as number),
    })
    const compare = (row: string, ours: string, theirs: string): Line =>
      compareSeries(side('workspace', ours), side('memfs', theirs), {
        row,
        kind: 'peer',
        unit: 'µs',
        ...(ours === 'ours' && { goal: 0.25 }),
      })
    const through = (call: string, ours: string, theirs: string): Line =>
      compareSeries(side('workspace', ours), side('the files below', theirs), {
        row: `workspace over files: ${call}`,
        kind: 'own',
        unit: 'µs',
        goal: 1 + goalOfLayer,
      })
    const layer = (call: 'read' | 'stat'): Line => {
      const one = side('one layer', `${call}One`)
      const five = side('five layers', `${call}Five`)
      const each = (median(five.values) / median(one.values) - 1) / 4
      return {
        ...compareSeries(five, one, { row: `layers: ${call}`, kind: 'own', unit: 'µs' }),
        goal: `+ ≤ 15 % a layer (is ${round(each * 100)} %)`,
        met: each <= goalOfLayer,
      }
    }
    return [
      compare('workspace: read', 'ours', 'memfs'),
      compare('workspace: stat', 'stat', 'memfsStat'),
      through('read', 'through', 'base'),
      through('stat', 'throughStat', 'baseStat'),
      layer('read'),
      layer('stat'),
    ]
  },
}
