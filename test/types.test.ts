import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { preset } from 'heddle/plugins'
import { createTestFramework } from 'heddle/testing'
import { commandLine } from './command-line.ts'
import { compile, run } from './readme-examples.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

const files = {
  '.claude/commands/task.md':
    '---\npattern: p\ndescription: "Works on a component. */ declare const evil: 1 /*"\narguments:\n  - name: component\n    required: true\n  - name: max-depth\n---\n# Task\n',
  '.claude/commands/scan.md': '---\npattern: p\n---\n# Scan\n',
  ".claude/modules/it's.md": '# Quoted\n',
  '.claude/modules/patterns/tdd.md': '# Tdd\n',
  'docs/guide.md': '# Guide\n',
}

async function declarationsOf(texts: Readonly<Record<string, string>>): Promise<string> {
  const framework = await createTestFramework({ files: texts, plugins: preset() })
  const text = await framework.declarations()
  await framework.dispose()
  return text
}

/** Lines of the sample at which the compiler finds something, in a folder where `heddle` is this package. */
async function faultyLines(sample: string, declarations: string | undefined): Promise<readonly number[]> {
  const folder = mkdtempSync(join(root, 'test', '.types-'))
  try {
    if (declarations !== undefined) writeFileSync(join(folder, 'heddle-env.d.ts'), declarations)
    writeFileSync(join(folder, 'sample.ts'), sample)
    const { output } = await compile(folder)
    const found = [...output.matchAll(/([\w.-]+)\((\d+),\d+\): error/g)]
    assert.deepEqual(
      found.filter((match) => match[1] !== 'sample.ts').map((match) => match[0]),
      [],
      output,
    )
    return [...new Set(found.map((match) => Number(match[2])))].toSorted((a, b) => a - b)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const right = `import { createFramework, defineConfig, type ModuleReference } from 'heddle'
const framework = await createFramework()
await framework.run('task', ['src/x.ts'])
await framework.run('task', ['src/x.ts', '3', 'more', 'words'])
await framework.run('task', { component: 'src/x.ts', 'max-depth': '3' }, { serial: true })
await framework.run('task', { positional: ['src/x.ts'] })
await framework.run('scan')
await framework.run('scan', [], { concurrency: 2 })
await framework.plan('task', ['src/x.ts'])
await framework.load('@modules/patterns/tdd.md')
await framework.load('@modules/patterns/tdd')
framework.resolve('@modules/patterns/tdd.md#red')
framework.resolve('.claude/modules/patterns/tdd.md')
framework.why('./docs/guide.md')
framework.resolve("@modules/it's.md")
export default defineConfig({ preload: ['@modules/patterns/tdd.md'] })
export const reference: ModuleReference = '@commands/task.md'
`

const wrong = `import { createFramework, defineConfig, type ModuleReference } from 'heddle'
const framework = await createFramework()
await framework.run('tsak', ['src/x.ts'])
await framework.run('task')
await framework.run('task', [])
await framework.run('task', { compnent: 'src/x.ts' })
await framework.run('task', { component: 1 })
await framework.run('task', {})
await framework.run('scan', ['one too many'])
await framework.plan('tsak')
await framework.load('@modules/patterns/tddd.md')
framework.resolve('@moduls/patterns/tdd.md')
framework.why('@modules/patterns/ddt#red')
export default defineConfig({ preload: ['@modules/none.md'] })
export const reference: ModuleReference = '@commands/tsak.md'
export const broken: ModuleReference = evil
`

test('with the declarations what is right compiles', async () => {
  assert.deepEqual(await faultyLines(right, await declarationsOf(files)), [])
})

test('with the declarations every wrong name, argument and reference is an error', async () => {
  assert.deepEqual(
    await faultyLines(wrong, await declarationsOf(files)),
    Array.from({ length: 14 }, (_, index) => index + 3),
  )
})

test('without declarations every name, argument and reference is taken', async () => {
  const numbers = [7, 16]
  assert.deepEqual(await faultyLines(wrong, undefined), numbers)
})

test('the declarations are the same bytes whatever order files are listed in, and texts stay texts', async () => {
  const text = await declarationsOf(files)
  assert.equal(await declarationsOf(Object.fromEntries(Object.entries(files).toReversed())), text)
  assert.ok(text.includes("'task': {\n        named: { 'component': string; 'max-depth'?: string }\n"))
  assert.ok(text.includes('inOrder: [component: string, argument2?: string, ...words: string[]]'))
  assert.ok(text.includes('/** Works on a component. *\\/ declare const evil: 1 /* */'))
  assert.ok(text.includes("| '@modules/it\\'s.md'"))
  assert.ok(!text.includes('docs/guide.md'))
})

test('heddle types writes the file once, and --check says whether it is current', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'heddle-types-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  const heddle = (...words: readonly string[]) =>
    run(process.execPath, [...commandLine, ...words, '--root', folder], root)
  const missing = await heddle('types', '--check')
  assert.equal(missing.status, 1)
  assert.match(missing.output, /heddle-env\.d\.ts is not current: write it anew with heddle types\./)
  assert.equal(existsSync(join(folder, 'heddle-env.d.ts')), false)
  assert.match((await heddle('types')).output, /heddle-env\.d\.ts was written\./)
  const written = readFileSync(join(folder, 'heddle-env.d.ts'), 'utf8')
  assert.equal((await heddle('types', '--check')).status, 0)
  assert.equal((await heddle('types', '--out', '-')).output, written)
  rmSync(join(folder, '.claude/commands/scan.md'))
  assert.equal((await heddle('types', '--check')).status, 1)
  assert.match((await heddle('types', '--out', '../x.d.ts')).output, /lies outside the project/)
  assert.match((await heddle('types', '--out', 'x.ts')).output, /is no declaration file/)
})
