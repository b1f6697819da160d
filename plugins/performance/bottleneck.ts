import type { Figures, Measured } from './figures.ts'
import type { Bottleneck } from './result.ts'
import { amountOf, percent } from './words.ts'

const busyShare = 0.7
const muchMemory = 0.5
const muchCrowded = 0.2
/** Processes of a command wait beside each other, so that together they may wait longer than it takes. */
const mostCrowded = 0.9
/** What an ordinary disk gives in a second: half of it is a disk at work. */
const busyDiskBytes = 50 * 1024 * 1024
const longTail = 5

/** What holds a command or address up, from its figures alone. */
export function bottleneckOf(figures: Figures, measured: Measured): Bottleneck {
  const load = measured.loads.find(({ url }) => url === figures.subject)
  return load ? ofAddress(figures, load.errors + load.refused) : ofCommand(figures, measured)
}

function ofAddress({ subject, spreads }: Figures, errors: number): Bottleneck {
  const [half, slowest] = [spreads.get('median latency'), spreads.get('latency of the slowest hundredth')]
  if (!half || !slowest) return { subject, kind: 'unknown', because: 'it answered nothing' }
  if (errors > 0) return { subject, kind: 'errors', because: `${errors} requests failed or were refused` }
  const tail = slowest.median / Math.max(half.median, 1)
  return tail >= longTail
    ? {
        subject,
        kind: 'latency',
        because: `one answer in a hundred takes ${Math.round(tail)} times the median`,
      }
    : { subject, kind: 'latency', because: 'all answers take about as long: it is what each of them does' }
}

function ofCommand({ subject, spreads }: Figures, { machine, resources, profiles }: Measured): Bottleneck {
  const runs = resources.find((one) => one.subject === subject)?.runs ?? []
  const wallMs = sum(runs.map((run) => run.wallMs))
  const profile = profiles.find((one) => one.subject === subject)
  const hottest = profile?.functions.find(({ path, name }) => path !== '' || name === '(garbage collector)')
  const place = hottest
    ? `; ${hottest.name}${hottest.path === '' ? '' : ` (${hottest.path}:${hottest.line})`} takes ${percent(hottest.share)} of what was profiled`
    : ''
  if (wallMs === 0) {
    const known = profile && profile.profiler !== null
    return known && profile.idleShare < 1 - busyShare
      ? { subject, kind: 'cpu', because: `it is busy ${percent(1 - profile.idleShare)} of its time${place}` }
      : { subject, kind: 'unknown', because: 'nothing tells what its processes did' }
  }
  const memory = spreads.get('peak memory')
  if (memory && machine && memory.median > machine.memoryBytes * muchMemory)
    return {
      subject,
      kind: 'memory',
      because: `it holds ${amountOf({ ...memory, unit: 'bytes' })}, ${percent(memory.median / machine.memoryBytes)} of the machine`,
    }
  const crowdedMs = Math.min(sum(runs.map((run) => run.crowdedMs)), wallMs * mostCrowded)
  const busy = sum(runs.map(({ cpuMs }) => cpuMs)) / (wallMs - crowdedMs)
  const crowd =
    crowdedMs > wallMs * muchCrowded
      ? `; the machine is busy with other things: for ${percent(crowdedMs / wallMs)} of the time no processor was free`
      : ''
  if (busy >= busyShare)
    return {
      subject,
      kind: 'cpu',
      because: `its processes compute ${percent(busy)} of the time they could${place}${crowd}`,
    }
  const disk = sum(runs.map(({ diskReadBytes, diskWrittenBytes }) => diskReadBytes + diskWrittenBytes))
  if ((disk * 1000) / wallMs >= busyDiskBytes)
    return {
      subject,
      kind: 'disk',
      because: `${amountOf({ median: disk / runs.length, unit: 'bytes' })} of a run go to or from the disk`,
    }
  return {
    subject,
    kind: 'waiting',
    because: `its processes compute ${percent(busy)} of the time they could, and wait for timers, the network or each other in the rest${crowd}`,
  }
}

function sum(figures: readonly number[]): number {
  return figures.reduce((total, figure) => total + figure, 0)
}
