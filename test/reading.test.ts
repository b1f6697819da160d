import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import fc from 'fast-check'
import { type DiskFiles, diskFiles } from '../core/vfs/disk.ts'
import { createGate } from '../core/vfs/gate.ts'
import { createGround } from '../core/vfs/ground.ts'
import { memoryFiles } from '../core/vfs/memory.ts'
import type { Path } from '../core/vfs/path.ts'

const temporary: string[] = []
after(() => {
  for (const folder of temporary) rmSync(folder, { recursive: true, force: true })
})

function makeFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'heddle-reading-')))
  temporary.push(folder)
  return folder
}

/** A file that nobody has touched for long, so that it is not read alone for being young. */
function placeOld(path: string, content: string): void {
  mkdirSync(join(path, '..'), { recursive: true })
  writeFileSync(path, content)
  utimesSync(path, 1_000_000, 1_000_000)
}

/** What reading each by itself gives, and what reading them in a row gives. */
function readBothWays(files: DiskFiles, paths: readonly string[]): { alone: string[]; row: string[] } {
  const alone = paths.map((path) => {
    try {
      return Buffer.from(files.sync.read(path as Path)).toString()
    } catch (thrown) {
      return String((thrown as { code: unknown }).code)
    }
  })
  const row: string[] = []
  files.sync.readEach!(paths as Path[], (found) => {
    row.push('bytes' in found ? Buffer.from(found.bytes).toString() : found.code)
    return true
  })
  return { alone, row }
}

// Names and rules from few letters, so that they meet; both kinds of everything that is special.
const segment = fc.oneof(
  fc.constantFrom(
    '.env',
    '.env.example',
    'key.pem',
    'ID_RSA.md',
    '.git',
    '.heddle',
    'state',
    'CON.md',
    'com1.md',
    'Lpt9',
    'aux.b',
    'PRN',
    'nul',
  ),
  fc.constantFrom(
    'a.',
    ' ',
    '',
    '.',
    '..',
    'ａ',
    'A~1',
    'é.md',
    'é.md',
    'a b',
    'a/b',
    '\\',
    'a\0',
    'x'.repeat(256),
  ),
  fc.string({ unit: fc.constantFrom('a', 'B', 'ß', 'K', '-', '_', '.', '1', '~', ':', 'İ'), maxLength: 5 }),
)
const step = fc.oneof(
  fc.constantFrom('**', '*', 'a*', '*.b', 'a?', '[ab]', '{a,b}', 'STATE', 'key', 'K', 'ß'),
  fc.string({ unit: fc.constantFrom('a', 'b', '-', '.', '*', '?', 'K'), minLength: 1, maxLength: 3 }),
)
const rule = fc.array(step, { minLength: 1, maxLength: 3 }).map((steps) => steps.join('/'))

test('names are admitted in a folder exactly when their paths pass the gate as they are written', () => {
  const verdicts = { admitted: 0, refused: 0 }
  fc.assert(
    fc.property(
      fc.array(rule, { maxLength: 2 }),
      fc.array(segment, { maxLength: 3 }),
      fc.array(segment, { minLength: 1, maxLength: 8 }),
      (deny, folders, names) => {
        const gate = gateOf(deny)
        if (!gate) return
        const folder = folders.join('/') as Path
        const admits = gate.admitting(folder)
        for (const name of names) {
          const path = folder === '' ? name : `${folder}/${name}`
          const checked = gateOf(deny)!.check(path)
          const passes = checked.ok && checked.value === path && name !== '' && !name.includes('/')
          assert.equal(admits(name), passes, JSON.stringify({ deny, path }))
          verdicts[passes ? 'admitted' : 'refused']++
        }
      },
    ),
    { numRuns: 20_000 },
  )
  assert.ok(verdicts.admitted > 5_000 && verdicts.refused > 5_000, JSON.stringify(verdicts))
})

/** Undefined for rules that are refused. */
function gateOf(deny: readonly string[]): ReturnType<typeof createGate> | undefined {
  try {
    return createGate({ deny })
  } catch {
    return undefined
  }
}

test(
  'a row of files is read as each of them by itself, whatever they are',
  { skip: process.platform === 'win32' },
  () => {
    const outer = makeFolder()
    const root = join(outer, 'root')
    for (const name of ['a', 'b', 'c']) placeOld(join(root, 'plain', `${name}.md`), `# ${name}`)
    placeOld(join(root, '.heddle/state/x'), 'our own')
    placeOld(join(root, 'plain/.env'), 'secret')
    placeOld(join(outer, 'canary.md'), 'canary')
    placeOld(join(root, 'plain/large.md'), 'x'.repeat(1001))
    placeOld(join(root, 'plain/fits.md'), 'x'.repeat(1000))
    writeFileSync(join(root, 'plain/young.md'), 'young')
    writeFileSync(join(root, 'plain/empty.md'), '')
    writeFileSync(join(root, 'plain/huge.md'), '')
    truncateSync(join(root, 'plain/huge.md'), 10 * 1024 ** 3)
    symlinkSync('a.md', join(root, 'plain/inside-link.md'))
    symlinkSync('../../canary.md', join(root, 'plain/outside-link.md'))
    symlinkSync('nowhere', join(root, 'plain/dangling.md'))
    symlinkSync('plain', join(root, 'folder-link'))
    symlinkSync('.heddle', join(root, 'state-link'))
    symlinkSync('..', join(root, 'outside'))
    symlinkSync('loop', join(root, 'loop'))
    mkdirSync(join(root, 'plain/folder.md'))
    linkSync(join(outer, 'canary.md'), join(root, 'plain/hard.md'))
    spawnSync('mkfifo', [join(root, 'plain/pipe.md')])
    placeOld(join(root, 'plain/closed.md'), 'closed')
    chmodSync(join(root, 'plain/closed.md'), 0)
    const names = [
      'a',
      'large',
      'fits',
      'young',
      'empty',
      'huge',
      'inside-link',
      'outside-link',
      'dangling',
      'folder',
    ]
    const odd = [...names, 'b', 'hard', 'pipe', 'closed', 'none', 'c'].map((name) => `plain/${name}.md`)
    const paths = [
      ...odd,
      ...odd.map((path) => path.replace('plain', 'folder-link')),
      'plain/.env',
      'state-link/state',
      'state-link/state/x',
      'outside/canary.md',
      'loop/x',
      'none/x',
      'plain/a.md/below',
      '.heddle/state/x',
      'plain',
    ]
    for (const strict of [false, true]) {
      const files = diskFiles({ root, maxBytes: 1000, strict })
      const { alone, row } = readBothWays(files, paths)
      assert.deepEqual(row, alone)
      // The hard link alone: everything else is refused or inside.
      assert.equal(row.filter((said) => said === 'canary').length, strict ? 0 : 2)
      assert.ok(!row.includes('our own') && !row.includes('secret'))
      assert.equal(files.hardLinks.size, strict ? 0 : 2)
    }
  },
)

