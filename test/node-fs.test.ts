import assert from 'node:assert/strict'
import * as machine from 'node:fs'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { glob, globSync } from 'tinyglobby'
import { createWorkspace, type Files, memoryFiles, nodeFsOf, type Path } from '../core/files.ts'

const texts = {
  'src/a.ts': 'a',
  'src/deep/b.ts': 'b',
  'src/deep/c.md': 'c',
  'README.md': 'read me',
  'docs/x.md': 'x',
}

test('a tool that takes an fs finds what a workspace shows, written and removed files included', async () => {
  const workspace = createWorkspace(memoryFiles(texts))
  await workspace.write('src/new.ts' as Path, 'n')
  await workspace.remove('src/deep' as Path)
  const view = workspace.view('one')
  await view.write('lib/own.ts' as Path, 'o')
  for (const [files, expected] of [
    [workspace, ['src/a.ts', 'src/new.ts']],
    [view, ['lib/own.ts', 'src/a.ts', 'src/new.ts']],
  ] as const) {
    const options = { cwd: '/project', fs: nodeFsOf(files, { root: '/project' }) as never }
    assert.deepEqual((await glob('**/*.ts', options)).toSorted(), expected)
    assert.deepEqual(globSync('**/*.ts', options).toSorted(), expected)
  }
  assert.deepEqual([...view.listed].toSorted(), ['', 'docs', 'lib', 'src'])
})

test('files without synchronous answers give an fs without synchronous calls', async () => {
  const { stat, list, read } = memoryFiles(texts)
  const later: Files = { label: '', stat, list, read }
  const fs = nodeFsOf(later)
  assert.equal('statSync' in fs, false)
  assert.equal('writeFile' in fs, false)
  assert.equal(await fs.promises.readFile('/README.md', 'utf8'), 'read me')
  assert.deepEqual(await glob('**/*.md', { cwd: '/', fs: fs as never }), [
    'README.md',
    'docs/x.md',
    'src/deep/c.md',
  ])
})

type Call = (fs: typeof machine, root: string) => unknown

/** What is asked of our fs and of the machine's, which must say the same. */
const looks: Readonly<Record<string, Call>> = {
  'reads a text': (fs, root) => fs.readFileSync(`${root}/README.md`, 'utf8'),
  'reads bytes': (fs, root) => fs.readFileSync(`${root}/README.md`).toString('hex'),
  'reads a folder': (fs, root) => fs.readFileSync(`${root}/src`),
  'reads nothing': (fs, root) => fs.readFileSync(`${root}/none`),
  'reads below a file': (fs, root) => fs.statSync(`${root}/none/below`),
  'lists names': (fs, root) => fs.readdirSync(`${root}/src`).toSorted(),
  'lists all names': (fs, root) => (fs.readdirSync(root, { recursive: true }) as string[]).toSorted(),
  'lists kinds': (fs, root) =>
    fs
      .readdirSync(`${root}/src`, { withFileTypes: true })
      .map((entry) => [entry.name, entry.isFile(), entry.isDirectory()]),
  'lists a file': (fs, root) => fs.readdirSync(`${root}/README.md`),
  'lists nothing': (fs, root) => fs.readdirSync(`${root}/none`),
  'asks for a file': (fs, root) => [
    fs.statSync(`${root}/README.md`).isFile(),
    fs.statSync(`${root}/README.md`).size,
  ],
  'asks for a folder': (fs, root) => fs.lstatSync(`${root}/src/`).isDirectory(),
  'asks whether something is there': (fs, root) => [
    fs.existsSync(`${root}/src`),
    fs.existsSync(`${root}/none`),
  ],
  'reaches nothing': (fs, root) => fs.accessSync(`${root}/none`),
  'reads what is no link': (fs, root) => fs.readlinkSync(`${root}/README.md`),
  'finds the real place': (fs, root) => fs.realpathSync(`${root}/src/../docs/x.md`).slice(root.length),
}

type Change = (fs: (typeof machine)['promises'], root: string) => Promise<unknown>

