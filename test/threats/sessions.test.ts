import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { createFramework, HeddleError } from 'heddle'
import { createDurableStore } from '../../core/vfs/durable.ts'
import { session } from '../../plugins/session/index.ts'
import { isSessionId, readSession, type Session, writeSession } from '../../plugins/session/session.ts'
import { createShelf } from '../../plugins/session/shelf.ts'
import { temporaryFolder } from './ground.ts'
import { publish, rounds } from './soak.ts'

const writer = fileURLToPath(new URL('session-writer.ts', import.meta.url))
const repository = fileURLToPath(new URL('../..', import.meta.url))

test('a session that was acknowledged is there after kill -9, whenever it comes, and the next start clears what was half written (H1, H10)', async (t) => {
  let acknowledged = 0
  let leftovers = 0
  const kills = rounds(6, 1_000)
  const folder = join(temporaryFolder(t), 'session')
  for (let kill = 0; kill < kills; kill++) {
    const said = await writeUntilKilled(folder, `run ${kill}`, kill)
    leftovers += namesIn(folder).filter((name) => name.endsWith('.tmp')).length
    const shelf = createShelf(createDurableStore(folder))
    const { sessions, damaged } = await shelf.inspect()
    assert.deepEqual(damaged, [], `kill ${kill}`)
    const there = new Set(sessions.map(({ id }) => id))
    for (const id of said) assert.ok(there.has(id), `kill ${kill}: ${id} was acknowledged and is gone`)
    acknowledged += said.length
    assert.deepEqual(
      namesIn(folder).filter((name) => name.endsWith('.tmp')),
      [],
    )
    rmSync(folder, { recursive: true })
  }
  publish(
    t,
    `${kills} kill -9, ${acknowledged} acknowledged, 0 lost, 0 corrupt; ${leftovers} leftovers, 0 after the next start`,
  )
  assert.ok(acknowledged > 0)
})

test('a full disk loses no session, says so, and goes on when there is room (H3)', async (t) => {
  const mount = mkdtempSync(join(tmpdir(), 'heddle-small-'))
  t.after(() => rmdirSync(mount))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', mount], { stdio: 'ignore' })
  } catch {
    return t.skip('a small disk cannot be mounted here')
  }
  let sizes = 0
  try {
    const step = rounds(64, 4)
    for (let kib = 12; kib <= rounds(400, 1024); kib += step) {
      execFileSync('mount', ['-o', `remount,size=${kib}k`, mount])
      const folder = join(mount, 'session')
      const shelf = createShelf(createDurableStore(folder))
      const saved: string[] = []
      const refusal = await fill(shelf, saved)
      assert.ok(
        refusal instanceof HeddleError && refusal.code === 'STATE_NOT_SAVED',
        `${kib} KiB: ${String(refusal)}`,
      )
      const after = createShelf(createDurableStore(folder))
      const { sessions, damaged } = await after.inspect()
      assert.deepEqual(
        [sessions.map(({ id }) => id).toSorted(), damaged],
        [saved.toSorted(), []],
        `${kib} KiB`,
      )
      execFileSync('mount', ['-o', `remount,size=${kib + 64}k`, mount])
      await after.save('later', contextOf('there is room'))
      assert.equal((await after.load('later')).session.context.notes, 'there is room')
      rmSync(folder, { recursive: true })
      sizes++
    }
  } finally {
    execFileSync('umount', [mount])
  }
  publish(t, `${sizes} disk sizes, 0 truncated`)
})

test('no bit of a kept session can be flipped, and none of it cut off, without that being seen (H5)', (t) => {
  const id = 'a'.repeat(32)
  const kept: Session = {
    id,
    name: 'kept',
    createdAt: '2026-01-01T00:00:00.000Z',
    sequence: 1,
    context: contextOf('n'.repeat(rounds(300, 3_300))),
  }
  const bytes = Buffer.from(writeSession(kept))
  let tried = 0
  for (let at = 0; at < bytes.length; at++) {
    for (let bit = 0; bit < 8; bit++) {
      const flipped = Buffer.from(bytes)
      flipped[at]! ^= 1 << bit
      assert.notEqual(readSession(flipped.toString('utf8'), id).status, 'good', `bit ${bit} of byte ${at}`)
      tried++
    }
    assert.notEqual(readSession(bytes.subarray(0, at).toString('utf8'), id).status, 'good', `cut at ${at}`)
  }
  assert.equal(readSession(bytes.toString('utf8'), id).status, 'good')
  publish(t, `${tried} flips and ${bytes.length} cuts, 0 silent`)
})

test('processes that save at once lose nothing of each other, also when one of them is killed (H6)', async (t) => {
  const folder = join(temporaryFolder(t), 'session')
  const [processes, count] = [rounds(4, 8), rounds(6, 10_000)]
  const victim = writeUntilKilled(folder, 'victim', 3)
  const said = await Promise.all([
    victim,
    ...Array.from({ length: processes }, (_, index) => writeToTheEnd(folder, `process ${index}`, count)),
  ])
  const { sessions, damaged } = await createShelf(createDurableStore(folder)).inspect()
  const there = new Set(sessions.map(({ id }) => id))
  assert.deepEqual(damaged, [])
  for (const id of said.flat()) assert.ok(there.has(id), `${id} was acknowledged and is gone`)
  assert.equal(said.slice(1).flat().length, processes * count)
  publish(
    t,
    `${processes} processes × ${count} rounds and one killed: ${said.flat().length} acknowledged, 0 lost`,
  )
})