test('bytes of a row are whole although they share their memory', () => {
  const root = makeFolder()
  const sizes = [1, 65_535, 65_536, 65_537, 3_000_000, 5, 1_000]
  const paths = sizes.map((size, index) => {
    placeOld(join(root, `${index}.md`), String.fromCharCode(97 + index).repeat(size))
    return `${index}.md`
  })
  const { alone, row } = readBothWays(diskFiles({ root }), paths)
  assert.deepEqual(row, alone)
  assert.deepEqual(
    row.map((text) => text.length),
    sizes,
  )
})

test('a folder that has rested is firm; one that was exchanged meanwhile has not stayed, nor has what is below', () => {
  const root = makeFolder()
  for (const place of ['a/b/c', 'other/b/c', 'still/b']) mkdirSync(join(root, place), { recursive: true })
  symlinkSync('a', join(root, 'link'))
  const locate = (path: Path): string => join(root, path)
  const below = ['a/b/c', 'a', 'still', 'still/b', ''] as Path[]
  const young = createGround(locate, Date.now())
  assert.deepEqual(
    below.map((path) => young.isFirm(path)),
    [false, false, false, false, true],
  )
  const later = Date.now() + 10_000
  const ground = createGround(locate, later)
  assert.ok(below.every((path) => ground.isFirm(path)))
  assert.ok(
    !ground.isFirm('link' as Path) && !ground.isFirm('link/b' as Path) && !ground.isFirm('none' as Path),
  )
  assert.ok(below.every((path) => ground.hasStayed(path)))

  const raced = createGround(locate, later)
  assert.ok(below.every((path) => raced.isFirm(path)))
  waitForAnotherTime(join(root, 'a'))
  // There and back: the names are as they were, and only the time of their folder tells.
  renameSync(join(root, 'a/b'), join(root, 'a/gone'))
  renameSync(join(root, 'a/gone'), join(root, 'a/b'))
  assert.deepEqual(
    below.map((path) => raced.hasStayed(path)),
    [false, true, true, true, true],
  )
})

/** Until the machine's clock for files has made a step beyond the time of a folder. */
function waitForAnotherTime(folder: string): void {
  const probe = join(makeFolder(), 'probe')
  do writeFileSync(probe, 'x')
  while (lstatSync(probe).ctimeMs <= lstatSync(folder).ctimeMs)
}

test('stamps tell files, folders, links and the rest apart, and nothing of what is closed or outside', () => {
  const outer = makeFolder()
  const root = join(outer, 'root')
  placeOld(join(root, 'a/x.md'), 'four')
  placeOld(join(root, 'a/.env'), 'secret')
  placeOld(join(outer, 'canary.md'), 'canary')
  symlinkSync('../../canary.md', join(root, 'a/link.md'))
  symlinkSync('a', join(root, 'inside'))
  symlinkSync('..', join(root, 'outside'))
  spawnSync('mkfifo', [join(root, 'a/pipe.md')])
  const { sync } = diskFiles({ root })
  const paths = [
    'a/x.md',
    'a/link.md',
    'a/pipe.md',
    'a',
    'a/.env',
    'inside/x.md',
    'inside',
    'outside/canary.md',
  ]
  const stamps = sync.stamps!(paths as Path[])
  assert.deepEqual(
    stamps.map((stamp) => stamp?.type),
    ['file', 'link', 'other', 'directory', undefined, 'file', 'link', undefined],
  )
  const { size, mtimeMs, ctimeMs, ino } = lstatSync(join(root, 'a/x.md'))
  assert.deepEqual(stamps[0], { type: 'file', size, modified: mtimeMs, changed: ctimeMs, inode: ino })
  assert.deepEqual(stamps[5], stamps[0])
})

test('in memory every write gives a file another stamp, also the same bytes again', async () => {
  const files = memoryFiles({ 'a.md': 'x', 'b.md': 'x' })
  const stampsNow = (): unknown[] => files.sync.stamps!(['a.md', 'b.md'] as Path[]).slice()
  const first = stampsNow()
  await files.write('a.md' as Path, 'x')
  const [a, b] = stampsNow()
  assert.notDeepEqual(a, first[0])
  assert.deepEqual(b, first[1])
})