const changes: Readonly<Record<string, Change>> = {
  writes: async (fs, root) => fs.writeFile(`${root}/src/new`, 'n'),
  'writes below nothing': async (fs, root) => fs.writeFile(`${root}/none/new`, 'n'),
  'writes a folder': async (fs, root) => fs.writeFile(`${root}/src`, 'n'),
  'makes a folder': async (fs, root) => fs.mkdir(`${root}/made`),
  'makes a folder again': async (fs, root) => fs.mkdir(`${root}/src`),
  'makes a folder below nothing': async (fs, root) => fs.mkdir(`${root}/none/made`),
  'makes folders': async (fs, root) => (await fs.mkdir(`${root}/none/made`, { recursive: true }), undefined),
  'removes a file': async (fs, root) => fs.unlink(`${root}/README.md`),
  'removes nothing': async (fs, root) => fs.unlink(`${root}/none`),
  'removes nothing, and does not mind': async (fs, root) => fs.rm(`${root}/none`, { force: true }),
  'removes a folder that is filled': async (fs, root) => fs.rmdir(`${root}/src`),
  'removes a folder with all that is in it': async (fs, root) => fs.rm(`${root}/src`, { recursive: true }),
  'renames a folder': async (fs, root) => fs.rename(`${root}/src`, `${root}/lib`),
  'renames over a file': async (fs, root) => fs.rename(`${root}/docs/x.md`, `${root}/README.md`),
  'renames nothing': async (fs, root) => fs.rename(`${root}/none`, `${root}/lib`),
  copies: async (fs, root) => fs.copyFile(`${root}/README.md`, `${root}/docs/copy`),
}

function said(thrown: unknown): unknown {
  const { code, errno, syscall } = thrown as NodeJS.ErrnoException
  return { code, errno, isCalled: typeof syscall === 'string' }
}

test('it says what the machine says: answers, codes and numbers of errors', async (t) => {
  const root = mkdtempSync(join(tmpdir(), 'heddle-node-fs-'))
  t.after(() => rmSync(root, { recursive: true, force: true }))
  const fill = (): void => {
    rmSync(root, { recursive: true, force: true })
    for (const [path, text] of Object.entries(texts)) {
      machine.mkdirSync(join(root, path, '..'), { recursive: true })
      machine.writeFileSync(join(root, path), text)
    }
  }
  const answer = (call: Call, fs: typeof machine, root: string): unknown => {
    try {
      return call(fs, root) ?? 'nothing'
    } catch (thrown) {
      return said(thrown)
    }
  }
  fill()
  const fixed = nodeFsOf(createWorkspace(memoryFiles(texts)), { root: '/p' }) as unknown as typeof machine
  for (const [name, call] of Object.entries(looks)) {
    assert.deepEqual(answer(call, fixed, '/p'), answer(call, machine, root), name)
  }
  const all: Call = (fs, root) => (fs.readdirSync(root, { recursive: true }) as string[]).toSorted()
  for (const [name, change] of Object.entries(changes)) {
    fill()
    const ours = nodeFsOf(createWorkspace(memoryFiles(texts)), { root: '/p' }) as unknown as typeof machine
    const expected = await change(machine.promises, root).catch(said)
    assert.deepEqual(await change(ours.promises, '/p').catch(said), expected, name)
    assert.deepEqual(all(ours, '/p'), all(machine, root), name)
  }
})

test('callbacks get what promises give, and what they throw is theirs', async () => {
  const fs = nodeFsOf(memoryFiles(texts))
  const later = fs as unknown as typeof machine
  assert.equal(await promisify(later.readFile)('/README.md', 'utf8'), 'read me')
  await assert.rejects(promisify(later.stat)('/none'), { code: 'ENOENT', syscall: 'stat', path: '/none' })
  await promisify(later.writeFile)('/src/new', 'n')
  assert.equal(later.readFileSync('/src/new', 'utf8'), 'n')
})

test('what lies outside of the root, and what a rule closes, is refused as the machine would', async () => {
  const fs = nodeFsOf(createWorkspace(memoryFiles(texts)), { root: '/project' })
  await assert.rejects(fs.promises.readFile('/etc/passwd'), { code: 'EACCES' })
  await assert.rejects(fs.promises.readFile('../etc/passwd'), { code: 'EACCES' })
  await assert.rejects(fs.promises.writeFile('/project/.env', 'x'), (thrown: Error) => {
    assert.equal((thrown as NodeJS.ErrnoException).code, 'EACCES')
    assert.equal((thrown.cause as { code?: string }).code, 'DENIED_BY_RULE')
    return true
  })
  assert.equal(await fs.promises.readFile('README.md', 'utf8'), 'read me')
})
