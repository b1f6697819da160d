import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { commandLine } from './command-line.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const loader = ['--import', import.meta.resolve('tsx'), '--conditions=source']

interface Ended {
  readonly status: number
  readonly out: string
  readonly err: string
}

function node(cwd: string, words: readonly string[]): Promise<Ended> {
  const { NODE_TEST_CONTEXT: _, ...rest } = process.env
  const env = { ...rest, NO_COLOR: '1', CI: '1' }
  return new Promise((resolve) => {
    execFile(process.execPath, words, { cwd, env }, (error, out, err) =>
      resolve({ status: Number(error?.code ?? 0), out, err }),
    )
  })
}

const heddle = (cwd: string, ...words: string[]): Promise<Ended> => node(cwd, [...commandLine, ...words])

/** A folder with these files, in which `heddle` can be imported as if it had been installed. */
function project(t: TestContext, files: Readonly<Record<string, string>>): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'heddle-new-')))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  for (const [path, text] of Object.entries({ ...files, 'node_modules/.keep': '' })) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  symlinkSync(root, join(folder, 'node_modules/heddle'))
  return folder
}

const manifest = JSON.stringify({ name: 'my-app', type: 'module', scripts: { test: 'node --version' } })

test('init begins a framework that has no problems and whose first command runs the checks of the project', async (t) => {
  const folder = project(t, { 'package.json': manifest })
  const dry = await heddle(folder, 'init', '--dry-run')
  assert.match(dry.out, /would write \.heddle\/modules\/project\.md/)
  assert.equal(existsSync(join(folder, '.heddle')), false)
  const { status, out } = await heddle(folder, 'init')
  assert.equal(status, 0)
  assert.match(out, /Found in my-app: package\.json\.\n {2}wrote \.heddle\/modules\/project\.md/)
  const check = await heddle(folder, 'check', '--format', 'json')
  assert.deepEqual((JSON.parse(check.out) as { diagnostics: unknown[] }).diagnostics, [])
  const run = await heddle(folder, 'run', 'gates', '--format', 'json')
  const { groups } = JSON.parse(run.out) as { groups: { operations: { name: string; status: string }[] }[] }
  assert.deepEqual(groups[0]!.operations[0], {
    ...groups[0]!.operations[0],
    name: 'npm run test',
    status: 'done',
  })
})

test('init writes nothing where a framework is, keeps what stands already, and puts it beside the memory file of its host', async (t) => {
  const there = project(t, { '.claude/commands/own.md': '# Own\n' })
  const found = await heddle(there, 'init', '--yes', '--format', 'json')
  assert.deepEqual((JSON.parse(found.out) as { written: string[] }).written, [])
  const beside = project(t, { 'CLAUDE.md': '# Memory\n', '.claude/settings.json': '{}' })
  const begun = await heddle(beside, 'init', '--yes', '--format', 'json')
  assert.deepEqual((JSON.parse(begun.out) as { written: string[] }).written, [
    '.claude/modules/project.md',
    '.claude/commands/gates.md',
  ])
  const check = await heddle(beside, 'check', '--format', 'json')
  assert.deepEqual((JSON.parse(check.out) as { diagnostics: unknown[] }).diagnostics, [])
  const partly = project(t, { 'framework/commands/gates.md': 'mine\n' })
  await heddle(partly, 'init', '--home', 'framework')
  assert.equal(readFileSync(join(partly, 'framework/commands/gates.md'), 'utf8'), 'mine\n')
  assert.ok(existsSync(join(partly, 'framework/modules/project.md')))
  assert.equal((await heddle(partly, 'init', '--home', '../x')).status, 2)
})

test('init writes through no link that leads out of the project', async (t) => {
  const outside = project(t, {})
  const folder = project(t, {})
  symlinkSync(outside, join(folder, '.heddle'))
  const { status, err } = await heddle(folder, 'init')
  assert.equal(status, 2)
  assert.match(err, /leads out of the project/)
  assert.equal(existsSync(join(outside, 'modules/project.md')), false)
})

const made: Readonly<Record<string, readonly [string, Readonly<Record<string, string>>, readonly string[]]>> =
  {
    module: ['test/my-thing.module.test.mjs', {}, []],
    command: ['test/my-thing.command.test.mjs', {}, ['run', 'my-thing']],
    gate: ['tests/my-thing.gate.test.mjs', { 'tests/.keep': '' }, []],
    plugin: ['plugins/my-thing.test.mjs', {}, ['run', 'my-thing']],
    'plugin in TypeScript': ['plugins/my-thing.test.ts', { 'tsconfig.json': '{}' }, ['run', 'my-thing']],
  }
for (const [what, [testFile, files, words]] of Object.entries(made)) {
  test(`a new ${what} comes with a test that passes in the project, and works`, async (t) => {
    const folder = project(t, { 'package.json': manifest, ...files })
    const kind = what.split(' ')[0]!
    const { status, out, err } = await heddle(folder, 'new', kind, 'my-thing')
    assert.equal(status, 0, err)
    assert.ok(out.includes(testFile), out)
    const tested = await node(folder, [...loader, '--test', '--test-reporter=tap', testFile])
    assert.equal(tested.status, 0, tested.out)
    assert.match(tested.out, /# pass [12]\n# fail 0/)
    const check = await heddle(folder, 'check', '--format', 'json')
    const { diagnostics } = JSON.parse(check.out) as { diagnostics: { code: string }[] }
    assert.ok(
      diagnostics.every(({ code }) => code === 'ORPHAN'),
      check.out,
    )
    if (words.length > 0) assert.match((await heddle(folder, ...words)).out, /passed my-thing/)
  })
}

test('nothing is made over something, and the test of a new thing fails when the thing is broken', async (t) => {
  const folder = project(t, { 'package.json': manifest })
  await heddle(folder, 'new', 'gate', 'my-thing')
  const again = await heddle(folder, 'new', 'gate', 'my-thing')
  assert.equal(again.status, 2)
  assert.match(again.err, /Nothing was written\. FILE_EXISTS/)
  const path = join(folder, '.heddle/modules/gates/my-thing.md')
  writeFileSync(path, readFileSync(path, 'utf8').replace('expect: nothing', 'expect: done'))
  const tested = await node(folder, [...loader, '--test', 'test/my-thing.gate.test.mjs'])
  assert.equal(tested.status, 1)
})

test('names and kinds that will not do are answered with what would', async (t) => {
  const folder = project(t, {})
  const name = await heddle(folder, 'new', 'module', 'MyThing.md')
  assert.deepEqual([name.status, /such as "my-thing"/.test(name.err)], [2, true])
  const kind = await heddle(folder, 'new', 'skill', 'x')
  assert.match(kind.err, /Make one of: module, command, gate, plugin/)
  assert.equal((await heddle(folder, 'new', 'module', '../x')).status, 2)
})
