import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { createFramework, HeddleError } from 'heddle'
import { createClock } from '../core/base/clock.ts'
import type { Place, Recalled } from '../core/run/memory.ts'
import type { OperationKind } from '../core/run/operation.ts'
import type { Outcome } from '../core/run/report.ts'
import type { GrowingFile, RunDisk } from '../core/run/run-disk.ts'
import { readHistory } from '../core/run/run-history.ts'
import { createRunJournal } from '../core/run/run-journal.ts'
import { formatLine } from '../core/run/run-line.ts'
import { createRecall } from '../core/run/run-recall.ts'
import { createRunWriter } from '../core/run/run-writer.ts'

const scratch = mkdtempSync(join(tmpdir(), 'heddle-crash-'))
after(() => rmSync(scratch, { recursive: true, force: true }))

// Loss of power

test('whatever a loss of power leaves of a journal, what was acknowledged is there and nothing else is believed', async () => {
  const disk = createRecordingDisk()
  const acknowledged = await keepRun(disk)
  let states = 0
  for (let length = 0; length <= disk.calls.length; length++) {
    const safe = acknowledged.filter(({ after }) => after <= length).map(({ name }) => name)
    for (const state of crashStates(disk.calls.slice(0, length))) {
      states++
      const history = materialise(state.files)
      const what = `after ${length} calls, ${state.what}`
      for (const name of safe)
        assert.ok(history.starts.has(`g\u0000${name}`), `${what}: the start of ${name} is lost`)
      if (!state.outOfOrder) assert.equal(history.damaged, 0, what)
      onlyTruth(history, what)
    }
  }
  assert.ok(states > 200, `only ${states} states`)
  console.log(`    ${states} crash states enumerated, 0 bad`)
})

test('a record that is not there yet when its start is acknowledged would be found missing', async () => {
  const disk = createRecordingDisk()
  const acknowledged = await keepRun(disk)
  // Planted: the disk says that it has synced, and has not.
  const calls = disk.calls.map((call) => (call.type === 'sync' ? { ...call, upTo: 0 } : call))
  const lost = [...crashStates(calls)].some(({ files }) => {
    const history = materialise(files)
    return acknowledged.some(({ name }) => !history.starts.has(`g\u0000${name}`))
  })
  assert.ok(lost)
})

// Damage

test('a journal with any one bit changed is told, and no operation with effects outside runs again for it', async () => {
  const disk = createRecordingDisk()
  await keepRun(disk)
  const whole = contentsOf(disk.calls)
  let told = 0
  const journal = whole.get('journal-1')!
  for (let at = 0; at < journal.length; at++) {
    const damaged = Uint8Array.from(journal)
    damaged[at]! ^= 1 << (at % 8)
    try {
      const history = materialise(new Map([...whole, ['journal-1', damaged]]))
      assert.ok(history.damaged > 0, `the change of byte ${at} was not noticed`)
      told++
      onlyTruth(history, `byte ${at}`)
      if (history.heads.length === 0) continue
      const recall = createRecall(history, { repeat: new Set() })
      for (const name of ['ring-1', 'ring-2', 'ring-3'])
        assert.ok(recall.find(places[name]!), `${name} would ring again after a change of byte ${at}`)
    } catch (thrown) {
      assert.ok(thrown instanceof HeddleError && thrown.code === 'STATE_TOO_NEW', String(thrown))
    }
  }
  assert.ok(told > journal.length - 4)
})

test('kept bytes that were changed are not believed', async () => {
  const disk = createRecordingDisk()
  await keepRun(disk)
  const whole = contentsOf(disk.calls)
  const content = whole.get('content-1')!
  for (let at = 0; at < content.length; at += 97) {
    const damaged = Uint8Array.from(content)
    damaged[at]! ^= 4
    onlyTruth(materialise(new Map([...whole, ['content-1', damaged]])), `byte ${at} of the content`)
  }
})

test('a line that is missing in the middle is damage, and what stands after it is still believed', async () => {
  const disk = createRecordingDisk()
  await keepRun(disk)
  const whole = contentsOf(disk.calls)
  const lines = Buffer.from(whole.get('journal-1')!).toString().split('\n')
  const index = lines.findIndex((line) => line.includes('"name":"ring-1"') && line.includes('"t":"outcome"'))
  const journal = Buffer.from(lines.toSpliced(index, 1).join('\n'))
  const history = materialise(new Map([...whole, ['journal-1', journal]]))
  assert.equal(history.damaged, 1)
  const recall = createRecall(history, { repeat: new Set() })
  assert.equal(recall.find(places['ring-1']!)?.outcome.error?.code, 'RUN_UNCERTAIN')
  assert.equal(recall.find(places['ring-2']!)?.outcome.status, 'done')
})

// Versions

/** What version 1 wrote; it must be read for ever. */
const versionOne = [
  'heddle-run 1',
  formatLine(
    0,
    '{"t":"run","id":"0123456789abcdef0123456789abcdef","at":1795561016106,"command":"go","given":{"positional":["x"],"named":{}},"commit":"passed","pid":1,"start":"none"}',
  ).trimEnd(),
  formatLine(
    1,
    '{"t":"outcome","group":"g","name":"read-1","kind":"read","key":"ccd4fca3a0b1a1996207b7d104a03e87","queuedMs":1,"ranMs":2,"output":{"value":"text"},"times":[1,3]}',
  ).trimEnd(),
  '',
].join('\n')

