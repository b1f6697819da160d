import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmodSync, linkSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { openSync, closeSync, readlinkSync, rmSync, symlinkSync, truncateSync, unlinkSync } from 'node:fs'
import { writeFileSync } from 'node:fs'
import net from 'node:net'
import os from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import * as fc from 'fast-check'
import type { Files, Gate, Path, WritableFiles } from '../core/files.ts'
import {
  createGate,
  createWorkspace,
  diskFiles,
  memoryFiles,
  mountFiles,
  parsePath,
  resolvePath,
} from '../core/files.ts'
import { realPlaceByName } from '../core/vfs/handle.ts'
import { createLayers } from '../core/vfs/layer.ts'
import { decodeText } from '../core/vfs/text.ts'

const temporary: string[] = []
after(() => {
  for (const folder of temporary) rmSync(folder, { recursive: true, force: true })
})

const onGate = (): Gate => createGate()
const offGate = (): Gate => createGate({ off: true })

/** A check that holds, and that would notice if the guard were gone (M1). */
function guarded<G>(name: string, check: (guard: G) => Promise<void>, on: G, off: G): void {
  test(name, async () => check(on))
  test(`${name}: fails without the guard`, async () => {
    await assert.rejects(check(off), assert.AssertionError)
  })
}

interface Ground {
  readonly outer: string
  readonly root: string
  readonly canary: string
}

/** A root ten folders deep, with a secret beside each, so that eight steps up end in a secret and never on the machine. */
function makeGround(): Ground {
  const outer = mkdtempSync(join(os.tmpdir(), 'heddle-secure-'))
  temporary.push(outer)
  const canary = randomBytes(16).toString('hex')
  let at = outer
  for (let depth = 0; depth < 10; depth++) {
    writeFileSync(join(at, 'secret.md'), canary)
    writeFileSync(join(at, `name-${canary}`), '')
    at = join(at, `level${depth}`)
    mkdirSync(at)
  }
  const root = join(at, 'mods')
  mkdirSync(join(root, 'docs', 'deep'), { recursive: true })
  writeFileSync(join(root, 'docs', 'inside.md'), 'inside')
  writeFileSync(join(at, 'secret.md'), canary)
  for (const name of ['mods-x', 'mods.', 'Mods', 'mod']) {
    mkdirSync(join(at, name))
    writeFileSync(join(at, name, 'secret.md'), canary)
  }
  return { outer, root, canary }
}

/** Every door of the file systems that leads to a folder on the disk. */
function doorsTo(root: string, gate: () => Gate): Record<string, WritableFiles> {
  const disk = (): WritableFiles => diskFiles({ root, gate: gate() })
  return {
    disk: disk(),
    layer: createLayers([disk(), memoryFiles({}, { gate: gate() })], gate()) as WritableFiles,
    mount: mountFiles({ '': disk() }, { gate: gate() }),
    workspace: createWorkspace(disk(), { gate: gate() }),
    view: createWorkspace(disk(), { gate: gate() }).view('one'),
  }
}

/** All that a door says about a path, as text: answers, bytes and errors. */
async function everythingSaid(files: Files, path: Path): Promise<string> {
  const calls: (() => unknown)[] = [
    () => files.stat(path),
    () => files.list(path),
    async () => Buffer.from(await files.read(path)).toString('latin1'),
    () => files.sync?.list(path),
    () => files.sync && Buffer.from(files.sync.read(path)).toString('latin1'),
  ]
  let said = ''
  for (const call of calls) {
    try {
      said += JSON.stringify(await call()) ?? ''
    } catch (thrown) {
      said += String(thrown)
    }
  }
  return said
}

async function tryToChange(files: WritableFiles, path: Path): Promise<void> {
  for (const call of [
    () => files.write(path, 'overwritten'),
    () => files.makeFolder(path),
    () => files.remove(path),
  ]) {
    await call().catch(() => undefined)
  }
}

/** Everything outside the root: names, kinds, contents, targets. */
function outsideOf({ outer, root }: Ground): string {
  const lines: string[] = []
  const visit = (folder: string): void => {
    for (const name of readdirSync(folder).sort()) {
      const at = join(folder, name)
      if (at === root) continue
      const stat = lstatSync(at)
      const content = stat.isFile() ? readFileSync(at, 'utf8') : stat.isSymbolicLink() ? readlinkSync(at) : ''
      lines.push(`${at} ${stat.mode} ${stat.mtimeMs} ${content}`)
      if (stat.isDirectory()) visit(at)
    }
  }
  visit(outer)
  return lines.join('\n')
}

