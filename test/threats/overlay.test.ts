import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, linkSync, mkdirSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { chmodSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { findFiles } from '../../core/operations/find-files.ts'
import { grepKind } from '../../core/operations/grep.ts'
import { diskFiles } from '../../core/vfs/disk.ts'
import type { Files, WritableFiles } from '../../core/vfs/file-system.ts'
import { parsePath } from '../../core/vfs/gate.ts'
import { layerFiles } from '../../core/vfs/layer.ts'
import { memoryFiles } from '../../core/vfs/memory.ts'
import { mountFiles } from '../../core/vfs/mount.ts'
import type { Path } from '../../core/vfs/path.ts'
import { createWorkspace } from '../../core/vfs/workspace.ts'
import { apply, assertSame, at, compare, hashTree, type Model, type Step } from '../property/file-model.ts'
import { place, temporaryFolder } from './ground.ts'
import { publish, rounds, seedOf } from './soak.ts'

const prefilled = { 'a/b/c': 'base needle', 'a/c': 'base', 'b/a': 'base needle', c: 'base', 'b/b/b': 'base' }

const name = fc.constantFrom('a', 'b', 'c', 'é', '[a].md', 'B')
const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((names) => names.join('/'))
const text = fc.constantFrom('', 'one', 'two needle', 'base', 'needle\nneedle')
const step: fc.Arbitrary<Step> = fc.record({
  does: fc.constantFrom('write', 'write', 'write', 'remove', 'remove', 'makeFolder', 'read'),
  path,
  text,
})
const phases = fc.array(
  fc.record({
    steps: fc.array(step, { minLength: 1, maxLength: 10 }),
    ending: fc.constantFrom('nothing', 'commit', 'rollback', 'flush', 'publish', 'discard', 'restore'),
  }),
  { minLength: 1, maxLength: 8 },
)

function startModel(): Model {
  const model: Model = new Map()
  for (const [path, text] of Object.entries(prefilled)) apply(model, { does: 'write', path, text })
  return model
}

type Ending = 'nothing' | 'commit' | 'rollback' | 'flush' | 'publish' | 'discard' | 'restore'

/** Runs the phases on a workspace and on a map, comparing everything after every command; gives the number of commands. */
async function runPhases(found: readonly { steps: readonly Step[]; ending: Ending }[]): Promise<number> {
  const workspace = createWorkspace(memoryFiles(prefilled))
  let committed = startModel()
  let model = startModel()
  let commands = 0
  for (const { steps, ending } of found) {
    const before = new Map(model)
    const snapshot = workspace.snapshot()
    const view = workspace.view('one')
    const files = ending === 'publish' || ending === 'discard' ? view : workspace
    for (const step of steps) {
      await compare(files, model, step)
      await assertSame(files, model)
      commands++
    }
    if (ending === 'publish') await view.publish()
    if (ending === 'discard') view.discard()
    if (ending === 'commit') await workspace.commit()
    if (ending === 'rollback') await workspace.rollback()
    if (ending === 'flush') await workspace.flush()
    if (ending === 'restore') await workspace.restore(snapshot)
    if (ending === 'discard' || ending === 'restore') model = before
    if (ending === 'commit') committed = new Map(model)
    if (ending === 'rollback') model = new Map(committed)
    await assertSame(workspace, model)
    commands++
  }
  return commands
}

test('an overlay behaves like one file system after every command (B1)', async (context) => {
  const seed = seedOf(context)
  let commands = 0
  // Scripts of about twenty commands each.
  await fc.assert(
    fc.asyncProperty(phases, async (found) => {
      commands += await runPhases(found)
    }),
    { numRuns: rounds(60, 5_500), seed },
  )
  publish(context, `B1 ${commands} commands, 0 divergences`)
})

/** A file system that a careless overlay would be: what is removed below comes to light again. */
function forgetful(files: WritableFiles): WritableFiles {
  const upper = memoryFiles()
  const both = layerFiles(upper, files)
  return { ...both, remove: (path) => upper.remove(path) }
}

test('an overlay behaves like one file system (B1, B4): fails for one that forgets what was removed', async () => {
  await assert.rejects(
    fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        const files = forgetful(memoryFiles(prefilled))
        const model = startModel()
        for (const step of steps) {
          await compare(files, model, step)
          await assertSame(files, model)
        }
      }),
      { numRuns: 100, seed: 1 },
    ),
  )
})