test('what is kept is open to its owner alone, whatever the mask of the process (H9)', async (t) => {
  const folder = join(temporaryFolder(t), 'session')
  await writeToTheEnd(folder, 'umask', 2)
  await createShelf(createDurableStore(folder)).index()
  assert.equal(statSync(folder).mode & 0o777, 0o700)
  const names = namesIn(folder)
  assert.ok(names.length >= 2)
  for (const name of names) assert.equal(statSync(join(folder, name)).mode & 0o777, 0o600, name)
  chmodSync(folder, 0o755)
  await createShelf(createDurableStore(folder)).save(null, contextOf('again'))
  assert.equal(statSync(folder).mode & 0o777, 0o700, 'a folder that was opened is closed again')
})

/** Spellings of the payloads of row A1, and ids that look like ids. */
const notIds = [
  '..',
  '../x',
  '../../etc/passwd',
  '..\\x',
  '%2e%2e%2f',
  '%252e%252e',
  '..%c0%af',
  '.',
  './',
  '/',
  '/etc/passwd',
  'C:\\x',
  '\\\\host\\share',
  '\\\\?\\C:\\x',
  'x:stream',
  'PROGRA~1',
  '．．／x',
  '..\u2215x',
  'a\0b',
  'a\u200bb',
  '~',
  '~root',
  'file:///etc/passwd',
  'x?y',
  'x#y',
  '@modules/x',
  `${'a'.repeat(32)}/..`,
  'A'.repeat(32),
  'a'.repeat(31),
  'a'.repeat(33),
  `${'a'.repeat(32)}\n`,
  'g'.repeat(32),
  '__proto__',
  'constructor',
]

test('an id is 128 random bits and never a path: whatever else stands in its place names no session and no file (H11)', async (t) => {
  const root = temporaryFolder(t)
  const canary = 'CANARY-OUTSIDE'
  mkdirSync(join(root, '.heddle/state/session'), { recursive: true })
  mkdirSync(join(root, '.heddle/commands'), { recursive: true })
  writeFileSync(
    join(root, '.heddle/commands/keep.md'),
    '---\nkind: command\npattern: session\narguments:\n  - name: action\n  - name: name\n---\n',
  )
  writeFileSync(join(root, '.heddle/state/x'), canary)
  writeFileSync(join(root, '.heddle/state/session-x.json'), canary)
  const framework = await createFramework({ root, config: false, plugins: [session()] })
  t.after(() => framework.dispose())
  const before = new Set(namesIn(join(root, '.heddle/state')))
  for (const name of notIds) {
    assert.equal(isSessionId(name), false, JSON.stringify(name))
    for (const action of ['load', 'show', 'resume', 'prune', 'fork']) {
      const report = await framework.run('keep', { action, name })
      assert.notEqual(report.status, 'passed', `${action} ${JSON.stringify(name)}`)
      assert.ok(!JSON.stringify(report).includes(canary), `${action} ${JSON.stringify(name)}`)
    }
  }
  assert.ok(existsSync(join(root, '.heddle/state/x')))
  assert.equal(readFileSync(join(root, '.heddle/state/session-x.json'), 'utf8'), canary)
  const after = namesIn(join(root, '.heddle/state')).filter((name) => !before.has(name))
  assert.deepEqual(
    after.filter(
      (name) => !/^(?:\.gitignore$|runs|session|durations|results|journal|outputs|gates)/.test(name),
    ),
    [],
  )
  const ids = new Set<string>()
  const shelf = createShelf(createDurableStore(join(root, 'ids')))
  for (let turn = 0; turn < 20; turn++) ids.add((await shelf.save(null, contextOf('x'))).id)
  assert.equal(ids.size, 20)
  for (const id of ids) assert.match(id, /^[0-9a-f]{32}$/)
  publish(t, `${notIds.length} names × 5 actions, 0 taken for a session`)
})

/** Saves until the disk refuses, and gives the refusal. */
async function fill(shelf: ReturnType<typeof createShelf>, saved: string[]): Promise<unknown> {
  for (let turn = 0; turn < 2_000; turn++) {
    try {
      saved.push((await shelf.save(null, contextOf('x'.repeat(3_000)))).id)
    } catch (thrown) {
      return thrown
    }
  }
  return undefined
}

function contextOf(notes: string) {
  return { command: 'session', arguments: {}, modules: [], findings: [], tree: null, memory: [], notes }
}

function namesIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : []
}

function start(folder: string, name: string, count: number) {
  return spawn(
    process.execPath,
    ['--import', 'tsx', '--conditions=source', writer, folder, name, String(count)],
    {
      cwd: repository,
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
}

/** Ids that the process had acknowledged when it was killed, after a number of them that differs from time to time. */
async function writeUntilKilled(folder: string, name: string, turn: number): Promise<string[]> {
  const child = start(folder, name, 100_000)
  const wanted = 1 + (turn % 7)
  let text = ''
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString()
    const acknowledged = text.split('\n').length - 2
    if (acknowledged >= wanted) setTimeout(() => child.kill('SIGKILL'), turn % 5)
  })
  await once(child, 'close')
  return idsIn(text)
}

async function writeToTheEnd(folder: string, name: string, count: number): Promise<string[]> {
  const child = start(folder, name, count)
  let text = ''
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()))
  const [code] = (await once(child, 'close')) as [number | null]
  assert.equal(code, 0)
  return idsIn(text)
}

/** A line that was cut short acknowledges nothing. */
function idsIn(text: string): string[] {
  return text
    .split('\n')
    .slice(0, -1)
    .flatMap((line) => /^([0-9a-f]{32}) \d+$/.exec(line)?.[1] ?? [])
}