async function codeOf(call: Promise<unknown>): Promise<string | undefined> {
  return call.then(
    () => 'no error',
    (thrown: unknown) => (thrown as { code?: string }).code,
  )
}

function at(text: string): Path {
  const parsed = parsePath(text)
  assert.ok(parsed.ok, text)
  return parsed.value
}

const dot = fc.constantFrom(
  '.',
  '%2e',
  '%2E',
  '%252e',
  '%25252e',
  '%c0%ae',
  '%e0%80%ae',
  '%u002e',
  '%%32%65',
  '\uff0e',
  '\u2024',
)
const up = fc.oneof(
  { weight: 3, arbitrary: fc.constant('..') },
  fc.tuple(dot, dot).map((both) => both.join('')),
  fc.constantFrom('...', '.. ', '..\u200b', '\u2025', '. .', '..;', '..%00', '..\0', '.\u200d.', '..::$DATA'),
)
const slash = fc.oneof(
  { weight: 3, arbitrary: fc.constant('/') },
  fc.constantFrom(
    '\\',
    '//',
    '/./',
    '%2f',
    '%2F',
    '%5c',
    '%252f',
    '%c0%af',
    '\u2215',
    '\uff0f',
    '\u2044',
    '\\/',
  ),
)
const climb = fc
  .array(fc.tuple(up, slash), { minLength: 1, maxLength: 8 })
  .map((steps) => steps.map((step) => step.join('')).join(''))
const target = fc.constantFrom(
  '',
  'secret.md',
  'SECRET.MD',
  'secret.md/',
  'secret.md ',
  'secret.md.',
  'secret.md?raw',
  'secret.md#x',
  'secret.md::$DATA',
  'secret.md%00.md',
  'SECRET~1.MD',
  'mods-x/secret.md',
)
const prefix = fc.constantFrom(
  '',
  '',
  '',
  './',
  'docs/',
  'docs/deep/',
  'none/',
  '@modules/',
  '@modules/@modules/',
  '~/',
  'file:',
  'file://',
  'C:',
  'c:/',
  '\\\\?\\',
  '\\\\server\\share\\',
  '//server/share/',
  '//./',
  'CON/',
  'PROGRA~1/',
  'docs\\',
)
const relative = fc.tuple(prefix, climb, target).map((parts) => parts.join(''))
const payloadsFor = (outer: string): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 5, arbitrary: relative },
    fc
      .constantFrom('', 'file://', '/', '//', '\\\\?\\', 'docs/../')
      .map((start) => `${start}${outer}/secret.md`),
  )

guarded(
  'no spelling of a path reads, lists or changes anything outside the root, through any door (A1)',
  async (gate) => {
    const ground = makeGround()
    const doors = Object.entries(doorsTo(ground.root, gate))
    const untouched = outsideOf(ground)
    let leaks = 0
    await fc.assert(
      fc.asyncProperty(payloadsFor(ground.outer), async (payload) => {
        const parsed = parsePath(payload)
        assert.ok(!parsed.ok || !parsed.value.split('/').includes('..'))
        const resolved = resolvePath('docs/deep' as Path, payload)
        assert.ok(!resolved.ok || !resolved.value.split('/').includes('..'))
        for (const [, files] of doors) {
          const said = await everythingSaid(files, payload as Path)
          leaks += said.split(ground.canary).length - 1
          await tryToChange(files, payload as Path)
        }
      }),
      { numRuns: 250, seed: 20_261_123 },
    )
    assert.equal(leaks, 0)
    assert.equal(outsideOf(ground), untouched)
  },
  onGate,
  offGate,
)