interface Asked {
  readonly does: 'write' | 'remove' | 'makeFolder' | 'read' | 'list' | 'stat'
  readonly path: string
  readonly text: string
}

/** Names that file systems treat in their own ways: long ones, odd ones, refused ones, the root itself. */
const oddPath = fc.oneof(
  { weight: 6, arbitrary: path },
  fc.constantFrom(
    '',
    '.',
    'a/..',
    'a/.',
    './b',
    'a//b',
    'b/',
    '../x',
    '/a',
    'CON',
    'a.',
    'a\\b',
    '.env',
    '.git/x',
  ),
  fc.constantFrom(
    'x'.repeat(255),
    'x'.repeat(256),
    `a/${'é'.repeat(127)}`,
    `a/${'é'.repeat(128)}`,
    'a b',
    '.x',
    '日本',
  ),
)
const asked: fc.Arbitrary<Asked> = fc.record({
  does: fc.constantFrom('write', 'write', 'write', 'remove', 'makeFolder', 'read', 'list', 'stat'),
  path: oddPath,
  text,
})

async function ask(files: WritableFiles, { does, path, text }: Asked): Promise<string> {
  const at = path as Path
  try {
    if (does === 'write') return String(await files.write(at, text))
    if (does === 'remove') return String(await files.remove(at))
    if (does === 'makeFolder') return String(await files.makeFolder(at))
    if (does === 'read') return Buffer.from(await files.read(at)).toString()
    if (does === 'list') return JSON.stringify(await files.list(at)) ?? 'nothing'
    const found = await files.stat(at)
    // Sizes of folders and times are the file system's own.
    return found ? `${found.type} ${found.type === 'file' ? found.size : ''}` : 'nothing'
  } catch (thrown) {
    return `! ${(thrown as { code?: string }).code}`
  }
}

function folded(each: Asked): Asked {
  const parsed = parsePath(each.path)
  return parsed.ok ? { ...each, path: parsed.value } : each
}

/** What the machine itself says, in our codes. */
function askMachine(root: string, { does, path, text }: Asked): string {
  const at = join(root, path)
  try {
    if (does === 'read') return readFileSync(at, 'utf8')
    if (does === 'stat') return statSync(at).isDirectory() ? 'directory ' : `file ${statSync(at).size}`
    if (does === 'list')
      return JSON.stringify(
        readdirSync(at, { withFileTypes: true })
          .map((entry) => ({ name: entry.name, type: entry.isDirectory() ? 'directory' : 'file' }))
          .sort((a, b) => (a.name < b.name ? -1 : 1)),
      )
    if (does === 'remove') rmSync(at, { recursive: true, force: true })
    else mkdirSync(does === 'write' ? dirname(at) : at, { recursive: true })
    if (does === 'write') writeFileSync(at, text)
    return 'undefined'
  } catch (thrown) {
    return `! ${codeOf(does, at, (thrown as { code?: string }).code ?? '')}`
  }
}

function codeOf(does: Asked['does'], at: string, errno: string): string {
  if (errno === 'EISDIR') return 'NOT_A_FILE'
  if (errno === 'EEXIST' || (errno === 'ENOTDIR' && (does === 'write' || does === 'makeFolder')))
    return 'NOT_A_FOLDER'
  if (errno === 'ENOTDIR' && does === 'list' && isFile(at)) return 'NOT_A_FOLDER'
  return errno === 'ENOENT' || errno === 'ENOTDIR' ? 'NOT_FOUND' : errno
}

function isFile(at: string): boolean {
  try {
    return statSync(at).isFile()
  } catch {
    return false
  }
}

/**
 * Where we differ from the machine on purpose: where nothing is, also below a file, `stat` and `list` say nothing and a
 * removal has nothing to do. (And paths are folded first: `a/.` and `a/` are `a`, which the machine takes for folders only.)
 */
function documented(said: string, { does }: Asked): string {
  if (said !== '! NOT_FOUND') return said
  if (does === 'remove') return 'undefined'
  return does === 'list' || does === 'stat' ? 'nothing' : said
}

/** The fastest disk there is: a file system in memory where the machine has one. */
function diskFolder(context: { after(end: () => void): void }): string {
  const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'heddle-differ-'))
  context.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

