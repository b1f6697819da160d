import { createClock } from '../../core/base/clock.ts'
import type { RunEvent } from '../../core/run/events.ts'
import { deed, nothing, runDeeds } from './deeds.ts'

// A run with deadlines, pauses and commands, for a process whose wall clock jumps.
const walls = Array.from({ length: 10 }, () => Date.now())
const steady = Array.from({ length: 10 }, () => performance.now())
const events: RunEvent[] = []
const report = await runDeeds(
  [
    {
      name: 'first',
      operations: [
        deed('never', { claims: nothing, deadlineMs: 100 }),
        deed('obedient', { claims: nothing, deadlineMs: 100 }),
        deed('busy', { claims: nothing, idempotent: true }),
        deed('quick', { claims: nothing }),
        { kind: 'bash', name: 'endless', input: { command: 'sleep 60' }, claims: nothing, deadlineMs: 150 },
        { kind: 'bash', name: 'short', input: { command: 'sleep 0.05' }, claims: nothing },
      ],
    },
  ],
  {
    never: () => new Promise(() => undefined),
    obedient: ({ signal }) =>
      new Promise((resolve) => signal.addEventListener('abort', () => resolve('ended'))),
    busy({ attempt }) {
      if (attempt < 3) throw Object.assign(new Error('busy'), { code: 'EBUSY' })
      return attempt
    },
    quick: () => Date.now(),
  },
  { clock: createClock(), folder: process.cwd(), onEvent: (event) => void events.push(event) },
)
const operations = report.groups.flatMap((group) => group.operations)
console.log(
  JSON.stringify({
    walls,
    steady,
    outcomes: operations.map(({ name, status, ranMs, queuedMs, attempts }) => ({
      name,
      status,
      ranMs,
      queuedMs,
      attempts,
    })),
    times: events.flatMap((event) => ('at' in event ? [event.at] : [])),
    timing: report.timing,
  }),
)