test('what is refused says why, with a hint, and shows what cannot be seen', () => {
  const expected: [string, string][] = [
    ['..', 'OUTSIDE_ROOT'],
    ['a/../../b', 'OUTSIDE_ROOT'],
    ['/etc/passwd', 'OUTSIDE_ROOT'],
    ['//server/share', 'OUTSIDE_ROOT'],
    ['\\\\server\\share', 'OUTSIDE_ROOT'],
    ['C:\\x', 'OUTSIDE_ROOT'],
    ['c:x', 'OUTSIDE_ROOT'],
    ['file:///x', 'OUTSIDE_ROOT'],
    ['~/x', 'OUTSIDE_ROOT'],
    ['a\\b', 'NAME_UNSAFE'],
    ['a\0b', 'NAME_UNSAFE'],
    ['a\nb', 'NAME_UNSAFE'],
    ['notes.md:stream', 'NAME_UNSAFE'],
    ['x.md::$DATA', 'NAME_UNSAFE'],
    ['NUL', 'NAME_UNSAFE'],
    ['a/con.txt', 'NAME_UNSAFE'],
    ['COM1.md', 'NAME_UNSAFE'],
    ['LPT¹', 'NAME_UNSAFE'],
    ['aux .md', 'NAME_UNSAFE'],
    ['a./b', 'NAME_UNSAFE'],
    ['a /b', 'NAME_UNSAFE'],
    ['a\u00a0', 'NAME_UNSAFE'],
    ['...', 'NAME_UNSAFE'],
    ['%2e%2e/x', 'NAME_UNSAFE'],
    ['a%2fb', 'NAME_UNSAFE'],
    ['a%255cb', 'NAME_UNSAFE'],
    ['a%c0%afb', 'NAME_UNSAFE'],
    ['%%32%65', 'NAME_UNSAFE'],
    ['a\u2215b', 'NAME_UNSAFE'],
    ['\u2025/x', 'NAME_UNSAFE'],
    ['a\u200bb', 'NAME_UNSAFE'],
    ['.g\u200cit/config', 'NAME_UNSAFE'],
    ['.e\ufe0fnv', 'NAME_UNSAFE'],
    ['a\u202egnp.md', 'NAME_UNSAFE'],
    ['\ud800', 'NAME_UNSAFE'],
    ['PROGRA~1', 'NAME_UNSAFE'],
    ['x'.repeat(5000), 'NAME_UNSAFE'],
  ]
  for (const [text, code] of expected) {
    const parsed = parsePath(text)
    assert.ok(!parsed.ok, JSON.stringify(text))
    assert.equal(parsed.diagnostic.code, code, JSON.stringify(text))
    assert.ok(parsed.diagnostic.hint)
    assert.doesNotMatch(parsed.diagnostic.message, /[\p{Cc}\p{Cf}\ufe0f]/u)
  }
})

guarded(
  'deny rules hold at any depth and in every spelling, for reading, listing and changing',
  async (gate) => {
    const ground = makeGround()
    const { root, canary } = ground
    const denied = [
      '.env',
      '.env.local',
      '.ENV',
      'docs/.Env',
      'a/b/key.pem',
      'Key.PEM',
      'id_rsa',
      'ID_RSA.bak',
      '.git/config',
      'sub/.GIT/hooks/x',
      '.heddle/state/run',
      '.Heddle/State/x',
    ]
    for (const name of denied) {
      mkdirSync(join(root, name, '..'), { recursive: true })
      writeFileSync(join(root, name), canary)
    }
    writeFileSync(join(root, '.env.example'), 'example')
    symlinkSync('.git', join(root, 'open'))
    symlinkSync('../.env', join(root, 'docs/ok.md'))
    for (const [door, files] of Object.entries(doorsTo(root, gate))) {
      for (const name of [...denied, 'docs/../.env', './/.env', 'open/config', 'docs/ok.md']) {
        assert.equal((await everythingSaid(files, name as Path)).includes(canary), false, `${door} ${name}`)
        await tryToChange(files, name as Path)
      }
      for (const name of ['.git', 'sub', '.heddle']) await files.remove(name as Path).catch(() => undefined)
      const names = (await files.list(at('')))?.map(({ name }) => name) ?? []
      assert.deepEqual(
        names.filter((name) => /^(\.env|\.ENV|\.git|id_rsa)$/.test(name)),
        [],
      )
      assert.equal(Buffer.from(await files.read(at('.env.example'))).toString(), 'example')
      if (files.sync && 'commit' in files)
        await (files as ReturnType<typeof createWorkspace>).commit().catch(() => undefined)
      for (const name of denied)
        assert.equal(readFileSync(join(root, name), 'utf8'), canary, `${door} ${name}`)
    }
  },
  onGate,
  offGate,
)