test('a journal of version 1 is read, one of a newer version is left as it is and named', async (t) => {
  const root = mkdtempSync(join(scratch, 'project-'))
  const [old, future] = ['0123456789abcdef0123456789abcdef', 'f'.repeat(32)]
  const newer = 'heddle-run 2\nwhatever comes\n'
  for (const [id, text] of [
    [old, versionOne],
    [future, newer],
  ] as const) {
    mkdirSync(join(root, '.heddle/state/runs', id), { recursive: true })
    writeFileSync(join(root, '.heddle/state/runs', id, 'journal-1'), text)
  }
  const framework = await createFramework({ root, config: false, plugins: [] })
  t.after(() => framework.dispose())
  const runs = await framework.runs()
  assert.equal((await runs.show(old)).groups[0]?.operations[0]?.output, 'text')
  assert.deepEqual(
    (await runs.list()).map(({ id, status, arguments: given }) => [id, status, given]),
    [
      [old, 'unfinished', ['x']],
      [future, 'unreadable', []],
    ],
  )
  for (const call of [() => runs.show('ffff'), () => framework.resume('ffff'), () => runs.why('ffff', 'x')])
    await assert.rejects(call, (thrown) => thrown instanceof HeddleError && thrown.code === 'STATE_TOO_NEW')
  await runs.prune({ keep: 1, days: 0 })
  assert.deepEqual(readdirSync(join(root, '.heddle/state/runs')).toSorted(), [old, future])
  assert.equal(readFileSync(join(root, '.heddle/state/runs', future, 'journal-1'), 'utf8'), newer)
})

// What these tests are made of

const ring: OperationKind = {
  kind: 'ring',
  description: 'Rings a bell',
  lane: 'io',
  effects: 'external',
  idempotent: false,
  input: (z) => z.unknown(),
  output: (z) => z.unknown(),
  claims: () => ({ reads: [], writes: [] }),
  run: () => undefined,
}
const note: OperationKind = { ...ring, kind: 'note', effects: 'workspace' }

const names = ['note-1', 'ring-1', 'note-2', 'ring-2', 'note-3', 'ring-3']
const places: Readonly<Record<string, Place>> = Object.fromEntries(
  names.map((name) => [
    name,
    {
      group: 'g',
      operation: { kind: name.slice(0, 4), name, input: { name } },
      kind: name.startsWith('ring') ? ring : note,
      input: { name },
    },
  ]),
)

/** What each operation of the run gives: some small, some that must stand beside the records. */
function resultOf(name: string): Recalled {
  const isLarge = name.endsWith('2')
  const outcome: Outcome = {
    name,
    kind: name.slice(0, 4),
    status: 'done',
    attempts: 1,
    reruns: 0,
    queuedMs: 0,
    ranMs: 1,
    output: isLarge ? name.repeat(600) : name,
    error: null,
    quality: null,
  }
  const bytes = new TextEncoder().encode(`written by ${name} `.repeat(isLarge ? 80 : 1))
  const written = name.startsWith('note')
    ? [{ path: `out/${name}` as never, type: 'added' as const, isFolder: false, bytes }]
    : []
  return { outcome, written }
}

/** Keeps a run whose last bell has begun to ring and is not heard of again; gives what was acknowledged after how many calls. */
async function keepRun(disk: RecordingDisk): Promise<readonly { name: string; after: number }[]> {
  const clock = createClock()
  const writer = createRunWriter({ disk, folder: '', parents: ['runs'], part: 1, clock })!
  const head = {
    id: '0'.repeat(32),
    at: 0,
    command: 'go',
    given: { positional: [], named: {} },
    commit: 'passed',
  } as const
  const journal = createRunJournal({ writer, head, clock })
  const acknowledged: { name: string; after: number }[] = []
  for (const name of names) {
    if (name.startsWith('ring')) {
      await journal.starting(places[name]!)
      acknowledged.push({ name, after: disk.calls.length })
    }
    if (name !== 'ring-3') journal.record(places[name]!, resultOf(name))
  }
  journal.abandon()
  return acknowledged
}

/** Everything that is recalled is as it was recorded; a bell that may have rung is held back. */
function onlyTruth(history: ReturnType<typeof materialise>, what: string): void {
  const recall = createRecall(history, { repeat: new Set() })
  for (const name of names) {
    const recalled = recall.find(places[name]!)
    if (!recalled || recalled.outcome.error?.code === 'RUN_UNCERTAIN') continue
    const expected = resultOf(name)
    assert.deepEqual(recalled.outcome.output, expected.outcome.output, `${what}: ${name}`)
    assert.deepEqual(
      recalled.written.map(({ path, bytes }) => [path, Buffer.from(bytes!).toString()]),
      expected.written.map(({ path, bytes }) => [path, Buffer.from(bytes!).toString()]),
      `${what}: ${name}`,
    )
  }
}

