import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Diagnostic } from '../core/base/diagnostic.ts'
import type { Hints } from '../core/vfs/hints.ts'
import { keepLookout, type Lookout } from '../core/vfs/lookout.ts'
import type { Path } from '../core/vfs/path.ts'
import type { FolderWatch, FolderWatchOptions } from '../core/vfs/watch.ts'
import { createVirtualClock, type VirtualClock } from 'heddle/testing'

/** A watcher that tells what the test says, and what the lookout did with it: seconds since the start and what was looked at. */
interface Stage {
  readonly clock: VirtualClock
  readonly lookout: Lookout
  readonly log: readonly string[]
  readonly faults: readonly Diagnostic[]
  /** How the watcher is, and how the next one will be when it is made. */
  readonly state: { isWhole: boolean; isThere: boolean; isInPlace: boolean; ignored: readonly string[] }
  /** What the next looks find: true for a change. */
  readonly finds: (boolean | Error)[]
  tell(hints: Partial<Hints>): Promise<void>
  /** Lets so many seconds pass. */
  pass(seconds: number): Promise<void>
}

async function open(first: Partial<Stage['state']> = {}): Promise<Stage> {
  const clock = createVirtualClock()
  const state = { isWhole: true, isThere: true, isInPlace: true, ignored: [] as readonly string[], ...first }
  const log: string[] = []
  const finds: (boolean | Error)[] = []
  const faults: Diagnostic[] = []
  let told: FolderWatchOptions['onHints'] = () => Promise.resolve()
  const note = (what: string): unknown => log.push(`${(clock.now() / 1000).toFixed(1)} ${what}`)
  const watch = (_: string, { onHints }: FolderWatchOptions): Promise<FolderWatch> => {
    note(`watch${state.ignored.map((path) => ` without ${path}`).join('')}`)
    told = onHints
    return Promise.resolve({
      get failure() {
        return state.isWhole ? undefined : new Error('ENOSPC')
      },
      isThere: state.isThere,
      isInPlace: () => state.isInPlace,
      close: () => Promise.resolve(),
    })
  }
  const lookout = await clock.drive(
    keepLookout({
      folder: '/project',
      clock,
      look(dirty, isDegraded) {
        note(`look at ${dirty ? [...dirty].join(' ') : 'everything'}${isDegraded ? ', degraded' : ''}`)
        const found = finds.shift() ?? false
        return found instanceof Error ? Promise.reject(found) : Promise.resolve(found)
      },
      ignored: () => Promise.resolve(new Set(state.ignored as readonly Path[])),
      fault: (fault) => void faults.push(fault),
      watch,
    }),
  )
  log.length = 0
  return {
    clock,
    lookout,
    log,
    faults,
    state,
    finds,
    tell: ({ paths = new Set(), isUnsure = false, lost }) => told({ paths, isUnsure, lost }),
    pass: (seconds) => clock.drive(new Promise((resolve) => clock.after(seconds * 1000, resolve))),
  }
}

const paths = (...names: string[]): ReadonlySet<Path> => new Set(names as Path[])

test('a single save is looked at, and everything only after half a minute', async () => {
  const { lookout, log, tell, pass } = await open()
  await tell({ paths: paths('a.md') })
  await pass(31)
  assert.deepEqual(log, ['0.0 look at a.md', '30.0 look at everything'])
  await lookout.close()
})

test('after a burst, or when folders came or went, everything is looked at as soon as it is quiet', async () => {
  const { lookout, log, tell, pass } = await open()
  await tell({ paths: paths('docs'), isUnsure: true })
  await pass(0.3)
  await tell({ paths: paths('docs/a.md') })
  await pass(1)
  assert.deepEqual(log, ['0.0 look at docs', '0.3 look at docs/a.md', '0.7 look at everything'])
  await lookout.close()
})

test('where it never is quiet, everything is looked at every two seconds', async () => {
  const { lookout, log, tell, pass } = await open()
  for (let turn = 0; turn < 25; turn++) {
    await tell({ paths: paths('a.md'), isUnsure: true })
    await pass(0.2)
  }
  assert.deepEqual(
    log.filter((line) => line.endsWith('everything')),
    ['2.0 look at everything', '4.0 look at everything'],
  )
  await lookout.close()
})

test('while the watcher is broken everything is looked at every two seconds, and it is tried again ever more rarely', async () => {
  const { lookout, log, faults, state, tell, pass } = await open()
  state.isWhole = false
  await tell({ lost: new Error('ENOSPC') })
  await pass(15)
  assert.deepEqual(
    [...new Set(faults.map(({ code, message }) => `${code}: ${message}`))],
    ['WATCH_DEGRADED: Change notices were lost; a full scan ran. The watcher said: ENOSPC'],
  )
  assert.equal(log[0], '0.0 look at everything, degraded')
  assert.deepEqual(
    log.filter((line) => line.endsWith('watch')),
    ['2.0 watch', '4.0 watch', '8.0 watch'],
  )
  assert.ok(
    log.includes('6.0 look at everything, degraded') && log.includes('10.0 look at everything, degraded'),
  )
  state.isWhole = true
  await pass(20)
  assert.deepEqual(log.slice(-2), ['16.0 watch', '16.0 look at everything'])
  await lookout.close()
})

test('a change that nobody told makes the watcher suspect, and blind when it tells nothing of it afterwards', async () => {
  const { lookout, log, finds, tell, pass } = await open()
  finds.push(true)
  await lookout.reconcile()
  await tell({ paths: paths('a.md') })
  await pass(1)
  assert.deepEqual(log, ['0.0 look at everything', '0.0 look at a.md', '0.4 look at everything'])
  finds.push(true)
  await lookout.reconcile()
  await pass(1)
  assert.deepEqual(log.slice(3), [
    '1.0 look at everything',
    '1.4 look at everything',
    '1.4 watch',
    '1.4 look at everything',
  ])
  await lookout.close()
})

test('another folder in its place, and other rules of what is ignored, are watched from the next look at everything on', async () => {
  const { lookout, log, state } = await open()
  state.isInPlace = false
  await lookout.reconcile()
  state.isInPlace = true
  state.ignored = ['target']
  await lookout.reconcile()
  await lookout.reconcile()
  assert.deepEqual(
    log.filter((line) => line.includes('watch')),
    ['0.0 watch', '0.0 watch without target'],
  )
  await lookout.close()
})

test('a folder that is not there is looked for every two seconds', async () => {
  const { lookout, log, pass } = await open({ isThere: false })
  await pass(5)
  assert.deepEqual(log, ['2.0 look at everything', '4.0 look at everything'])
  await lookout.close()
})

test('a look that fails is told, and the next one comes all the same', async () => {
  const { lookout, log, faults, finds, tell, pass } = await open()
  finds.push(new Error('no such layer'))
  await tell({ paths: paths('a.md') })
  await pass(31)
  assert.deepEqual(
    faults.map(({ message }) => message),
    ['no such layer'],
  )
  assert.deepEqual(log, ['0.0 look at a.md', '30.0 look at everything'])
  await lookout.close()
})

test('nothing happens after closing', async () => {
  const { lookout, log, tell, pass } = await open()
  await tell({ isUnsure: true })
  await lookout.close()
  await pass(60)
  assert.deepEqual(log, ['0.0 look at '])
})