guarded(
  'a sibling whose name begins like the root is outside (A2)',
  async (gate) => {
    const ground = makeGround()
    const untouched = outsideOf(ground)
    for (const sibling of ['mods-x', 'mods.', 'Mods', 'mod']) {
      symlinkSync(join(ground.root, '..', sibling), join(ground.root, `link-${sibling}-`))
      for (const [door, files] of Object.entries(doorsTo(ground.root, gate))) {
        for (const path of [
          `../${sibling}/secret.md`,
          `link-${sibling}-/secret.md`,
          `docs/../../${sibling}/secret.md`,
        ]) {
          const said = await everythingSaid(files, path as Path)
          assert.equal(said.includes(ground.canary), false, `${door} ${path}`)
          assert.match(said, /not inside a declared root|inside the root|ends in a dot/)
          await tryToChange(files, path as Path)
        }
        assert.equal(outsideOf(ground), untouched, door)
      }
    }
  },
  onGate,
  offGate,
)

guarded(
  'links do not leave the root (A3)',
  async (gate) => {
    const ground = makeGround()
    const { root, outer, canary } = ground
    symlinkSync(join(outer, 'secret.md'), join(root, 'file-absolute'))
    symlinkSync('../secret.md', join(root, 'file-relative'))
    symlinkSync(outer, join(root, 'folder-absolute'))
    symlinkSync('../..', join(root, 'folder-relative'))
    symlinkSync('../secret.md', join(root, 'chain0'))
    for (let link = 1; link < 30; link++) symlinkSync(`chain${link - 1}`, join(root, `chain${link}`))
    symlinkSync('../mods', join(root, 'docs/back'))
    const untouched = outsideOf(ground)
    const leaving = [
      'file-absolute',
      'file-relative',
      'chain0',
      'chain29',
      'folder-absolute/secret.md',
      'folder-relative/secret.md',
      'docs/back/../secret.md',
      'folder-absolute',
      'folder-relative',
    ]
    for (const [door, files] of Object.entries(doorsTo(root, gate))) {
      for (const path of leaving) {
        const said = await everythingSaid(files, path as Path)
        assert.equal(said.includes(canary), false, `${door} ${path}`)
        await files.write(path as Path, 'overwritten').catch(() => undefined)
        await files.makeFolder(`${path}/made` as Path).catch(() => undefined)
        await files.remove(`${path}/secret.md` as Path).catch(() => undefined)
      }
      if ('commit' in files)
        await (files as ReturnType<typeof createWorkspace>).commit().catch(() => undefined)
      assert.equal(outsideOf(ground), untouched, door)
    }
  },
  onGate,
  offGate,
)

test('links get the code that says so; inside the root they are followed (A3)', async () => {
  const ground = makeGround()
  const { root, canary } = ground
  const files = diskFiles({ root })
  await files.list(at(''))
  symlinkSync('../secret.md', join(root, 'out'))
  symlinkSync('..', join(root, 'up'))
  symlinkSync('docs/inside.md', join(root, 'in'))
  symlinkSync(join(root, 'docs'), join(root, 'in-folder'))
  symlinkSync('none', join(root, 'dangling'))
  symlinkSync('loop-b', join(root, 'loop-a'))
  symlinkSync('loop-a', join(root, 'loop-b'))
  symlinkSync('docs/inside.md', join(root, 'long0'))
  for (let link = 1; link <= 45; link++) symlinkSync(`long${link - 1}`, join(root, `long${link}`))

  for (const path of ['out', 'loop-a', 'long45']) {
    assert.equal(await codeOf(files.read(at(path))), 'LINK_LEAVES_ROOT', path)
    assert.equal(await codeOf(files.stat(at(path))), 'LINK_LEAVES_ROOT', path)
  }
  for (const call of [files.list(at('up')), files.read(at('up/secret.md')), files.write(at('up/x'), 'x')]) {
    assert.equal(await codeOf(call), 'LINK_LEAVES_ROOT')
  }
  assert.equal(await codeOf(files.makeFolder(at('up/new'))), 'LINK_LEAVES_ROOT')
  assert.equal(await codeOf(files.remove(at('up/secret.md'))), 'LINK_LEAVES_ROOT')
  for (const path of ['in', 'long30', 'in-folder/inside.md']) {
    assert.equal(Buffer.from(await files.read(at(path))).toString(), 'inside')
    assert.equal((await files.stat(at(path)))?.type, 'file')
  }
  assert.equal((await files.list(at('')))?.find(({ name }) => name === 'in-folder')?.type, 'link')
  assert.deepEqual(
    (await files.list(at('in-folder')))?.map(({ name }) => name),
    ['deep', 'inside.md'],
  )

  assert.equal(await codeOf(files.read(at('dangling'))), 'NOT_FOUND')
  assert.equal(await files.stat(at('dangling')), undefined)
  for (const path of ['dangling', 'out', 'in']) {
    assert.equal(await codeOf(files.write(at(path), 'x')), 'NOT_A_FILE', path)
  }
  await files.remove(at('out'))
  await files.remove(at('up'))
  assert.equal(readFileSync(join(root, '..', 'secret.md'), 'utf8'), canary)
  assert.equal(
    (await files.list(at('')))?.some(({ name }) => name === 'out' || name === 'up'),
    false,
  )
})

