import type { Row } from '../context.ts'
import { compareSeries } from '../line.ts'
import { interleave } from '../rounds.ts'
import { ourProgram, peerProgram, takeSample } from '../sample.ts'
import { idealSeries } from './ideal.ts'

const count = 64
const waitMs = 50
const concurrency = 16

/** Operations that only wait: what is over the time that arithmetic allows is ours. */
export const waitsRow: Row = {
  name: 'waits',
  times: `execute() of ${count} timers of ${waitMs} ms, ${concurrency} at once, every policy on; the second time in a process.`,
  async measure(context) {
    const words = [count, waitMs, concurrency].map(String)
    const [ours, bare] = [
      ...(
        await interleave(
          [
            { name: 'heddle', take: () => takeSample([ourProgram('waits'), ...words]) },
            { name: 'bare loop of timers', take: () => takeSample([peerProgram('waits'), ...words]) },
          ],
          context.rounds,
        )
      ).values(),
    ]
    const ideal = idealSeries('arithmetic', (count / concurrency) * waitMs)
    return [
      compareSeries(ours!, ideal, { row: 'waits', kind: 'limit', unit: 'ms', goal: 1.03, stretch: 1.015 }),
      compareSeries(ours!, bare!, { row: 'waits', kind: 'limit', unit: 'ms' }),
    ]
  },
}
