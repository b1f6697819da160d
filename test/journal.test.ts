import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import type { Framework, Report } from 'heddle'
import { bytesOf, makeProject, openProject, ringsOf, valuesOf } from './kept-project.ts'

const folders: string[] = []

after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

// Killed

/** Kills at each moment; more of them with HEDDLE_KILLS. */
const kills = Number(process.env['HEDDLE_KILLS'] ?? 4)
const rings = ['first', 'last', 'second', 'third']

test('a run that is killed before any step of its journal ends as if nothing had happened, and rings no bell twice', async () => {
  const whole = await uninterrupted()
  const steps = Number(/after (\d+) steps/.exec((await killed(project(), 'never')).stdout)?.[1])
  const every = kills > 4 ? 1 : 3
  const moments = Array.from({ length: Math.ceil(steps / every) }, (_, index) => index * every)
  const ends = await inPairs(moments, async (step) => resumed(await killed(project(), `step:${step}`), whole))
  const heldBack = ends.filter((end) => end === 'held back').length
  assert.ok(ends.includes('same'), ends.join())
  assert.ok(heldBack >= 1, `no kill fell between a start and its outcome: ${ends.join()}`)
})

test(`a run that is killed at ${kills} moments by chance ends as if nothing had happened, and rings no bell twice`, async () => {
  const whole = await uninterrupted()
  const moments = Array.from({ length: kills }, () => Math.random() * 250)
  const ends = await inPairs(moments, async (ms) => resumed(await killed(project(), 'never', ms), whole))
  assert.equal(ends.length, kills)
})

test('what may have run is named, makes the run partial, and runs again when that is asked for', async (t) => {
  const place = await killed(project(), 'call:second')
  const framework = await openProject(place.root, place.bell)
  t.after(() => framework.dispose())
  const report = await framework.resume()
  assert.equal(report.status, 'partial')
  const finding = report.diagnostics.find(({ message }) => message.startsWith('"second"'))
  assert.equal(finding?.code, 'RUN_UNCERTAIN')
  assert.match(
    finding.message,
    /^"second" of the group "kept\/b" was about to run when this run was cut short/,
  )
  assert.ok(finding.hint?.endsWith(`heddle run --resume ${report.id.slice(0, 8)} --repeat second`))
  // The same again: nobody can know more than before.
  assert.deepEqual(heldBackIn(await framework.resume()), heldBackIn(report))
  const repeated = await framework.resume(undefined, { repeat: heldBackIn(report) })
  const whole = await uninterrupted()
  assert.deepEqual(valuesOf(repeated), whole.values)
  assert.deepEqual(bytesOf(place.root), whole.bytes)
})

// Replayed

test('a run of which everything but its end is recorded executes nothing and gives the same values and bytes', async (t) => {
  const place = project()
  const first = await killed(place, 'record:commit')
  const ran: string[] = []
  const framework = await openProject(first.root, first.bell, (name) => ran.push(name))
  t.after(() => framework.dispose())
  const report = await framework.resume()
  const whole = await uninterrupted()
  assert.deepEqual(ran, [])
  assert.deepEqual(valuesOf(report), whole.values)
  assert.deepEqual(bytesOf(first.root), whole.bytes)
  assert.deepEqual(ringsOf(first.bell), rings)
  const operations = report.groups.flatMap((group) => group.operations)
  assert.ok(operations.every(({ replayed }) => replayed !== undefined))
})

test('a run that has ended is not executed again: its report is given as it was', async (t) => {
  const { root, bell } = project()
  const ran: string[] = []
  const framework = await openProject(root, bell, (name) => ran.push(name))
  t.after(() => framework.dispose())
  const report = await framework.run('go')
  ran.length = 0
  assert.deepEqual(await framework.resume(report.id), report)
  assert.deepEqual((await (await framework.runs()).show(report.id)).report, report)
  assert.deepEqual(ran, [])
})

// What these tests are made of

interface Place {
  readonly root: string
  readonly bell: string
}

interface Killed extends Place {
  readonly stdout: string
}

interface Whole {
  readonly values: unknown
  readonly bytes: Record<string, string>
}

function project(): Place {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'heddle-journal-')))
  folders.push(folder)
  const root = join(folder, 'project')
  makeProject(root)
  return { root, bell: join(folder, 'bell') }
}

let known: Promise<Whole> | undefined

/** What the run gives when nobody kills it. */
function uninterrupted(): Promise<Whole> {
  known ??= (async () => {
    const { root, bell } = project()
    const framework = await openProject(root, bell)
    const report = await framework.run('go')
    await framework.dispose()
    assert.equal(report.status, 'passed', JSON.stringify(report.diagnostics))
    assert.deepEqual(ringsOf(bell), rings)
    return { values: valuesOf(report), bytes: bytesOf(root) }
  })()
  return known
}

/** Runs the project in a process of its own, which dies at a moment that `run-killed.ts` knows, or `afterMs` into the run. */
function killed({ root, bell }: Place, moment: string, afterMs?: number): Promise<Killed> {
  const script = join(import.meta.dirname, 'run-killed.ts')
  const words = ['--import', 'tsx', '--conditions=source', script, root, bell, moment]
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'pipe'] })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
    if (afterMs !== undefined && text.startsWith('ready')) setTimeout(() => child.kill('SIGKILL'), afterMs)
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  return new Promise((resolve, reject) => {
    child.on('close', (status, signal) => {
      if (signal === 'SIGKILL' || status === 0) resolve({ root, bell, stdout })
      else reject(new Error(stderr))
    })
  })
}

/**
 * Takes the run up again and compares it with one that nobody killed; what was held back is repeated when that was looked at.
 */
async function resumed({ root, bell }: Killed, whole: Whole): Promise<'same' | 'held back' | 'nothing'> {
  const framework = await openProject(root, bell)
  try {
    const report = await takenUp(framework)
    const rung = ringsOf(bell)
    assert.deepEqual([...new Set(rung)], rung, 'no bell rings twice')
    if (!report) {
      assert.deepEqual(rung, [])
      return 'nothing'
    }
    const held = heldBackIn(report)
    assert.equal(report.status, held.length > 0 ? 'partial' : 'passed')
    const last = held.length > 0 ? await framework.resume(report.id, { repeat: held }) : report
    assert.deepEqual(valuesOf(last), whole.values)
    assert.deepEqual(bytesOf(root), whole.bytes)
    if (held.length > 0) return 'held back'
    assert.deepEqual(rung, rings)
    return 'same'
  } finally {
    await framework.dispose()
  }
}

function heldBackIn({ groups }: Report): readonly string[] {
  const operations = groups.flatMap((group) => group.operations)
  return operations.filter(({ error }) => error?.code === 'RUN_UNCERTAIN').map(({ name }) => name)
}

/** Undefined when the process died before it had recorded what it was about to do. */
async function takenUp(framework: Framework): Promise<Report | undefined> {
  const [run] = await (await framework.runs()).list()
  if (!run || run.status === 'unreadable') return undefined
  return framework.resume(run.id)
}

async function inPairs<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  for (let at = 0; at < items.length; at += 2)
    results.push(...(await Promise.all(items.slice(at, at + 2).map(work))))
  return results
}