test('a root that is itself a link is the place it led to when it was first used (A3)', async () => {
  const { outer, root, canary } = makeGround()
  const link = join(outer, 'root-link')
  symlinkSync(root, link)
  const files = diskFiles({ root: link })
  assert.equal(Buffer.from(await files.read(at('docs/inside.md'))).toString(), 'inside')
  unlinkSync(link)
  symlinkSync(outer, link)
  assert.equal(await codeOf(files.read(at('secret.md'))), 'NOT_FOUND')
  assert.equal(JSON.stringify(await files.list(at(''))).includes(canary), false)
})

test('a name that leads elsewhere than the open file gives no real place (systems without /proc)', () => {
  const { root, outer } = makeGround()
  const fd = openSync(join(root, 'docs/inside.md'), 'r')
  assert.equal(realPlaceByName(fd, join(root, 'docs/inside.md')), join(root, 'docs/inside.md'))
  assert.equal(realPlaceByName(fd, join(outer, 'secret.md')), undefined)
  closeSync(fd)
})

guarded(
  'odd files are refused at once, and normal reads beside them are not held up (A6)',
  async (gate) => {
    // Not the deep ground: the path of a socket is at most 107 bytes long.
    const root = mkdtempSync(join(os.tmpdir(), 'heddle-odd-'))
    temporary.push(root)
    const server = net.createServer().listen(join(root, 'socket.md'))
    await new Promise((resolve) => server.once('listening', resolve))
    try {
      assert.equal(spawnSync('mkfifo', [join(root, 'pipe.md')]).status, 0)
      mkdirSync(join(root, 'folder.md'))
      symlinkSync('/dev/zero', join(root, 'device.md'))
      for (let file = 0; file < 64; file++) writeFileSync(join(root, `normal${file}.md`), `normal ${file}`)
      const files = diskFiles({ root, gate: gate() })
      const odd: [string, string][] = [
        ['pipe.md', 'NOT_A_FILE'],
        ['socket.md', 'NOT_A_FILE'],
        ['folder.md', 'NOT_A_FILE'],
      ]
      if (gate().on) odd.push(['device.md', 'LINK_LEAVES_ROOT'])
      const took: number[] = []
      const refused: number[] = []
      for (let file = 0; file < 64; file++) {
        const [path, code] = odd[file % odd.length]!
        const start = performance.now()
        assert.equal(await codeOf(files.read(at(path))), code, path)
        refused.push(performance.now() - start)
        const next = performance.now()
        assert.equal(Buffer.from(await files.read(at(`normal${file}.md`))).toString(), `normal ${file}`)
        took.push(performance.now() - next)
      }
      // A file that hangs would hang every time; one slow answer is the machine's.
      assert.ok(refused.sort((a, b) => a - b)[32]! < 100, `${refused[32]} ms to refuse`)
      assert.ok(took.sort((a, b) => a - b)[32]! < 50, `${took[32]} ms to read beside them`)
      const types = ['pipe.md', 'socket.md', 'folder.md'].map((path) => files.sync.stat(at(path))?.type)
      assert.deepEqual(types, ['other', 'other', 'directory'])
      assert.equal(await codeOf(files.write(at('pipe.md'), 'x')), 'NOT_A_FILE')
    } finally {
      await new Promise((resolve) => server.close(resolve))
    }
  },
  onGate,
  offGate,
)

