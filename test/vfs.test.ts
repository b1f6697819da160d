import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs'
import { renameSync, symlinkSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import type { Files, WritableFiles } from '../core/files.ts'
import {
  createWorkspace,
  diskFiles,
  layerFiles,
  memoryFiles,
  mountFiles,
  recoverCommit,
} from '../core/files.ts'
import { createDurableStore, createMemoryStore, writeDurably } from '../core/vfs/durable.ts'
import { parsePath, resolvePath } from '../core/vfs/gate.ts'
import { createJournal } from '../core/vfs/journal.ts'
import type { Path } from '../core/vfs/path.ts'
import { filesContract } from './contract/files.ts'

const temporary: string[] = []
after(() => {
  for (const folder of temporary) rmSync(folder, { recursive: true, force: true })
})

function folder(): string {
  const made = mkdtempSync(join(os.tmpdir(), 'heddle-vfs-'))
  temporary.push(made)
  return made
}

function at(text: string): Path {
  const parsed = parsePath(text)
  assert.ok(parsed.ok, `${text} is refused`)
  return parsed.value
}

async function textAt(files: Files, path: string): Promise<string> {
  return new TextDecoder().decode(await files.read(at(path)))
}

function code(expected: string): (thrown: unknown) => boolean {
  return (thrown) => {
    assert.equal((thrown as { code?: string }).code, expected)
    return true
  }
}

/** The same files without `sync`, each answer a turn later. */
function slow(files: WritableFiles): WritableFiles {
  const turn = async (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
  return {
    label: files.label,
    stat: async (path) => turn().then(() => files.stat(path)),
    list: async (path) => turn().then(() => files.list(path)),
    read: async (path) => turn().then(() => files.read(path)),
    write: async (path, content) => turn().then(() => files.write(path, content)),
    remove: async (path) => turn().then(() => files.remove(path)),
    makeFolder: async (path) => turn().then(() => files.makeFolder(path)),
  }
}

filesContract('disk', () => diskFiles({ root: folder() }))
filesContract('memory', () => memoryFiles())
filesContract('layer', () => layerFiles(memoryFiles(), memoryFiles()))
filesContract('mount', () => mountFiles({ '': memoryFiles() }))
filesContract('workspace', () => createWorkspace(memoryFiles()))
filesContract('workspace over disk', () => createWorkspace(diskFiles({ root: folder() })))
filesContract('workspace over slow files', () => createWorkspace(slow(memoryFiles())))
filesContract('view', () => createWorkspace(memoryFiles()).view('one'))
filesContract('view over slow files', () => createWorkspace(slow(memoryFiles())).view('one'))

test('paths are folded, and relative text goes up as far as the root', () => {
  assert.equal(at('./a//b/./c/'), 'a/b/c')
  assert.equal(at('a/../b'), 'b')
  assert.equal(at(''), '')
  assert.deepEqual(resolvePath(at('a/b'), '../c.md'), { ok: true, value: 'a/c.md' })
  assert.deepEqual(resolvePath(at('a/b'), '../..'), { ok: true, value: '' })
  assert.equal(resolvePath(at('a/b'), '../../../c').ok, false)
  assert.equal(resolvePath(at('a'), '/c').ok, false)
})

test('ordinary names of all kinds pass', () => {
  const ordinary =
    'a b.md|ünï/日本語.md|👩‍💻 notes.md|❤️.md|1️⃣.md|🏴󠁧󠁢󠁥󠁮󠁧󠁿.md|[x](1) {y}.md|100%.md|50% off|.github/x|نامه‌ها.md|a…b|½.md|console.md|a+b=c,d&e!.md|.env.example'
  for (const name of ordinary.split('|')) assert.equal(at(name), name)
})

test('a layer shows the first that has a path, merges listings and writes to the first', async () => {
  const top = memoryFiles({ 'a.md': 'top', 'folder/x': 'x', hides: 'a file' })
  const below = memoryFiles({ 'a.md': 'below', 'b.md': 'below', 'folder/y': 'y', 'hides/z': 'z' })
  const files = layerFiles(top, below)
  assert.equal(await textAt(files, 'a.md'), 'top')
  assert.equal(await textAt(files, 'b.md'), 'below')
  assert.deepEqual(
    (await files.list(at('folder')))?.map(({ name }) => name),
    ['x', 'y'],
  )
  assert.equal(await files.stat(at('hides/z')), undefined)
  await files.write(at('b.md'), 'new')
  assert.equal(await textAt(files, 'b.md'), 'new')
  assert.equal(await textAt(below, 'b.md'), 'below')
  await assert.rejects(files.remove(at('folder/y')), code('READ_ONLY'))
  await assert.rejects(files.write(at('folder'), 'x'), code('NOT_A_FILE'))
})

test('mounted files answer below their path and hide what was there', async () => {
  const files = mountFiles({
    '': memoryFiles({ 'a.md': 'a', 'lib/modules/hidden': 'x' }),
    'lib/modules': memoryFiles({ 'm.md': 'm' }),
    'other/deep': memoryFiles({ 'o.md': 'o' }),
  })
  assert.equal(await textAt(files, 'lib/modules/m.md'), 'm')
  assert.equal(await files.stat(at('lib/modules/hidden')), undefined)
  assert.deepEqual(await files.list(at('other')), [{ name: 'deep', type: 'directory' }])
  assert.deepEqual(
    (await files.list(at('')))?.map(({ name }) => name),
    ['a.md', 'lib', 'other'],
  )
  await files.write(at('other/deep/new.md'), 'n')
  assert.equal(await textAt(files, 'other/deep/new.md'), 'n')
  await assert.rejects(files.remove(at('lib')), code('READ_ONLY'))
  await assert.rejects(files.write(at('other'), 'x'), code('NOT_A_FILE'))
})

test('the disk keeps permissions, leaves no temporary file and never names the machine', async () => {
  const root = folder()
  const files = diskFiles({ root })
  writeFileSync(join(root, 'run.sh'), '#!/bin/sh\n')
  chmodSync(join(root, 'run.sh'), 0o755)
  await files.write(at('run.sh'), '#!/bin/sh\nexit 0\n')
  assert.equal(statSync(join(root, 'run.sh')).mode & 0o777, 0o755)
  assert.deepEqual(readdirSync(root), ['run.sh'])
  await files.write(at('new.md'), 'new')
  writeFileSync(join(root, 'plain.md'), 'new')
  assert.equal(statSync(join(root, 'new.md')).mode, statSync(join(root, 'plain.md')).mode)
  const thrown: unknown = await files.read(at('none.md')).catch((reason: unknown) => reason)
  assert.ok(thrown instanceof Error && !String(thrown).includes(root))
})

test('a missing root is empty, and is made by the first write', async () => {
  const root = join(folder(), 'not', 'yet')
  const files = diskFiles({ root })
  assert.equal(await files.stat(at('')), undefined)
  await files.write(at('a/b'), 'x')
  assert.equal(readFileSync(join(root, 'a/b'), 'utf8'), 'x')
})

test('a workspace lists what differs and puts all of it on the disk', async () => {
  const root = folder()
  const files = diskFiles({ root })
  await files.write(at('keep'), 'k')
  await files.write(at('edit'), 'old')
  await files.write(at('gone/a'), 'a')
  await files.write(at('same'), 's')
  const workspace = createWorkspace(files, { state: join(folder(), 'state') })
  await workspace.write(at('edit'), 'new')
  await workspace.write(at('same'), 's')
  await workspace.write(at('new/deep/file'), 'n')
  await workspace.makeFolder(at('empty'))
  await workspace.remove(at('gone'))
  await workspace.write(at('passing'), 'p')
  await workspace.remove(at('passing'))
  assert.deepEqual(workspace.diff(), [
    { path: 'edit', type: 'changed' },
    { path: 'empty', type: 'added' },
    { path: 'gone/a', type: 'removed' },
    { path: 'new/deep/file', type: 'added' },
  ])
  assert.equal(readFileSync(join(root, 'edit'), 'utf8'), 'old')
  await workspace.commit()
  assert.deepEqual(workspace.diff(), [])
  assert.deepEqual(readdirSync(root).sort(), ['edit', 'empty', 'keep', 'new', 'same'])
  assert.equal(readFileSync(join(root, 'new/deep/file'), 'utf8'), 'n')
})

test('a snapshot is gone back to, and a rollback forgets everything', async () => {
  const workspace = createWorkspace(memoryFiles({ a: '1' }))
  await workspace.write(at('a'), '2')
  const snapshot = workspace.snapshot()
  await workspace.write(at('a'), '3')
  await workspace.remove(at('a'))
  await workspace.restore(snapshot)
  assert.equal(await textAt(workspace, 'a'), '2')
  await workspace.rollback()
  assert.equal(await textAt(workspace, 'a'), '1')
  assert.deepEqual(workspace.diff(), [])
})

test('what was flushed for a process is on the disk, and comes back on rollback with its permissions', async () => {
  const root = folder()
  const state = join(folder(), 'state')
  const files = diskFiles({ root })
  await files.write(at('edit'), 'old')
  await files.write(at('gone.sh'), 'run')
  chmodSync(join(root, 'gone.sh'), 0o750)
  const workspace = createWorkspace(files, { state })
  await workspace.write(at('edit'), 'first')
  await workspace.remove(at('gone.sh'))
  await workspace.flush()
  await workspace.write(at('edit'), 'second')
  await workspace.write(at('made/file'), 'm')
  await workspace.flush()
  assert.equal(readFileSync(join(root, 'edit'), 'utf8'), 'second')
  assert.equal(existsSync(join(root, 'gone.sh')), false)
  assert.deepEqual(
    workspace.diff().map(({ path, type }) => `${type} ${path}`),
    ['changed edit', 'removed gone.sh', 'added made/file'],
  )
  writeFileSync(join(root, 'made', 'by-the-process'), 'p')
  await workspace.rollback()
  assert.equal(readFileSync(join(root, 'edit'), 'utf8'), 'old')
  assert.equal(statSync(join(root, 'gone.sh')).mode & 0o777, 0o750)
  assert.deepEqual(readdirSync(join(root, 'made')), ['by-the-process'])
  assert.deepEqual(readdirSync(state), [])
})

test('a process may change what was flushed, and a commit keeps what it made of it', async () => {
  const root = folder()
  const state = join(folder(), 'state')
  const workspace = createWorkspace(diskFiles({ root }), { state })
  await workspace.write(at('a'), 'x=1')
  await workspace.flush()
  writeFileSync(join(root, 'a'), 'x = 1\n')
  workspace.changedBelow([at('a')])
  assert.equal(await textAt(workspace, 'a'), 'x = 1\n')
  await workspace.write(at('b'), 'b')
  await workspace.commit()
  assert.equal(readFileSync(join(root, 'a'), 'utf8'), 'x = 1\n')
  assert.deepEqual(readdirSync(state), [])
})

test('going back to a snapshot undoes the flushes after it and no others', async () => {
  const root = folder()
  const workspace = createWorkspace(diskFiles({ root }))
  await workspace.write(at('a'), '1')
  await workspace.flush()
  const snapshot = workspace.snapshot()
  await workspace.write(at('a'), '2')
  await workspace.flush()
  await workspace.restore(snapshot)
  assert.equal(readFileSync(join(root, 'a'), 'utf8'), '1')
  await workspace.rollback()
  assert.deepEqual(readdirSync(root), [])
})

test('an edit from outside since the first look is a conflict, and nothing is written (B5)', async () => {
  const root = folder()
  const files = diskFiles({ root })
  const edits: [string, (workspace: WritableFiles) => Promise<unknown>, () => void][] = [
    ['read, then written', async (w) => w.read(at('a')), () => writeFileSync(join(root, 'a'), 'outside')],
    ['written', async (w) => w.write(at('a'), 'mine'), () => writeFileSync(join(root, 'a'), 'outside')],
    ['removed', async (w) => w.remove(at('a')), () => writeFileSync(join(root, 'a'), 'outside')],
    ['created', async (w) => w.write(at('new'), 'mine'), () => writeFileSync(join(root, 'new'), 'outside')],
    ['deleted', async (w) => w.write(at('a'), 'mine'), () => rmSync(join(root, 'a'))],
    ['folder removed', async (w) => w.remove(at('d')), () => writeFileSync(join(root, 'd/extra'), 'outside')],
  ]
  for (const [name, first, outside] of edits) {
    rmSync(join(root, 'new'), { force: true })
    rmSync(join(root, 'd'), { recursive: true, force: true })
    await files.write(at('a'), 'old')
    await files.write(at('d/x'), 'x')
    const workspace = createWorkspace(files)
    await first(workspace)
    outside()
    const second = name === 'read, then written' ? workspace.write(at('a'), 'mine') : undefined
    if (second) await assert.rejects(second, code('CONFLICT'), name)
    await workspace.write(at('other'), 'mine too')
    await assert.rejects(workspace.commit(), code('CONFLICT'), name)
    assert.equal(existsSync(join(root, 'other')), false, name)
  }
})

test('the same edit from outside is no conflict', async () => {
  const base = memoryFiles({ a: 'old' })
  const workspace = createWorkspace(base)
  await workspace.write(at('a'), 'new')
  await base.write(at('a'), 'new')
  await workspace.commit()
  assert.equal(await textAt(base, 'a'), 'new')
})

test('a commit that fails half way leaves the files as they were', async () => {
  const root = folder()
  const disk = diskFiles({ root })
  await disk.write(at('a'), 'old a')
  await disk.write(at('gone/b'), 'old b')
  const failing: WritableFiles = {
    ...disk,
    write: async (path, content) => {
      if (path === 'z' && content.length > 0) throw new Error('the disk is full')
      await disk.write(path, content)
    },
  }
  const state = join(folder(), 'state')
  const workspace = createWorkspace(failing, { state })
  await workspace.write(at('a'), 'new a')
  await workspace.remove(at('gone'))
  await workspace.write(at('made/c'), 'c')
  await workspace.write(at('z'), 'z')
  await assert.rejects(workspace.commit(), /the disk is full/)
  assert.deepEqual(readdirSync(root).sort(), ['a', 'gone'])
  assert.equal(readFileSync(join(root, 'a'), 'utf8'), 'old a')
  assert.equal(readFileSync(join(root, 'gone/b'), 'utf8'), 'old b')
  assert.deepEqual(readdirSync(state), [])
  assert.equal(await textAt(workspace, 'a'), 'new a')
})

test('a link is not written through, and the commit that would is refused as a whole', async () => {
  const root = folder()
  writeFileSync(join(root, 'AGENTS.md'), 'text')
  symlinkSync('AGENTS.md', join(root, 'CLAUDE.md'))
  const workspace = createWorkspace(diskFiles({ root }))
  await workspace.write(at('CLAUDE.md'), 'new')
  await workspace.write(at('a'), 'a')
  await assert.rejects(workspace.commit(), code('NOT_A_FILE'))
  assert.equal(existsSync(join(root, 'a')), false)
  assert.equal(readFileSync(join(root, 'AGENTS.md'), 'utf8'), 'text')
})

test('a commit cut short at any step by kill -9 is undone or done at the next start', async () => {
  const child = join(import.meta.dirname, 'vfs-killed.ts')
  let undone = 0
  let finished = 0
  for (let step = 0; step < 8; step++) {
    const root = folder()
    const state = join(folder(), 'state')
    const files = diskFiles({ root })
    for (const name of ['a', 'b', 'c']) await files.write(at(name), `old ${name}`)
    const run = spawnSync(
      process.execPath,
      ['--import', 'tsx', '--conditions=source', child, root, state, String(step)],
      { encoding: 'utf8' },
    )
    assert.ok(run.signal === 'SIGKILL' || run.status === 0, run.stderr)
    const restored = await recoverCommit(state, files)
    const texts = ['a', 'b', 'c', 'd'].map((name) =>
      existsSync(join(root, name)) ? readFileSync(join(root, name), 'utf8') : 'none',
    )
    const isOld = texts.join() === 'old a,old b,old c,none'
    const isNew = texts.join() === 'new a,new b,none,new d'
    assert.ok(isOld || isNew, `mixed after step ${step}: ${texts.join()}`)
    if (isOld && restored.length > 0) undone++
    if (isNew) finished++
    assert.deepEqual(existsSync(state) ? readdirSync(state) : [], [])
  }
  assert.ok(undone >= 3, `only ${undone} commits were cut short`)
  assert.ok(finished >= 1, 'no commit came to its end')
})

test('a commit whose undo was being forgotten is over, however much of the undo is left', async () => {
  const state = join(folder(), 'state')
  const journal = createJournal(state)
  await journal.keep([{ previous: { path: at('a'), type: 'absent' }, after: { type: 'file', mark: '' } }])
  await journal.keep([{ previous: { path: at('b'), type: 'absent' }, after: { type: 'file', mark: '' } }])
  const [first, second] = readdirSync(state).sort()
  rmSync(join(state, first!))
  mkdirSync(join(state, first!))
  await journal.forget()
  assert.equal(readdirSync(state).filter((name) => name.endsWith('-done.json')).length, 1)
  rmSync(join(state, first!), { recursive: true })
  // As if our process had died: the number of one that is gone.
  const gone = spawnSync(process.execPath, ['-e', '']).pid
  for (const name of readdirSync(state)) {
    renameSync(join(state, name), join(state, name.replace(/^commit-\d+/, `commit-${gone}`)))
  }
  const files = memoryFiles({ a: 'kept', b: 'kept' })
  assert.ok(second)
  assert.deepEqual(await recoverCommit(state, files), [])
  assert.equal(await textAt(files, 'b'), 'kept')
  assert.deepEqual(readdirSync(state), [])
})

test('a commit that is still under way in a living process is left alone', async () => {
  const root = folder()
  const state = join(folder(), 'state')
  const files = diskFiles({ root })
  const workspace = createWorkspace(files, { state })
  await workspace.write(at('a'), 'x')
  await workspace.flush()
  assert.deepEqual(await recoverCommit(state, files), [])
  assert.equal(readFileSync(join(root, 'a'), 'utf8'), 'x')
})

test('a view keeps what it writes until it is published, and records what it looked at', async () => {
  const workspace = createWorkspace(memoryFiles({ a: 'a', 'd/x': 'x', 'd/y': 'y' }))
  const view = workspace.view('one')
  await view.read(at('a'))
  await view.read(at('none')).catch(() => undefined)
  await view.stat(at('nothing'))
  await view.list(at('d'))
  await view.write(at('made/file'), 'mine')
  await view.read(at('made/file'))
  await view.remove(at('d'))
  assert.deepEqual([...view.reads], ['a'])
  assert.deepEqual([...view.absent], ['none', 'nothing'])
  assert.deepEqual([...view.listed], ['d'])
  assert.deepEqual([...view.written], ['made', 'made/file', 'd', 'd/x', 'd/y'])
  assert.equal(await workspace.stat(at('made/file')), undefined)
  assert.equal(await textAt(workspace, 'd/x'), 'x')
  await view.publish()
  assert.equal(await textAt(workspace, 'made/file'), 'mine')
  assert.equal(await workspace.stat(at('d')), undefined)
})

test('a discarded view leaves nothing behind', async () => {
  const workspace = createWorkspace(memoryFiles({ a: 'a' }))
  const view = workspace.view('one')
  await view.write(at('a'), 'b')
  view.discard()
  await view.publish()
  assert.equal(await textAt(view, 'a'), 'a')
  assert.deepEqual(workspace.diff(), [])
})

test('views are published over each other in the order of the calls', async () => {
  const workspace = createWorkspace(slow(memoryFiles({ 'd/x': 'x' })))
  const [first, second, third] = [workspace.view('1'), workspace.view('2'), workspace.view('3')]
  await first.write(at('a'), '1')
  await first.write(at('d/new'), '1')
  await second.remove(at('d'))
  await second.write(at('d'), 'a file now')
  await third.write(at('a'), '3')
  await third.write(at('d/again'), '3')
  await Promise.all([first.publish(), second.publish(), third.publish()])
  assert.equal(await textAt(workspace, 'a'), '3')
  assert.deepEqual(
    (await workspace.list(at('d')))?.map(({ name }) => name),
    ['again'],
  )
})

test('durable writes are private, leave nothing over, and keep the old text when they fail', async () => {
  const root = folder()
  const file = join(root, 'state.json')
  await writeDurably(file, 'old')
  assert.equal(statSync(file).mode & 0o777, 0o600)
  mkdirSync(join(root, 'taken'))
  writeFileSync(join(root, 'taken', 'x'), '')
  await assert.rejects(writeDurably(join(root, 'taken'), 'new'), code('STATE_NOT_SAVED'))
  await assert.rejects(writeDurably(join(root, 'none', 'x'), 'new'), code('STATE_NOT_SAVED'))
  assert.deepEqual(readdirSync(root).sort(), ['state.json', 'taken'])
  assert.equal(readFileSync(file, 'utf8'), 'old')
})

test('on a full disk the old text stays, and writing works again when there is room', async (context) => {
  const root = folder()
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', root])
  if (mounted.status !== 0) {
    context.skip('needs the right to mount a tmpfs')
    return
  }
  try {
    const store = createDurableStore(join(root, 'state'))
    await store.write('session', 'old')
    await assert.rejects(store.write('session', 'x'.repeat(200_000)), /Disk full \(ENOSPC\)/)
    assert.equal(await store.read('session'), 'old')
    assert.deepEqual(readdirSync(join(root, 'state')), ['session'])
    await store.write('session', 'new')
    assert.equal(await store.read('session'), 'new')
  } finally {
    spawnSync('umount', [root])
  }
})

test('a store keeps texts by name, in order, clears leftovers and refuses what is no name', async () => {
  const root = join(folder(), 'state')
  mkdirSync(root, { mode: 0o777 })
  const gone = spawnSync(process.execPath, ['-e', '']).pid
  writeFileSync(join(root, `.session.${gone}-${'0'.repeat(32)}.tmp`), 'half')
  for (const store of [createDurableStore(root), createMemoryStore()]) {
    assert.equal(await store.read('session'), undefined)
    await Promise.all(['1', '2', '3'].map((text) => store.write('session', text)))
    await store.write('a.json', 'ä')
    assert.equal(await store.read('session'), '3')
    assert.deepEqual(await store.list(), ['a.json', 'session'])
    await store.remove('session')
    await store.remove('session')
    assert.deepEqual(await store.list(), ['a.json'])
    for (const name of ['', '../x', 'A', '.x', 'a/b', 'x'.repeat(101), 'a\0']) {
      await assert.rejects(store.write(name, 'x'), code('NAME_UNSAFE'))
    }
  }
  assert.deepEqual(readdirSync(root), ['a.json'])
  assert.equal(statSync(root).mode & 0o777, 0o700)
})

test('a store does not follow links', async () => {
  const outside = folder()
  const root = join(folder(), 'state')
  symlinkSync(outside, root)
  await assert.rejects(createDurableStore(root).write('a', 'x'), code('LINK_LEAVES_ROOT'))
  const real = join(folder(), 'state')
  mkdirSync(real)
  writeFileSync(join(outside, 'secret'), 'secret')
  symlinkSync(join(outside, 'secret'), join(real, 'a'))
  await assert.rejects(createDurableStore(real).read('a'), code('UNREADABLE'))
})