test('every kind of files says what the disk says, errors included (B2)', async (context) => {
  const folder = diskFolder(context)
  const seed = seedOf(context)
  let operations = 0
  let machine = 0
  let index = 0
  await fc.assert(
    fc.asyncProperty(fc.array(asked, { maxLength: 25 }), async (script) => {
      const here = join(folder, String(index++))
      for (const name of ['disk', 'below', 'machine']) mkdirSync(join(here, name), { recursive: true })
      const disk = diskFiles({ root: join(here, 'disk') })
      const others: Record<string, WritableFiles> = {
        memory: memoryFiles(),
        layer: layerFiles(memoryFiles(), memoryFiles()),
        mount: mountFiles({ '': memoryFiles() }),
        workspace: createWorkspace(memoryFiles()),
        'workspace over disk': createWorkspace(diskFiles({ root: join(here, 'below') })),
        view: createWorkspace(memoryFiles()).view('one'),
      }
      for (const each of script) {
        const expected = await ask(disk, each)
        for (const [kind, files] of Object.entries(others)) {
          assert.equal(await ask(files, each), expected, `${kind}: ${each.does} "${each.path}"`)
          operations++
        }
        // What the gate refuses the machine is not asked.
        if (/^! (?:OUTSIDE_ROOT|NAME_UNSAFE|DENIED_BY_RULE)$/.test(expected)) continue
        assert.equal(
          expected,
          documented(askMachine(join(here, 'machine'), folded(each)), each),
          `${each.does} "${each.path}"`,
        )
        machine++
      }
      rmSync(here, { recursive: true })
    }),
    { numRuns: rounds(100, 5_000), seed },
  )
  publish(
    context,
    `B2 ${operations} operations on six kinds of files and ${machine} on the machine itself, 0 undocumented divergences`,
  )
})

test('every kind of files says what the disk says (B2): fails for one that answers otherwise', async () => {
  const files = memoryFiles({ a: 'x' })
  assert.equal(await ask(files, { does: 'read', path: 'a/b', text: '' }), '! NOT_FOUND')
  const other: WritableFiles = { ...files, read: async () => new Uint8Array() }
  await assert.rejects(async () =>
    fc.assert(
      fc.asyncProperty(asked, async (each) => {
        assert.equal(await ask(other, each), await ask(memoryFiles(), each))
      }),
      { numRuns: 200, seed: 1 },
    ),
  )
})

/** A lower tree with all that a disk can hold: links of both kinds, a pipe, permissions, old times, denied files. */
function makeLower(root: string): void {
  place(root, {
    'a/b/c': 'base',
    'a/c': 'base',
    'b/a': 'base',
    c: 'base',
    'a/.env': 'secret',
    'b/.git/config': 'secret',
    'B/deep/er/x': 'x'.repeat(10_000),
    é: 'accent',
  })
  mkdirSync(join(root, 'b/c'))
  symlinkSync('../c', join(root, 'a/a'))
  symlinkSync('a', join(root, '[a].md'))
  symlinkSync('nowhere', join(root, 'b/b'))
  linkSync(join(root, 'c'), join(root, 'b/é'))
  spawnSync('mkfifo', [join(root, 'a/B')])
  chmodSync(join(root, 'a/c'), 0o640)
  chmodSync(join(root, 'b/a'), 0o755)
  chmodSync(join(root, 'B/deep'), 0o700)
  for (const name of ['c', 'a/c', 'a/b', 'B']) utimesSync(join(root, name), 1_000_000_000, 1_000_000_000.5)
}

const overlaid = fc.record({
  does: fc.constantFrom('write', 'write', 'remove', 'remove', 'makeFolder', 'read', 'list', 'stat'),
  path: oddPath,
  text,
  in: fc.constantFrom('workspace', 'workspace', 'published', 'discarded'),
  next: fc.constantFrom(
    'nothing',
    'nothing',
    'nothing',
    'nothing',
    'snapshot',
    'restore',
    'rollback',
    'diff',
  ),
})

async function overlayAll(
  files: Files,
  script: readonly (Asked & { readonly in: string; readonly next: string })[],
): Promise<void> {
  const workspace = createWorkspace(files)
  let snapshot = workspace.snapshot()
  for (const each of script) {
    const view = each.in === 'workspace' ? undefined : workspace.view('one')
    await ask(view ?? workspace, each)
    if (each.in === 'published') await view!.publish().catch(() => undefined)
    if (each.in === 'discarded') view!.discard()
    if (each.next === 'snapshot') snapshot = workspace.snapshot()
    if (each.next === 'restore') await workspace.restore(snapshot)
    if (each.next === 'rollback') await workspace.rollback()
    if (each.next === 'diff') workspace.diff()
  }
}