test('a device inside the root is refused (A6)', async (context) => {
  const { root } = makeGround()
  if (spawnSync('mknod', [join(root, 'zero.md'), 'c', '1', '5']).status !== 0) {
    context.skip('needs the right to make a device')
    return
  }
  assert.equal(await codeOf(diskFiles({ root }).read(at('zero.md'))), 'NOT_A_FILE')
})

test('a file that may not be read says so (A6)', () => {
  const { root, outer } = makeGround()
  const files = diskFiles({ root })
  writeFileSync(join(root, 'closed.md'), 'x')
  chmodSync(join(root, 'closed.md'), 0o000)
  chmodSync(outer, 0o755)
  const { seteuid } = process
  // The superuser may read everything, so another user asks: synchronously, so that nothing else runs as that user.
  const isSuperuser = process.geteuid?.() === 0 && seteuid !== undefined
  files.sync.stat(at(''))
  if (isSuperuser) seteuid(65_534)
  try {
    assert.throws(() => files.sync.read(at('closed.md')), {
      code: 'UNREADABLE',
      message: /"closed.md" could not be read \(EACCES\)/,
    })
  } finally {
    if (isSuperuser) seteuid(0)
  }
})

test('a file that is replaced and removed all the time is read whole or not found (A6)', async () => {
  const { root } = makeGround()
  const churn = `
    const fs = require('fs'), path = process.argv[1], text = 'x'.repeat(50000)
    process.send('ready')
    for (let round = 1; ; round++) {
      fs.writeFileSync(path + '.new', text); fs.renameSync(path + '.new', path)
      if (round % 5 === 0) fs.unlinkSync(path)
    }`
  const child = spawn(process.execPath, ['-e', churn, join(root, 'x.md')], {
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
  try {
    await new Promise((resolve) => child.once('message', resolve))
    const files = diskFiles({ root })
    const found = { whole: 0, absent: 0 }
    // Until both have been seen often: how many reads that takes is the scheduler's choice.
    for (let read = 0; read < 200_000 && (found.whole < 200 || found.absent < 20); read++) {
      const said = await files.read(at('x.md')).then(
        (bytes) => bytes.length,
        (thrown: { code?: string }) => thrown.code,
      )
      if (said === 50_000) found.whole++
      else if (said === 'NOT_FOUND') found.absent++
      else assert.fail(`read gave ${said}`)
    }
    assert.ok(found.whole > 0 && found.absent > 0, JSON.stringify(found))
  } finally {
    child.kill('SIGKILL')
  }
})

test('a hard link is a file like any other, and writing does not reach its other name', async () => {
  const { root, outer, canary } = makeGround()
  linkSync(join(outer, 'secret.md'), join(root, 'hard.md'))
  await diskFiles({ root }).write(at('hard.md'), 'mine')
  assert.equal(readFileSync(join(outer, 'secret.md'), 'utf8'), canary)
})

guarded<(bytes: Uint8Array, label: string) => ReturnType<typeof decodeText>>(
  'text is UTF-8 or refused with the offset of the first bad byte (C4)',
  async (decode) => {
    const accepted: [number[], string][] = [
      [[], ''],
      [[0xef, 0xbb, 0xbf, 0x61], 'a'],
      [[0x61, 0xef, 0xbb, 0xbf], 'a\ufeff'],
      [[0xf0, 0x9f, 0x91, 0x8b, 0x0d, 0x0a, 0x0d], '👋\r\n\r'],
      [[0xed, 0x9f, 0xbf, 0xee, 0x80, 0x80, 0xf4, 0x8f, 0xbf, 0xbf], '\ud7ff\ue000\u{10ffff}'],
    ]
    for (const [bytes, text] of accepted)
      assert.deepEqual(decode(new Uint8Array(bytes), 'x.md'), { ok: true, value: text })
    const refused: [number[], number][] = [
      [[0xff, 0xfe, 0x61, 0x00], 0],
      [[0xfe, 0xff, 0x00, 0x61], 0],
      [[0xff, 0xfe, 0x00, 0x00, 0x61, 0, 0, 0], 0],
      [[0x00, 0x00, 0xfe, 0xff, 0, 0, 0, 0x61], 0],
      [[0x61, 0x62, 0x00, 0x63], 2],
      [[0x61, 0x80], 1],
      [[0x61, 0x62, 0xc3], 2],
      [[0xc0, 0xae], 0],
      [[0x61, 0xe0, 0x80, 0xaf], 1],
      [[0x61, 0xed, 0xa0, 0x80], 1],
      [[0xf4, 0x90, 0x80, 0x80], 0],
      [[0xc3, 0xa9, 0xf0, 0x9f, 0x91], 2],
      [[0xef, 0xbb, 0xbf, 0x0a, 0xff], 4],
    ]
    for (const [bytes, offset] of refused) {
      const result = decode(new Uint8Array(bytes), 'x.md')
      assert.ok(!result.ok, bytes.join())
      assert.equal(result.diagnostic.code, 'BAD_ENCODING')
      assert.match(result.diagnostic.message, new RegExp(`^Byte ${offset} of "x.md"`))
    }
  },
  decodeText,
  (bytes) => ({ ok: true, value: new TextDecoder().decode(bytes) }),
)

test('where the first bad byte is agrees with the platform, for any bytes (C4)', () => {
  const piece = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 4 }).map((text) => Array.from(Buffer.from(text))),
    fc.array(fc.constantFrom(0x41, 0x80, 0xbf, 0xc2, 0xe0, 0xa0, 0xed, 0xf0, 0x90, 0xf4, 0xff), {
      maxLength: 3,
    }),
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 6 }), (pieces) => {
      const bytes = new Uint8Array(pieces.flat().map((byte) => byte || 1))
      const result = decodeText(bytes, 'x')
      const strict = new TextDecoder('utf-8', { fatal: true })
      if (result.ok) {
        assert.equal(result.value, strict.decode(bytes))
        return
      }
      const offset = Number(/^Byte (\d+)/.exec(result.diagnostic.message)?.[1])
      strict.decode(bytes.subarray(0, offset))
      if (!/mark of/.test(result.diagnostic.message)) {
        for (let end = offset + 1; end <= Math.min(offset + 4, bytes.length); end++) {
          assert.throws(() => strict.decode(bytes.subarray(0, end)))
        }
      }
    }),
    { numRuns: 2000, seed: 20_261_123 },
  )
})

