import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { createFramework } from 'heddle'
import { type DocsResult, preset } from 'heddle/plugins'
import { createTestFramework } from 'heddle/testing'
import { readExports } from '../plugins/docs/exports.ts'
import { proposeIndex } from '../plugins/docs/index-page.ts'
import { findStale, wordsOf } from '../plugins/docs/names.ts'

const files: Readonly<Record<string, string>> = {
  'README.md':
    '# Loom\n\nSee [the guide](docs/guide.md) and [the rest](docs/gone.md). Call `weave()`, never `unravel()`; it is in `src/loom.ts`, not in `src/old.ts`.\n',
  'docs/guide.md': '# The guide\n\nUse shed.\n',
  'docs/a.md': '# About *looms*\n',
  'docs/b (old).md': 'no heading\n',
  'src/loom.ts':
    '/** Weaves. */\nexport function weave() {}\n\nexport function shed() {}\n\nexport class Reed {}\nexport type Thread = string\n',
  'test/loom.test.ts': 'export function check() {}\n',
}

test('documents and sources are held against each other, and an index is proposed and not written', async () => {
  const framework = await createTestFramework({ plugins: [...preset()], builtIn: true, files })
  const report = await framework.run('docs')
  const result = report.groups[0]!.synthesis as DocsResult
  assert.deepEqual(
    result.deadLinks.map(({ path, line, target }) => `${path}:${line} ${target}`),
    ['README.md:3 docs/gone.md'],
  )
  assert.deepEqual(
    result.stale.map(({ line, name, kind }) => `${line} ${kind} ${name}`),
    ['3 symbol unravel()', '3 path src/old.ts'],
  )
  assert.deepEqual(result.undocumented, [{ path: 'src/loom.ts', line: 6, name: 'Reed' }])
  assert.equal(result.documented, 0.667)
  assert.equal(result.index?.path, 'docs/README.md')
  assert.equal(await framework.files.stat('docs/README.md' as never), undefined)
  assert.deepEqual(
    report.gates.flatMap(({ name, status }) => (name.includes('/') ? [] : [`${name} ${status}`])),
    ['links-lead-somewhere failed', 'names-are-there failed'],
  )
  assert.equal(report.status, 'partial')
  const serial = await framework.run('docs', {}, { serial: true })
  assert.equal(JSON.stringify(serial.groups[0]!.synthesis), JSON.stringify(result))
  const narrowed = await framework.run('docs', { path: './docs/' })
  assert.equal((narrowed.groups[0]!.synthesis as DocsResult).documents, 3)
  await framework.dispose()
})

test('git applies the proposed index, and every link in it leads somewhere', async (t) => {
  const root = mkdtempSync(join(tmpdir(), 'heddle-docs-'))
  t.after(() => rmSync(root, { recursive: true, force: true }))
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  const run = async (): Promise<DocsResult> => {
    const framework = await createFramework({ root, config: false, plugins: [...preset()] })
    const report = await framework.run('docs', { path: 'docs' })
    await framework.dispose()
    return report.groups[0]!.synthesis as DocsResult
  }
  const { index } = await run()
  assert.ok(!existsSync(join(root, 'docs/README.md')))
  execFileSync('git', ['init', '-q'], { cwd: root })
  execFileSync('git', ['apply'], { cwd: root, input: index!.patch })
  assert.equal(
    readFileSync(join(root, 'docs/README.md'), 'utf8'),
    '# Docs\n\n- [About \\*looms\\*](a.md)\n- [b (old).md](b%20%28old%29.md)\n- [The guide](guide.md)\n',
  )
  const again = await run()
  assert.deepEqual([again.deadLinks, again.index], [[], null])
})

test('an export is told of by a comment, a docstring or a document; attributes and decorators stand between', async () => {
  const undocumented = async (path: string, text: string, document = ''): Promise<string[]> =>
    (await readExports([{ path, text }], wordsOf([document]))).undocumented.map(({ name }) => name)
  assert.deepEqual(await undocumented('a.ts', '// Said.\nexport function a() {}\n'), [])
  assert.deepEqual(await undocumented('a.ts', '/* Said. */\n@decorated()\nexport class A {}\n'), [])
  assert.deepEqual(await undocumented('a.ts', 'const x = 1\nexport function a() {}\n'), ['a'])
  assert.deepEqual(await undocumented('a.ts', 'export function a() {}\n', 'call a first'), [])
  assert.deepEqual(
    await undocumented('a.py', 'def a(\n    x,\n):\n    """Said."""\n\ndef b():\n    return 1\n'),
    ['b'],
  )
  assert.deepEqual(await undocumented('a.test.ts', 'export function a() {}\n'), [])
})

test('a name is stale only where nothing else can be meant', () => {
  const having = { paths: new Set(['src/a.ts', 'docs/b.md']), words: new Set(['weave']) }
  const stale = (text: string): string[] =>
    findStale([{ path: 'docs/b.md', text }], having).map(({ name }) => name)
  assert.deepEqual(stale('`src/gone.ts` `gone()`'), ['src/gone.ts', 'gone()'])
  assert.deepEqual(stale('`src/a.ts` `src/a.js` `b.md` `weave()` `weave` `gone`'), [])
  assert.deepEqual(stale('`elsewhere/x.ts` `src/*.ts` `a/b` `npm run x`'), [])
  assert.deepEqual(stale('```\n`src/gone.ts`\n```'), [])
})

test('titles of documents stay text in the index, whatever stands in them', () => {
  const texts = ['# [x](http://evil.example)', '# <script>', '# a\n+b', '#  '].map((text, index) => ({
    path: `docs/${index}.md`,
    text,
  }))
  const patch = proposeIndex(texts, '')!.patch
  assert.ok(patch.includes(String.raw`\[x\](http`) && patch.includes(String.raw`\<script\>`))
  assert.equal(patch.split('\n').filter((line) => line.startsWith('+')).length, 1 + 2 + texts.length)
  assert.equal(proposeIndex(texts.slice(0, 2), ''), null)
  assert.equal(proposeIndex([...texts, { path: 'docs/index.md', text: '' }], ''), null)
})
