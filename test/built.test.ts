import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import module from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const fixtures = join(root, 'fixtures')
/** The package as it would be installed, built from the sources as they are now. */
const built = mkdtempSync(join(tmpdir(), 'heddle-built-'))

before(() => {
  for (const name of ['package.json', 'modules'])
    cpSync(join(root, name), join(built, name), { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(built, 'node_modules'))
  execFileSync('npm', ['run', '-s', 'bundle', '--', join(built, 'dist')], { cwd: root })
})

after(() => rmSync(built, { recursive: true, force: true }))

interface Ended {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs plain Node: no TypeScript, no conditions, and nothing in the environment that says where compiled code is kept. */
function node(words: readonly string[], cwd = built): Ended {
  const { NODE_COMPILE_CACHE: _, NODE_OPTIONS: __, ...rest } = process.env
  const env = { ...rest, NO_COLOR: '1', CI: '1' }
  const { status, stdout, stderr } = spawnSync(process.execPath, words, { cwd, env, encoding: 'utf8' })
  return { status, stdout, stderr }
}

const main = join(built, 'dist/core/cli/main.js')

test('the built command line prints what the sources print', () => {
  const words = ['check', '--root', join(fixtures, 'missing-reference')]
  const loader = ['--import', import.meta.resolve('tsx'), '--conditions=source']
  const fromSource = node([...loader, join(root, 'core/cli/main.ts'), ...words], root)
  assert.deepEqual(node([main, ...words]), fromSource)
  assert.equal(fromSource.status, 1)
  assert.match(fromSource.stdout, /REFERENCE_MISSING/)
})

test('the built package finds the built-in modules', () => {
  const reference = '@system/session/session-management.md'
  const { stdout } = node([main, 'resolve', reference, '--root', join(fixtures, 'minimal')])
  assert.match(stdout, /heddle:modules\/system\/session\/session-management\.md/)
})

test('a fault that the core throws is told with its code by the built command line', () => {
  const { status, stderr } = node([main, 'resolve', '@', '--root', join(fixtures, 'minimal')])
  assert.match(stderr, /REFERENCE_SYNTAX/)
  assert.equal(status, 2)
})

test('a pattern that may run away is searched in a worker of the built package', () => {
  const project = join(built, 'project')
  cpSync(join(fixtures, 'typescript-project'), project, { recursive: true })
  const { status, stdout } = node([main, 'run', 'query', '(e+)+xport'], project)
  assert.equal(status, 0, stdout)
  assert.match(stdout, /src\//)
})

test('every file that the manifest exports is built, or published as it stands', () => {
  const { exports, bin, files } = JSON.parse(readFileSync(join(built, 'package.json'), 'utf8')) as {
    exports: Record<string, string | { default: string }>
    bin: Record<string, string>
    files: readonly string[]
  }
  const named = Object.values(exports).map((entry) => (typeof entry === 'string' ? entry : entry.default))
  const missing = [...named, ...Object.values(bin)].filter(
    (path) =>
      !existsSync(join(built, path)) &&
      !(files.includes(path.slice('./'.length)) && existsSync(join(root, path))),
  )
  assert.deepEqual(missing, [])
})

test('all built entries share one core', () => {
  writeFileSync(
    join(built, 'use.mjs'),
    `import { createFramework, HeddleError } from 'heddle'
import { memoryFiles, parsePath } from 'heddle/files'
import { createTestFramework } from 'heddle/testing'
import { createHandler } from 'heddle/server'
import { preset } from 'heddle/plugins'
const framework = await createTestFramework({ files: { 'a.md': 'See [b](b.md).' }, plugins: preset() })
const report = await framework.check()
const thrown = await framework.load('gone.md').catch((error) => error)
const read = await memoryFiles({}).read(parsePath('gone.md').value).catch((error) => error)
console.log(typeof createHandler, report.references.missing, thrown instanceof HeddleError, read instanceof HeddleError)
console.log((await framework.list('plugins')).length === preset().length)`,
  )
  const { stdout, stderr } = node([join(built, 'use.mjs')])
  assert.equal(stderr, '')
  assert.equal(stdout, 'function 1 true true\ntrue\n')
})

test('what Node compiled is kept in the folder of the package and nowhere else, where Node can', () => {
  const there = readdirSync(built)
  assert.equal(node([main, '--version']).status, 0)
  assert.equal(existsSync(join(built, 'dist/.compiled')), 'enableCompileCache' in module)
  assert.deepEqual(readdirSync(built), there)
})
