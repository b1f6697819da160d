import type { Bottleneck, HotFunction, MetricName } from './result.ts'
import type { Spread } from './statistics.ts'
import { percent } from './words.ts'

const wildShare = 0.1
const manyDescriptors = 512

interface Known {
  readonly bottleneck: Bottleneck
  /** The functions of the command, slowest first. */
  readonly functions: readonly HotFunction[]
  readonly processors: number
}

/** What to do about one figure, from it and from what holds its command up. */
export function recommend(name: MetricName, spread: Spread, known: Known): string {
  if (spread.samples >= 3 && spread.deviation > spread.median * wildShare && isTime(name))
    return `It varies by ${percent(spread.deviation / spread.median)} from run to run: measure on a quiet machine before drawing a conclusion.`
  const { bottleneck, functions } = known
  switch (name) {
    case 'wall time':
      return forWallTime(known)
    case 'CPU time': {
      const own = functions.find(({ path }) => path !== '' && !isForeign(path))
      return own
        ? `Begin with ${own.name} (${own.path}:${own.line}): ${percent(own.share)} of the profile.`
        : 'Most of it is not in files of the project: do it less often, or let a cache do it.'
    }
    case 'peak memory':
      return bottleneck.kind === 'memory'
        ? 'Read and write in pieces instead of holding everything.'
        : 'It fits well; nothing to do.'
    case 'open descriptors':
      return spread.median > manyDescriptors
        ? 'Bound how many files or sockets are open at once.'
        : 'Far from the usual limit of 1024; nothing to do.'
    case 'bytes read':
    case 'disk read':
      return bottleneck.kind === 'disk'
        ? 'Read less, or only what has changed.'
        : 'It does not hold the command up.'
    case 'bytes written':
    case 'disk written':
      return bottleneck.kind === 'disk'
        ? 'Write less, or only what has changed.'
        : 'It does not hold the command up.'
    case 'median latency':
      return 'Profile one request: give the command that starts the server as the one to measure.'
    case 'latency of the slowest hundredth':
      return bottleneck.because.startsWith('one answer')
        ? 'Look for what blocks now and then: garbage collection, a lock, a cold cache, a large body.'
        : 'It is near the median; look at the median.'
    case 'requests':
      return bottleneck.kind === 'errors'
        ? 'Mend the failing answers first.'
        : 'More processes serve more requests, until the processors are busy.'
  }
}

function forWallTime({ bottleneck, functions, processors }: Known): string {
  const first = functions.find(({ path }) => path !== '')
  switch (bottleneck.kind) {
    case 'cpu': {
      const place = first ? `Make ${first.name} (${first.path}:${first.line}) do less` : 'Compute less'
      return processors > 1 ? `${place}, or share the work among ${processors} processors.` : `${place}.`
    }
    case 'waiting':
      return 'Find out what it waits for; let what does not need each other run at once.'
    case 'disk':
      return 'Touch fewer files, or only those that have changed.'
    case 'memory':
      return 'Hold less at once: a machine that swaps is slow everywhere.'
    default:
      return 'Measure it where its processes can be sampled, to see where the time goes.'
  }
}

function isTime(name: MetricName): boolean {
  return name === 'wall time' || name === 'CPU time' || name.includes('latency')
}

function isForeign(path: string): boolean {
  return path.startsWith('node:') || path.startsWith('/') || path.includes('node_modules/')
}
