import assert from 'node:assert/strict'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { statSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { createWorkspace, diskFiles, memoryFiles, parsePath, renamePath } from '../core/files.ts'
import { createKeptAnswers } from '../core/vfs/first-looks.ts'
import { isIgnoredIn } from '../core/vfs/ignored.ts'
import { KeptBytes } from '../core/vfs/kept-bytes.ts'
import { createKnowingWorkspace } from '../core/vfs/workspace.ts'
import type { DiskFiles, Files, Path, SyncFiles, Workspace, WritableFiles } from '../core/files.ts'

interface Ground {
  readonly root: string
  readonly disk: DiskFiles
  /** Absolute folders of our own state, outside the root. */
  readonly state: string
  readonly conflicts: string
}

/** A folder of the disk with these files, and another for state. */
function ground(t: TestContext, files: Readonly<Record<string, string>>): Ground {
  const folder = mkdtempSync(join(tmpdir(), 'heddle-workspace-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const root = join(folder, 'project')
  place(root, files)
  return {
    root,
    disk: diskFiles({ root }),
    state: join(folder, 'journal'),
    conflicts: join(folder, 'conflicts'),
  }
}

function place(root: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(root, name, '..'), { recursive: true })
    writeFileSync(join(root, name), text)
  }
}

/** All files below a folder with their texts; folders with nothing in them end in a slash. */
function textsBelow(folder: string, below = ''): Record<string, string> {
  const entries = readdirSync(join(folder, below), { withFileTypes: true })
  const texts = entries.map((entry) => {
    const path = below === '' ? entry.name : `${below}/${entry.name}`
    if (!entry.isDirectory()) return { [path]: readFileSync(join(folder, path), 'utf8') }
    const inside = textsBelow(folder, path)
    return Object.keys(inside).length === 0 ? { [`${path}/`]: '' } : inside
  })
  return Object.assign({}, ...texts) as Record<string, string>
}

function at(text: string): Path {
  const parsed = parsePath(text)
  assert.ok(parsed.ok)
  return parsed.value
}

async function textAt(files: Files, path: string): Promise<string> {
  return Buffer.from(await files.read(at(path))).toString()
}

const isCode =
  (code: string, ...parts: readonly (string | RegExp)[]) =>
  (thrown: unknown): boolean => {
    assert.equal((thrown as { code?: string }).code, code, String(thrown))
    for (const part of parts) assert.match(String(thrown), part instanceof RegExp ? part : new RegExp(part))
    return true
  }

/** Files that count what is asked of them. */
function counted(files: WritableFiles): { files: WritableFiles; asked: string[] } {
  const asked: string[] = []
  const sync = files.sync!
  const note =
    <T>(call: string, answer: (path: Path) => T) =>
    (path: Path): T => {
      asked.push(`${call} ${path}`)
      return answer(path)
    }
  const counting: SyncFiles = {
    stat: note('stat', sync.stat),
    list: note('list', sync.list),
    read: note('read', sync.read),
  }
  return { asked, files: { ...files, sync: counting } }
}

// A stable base

test('what was read, listed, asked for or found absent is not asked of the base again', async (t) => {
  const { files, asked } = counted(ground(t, { 'd/a': 'one', 'd/b': 'two' }).disk)
  const workspace = createWorkspace(files)
  const view = workspace.view('one')
  const lookAll = async (files: Files): Promise<void> => {
    assert.equal(await textAt(files, 'd/a'), 'one')
    assert.equal((await files.stat(at('d/b')))?.size, 3)
    assert.equal(await files.stat(at('none')), undefined)
    await assert.rejects(files.read(at('nothing')), isCode('NOT_FOUND'))
    assert.equal((await files.list(at('d')))?.length, 2)
  }
  await lookAll(workspace)
  const first = asked.length
  assert.ok(first > 0)
  await lookAll(workspace)
  await lookAll(view)
  assert.deepEqual(asked.slice(first), [])
})

test('the bytes that somebody was given are theirs alone, small and large', async () => {
  const large = 'x'.repeat(100_000)
  const workspace = createWorkspace(memoryFiles({ small: 'abc', large }))
  await workspace.write(at('own'), 'def')
  for (const path of ['small', 'large', 'own']) {
    const text = await textAt(workspace, path)
    for (const files of [workspace, workspace.view('one')]) {
      ;(await files.read(at(path))).fill(0)
      files.sync!.readEach!([at(path)], (found) => {
        assert.ok('bytes' in found)
        found.bytes.fill(0)
        return true
      })
    }
    assert.equal(await textAt(workspace, path), text, path)
  }
})

test('those who ask slow files for the same at once share one answer', async () => {
  const base = memoryFiles({ a: 'text' })
  let reads = 0
  let answer!: () => void
  const gate = new Promise<void>((resolve) => (answer = resolve))
  const slow: Files = {
    label: '',
    stat: base.stat,
    list: base.list,
    async read(path) {
      reads++
      await gate
      return base.read(path)
    },
  }
  const workspace = createWorkspace(slow)
  const both = Promise.all([workspace.read(at('a')), workspace.view('one').read(at('a'))])
  answer()
  const [first, second] = await both
  first.fill(0)
  assert.equal(Buffer.from(second).toString(), 'text')
  assert.equal(await textAt(workspace, 'a'), 'text')
  assert.equal(reads, 1)
})

test('a file that is read again after it was changed is a conflict that names both versions', async (t) => {
  const { root, disk } = ground(t, { a: 'old' })
  const workspace = createWorkspace(disk, { limits: { cacheBytes: 0 } })
  assert.equal(await textAt(workspace, 'a'), 'old')
  assert.equal(await textAt(workspace, 'a'), 'old')
  writeFileSync(join(root, 'a'), 'changed')
  await assert.rejects(
    textAt(workspace, 'a'),
    isCode('CONFLICT', '"a" \\(was 3 bytes \\(.+\\), is 7 bytes \\(.+\\)\\)'),
  )
  await assert.rejects(workspace.view('one').stat(at('a')), isCode('CONFLICT'))
})

test('what is kept is shown as it was, however the files below change; and the end tells', async (t) => {
  const { root, disk } = ground(t, { a: 'old', 'd/x': 'x' })
  const looks: [string, (files: Files) => Promise<unknown>, () => void, string][] = [
    ['a file is edited', async (f) => f.read(at('a')), () => writeFileSync(join(root, 'a'), 'new'), '"a"'],
    ['a file is deleted', async (f) => f.read(at('a')), () => rmSync(join(root, 'a')), '"a" .*is absent'],
    [
      'a file is born',
      async (f) => f.stat(at('b')),
      () => writeFileSync(join(root, 'b'), 'b'),
      '"b" .*was absent',
    ],
    [
      'a name comes',
      async (f) => f.list(at('d')),
      () => writeFileSync(join(root, 'd/y'), 'y'),
      '"d" .*a folder of 1',
    ],
    [
      'a stat is older',
      async (f) => f.stat(at('a')),
      () => writeFileSync(join(root, 'a'), 'longer'),
      '"a" .*6 bytes of 20',
    ],
  ]
  for (const [name, look, change, message] of looks) {
    rmSync(root, { recursive: true })
    place(root, { a: 'old', 'd/x': 'x' })
    const workspace = createWorkspace(disk)
    const first = await look(workspace)
    change()
    assert.deepEqual(await look(workspace), first, name)
    assert.deepEqual(await look(workspace.view('one')), first, name)
    await workspace.write(at('made'), 'm')
    await assert.rejects(workspace.commit(), isCode('CONFLICT', message), name)
    assert.equal(existsSync(join(root, 'made')), false, name)
    await workspace.rollback()
  }
})

const throughHandles = { skip: process.platform !== 'linux' && 'only there files are read in rows' }

/** Settles when the files have been left alone for so long that their stamps are trusted. */
async function rest(disk: DiskFiles, paths: readonly string[]): Promise<void> {
  for (let isRested = false; !isRested; await setTimeout(20)) {
    isRested = true
    disk.sync.readEach!(paths.map(at), (found) => {
      isRested &&= 'stamp' in found
      return true
    })
  }
}

/** Texts by path, read in a row through a view. */
function rowOf(workspace: Workspace, paths: readonly string[]): Record<string, string> {
  const texts: Record<string, string> = {}
  workspace.view('row').sync!.readEach!(paths.map(at), (found, index) => {
    texts[paths[index]!] = 'bytes' in found ? Buffer.from(found.bytes).toString() : found.code
    return true
  })
  return texts
}

test(
  'what one workspace has read, the next has without reading, as long as the files are the same',
  throughHandles,
  async (t) => {
    const { root, disk } = ground(t, { 'd/a': 'a one', 'd/b': 'b one', 'd/c': 'c one' })
    const paths = ['d/a', 'd/b', 'd/c']
    const opened: string[] = []
    const readEach: SyncFiles['readEach'] = (row, use) => {
      opened.push(...row)
      return disk.sync.readEach!(row, use)
    }
    const counted: Files = { ...disk, sync: { ...disk.sync, readEach } }
    const kept = createKeptAnswers(1_000_000)
    utimesSync(join(root, 'd/b'), 1, 1)
    await rest(disk, paths)
    const first = createKnowingWorkspace(counted, {}, kept)
    assert.deepEqual(rowOf(first, paths), { 'd/a': 'a one', 'd/b': 'b one', 'd/c': 'c one' })
    assert.deepEqual(opened.splice(0), paths)
    assert.deepEqual(rowOf(first, paths), { 'd/a': 'a one', 'd/b': 'b one', 'd/c': 'c one' })
    // Of the same length and, as far as anybody can set it, of the same time.
    writeFileSync(join(root, 'd/b'), 'b two')
    utimesSync(join(root, 'd/b'), 1, 1)
    rmSync(join(root, 'd/c'))
    assert.deepEqual(opened, [])
    assert.deepEqual(rowOf(createKnowingWorkspace(counted, {}, kept), paths), {
      'd/a': 'a one',
      'd/b': 'b two',
      'd/c': 'NOT_FOUND',
    })
    assert.deepEqual(opened, ['d/b', 'd/c'])
  },
)

test(
  'a row that was read is compared at the end: by stamps, and by content where they differ',
  throughHandles,
  async (t) => {
    const { root, disk } = ground(t, { 'd/a': 'a one', 'd/b': 'b one' })
    utimesSync(join(root, 'd/b'), 1, 1)
    await rest(disk, ['d/a', 'd/b'])
    const workspace = createWorkspace(disk)
    rowOf(workspace, ['d/a', 'd/b'])
    await workspace.view('one').list(at('d'))
    writeFileSync(join(root, 'd/a'), 'a one')
    await workspace.commit()
    writeFileSync(join(root, 'd/b'), 'b two')
    utimesSync(join(root, 'd/b'), 1, 1)
    await assert.rejects(workspace.commit(), isCode('CONFLICT', '"d/b" \\(was 5 bytes'))
  },
)

test(
  'a folder that has its stamp still is not listed again, and is when a name comes',
  throughHandles,
  async (t) => {
    const { root, disk } = ground(t, { 'd/a': 'a' })
    const listed: string[] = []
    const list: SyncFiles['list'] = (path) => {
      listed.push(path)
      return disk.sync.list(path)
    }
    const counted: Files = { ...disk, sync: { ...disk.sync, list } }
    const kept = createKeptAnswers(1_000_000)
    const namesIn = async (workspace: Workspace): Promise<string> =>
      (await workspace.view('one').list(at('d')))!.map(({ name }) => name).join()
    await rest(disk, ['d/a'])
    assert.equal(await namesIn(createKnowingWorkspace(counted, {}, kept)), 'a')
    const second = createKnowingWorkspace(counted, {}, kept)
    assert.equal(await namesIn(second), 'a')
    assert.deepEqual(listed, ['d'])
    place(root, { 'd/b': 'b' })
    await assert.rejects(second.commit(), isCode('CONFLICT', '"d" .*a folder of 1'))
    assert.equal(await namesIn(createKnowingWorkspace(counted, {}, kept)), 'a,b')
  },
)

test('a name that an editor makes for a moment is no other listing, nor is our own state', async (t) => {
  const { root, disk } = ground(t, { 'd/x': 'x' })
  const workspace = createWorkspace(disk)
  await workspace.list(at(''))
  await workspace.list(at('d'))
  place(root, { 'd/.x.swp': '', 'd/x~': '', '.heddle/state/y': '' })
  await workspace.write(at('made'), 'm')
  await workspace.commit()
  assert.equal(readFileSync(join(root, 'made'), 'utf8'), 'm')
})

test('what git ignores may come and go: it is no conflict in a listing, nor where it was asked for', async (t) => {
  const { root, disk } = ground(t, { '.gitignore': 'out\n*.log\n', 'd/x': 'x', 'd/old.log': 'o' })
  const open = async (): Promise<Workspace> => {
    const workspace = createWorkspace(disk, { ignores: isIgnoredIn(disk) })
    for (const folder of ['', 'd']) await workspace.list(at(folder))
    for (const path of ['out/a', 'd/old.log']) await workspace.stat(at(path))
    return workspace
  }
  const workspace = await open()
  rmSync(join(root, 'd/old.log'))
  place(root, { 'out/a': 'a', 'd/new.log': 'n' })
  await workspace.commit()
  const second = await open()
  place(root, { 'd/more.log': 'm', 'd/y': 'y' })
  await assert.rejects(second.commit(), isCode('CONFLICT', '"d" '))
})

test('the names beside what is removed may change: only listings that were shown must stay', async (t) => {
  const { root, disk } = ground(t, { 'd/x': 'x', 'd/y': 'y' })
  const workspace = createWorkspace(disk)
  const view = workspace.view('one')
  await view.remove(at('d/y'))
  await view.publish()
  await workspace.remove(at('d/x'))
  place(root, { 'd/new': 'from outside' })
  await workspace.commit()
  assert.deepEqual(textsBelow(root), { 'd/new': 'from outside' })
})

test('what a process was allowed to change is read anew, and is no conflict; everything else still is', async (t) => {
  const { root, disk } = ground(t, { 'src/a': 'a', 'src/b': 'b', other: 'o' })
  const looked = async (): Promise<Workspace> => {
    place(root, { 'src/a': 'a', other: 'o' })
    const workspace = createWorkspace(disk)
    for (const path of ['src/a', 'src/b', 'other']) await workspace.read(at(path))
    await workspace.list(at('src'))
    return workspace
  }
  const workspace = await looked()
  await workspace.flush(['src'], ['src'])
  place(root, { 'src/a': 'formatted', 'src/made': 'm' })
  workspace.changedBelow(['src'])
  assert.equal(await textAt(workspace, 'src/a'), 'formatted')
  assert.equal((await workspace.list(at('src')))?.length, 3)
  await workspace.commit()

  const second = await looked()
  place(root, { other: 'from outside' })
  second.changedBelow(['src'])
  await assert.rejects(second.commit(), isCode('CONFLICT', '"other"'))

  const third = await looked()
  place(root, { 'src/a': 'from outside' })
  await assert.rejects(third.flush(['src'], ['src']), isCode('CONFLICT', '"src/a"'))
})

// Flushing some regions

test('a flush puts down what is in its regions and the folders on the way, and nothing else', async (t) => {
  const { root, disk, state } = ground(t, { 'src/old': 'old', keep: 'k', 'gone/x': 'x', 'gone/y/z': 'z' })
  const workspace = createWorkspace(disk, { state })
  await workspace.write(at('src/old'), 'new')
  await workspace.write(at('made/deep/file'), 'm')
  await workspace.write(at('made/beside'), 'b')
  await workspace.write(at('keep'), 'changed')
  await workspace.remove(at('gone'))
  await workspace.flush(['made/deep'])
  assert.deepEqual(textsBelow(root), {
    'src/old': 'old',
    keep: 'k',
    'gone/x': 'x',
    'gone/y/z': 'z',
    'made/deep/file': 'm',
  })
  // A folder that was removed goes as a whole, or what is in it would be left.
  await workspace.flush(['gone/y', 'src'])
  assert.deepEqual(textsBelow(root), { 'src/old': 'new', keep: 'k', 'made/deep/file': 'm' })
  assert.equal(await textAt(workspace, 'keep'), 'changed')
  assert.deepEqual(
    workspace.diff().map(({ path, type }) => `${type} ${path}`),
    [
      'removed gone/x',
      'removed gone/y/z',
      'changed keep',
      'added made/beside',
      'added made/deep/file',
      'changed src/old',
    ],
  )
  await workspace.rollback()
  assert.deepEqual(textsBelow(root), { 'src/old': 'old', keep: 'k', 'gone/x': 'x', 'gone/y/z': 'z' })
  assert.deepEqual(readdirSync(state), [])
})

test('what was flushed in parts is committed as a whole', async (t) => {
  const { root, disk, state } = ground(t, { a: 'a', 'd/x': 'x' })
  const workspace = createWorkspace(disk, { state })
  await workspace.write(at('a'), 'new a')
  await workspace.write(at('d/x'), 'new x')
  await workspace.flush(['d'])
  await workspace.write(at('d/x'), 'newer x')
  await workspace.commit()
  assert.deepEqual(textsBelow(root), { a: 'new a', 'd/x': 'newer x' })
  assert.deepEqual(readdirSync(state), [])
  assert.deepEqual(workspace.diff(), [])
})

test('what somebody edits after it was flushed stays when the rest is undone; what a process made of it does not', async (t) => {
  const { root, disk, state } = ground(t, { a: 'old a', b: 'old b', c: 'old c' })
  const workspace = createWorkspace(disk, { state })
  for (const path of ['a', 'b', 'c']) await workspace.write(at(path), `new ${path}`)
  await workspace.flush()
  place(root, { b: 'by the process', c: 'from outside' })
  workspace.changedBelow(['b'])
  await assert.rejects(workspace.rollback(), isCode('CONFLICT', '"c" \\(was', 'stays so'))
  assert.deepEqual(textsBelow(root), { a: 'old a', b: 'old b', c: 'from outside' })
  assert.deepEqual(readdirSync(state), [])
  assert.deepEqual(workspace.diff(), [])
})

// Conflicts (B5)

const ours: Readonly<Record<string, (workspace: Workspace) => Promise<unknown>>> = {
  'a file is written': async (w) => w.write(at('d/file'), 'ours'),
  'a file is removed': async (w) => w.remove(at('d/file')),
  'a file is moved': async (w) => w.rename(at('d/file'), at('moved')),
  'a folder is removed': async (w) => w.remove(at('d')),
  'a folder is moved': async (w) => w.rename(at('d'), at('moved')),
  'a folder is replaced': async (w) => {
    await w.remove(at('d'))
    await w.write(at('d'), 'a file now')
  },
}
const theirs: Readonly<Record<string, (root: string) => void>> = {
  edited: (root) => writeFileSync(join(root, 'd/file'), 'theirs'),
  'edited to the same length': (root) => writeFileSync(join(root, 'd/file'), 'OLD'),
  'replaced by a folder': (root) => {
    rmSync(join(root, 'd/file'))
    mkdirSync(join(root, 'd/file/deep'), { recursive: true })
  },
  'moved away': (root) => {
    rmSync(join(root, 'd/file'))
    writeFileSync(join(root, 'elsewhere'), 'old')
  },
  'its folder replaced by a file': (root) => {
    rmSync(join(root, 'd'), { recursive: true })
    writeFileSync(join(root, 'd'), 'theirs')
  },
}

test('whatever is changed from outside under a changed path is a conflict; theirs stays and ours is kept (B5)', async (t) => {
  const { root, disk, state, conflicts } = ground(t, {})
  let cases = 0
  for (const [done, change] of Object.entries(ours)) {
    for (const [meanwhile, edit] of Object.entries(theirs)) {
      // Gone for both: nothing is lost.
      if (meanwhile === 'moved away' && /a file is (?:removed|moved)/.test(done)) continue
      const what = `${done}, meanwhile ${meanwhile}`
      for (const folder of [root, conflicts]) rmSync(folder, { recursive: true, force: true })
      place(root, { 'd/file': 'old', 'd/beside': 'b', keep: 'k' })
      const workspace = createWorkspace(disk, { state, conflicts })
      await change(workspace)
      await workspace.write(at('other'), 'ours too')
      edit(root)
      const left = textsBelow(root)
      await assert.rejects(workspace.commit(), isCode('CONFLICT', '"d', 'is kept in'), what)
      assert.deepEqual(textsBelow(root), left, what)
      const [id] = readdirSync(conflicts)
      const kept = textsBelow(join(conflicts, id!, 'files'))
      assert.equal(kept['other'], 'ours too', what)
      if (done === 'a file is written') assert.equal(kept['d/file'], 'ours', what)
      if (done === 'a file is moved') assert.equal(kept['moved'], 'old', what)
      const list = JSON.parse(readFileSync(join(conflicts, id!, 'changes.json'), 'utf8')) as unknown[]
      assert.equal(list.length, workspace.diff().length, what)
      await workspace.rollback()
      assert.deepEqual(textsBelow(root), left, what)
      assert.deepEqual(existsSync(state) ? readdirSync(state) : [], [], what)
      cases++
    }
  }
  t.diagnostic(`publish: B5 ${cases} cases, each a CONFLICT with both versions kept`)
})

test('a name that comes into a removed folder is a conflict, and so is a file where ours was to be new (B5)', async (t) => {
  const { root, disk } = ground(t, { 'd/x': 'x' })
  const workspace = createWorkspace(disk)
  await workspace.remove(at('d'))
  place(root, { 'd/new': 'theirs' })
  await assert.rejects(workspace.commit(), isCode('CONFLICT', '"d"'))
  assert.deepEqual(textsBelow(root), { 'd/x': 'x', 'd/new': 'theirs' })

  const second = createWorkspace(disk)
  await second.write(at('made/file'), 'ours')
  place(root, { 'made/file': 'theirs' })
  await assert.rejects(second.commit(), isCode('CONFLICT', '"made/file"'))
  assert.equal(readFileSync(join(root, 'made/file'), 'utf8'), 'theirs')
})

test('only the scratch that is expected may come into a folder that was listed', async (t) => {
  const { root, disk } = ground(t, { a: 'a' })
  const workspace = createWorkspace(disk)
  await workspace.list(at(''))
  await workspace.write(at('b'), 'ours')
  place(root, { '.coverage': 'theirs' })
  await assert.rejects(workspace.commit(), isCode('CONFLICT', '"."'))
  workspace.expectScratch((path) => path === '.coverage')
  await workspace.commit()
  await workspace.list(at(''))
  await workspace.write(at('c'), 'ours')
  place(root, { stray: 'theirs' })
  await assert.rejects(workspace.commit(), isCode('CONFLICT', '"."'))
})

test('what was flushed and then overwritten from outside is kept as it was here (B5)', async (t) => {
  const { root, disk, state, conflicts } = ground(t, { a: 'old a', b: 'old b' })
  const workspace = createWorkspace(disk, { state, conflicts, folder: root })
  await workspace.write(at('a'), 'our a')
  await workspace.write(at('b'), 'our b')
  await workspace.flush()
  place(root, { a: 'theirs', b: 'our b, formatted' })
  workspace.changedBelow(['b'])
  assert.deepEqual(workspace.uncommitted, { bytes: 10, entries: 0 })
  await assert.rejects(workspace.commit(), isCode('CONFLICT', 'kept in "../conflicts/'))
  const [id] = readdirSync(conflicts)
  assert.deepEqual(textsBelow(join(conflicts, id!, 'files')), { a: 'our a', b: 'our b, formatted' })
  await assert.rejects(workspace.rollback(), isCode('CONFLICT', '"a"'))
  assert.deepEqual(textsBelow(root), { a: 'theirs', b: 'old b' })
})

test('an edit that comes in the middle of a commit stays, and the rest of the commit is taken back (B5)', async (t) => {
  const { root, disk, state } = ground(t, { a: 'old a', b: 'old b', 'd/x': 'x' })
  const meddled: WritableFiles = {
    ...disk,
    async write(path, content) {
      await disk.write(path, content)
      if (path === 'a') place(root, { b: 'theirs', made: 'theirs' })
    },
  }
  const workspace = createWorkspace(meddled, { state })
  for (const path of ['a', 'b', 'made']) await workspace.write(at(path), 'ours')
  await workspace.remove(at('d'))
  await assert.rejects(workspace.commit(), isCode('CONFLICT', '"b"'))
  assert.deepEqual(textsBelow(root), { a: 'old a', b: 'theirs', 'd/x': 'x', made: 'theirs' })
  assert.deepEqual(readdirSync(state), [])
})

// Names

test('a file, or a folder with all that is in it, gets another name; its permissions go along', async (t) => {
  const { root, disk } = ground(t, { 'bin/run.sh': 'run', 'bin/lib/x': 'x', 'to/there': 't' })
  chmodSync(join(root, 'bin/run.sh'), 0o750)
  mkdirSync(join(root, 'bin/empty'))
  const workspace = createWorkspace(disk)
  await workspace.write(at('bin/lib/new'), 'n')
  await workspace.rename(at('bin'), at('tools/all'))
  await workspace.rename(at('tools/all/lib/x'), at('to/there'))
  const view = workspace.view('one')
  await view.rename(at('tools/all/run.sh'), at('tools/start.sh'))
  await view.write(at('tools/start.sh'), 'start')
  assert.ok(view.reads.has(at('tools/all/run.sh')))
  assert.ok(view.written.has(at('tools/all/run.sh')) && view.written.has(at('tools/start.sh')))
  await view.publish()
  assert.equal(await workspace.stat(at('bin')), undefined)
  await workspace.commit()
  assert.deepEqual(textsBelow(root), {
    'to/there': 'x',
    'tools/all/empty/': '',
    'tools/all/lib/new': 'n',
    'tools/start.sh': 'start',
  })
  assert.equal(statSync(join(root, 'tools/start.sh')).mode & 0o777, 0o750)
})

test('a name that cannot be given is refused, and nothing has moved', async () => {
  const base = { 'd/x': 'x', 'e/y': 'y', f: 'f' }
  for (const files of [createWorkspace(memoryFiles(base)), memoryFiles(base)]) {
    const refused = async (from: string, to: string, code: string): Promise<void> =>
      assert.rejects(renamePath(files, at(from), at(to)), isCode(code), `${from} to ${to}`)
    await refused('none', 'x', 'NOT_FOUND')
    await refused('d', 'd/in', 'NOT_A_FOLDER')
    await refused('d', 'e', 'NOT_A_FILE')
    await refused('f', 'd', 'NOT_A_FILE')
    await refused('d', 'f', 'NOT_A_FOLDER')
    await refused('f', 'f/below', 'NOT_A_FOLDER')
    await refused('', 'x', 'DENIED_BY_RULE')
    await refused('f', '.env', 'DENIED_BY_RULE')
    await renamePath(files, at('f'), at('f'))
    assert.deepEqual(
      (await files.list(at('')))?.map(({ name }) => name),
      ['d', 'e', 'f'],
    )
    assert.equal(await textAt(files, 'd/x'), 'x')
    await renamePath(files, at('d'), at('new/d'))
    assert.equal(await textAt(files, 'new/d/x'), 'x')
    assert.equal(await files.stat(at('d')), undefined)
  }
})

// Quotas (B6)

test('more than a workspace may hold is refused, with limit and found, and nothing is half done (B6)', async () => {
  const limits = { maxBytes: 10, maxEntries: 4 }
  const workspace = createWorkspace(memoryFiles({ old: 'o', 'd/x': '12345678' }), { limits })
  await workspace.write(at('a'), '1234567')
  await assert.rejects(
    workspace.write(at('b'), '1234'),
    isCode('QUOTA', '11 bytes; the limit is 10', 'maxBytes'),
  )
  await assert.rejects(workspace.rename(at('d'), at('e')), isCode('QUOTA'))
  assert.equal(await textAt(workspace, 'd/x'), '12345678')
  await workspace.write(at('a'), '1234567890')
  await workspace.write(at('a'), '')
  await assert.rejects(
    workspace.write(at('p/q/r/s'), ''),
    isCode('QUOTA', '5 entries; the limit is 4', 'maxEntries'),
  )
  assert.equal(await workspace.stat(at('p')), undefined)
  await workspace.makeFolder(at('p/q/r'))
  await assert.rejects(workspace.makeFolder(at('z')), isCode('QUOTA'))
  assert.deepEqual(workspace.uncommitted, { bytes: 0, entries: 4 })
  await workspace.commit()
  assert.deepEqual(workspace.uncommitted, { bytes: 0, entries: 0 })
})

test('what a view and others ahead of their turn have written counts together with the workspace (B6)', async () => {
  const workspace = createWorkspace(memoryFiles(), { limits: { maxBytes: 10 } })
  await workspace.write(at('a'), '1234')
  const ahead = workspace.ahead({ key: 1, asking: () => undefined })
  const early = ahead.view('early')
  await early.write(at('b'), '123')
  ahead.show(early)
  const view = workspace.view('one')
  await view.write(at('c'), '123')
  await assert.rejects(view.write(at('d'), '1'), isCode('QUOTA'))
  ahead.hide()
  await view.write(at('d'), '1')
})

test('what is kept of files over turns stays within its bytes; what nobody asks for gives way, what is asked for does not', () => {
  const most = 300_000
  const kept = new KeptBytes(most)
  const stamp = { type: 'file', size: 0, modified: 0, changed: 0, inode: 1 } as const
  const keep = (name: string, size: number): void =>
    kept.keep(at(name), { stamp, mark: name, bytes: new Uint8Array(size).fill(7) })
  const countOf = (turn: number): number => {
    let count = 0
    for (let index = 0; index < 100; index++) if (kept.get(at(`${turn}/${index}`))) count++
    return count
  }
  for (let turn = 0; turn < 30; turn++) {
    kept.beginTurn()
    // One more than fits would drive out what comes first, if the oldest gave way.
    for (let index = 0; index < 100; index++) if (!kept.get(at(`0/${index}`))) keep(`0/${index}`, 5_000)
    assert.ok(kept.bytes <= most, `${kept.bytes} bytes`)
  }
  assert.ok(countOf(0) > 40, `${countOf(0)} of 100 are there after 30 turns with too little room for all`)
  for (let turn = 1; turn < 30; turn++) {
    kept.beginTurn()
    for (let index = 0; index < 100; index++) keep(`${turn}/${index}`, index === 50 ? most + 1 : index * 100)
    assert.ok(kept.bytes <= most, `${kept.bytes} bytes`)
  }
  assert.equal(countOf(0), 0)
  assert.ok(countOf(29) + countOf(28) > 40)
  for (let index = 0; index < 10_000; index++) keep(`empty/${index}`, 0)
  assert.ok(kept.bytes <= most, 'files without bytes count too')
})

test('the memory of a workspace does not grow with what was forgotten (B6)', async (t) => {
  const files = memoryFiles({ base: 'b' })
  const workspace = createWorkspace(files, { limits: { cacheBytes: 1024 * 1024 } })
  const text = 'x'.repeat(20_000)
  const round = async (index: number): Promise<void> => {
    for (let file = 0; file < 5; file++) await workspace.write(at(`d${index % 7}/f${file}`), text)
    await workspace.read(at('base'))
    if (index % 2 === 0) await workspace.rollback()
    else await workspace.restore(empty)
  }
  const empty = workspace.snapshot()
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const heldAfter = async (from: number, to: number): Promise<number> => {
    for (let index = from; index < to; index++) await round(index)
    // Buffers are given back a turn after they were found dead.
    for (let turn = 0; turn < 3; turn++) {
      collect()
      await new Promise((resolve) => setImmediate(resolve))
    }
    const { heapUsed, arrayBuffers } = process.memoryUsage()
    return heapUsed + arrayBuffers
  }
  const first = await heldAfter(0, 200)
  const last = await heldAfter(200, 1200)
  assert.deepEqual(workspace.uncommitted, { bytes: 0, entries: 0 })
  // A tenth of one round each would already be ten times as much; the 1 000 rounds wrote 100 MB.
  assert.ok(last - first < 1_000_000, `${last - first} bytes more after 1 000 resets`)
  t.diagnostic(
    `publish: B6 ${Math.round((last - first) / 1000)} bytes a reset over 1000 resets, ${Math.round(last / 1e6)} MB held`,
  )
})