guarded<number>(
  'the limit of size holds to the byte (C5)',
  async (maxBytes) => {
    const { root } = makeGround()
    const files = diskFiles({ root, maxBytes })
    for (const difference of [-1, 0, 1]) {
      writeFileSync(join(root, 'x.md'), Buffer.alloc(2 ** 20 + difference, 97))
      const said = await files.read(at('x.md')).then(
        ({ length }) => length,
        (thrown: { code?: string }) => thrown.code,
      )
      assert.equal(said, difference > 0 ? 'TOO_LARGE' : 2 ** 20 + difference)
    }
  },
  2 ** 20,
  Infinity,
)

test('a file of ten gibibytes is refused before it is read (C5)', async () => {
  const { root } = makeGround()
  writeFileSync(join(root, 'huge.md'), '')
  truncateSync(join(root, 'huge.md'), 10 * 2 ** 30)
  const files = diskFiles({ root })
  await codeOf(files.read(at('huge.md')))
  const before = process.memoryUsage()
  const times = []
  for (let read = 0; read < 20; read++) {
    const start = performance.now()
    assert.equal(await codeOf(files.read(at('huge.md'))), 'TOO_LARGE')
    times.push(performance.now() - start)
  }
  const grown = process.memoryUsage().arrayBuffers - before.arrayBuffers
  assert.ok(grown < 2 ** 20, `${grown} bytes more`)
  assert.ok(times.sort((a, b) => a - b)[10]! < 5, `${times[10]} ms`)
})

test('a file that says it is empty is still read to its end, and no further than the limit (C5)', async () => {
  const whole = await diskFiles({ root: '/proc/self' }).read(at('status'))
  assert.match(Buffer.from(whole).toString(), /^Name:.*\nnonvoluntary_ctxt_switches:\t\d+\n$/s)
  assert.equal(await codeOf(diskFiles({ root: '/proc/self', maxBytes: 100 }).read(at('status'))), 'TOO_LARGE')
})