test('the lower tree keeps every byte, permission, time and name under an overlay (B3)', async (context) => {
  const root = temporaryFolder(context)
  makeLower(root)
  const untouched = hashTree(root)
  const seed = seedOf(context)
  let operations = 0
  await fc.assert(
    fc.asyncProperty(fc.array(overlaid, { minLength: 40, maxLength: 60 }), async (script) => {
      await overlayAll(diskFiles({ root }), script)
      operations += script.length
      assert.equal(hashTree(root), untouched)
    }),
    { numRuns: rounds(20, 210), seed },
  )
  publish(context, `B3 ${operations} operations, lower tree byte-identical`)
})

test('the lower tree keeps everything under an overlay (B3): fails when the disk itself is written', async (context) => {
  const root = temporaryFolder(context)
  makeLower(root)
  const untouched = hashTree(root)
  for (const each of fc.sample(overlaid, { numRuns: 40, seed: 1 })) await ask(diskFiles({ root }), each)
  assert.notEqual(hashTree(root), untouched)
})

/** The files of the model that a search finds, and their lines with the needle. */
function findInModel(model: Model, glob: (path: string) => boolean): { files: string[]; lines: string[] } {
  const files = [...model].flatMap(([path, text]) => (text !== null && glob(path) ? [path] : [])).sort()
  const lines = files.flatMap((path) =>
    model
      .get(path)!
      .split('\n')
      .flatMap((line, index) => (line.includes('needle') ? [`${path}:${index + 1}`] : [])),
  )
  return { files, lines }
}

const globs: readonly (readonly [string, (path: string) => boolean])[] = [
  ['**', () => true],
  ['a/**', (path) => path.startsWith('a/')],
  ['**/c', (path) => path === 'c' || path.endsWith('/c')],
  ['*/b/*', (path) => /^[^/]+\/b\/[^/]+$/.test(path)],
]

/** Glob, grep, list, stat and read about one and the same state. */
async function assertFound(files: WritableFiles, model: Model): Promise<void> {
  const { signal } = new AbortController()
  await assertSame(files, model)
  for (const [pattern, matches] of globs) {
    const expected = findInModel(model, matches)
    const found = await findFiles(files, { patterns: [pattern] }, signal)
    assert.deepEqual(found, { files: expected.files, skipped: [] }, pattern)
    const context = {
      files,
      attempt: 1,
      signal,
      key: 'grep',
      spawn: () => assert.fail('grep starts no program'),
      spawnTogether: () => assert.fail('grep starts no program'),
      progress: () => undefined,
    }
    const { matches: lines, searched } = await grepKind.run({ pattern: 'needle', glob: pattern }, context)
    assert.deepEqual(
      lines.map(({ path, line }) => `${path}:${line}`),
      expected.lines,
      pattern,
    )
    assert.equal(searched, expected.files.length)
  }
  for (const path of ['a', 'a/b', 'a/b/c', 'b/b/b', 'c', 'b/a', 'a/c/b'])
    assert.equal((await files.stat(at(path))) !== undefined, model.has(path), path)
}

/** Removals and what is made in the same places again, mostly. */
const removals = fc.array(
  fc.record({
    does: fc.constantFrom('remove', 'remove', 'remove', 'write', 'write', 'makeFolder'),
    path: fc.oneof(fc.constantFrom('a', 'a/b', 'b', 'b/b', 'a/b/c', 'b/b/b', 'c'), path),
    text,
  }),
  { minLength: 1, maxLength: 8 },
)

test('what is removed is hidden from list, stat, read, glob and grep alike, and can be made again (B4)', async (context) => {
  const seed = seedOf(context)
  let sequences = 0
  await fc.assert(
    fc.asyncProperty(removals, fc.boolean(), async (steps, isView) => {
      const model = startModel()
      const workspace = createWorkspace(memoryFiles(prefilled))
      const files = isView ? workspace.view('one') : workspace
      for (const step of steps) {
        await compare(files, model, step)
        await assertFound(files, model)
      }
      sequences++
    }),
    { numRuns: rounds(50, 5_000), seed },
  )
  publish(context, `B4 ${sequences} sequences of removals, list, stat, read, glob and grep agree`)
})

test('what is removed is hidden from glob and grep (B4): fails for an overlay that forgets', async () => {
  const model = startModel()
  const files = forgetful(memoryFiles(prefilled))
  await assertFound(files, model)
  apply(model, { does: 'remove', path: 'a/b', text: '' })
  await files.remove(at('a/b'))
  await assert.rejects(assertFound(files, model), assert.AssertionError)
})