type Call =
  | { readonly type: 'create' | 'append'; readonly file: string; readonly bytes: Uint8Array }
  | { readonly type: 'sync'; readonly file: string; readonly upTo: number }
  | { readonly type: 'sync-folder'; readonly folder: string }

interface RecordingDisk extends RunDisk {
  readonly calls: Call[]
}

/** A disk that only notes what it is asked to do, a sync when it has come to its end. */
function createRecordingDisk(): RecordingDisk {
  const calls: Call[] = []
  const lengths = new Map<string, number>()
  const grow = (type: 'create' | 'append', file: string, content: string | Uint8Array): void => {
    const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content.slice()
    lengths.set(file, (lengths.get(file) ?? 0) + bytes.length)
    calls.push({ type, file, bytes })
  }
  return {
    calls,
    create(file, bytes): GrowingFile {
      grow('create', file, bytes)
      return {
        append: (content) => grow('append', file, content),
        async sync() {
          const upTo = lengths.get(file)!
          await new Promise((resolve) => setImmediate(resolve))
          calls.push({ type: 'sync', file, upTo })
        },
        close: () => undefined,
      }
    },
    async syncFolder(folder) {
      await new Promise((resolve) => setImmediate(resolve))
      calls.push({ type: 'sync-folder', folder })
    },
  }
}

function contentsOf(calls: readonly Call[]): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>()
  for (const call of calls) {
    if (call.type !== 'create' && call.type !== 'append') continue
    files.set(call.file, Buffer.concat([files.get(call.file) ?? Buffer.alloc(0), call.bytes]))
  }
  return files
}

interface CrashState {
  readonly what: string
  readonly files: Map<string, Uint8Array>
  /** True when later bytes are there and earlier ones are not. */
  readonly outOfOrder: boolean
}

/**
 * What may be left of the files when the power fails after these calls: of each at least what was synced, at most what was
 * written, cut anywhere near a sector, the rest missing or filled with zeros, or sectors written out of order; a file whose folder
 * was not synced may be missing.
 */
function* crashStates(calls: readonly Call[]): Generator<CrashState> {
  const whole = contentsOf(calls)
  const lastNames = calls.findLastIndex((call) => call.type === 'sync-folder' && call.folder === '')
  const isSafe = (file: string): boolean =>
    calls.slice(0, lastNames + 1).some((call) => call.type === 'create' && call.file === file)
  const [journal = new Uint8Array(), content = new Uint8Array()] = [
    whole.get('journal-1'),
    whole.get('content-1'),
  ]
  const syncedTo = (file: string): number =>
    Math.max(0, ...calls.map((call) => (call.type === 'sync' && call.file === file ? call.upTo : 0)))
  if (!isSafe('journal-1')) yield { what: 'no file', files: new Map(), outOfOrder: false }
  for (const contentEnd of new Set([syncedTo('content-1'), content.length])) {
    for (const shown of leftOf(journal, syncedTo('journal-1'))) {
      const files = new Map([['journal-1', shown.bytes]])
      if (whole.has('content-1') && !isSafe('content-1'))
        yield { what: `${shown.what}, no content`, files: new Map(files), outOfOrder: shown.outOfOrder }
      if (whole.has('content-1')) files.set('content-1', content.subarray(0, contentEnd))
      yield { what: `${shown.what}, content to ${contentEnd}`, files, outOfOrder: shown.outOfOrder }
    }
  }
}

function* leftOf(
  bytes: Uint8Array,
  synced: number,
): Generator<{ what: string; bytes: Uint8Array; outOfOrder: boolean }> {
  for (const cut of cutsBetween(synced, bytes.length)) {
    yield { what: `cut at ${cut}`, bytes: bytes.subarray(0, cut), outOfOrder: false }
    if (cut === bytes.length) continue
    const zeros = Uint8Array.from(bytes).fill(0, cut)
    yield { what: `zeros from ${cut}`, bytes: zeros, outOfOrder: false }
    const end = Math.min(bytes.length, (Math.floor(cut / 512) + 1) * 512)
    if (end === bytes.length) continue
    yield {
      what: `a hole from ${cut} to ${end}`,
      bytes: Uint8Array.from(bytes).fill(0, cut, end),
      outOfOrder: true,
    }
  }
}

function cutsBetween(from: number, to: number): readonly number[] {
  const cuts = new Set([from, to])
  for (let at = Math.ceil(from / 512) * 512; at < to; at += 512)
    for (const near of [at - 1, at, at + 1]) cuts.add(near)
  for (let at = from; at < to; at += 61) cuts.add(at)
  return [...cuts].filter((cut) => cut >= from && cut <= to)
}

let folders = 0

/** Puts the files on a real disk and reads the run from there. */
function materialise(files: ReadonlyMap<string, Uint8Array>): ReturnType<typeof readHistory> {
  const folder = join(scratch, String(folders++))
  mkdirSync(folder)
  for (const [name, bytes] of files) writeFileSync(join(folder, name), bytes)
  return readHistory(folder, '0'.repeat(32))
}
