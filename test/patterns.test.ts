import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test, type TestContext } from 'node:test'
import {
  createFramework,
  findImported,
  findNamedTests,
  isTestPath,
  maskText,
  type Report,
  readSource,
  scanSource,
} from 'heddle'
import { analysis, type AnalysisResult, search, type SearchResult, tdd, type TddResult } from 'heddle/plugins'
import { createTestFramework, type TestFramework, type TestProgram } from 'heddle/testing'
import { findPassages, findSameFiles } from '../plugins/analysis/duplicates.ts'
import { synthesise } from '../plugins/analysis/synthesise.ts'
import { rank } from '../plugins/search/rank.ts'
import { coverageOf } from '../plugins/tdd/coverage.ts'
import { readTestOutput } from '../plugins/tdd/test-output.ts'

test('a scan of TypeScript finds what stands at the top level, whatever strings, comments and templates say', () => {
  const text = [
    "import { a as b, type C } from './b.js'",
    "import * as fs from 'node:fs'",
    "import './side.ts'",
    "export { x as y } from './x.ts'",
    "export type { Z } from './x.ts'",
    '// export const inComment = 1',
    "const quoted = 'export const inString = 1' + `${ { } } export const inTemplate = 1`",
    'const pattern = /["`]export const inPattern/',
    'export const f = async (n: number): Promise<void> => {',
    '  const inner = await import("./later.ts")',
    '}',
    'export const { p, q: r } = quoted',
    'export default class Loom extends Frame {}',
    'export type Thread = { colour: string }',
    'function hidden() {}',
    'export { hidden as shown }',
  ].join('\n')
  const source = scanSource('src/a.ts', text)
  assert.deepEqual(
    source?.symbols
      .filter(({ exported }) => exported)
      .map(({ name, kind, line }) => `${line} ${kind} ${name}`),
    [
      '4 re-export y',
      '5 re-export Z',
      '9 function f',
      '12 value p',
      '12 value r',
      '13 class Loom',
      '13 class default',
      '14 type Thread',
      '16 value shown',
    ],
  )
  assert.deepEqual(
    source?.imports.map(({ line, specifier, names }) => `${line} ${specifier} ${names.join(',')}`),
    ['1 ./b.js a,C', '2 node:fs ', '3 ./side.ts ', '4 ./x.ts x', '5 ./x.ts Z', '10 ./later.ts '],
  )
  assert.equal(source?.lines, 16)
})

test('a parser finds declarations that no scan of lines is sure of', async () => {
  const shown = async (path: string, text: string): Promise<string[]> => {
    const source = await readSource(path, text)
    assert.equal(source?.parsed, true)
    return source.symbols.map(
      ({ name, kind, exported, line }) => `${line} ${kind} ${name}${exported ? '' : ' (own)'}`,
    )
  }
  const script = [
    'export const a = 1, b = () => 2',
    'export const { c: { d = 1, ...e }, f: [g] } = {}',
    'const enum Level { Low }',
    'export declare function h(x: string): void',
    'export namespace N { export const inside = 1 }',
    'export default () => 1',
    "export * from './all.ts'",
    'export { i as default2, type J } from "./i.ts"',
    'if (a) { const notMine = 1 }',
  ].join('\n')
  assert.deepEqual(await shown('x.ts', script), [
    '1 value a',
    '1 function b',
    '2 value d',
    '2 value e',
    '2 value g',
    '3 class Level (own)',
    '4 function h',
    '5 value N',
    '6 function default',
    '8 re-export default2',
    '8 re-export J',
  ])
  assert.deepEqual(
    await shown('x.cjs', 'exports.a = function () {}\nmodule.exports = { b, c: 1, d() {} }\n'),
    ['1 function a', '2 value b', '2 value c', '2 value d'],
  )
  const python = [
    'try:',
    '    from fast import loads',
    'except ImportError:',
    '    def loads(text): ...',
    'a, (b, *c) = d = 1, (2, 3)',
    '@decorated',
    'async def e(): ...',
    'class _F:',
    '    def method(self): ...',
    'g: int = 1',
    'a.attribute = 2',
  ].join('\n')
  assert.deepEqual(await shown('x.py', python), [
    '4 function loads',
    '5 value a',
    '5 value b',
    '5 value c',
    '5 value d',
    '7 function e',
    '8 class _F (own)',
    '10 value g',
  ])
  assert.deepEqual(
    await shown('y.py', "__all__ = ['g']\n__all__ += ['h']\ndef f(): ...\ndef g(): ...\nh = 1\n"),
    ['1 value __all__ (own)', '3 function f (own)', '4 function g', '5 value h'],
  )
})

test('a parser finds what is imported, and nothing that is put together at run time', async () => {
  const importsOf = async (path: string, text: string): Promise<string[]> =>
    (await readSource(path, text))!.imports.map(({ specifier, names, line }) =>
      `${line} ${specifier} ${names.join(',')}`.trim(),
    )
  const script = [
    "import a, { b as c, type D } from './b.js'",
    "import e = require('./e.cjs')",
    "const f = await import(`./f.js`), g = require('./g.cjs')",
    'const h = await import(`./${f}.js`), i = require(f)',
    "// import './comment.js'",
    "export { j } from './j.js'",
  ].join('\n')
  assert.deepEqual(await importsOf('x.ts', script), [
    '1 ./b.js b,D',
    '2 ./e.cjs',
    '3 ./f.js',
    '3 ./g.cjs',
    '6 ./j.js j',
  ])
  assert.deepEqual(
    await importsOf(
      'x.py',
      'import a.b as c, d\nfrom . import e\nfrom ..f import (g as h, i)\nfrom j import *\n',
    ),
    ['1 a.b', '1 d', '2 . e', '3 ..f g,i', '4 j'],
  )
})

test('a text that no parser gets through, or that nests without end, is read all the same', async () => {
  const nested = `const ${'{a:'.repeat(8_000)}b${'}'.repeat(8_000)} = x`
  assert.deepEqual(
    (await readSource('a.ts', nested))!.symbols.map(({ name }) => name),
    ['b'],
  )
  const chain = `${'a = '.repeat(20_000)}1\n`
  assert.deepEqual(
    (await readSource('a.py', chain))!.symbols.map(({ name }) => name),
    ['a'],
  )
  const endless = await readSource('a.ts', `export const a = 1\n${'=/['.repeat(20_000)}`)
  assert.ok(endless?.symbols.some(({ name, exported }) => name === 'a' && exported))
})

test('a scan of other languages keeps to what each of them calls public', () => {
  const exportsOf = (path: string, lines: readonly string[]): string[] =>
    scanSource(path, lines.join('\n'))!
      .symbols.filter(({ exported }) => exported)
      .map(({ name }) => name)
  assert.deepEqual(
    exportsOf('a.py', [
      '"""',
      'def doc(): pass',
      '"""',
      'def f(): pass',
      '_x = 1',
      'class K:',
      '  def m(self): pass',
    ]),
    ['f', 'K'],
  )
  assert.deepEqual(exportsOf('a.py', ["__all__ = ['g']", 'def f(): pass', 'def g(): pass']), ['g'])
  assert.deepEqual(
    exportsOf('a.go', ['func Pub() {}', 'func priv() {}', 'func (t *T) M() {}', 'type T struct{}']),
    ['Pub', 'T'],
  )
  assert.deepEqual(
    exportsOf('a.rs', [
      "pub fn f<'a>(x: &'a str) -> char { '\"' }",
      'fn g() {}',
      'pub(crate) struct S;',
      'pub struct P;',
    ]),
    ['f', 'P'],
  )
  assert.deepEqual(
    exportsOf('A.java', ['public final class A {', '  public void m() {}', '}', 'class B {}']),
    ['A'],
  )
  assert.deepEqual(exportsOf('a.rb', ['=begin', 'def doc; end', '=end', 'class A; end', 'def run!; end']), [
    'A',
    'run!',
  ])
  assert.equal(scanSource('a.css', 'a {}'), undefined)
})

test('a mask keeps every offset and line, also in text that nothing closes', () => {
  for (const text of [
    'a = "x\ny"',
    '/* never closed',
    '`${`${a}` + {',
    "x = '",
    '=/[ never',
    'r#"raw "# b',
    '\r\n# c\r\n',
  ]) {
    for (const language of ['typescript', 'python', 'rust', 'ruby', 'go', 'java'] as const) {
      const masked = maskText(text, language)
      assert.equal(masked.length, text.length)
      assert.deepEqual(
        [...masked.matchAll(/\n/g)].map(({ index }) => index),
        [...text.matchAll(/\n/g)].map(({ index }) => index),
      )
    }
  }
})

test('a scan takes time in proportion to the text, however it is made', () => {
  const pieces = [
    'export {',
    'import ',
    '=/[',
    'function ',
    '`${',
    'require(',
    'const {',
    '/*',
    '"\n',
    'from x import (',
  ]
  for (const piece of pieces) {
    const text = piece.repeat(Math.ceil(60_000 / piece.length))
    const start = performance.now()
    for (const ending of ['ts', 'py', 'go', 'rs', 'java', 'rb']) scanSource(`a.${ending}`, text)
    assert.ok(performance.now() - start < 2_000, JSON.stringify(piece))
  }
})

test('an import names the file that its language would load', () => {
  const paths = new Set([
    'src/a.ts',
    'src/lib/index.ts',
    'app/models.py',
    'app/__init__.py',
    'src/store.rs',
    'lib/b.rb',
  ])
  const to = (specifier: string, from: string, names: string[] = []): string[] =>
    findImported({ specifier, names }, from, paths)
  assert.deepEqual(to('./a.js', 'src/b.ts'), ['src/a.ts'])
  assert.deepEqual(to('./lib', 'src/b.ts'), ['src/lib/index.ts'])
  assert.deepEqual(to('..', 'src/lib/index.ts'), [])
  assert.deepEqual(to('../../../etc/passwd', 'src/b.ts'), [])
  assert.deepEqual(to('node:fs', 'src/b.ts'), [])
  assert.deepEqual(to('.', 'app/views.py', ['models']), ['app/__init__.py', 'app/models.py'])
  assert.deepEqual(to('app.models', 'tests/test_models.py', ['User']), ['app/models.py'])
  assert.deepEqual(to('crate::store::Store', 'src/main.rs'), ['src/store.rs'])
  assert.deepEqual(to('./b', 'lib/a.rb'), ['lib/b.rb'])
})

test('tests belong to the source whose name they carry, the nearest when there are several', () => {
  const paths = [
    'src/user.ts',
    'src/user.integration.test.ts',
    'a/index.ts',
    'b/index.ts',
    'b/index.test.ts',
    'app/store.py',
    'tests/test_store.py',
    'x/UserTest.java',
    'x/User.java',
    'x/Latest.java',
    'k_test.go',
    'k.go',
  ]
  assert.deepEqual(
    [...findNamedTests(paths)],
    [
      ['src/user.ts', ['src/user.integration.test.ts']],
      ['b/index.ts', ['b/index.test.ts']],
      ['app/store.py', ['tests/test_store.py']],
      ['x/User.java', ['x/UserTest.java']],
      ['k.go', ['k_test.go']],
    ],
  )
  assert.equal(isTestPath('x/Latest.java'), false)
  assert.equal(isTestPath('src/contest.ts'), false)
})

const passage = Array.from({ length: 12 }, (_, index) => `  line number ${index}`)

test('a copied passage is found once, as long as it is, with white space and empty lines aside', () => {
  const texts = [
    { path: 'a.ts', text: ['const a = 1', ...passage, 'const b = 2'].join('\n') },
    { path: 'b.ts', text: ['', ...passage.map((line) => `\t${line}\n`), 'other'].join('\n') },
  ]
  assert.deepEqual(findPassages(texts), [
    {
      lines: 12,
      places: [
        { path: 'a.ts', line: 2 },
        { path: 'b.ts', line: 2 },
      ],
    },
  ])
  assert.deepEqual(findPassages([{ path: 'a.ts', text: '}\n'.repeat(200) }]), [])
  assert.deepEqual(
    findPassages(texts.map(({ path, text }) => ({ path, text: text.replace('number 6', path) }))),
    [],
  )
})

test('files with the same content are named together, and not also as passages', () => {
  const text = passage.join('\n')
  const texts = [
    { path: 'a.ts', text },
    { path: 'b.ts', text },
    { path: 'empty.ts', text: '' },
    { path: 'void.ts', text: '' },
  ]
  assert.deepEqual(findSameFiles(texts), [['a.ts', 'b.ts']])
  assert.deepEqual(findPassages(texts), [])
})

test('the analysis of files says who uses whom, what is shared, what leads nowhere and what has no test', async () => {
  const texts = [
    {
      path: 'src/a.ts',
      text: "import { b } from './b.ts'\nexport function a() { return b() }\nexport const shared = 1\n",
    },
    {
      path: 'src/b.ts',
      text: "import './gone.ts'\nimport './style.css'\nexport function b() {}\nexport const shared = 2\n",
    },
    { path: 'src/c.ts', text: 'export type C = string\n' },
    { path: 'test/all.test.ts', text: "import { a } from '../src/a.ts'\na()\n" },
  ]
  const paths = texts.map(({ path }) => path)
  const result = await synthesise({ paths, targets: new Set(paths), texts, unread: [] })
  assert.deepEqual(
    result.files.map(({ path, uses, usedBy, tests }) => ({ path, uses, usedBy, tests })),
    [
      { path: 'src/a.ts', uses: ['src/b.ts'], usedBy: ['test/all.test.ts'], tests: ['test/all.test.ts'] },
      { path: 'src/b.ts', uses: [], usedBy: ['src/a.ts'], tests: [] },
      { path: 'src/c.ts', uses: [], usedBy: [], tests: [] },
      { path: 'test/all.test.ts', uses: ['src/a.ts'], usedBy: [], tests: [] },
    ],
  )
  assert.deepEqual(result.deadImports, [{ from: 'src/b.ts', specifier: './gone.ts', line: 1 }])
  assert.deepEqual(result.sharedSymbols, [{ name: 'shared', files: ['src/a.ts', 'src/b.ts'] }])
  assert.deepEqual(result.untested, ['src/b.ts'])
  assert.deepEqual(result.totals, { files: 4, tests: 1, lines: 10, bytes: 232, languages: { typescript: 4 } })
  const one = await synthesise({ paths, targets: new Set(['src/b.ts']), texts, unread: [] })
  assert.deepEqual(
    one.files.map(({ path }) => path),
    ['src/b.ts'],
  )
})

test('hits are ranked by where they stand, whatever order they come in', () => {
  const matches = [
    { path: 'README.md', line: 1, column: 1, text: 'load the file' },
    { path: 'test/a.test.ts', line: 4, column: 3, text: '  load()' },
    { path: 'src/z.ts', line: 9, column: 3, text: '  load()' },
    { path: 'src/a.ts', line: 2, column: 17, text: 'export function load() {' },
    { path: 'src/b.ts', line: 5, column: 12, text: 'const x = load()' },
    { path: 'src/b.ts', line: 5, column: 12, text: 'const x = load()' },
    { path: 'src/b.ts', line: 3, column: 1, text: 'load()' },
  ]
  const gathered = {
    query: 'load',
    glob: null,
    sources: ['src/a.ts', 'src/b.ts', 'src/z.ts', 'test/a.test.ts'],
    skipped: [],
    complete: true,
  }
  const result = rank({ ...gathered, matches })
  assert.deepEqual(
    result.hits.map(({ path, line, category }) => `${category} ${path}:${line}`),
    [
      'definition src/a.ts:2',
      'source src/b.ts:3',
      'source src/b.ts:5',
      'source src/z.ts:9',
      'test test/a.test.ts:4',
      'documentation README.md:1',
    ],
  )
  assert.deepEqual(result.files[0], { path: 'src/b.ts', hits: 2 })
  assert.deepEqual(result.summary.slice(0, 2), ['6 hits in 5 files', 'src/a.ts:2  export function load() {'])
  assert.deepEqual(result.untested, ['src/b.ts', 'src/z.ts'])
  assert.deepEqual(rank({ ...gathered, matches: matches.toReversed() }), result)
})

test('failing tests are read from what test runners print', () => {
  const spec = [
    '✖ adds (1.2ms)',
    'ℹ tests 3',
    'ℹ fail 1',
    '',
    '✖ failing tests:',
    '',
    'test at test/sum.test.ts:4:1',
    '✖ adds (1.2ms)',
    '  AssertionError',
  ].join('\n')
  assert.deepEqual(placesIn(spec), {
    tests: 3,
    failed: 1,
    failing: [{ name: 'adds', at: { path: 'test/sum.test.ts', line: 4 } }],
  })
  const tap = [
    '    not ok 1 - inner',
    '      ---',
    "      location: 'test/a.ts:7:3'",
    '      ...',
    'not ok 1 - outer',
    '  ---',
    "  failureType: 'subtestsFailed'",
    '  ...',
    'not ok 2 - later # TODO',
    'ok 3 - fine',
    '# tests 4',
    '# fail 1',
  ].join('\n')
  assert.deepEqual(placesIn(tap), {
    tests: 4,
    failed: 1,
    failing: [{ name: 'inner', at: { path: 'test/a.ts', line: 7 } }],
  })
  assert.deepEqual(placesIn('FAILED tests/test_a.py::test_x - assert 1 == 2\n1 failed, 4 passed in 0.12s'), {
    tests: 5,
    failed: 1,
    failing: [{ name: 'tests/test_a.py::test_x', at: { path: 'tests/test_a.py', line: 1 } }],
  })
  assert.deepEqual(placesIn('--- FAIL: TestSum (0.00s)\nFAIL').failing, [{ name: 'TestSum', at: null }])
  assert.deepEqual(placesIn('test a::b ... FAILED\ntest result: FAILED. 3 passed; 1 failed; 0 ignored'), {
    tests: 4,
    failed: 1,
    failing: [{ name: 'a::b', at: null }],
  })
  assert.deepEqual(
    placesIn('\u001b[31m  ● sum › adds\u001b[0m\n\nTests:       1 failed, 4 passed, 5 total'),
    { tests: 5, failed: 1, failing: [{ name: 'sum › adds', at: null }] },
  )
  assert.deepEqual(placesIn('make: done'), { tests: null, failed: null, failing: [] })
})

/** What is read of an output, without the messages. */
function placesIn(text: string) {
  const { failing, ...counts } = readTestOutput(text)
  return { ...counts, failing: failing.map(({ name, at }) => ({ name, at })) }
}

test('coverage is that of the component, from whichever report knows it, and null when none does', () => {
  const lcov = {
    path: 'coverage/lcov.info',
    folder: '',
    isOlder: false,
    text: 'SF:/home/me/project/src/a.ts\nDA:1,2\nDA:2,0\nend_of_record\nSF:src/b.ts\nDA:1,0\nend_of_record\n',
  }
  assert.deepEqual(coverageOf(['src/a.ts'], [lcov]), {
    source: 'coverage/lcov.info',
    covered: 1,
    total: 2,
    ratio: 0.5,
    isOlder: false,
    uncovered: [{ path: 'src/a.ts', lines: [2] }],
  })
  const xml = {
    path: 'coverage.xml',
    folder: '',
    isOlder: false,
    text: '<class name="c" filename="app/c.py"><methods/><lines><line number="3" hits="1"/><line number="4" hits="0"/></lines></class>',
  }
  assert.deepEqual(coverageOf(['app/c.py'], [lcov, xml])?.uncovered, [{ path: 'app/c.py', lines: [4] }])
  const summary = {
    path: 'coverage/coverage-summary.json',
    folder: 'packages/one',
    isOlder: true,
    text: '{"total":{},"src/d.ts":{"lines":{"total":4,"covered":3}}}',
  }
  assert.equal(coverageOf(['packages/one/src/d.ts'], [summary])?.ratio, 0.75)
  assert.equal(
    coverageOf(
      ['src/other.ts'],
      [lcov, xml, summary, { path: 'coverage-summary.json', folder: '', text: 'not JSON', isOlder: false }],
    ),
    null,
  )
})

const command = (pattern: string, ...names: readonly string[]): string =>
  [
    '---',
    'kind: command',
    `pattern: ${pattern}`,
    'arguments:',
    ...names.map((name) => `  - name: ${name}`),
    '---',
    '',
  ].join('\n')

function synthesisOf(report: Report, group: string): unknown {
  return report.groups.find(({ name }) => name === group)?.synthesis
}

const codesOf = (report: Report): string[] => report.diagnostics.map(({ code }) => code)

test('the pattern analysis reads the files asked for at once and puts them together', async (t) => {
  const framework = await createTestFramework({
    plugins: [analysis()],
    files: {
      '.heddle/commands/analyse.md': command('analysis', 'path'),
      'src/a.ts': "import { b } from './b.ts'\nexport const a = b\n",
      'src/b.ts': 'export function b() {}\n',
      'src/page [id].ts': 'export const page = 1\n',
      'test/a.test.ts': "import '../src/a.ts'\n",
      'other/c.py': 'import os\n',
      'notes.md': '# no source\n',
    },
  })
  t.after(() => framework.dispose())
  const report = await framework.run('analyse', { path: './src/' })
  const result = synthesisOf(report, 'analysis/files') as AnalysisResult
  assert.equal(report.status, 'passed')
  assert.deepEqual(
    result.files.map(({ path, usedBy }) => [path, usedBy]),
    [
      ['src/a.ts', ['test/a.test.ts']],
      ['src/b.ts', ['src/a.ts']],
      ['src/page [id].ts', []],
    ],
  )
  assert.deepEqual(result.untested, ['src/b.ts'])
  const all = await framework.run('analyse')
  assert.equal((synthesisOf(all, 'analysis/files') as AnalysisResult).totals.files, 5)
  const none = await framework.run('analyse', { path: 'scr' })
  assert.equal(none.status, 'failed')
  assert.deepEqual(codesOf(none), ['analysis/no-files'])
  assert.match(none.diagnostics[0]?.hint ?? '', /"src"/)
})

test('a file that cannot be read is named, and the analysis of the others is whole', async (t) => {
  const framework = await createTestFramework({
    plugins: [analysis()],
    files: {
      '.heddle/commands/analyse.md': command('analysis'),
      'a.ts': 'export const a = 1\n',
      'b.ts': 'export const \0 = 1\n',
    },
  })
  t.after(() => framework.dispose())
  await framework.files.write('b.ts' as never, new Uint8Array([0xff, 0xfe, 0x00, 0xd8]))
  const report = await framework.run('analyse')
  const result = synthesisOf(report, 'analysis/files') as AnalysisResult
  assert.deepEqual(
    result.files.map(({ path }) => path),
    ['a.ts'],
  )
  assert.deepEqual(
    result.unread.map(({ path }) => path),
    ['b.ts'],
  )
  assert.notEqual(report.status, 'passed')
})

test('the pattern search finds, ranks and counts; nothing found is no failure', async (t) => {
  const framework = await createTestFramework({
    plugins: [search()],
    files: {
      '.heddle/commands/query.md': command('search', 'query', 'glob'),
      'src/load.ts': 'export function load() {}\nload()\n',
      'src/load.test.ts': 'load()\n',
      'src/main.ts': '// load\n',
      'docs/guide.md': 'Call load first.\n',
    },
  })
  t.after(() => framework.dispose())
  const report = await framework.run('query', { query: '\\bload\\b' })
  const result = synthesisOf(report, 'search/hits') as SearchResult
  assert.equal(report.status, 'passed')
  assert.deepEqual(
    result.hits.map(({ path, line, category }) => `${category} ${path}:${line}`),
    [
      'definition src/load.ts:1',
      'source src/load.ts:2',
      'source src/main.ts:1',
      'test src/load.test.ts:1',
      'documentation docs/guide.md:1',
    ],
  )
  assert.deepEqual(result.untested, ['src/main.ts'])
  const narrow = await framework.run('query', { query: 'load', glob: 'docs/**' })
  assert.deepEqual((synthesisOf(narrow, 'search/hits') as SearchResult).files, [
    { path: 'docs/guide.md', hits: 1 },
  ])
  const none = await framework.run('query', { query: 'nowhere_at_all' })
  assert.equal(none.status, 'passed')
  assert.deepEqual(codesOf(none), ['search/no-hit'])
})

test('a query that cannot be searched for says why, and nothing runs', async (t) => {
  const framework = await createTestFramework({
    plugins: [search()],
    files: { '.heddle/commands/query.md': command('search', 'query'), 'a.ts': 'x\n' },
  })
  t.after(() => framework.dispose())
  for (const [query, code] of [
    ['(', 'search/query-invalid'],
    ['  ', 'search/query-empty'],
  ] as const) {
    const report = await framework.run('query', { query })
    assert.deepEqual(codesOf(report), [code])
    assert.notEqual(report.status, 'passed')
    assert.deepEqual(report.groups, [])
  }
})

const sound: Readonly<Record<string, string>> = {
  '.heddle/commands/task.md': command('tdd', 'component'),
  'package.json': '{ "type": "module", "scripts": { "test": "node --test" } }',
  'src/sum.js': 'export function sum(a, b) {\n  return a + b\n}\n',
  'test/sum.test.js': [
    "import assert from 'node:assert/strict'",
    "import { test } from 'node:test'",
    "import { sum } from '../src/sum.js'",
    "test('adds', () => assert.equal(sum(1, 2), 3))",
    '',
  ].join('\n'),
  'coverage/lcov.info': 'SF:src/sum.js\nDA:1,1\nDA:2,1\nend_of_record\n',
}

/** Runs `task` on a project on the disk that differs from the sound one by `changes`; null leaves a file out. */
async function runTask(
  t: TestContext,
  changes: Readonly<Record<string, string | null>>,
  limitMs = 60_000,
): Promise<{ report: Report; result: TddResult }> {
  const root = mkdtempSync(join(tmpdir(), 'heddle-tdd-'))
  t.after(() => rmSync(root, { recursive: true, force: true }))
  for (const [path, text] of Object.entries({ ...sound, ...changes })) {
    if (text === null) continue
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  const framework = await createFramework({
    root,
    config: false,
    builtIn: false,
    plugins: [tdd({ limitMs })],
  })
  t.after(() => framework.dispose())
  const report = await framework.run('task', { component: 'src/sum.js' })
  return { report, result: synthesisOf(report, 'tdd/plan') as TddResult }
}

const oneAdded = 'TAP version 13\nok 1 - adds\n1..1\n# tests 1\n# pass 1\n# fail 0\n'

/** The same in memory, where a stand-in runs the tests; one that hangs is ended soon. */
async function runTaskInMemory(
  t: TestContext,
  changes: Readonly<Record<string, string | null>>,
  tests: Partial<TestProgram> = { stdout: oneAdded },
): Promise<{ report: Report; result: TddResult; started: TestFramework['started'] }> {
  const kept = Object.entries({ ...sound, ...changes }).filter(
    (entry): entry is [string, string] => entry[1] !== null,
  )
  const framework = await createTestFramework({
    files: Object.fromEntries(kept),
    plugins: [tdd(tests.hangs ? { limitMs: 200 } : {})],
    programs: [{ command: 'npm run --silent test', ...tests }],
  })
  t.after(() => framework.dispose())
  const report = await framework.run('task', { component: 'src/sum.js' })
  return { report, result: synthesisOf(report, 'tdd/plan') as TddResult, started: framework.started }
}

const gatesOf = (report: Report): Record<string, string> =>
  Object.fromEntries(
    report.gates
      .filter(({ name }) => !/^(?:before|during|after)\//.test(name))
      .map(({ name, severity, status }) => [name.replace(/^.*\//, ''), `${severity} ${status}`]),
  )

test('a component whose tests are all there and pass is compliant, and ready to be improved', async (t) => {
  const { report, result } = await runTask(t, {})
  assert.deepEqual(result.qualityAssurance, {
    testsExist: true,
    testsRan: true,
    testsPass: true,
    exportsTested: true,
    testsMeaningful: true,
    coverageSufficient: true,
    sound: true,
    compliant: true,
    antiPatterns: [],
  })
  assert.equal(report.status, 'passed')
  assert.deepEqual(gatesOf(report), {
    'tests-pass': 'blocking passed',
    'tests-exist': 'warning passed',
    'coverage-sufficient': 'warning passed',
    sound: 'blocking passed',
    clear: 'warning passed',
  })
  assert.deepEqual(result.testAnalysis.testFiles, [
    { path: 'test/sum.test.js', belongsBy: 'name', tests: 1, assertions: 1, skipped: 0, sleeps: 0 },
  ])
  assert.equal(result.implementationPlan.phase, 'refactor')
  assert.deepEqual(result.summary.slice(0, 2), [
    '1 test of its own, 1 of 1 exports tested, 2 of 2 lines covered (in an earlier run)',
    'all 1 tests of the project pass',
  ])
})

test('a failing test makes the verdicts on passing false and names itself as the next step', async (t) => {
  const { report, result } = await runTask(t, {
    'src/sum.js': 'export function sum(a, b) {\n  return a - b\n}\n',
  })
  assert.equal(result.qualityAssurance.testsRan, true)
  assert.equal(result.qualityAssurance.testsPass, false)
  assert.equal(result.qualityAssurance.compliant, false)
  assert.equal(gatesOf(report)['tests-pass'], 'blocking failed')
  assert.equal(report.status, 'failed')
  assert.equal(result.testAnalysis.run?.failed, 1)
  assert.equal(result.implementationPlan.phase, 'green')
  assert.equal(result.implementationPlan.steps[0]?.action, 'Make the test "adds" pass.')
  const finding = report.diagnostics.find(({ code }) => code === 'tdd/test-fails')
  assert.equal(finding?.at?.path, 'test/sum.test.js')
})

test('an export that no test names, and tests that prove nothing, make their verdicts false', async (t) => {
  const untested = await runTask(t, {
    'src/sum.js': `${sound['src/sum.js']}export const twice = (n) => sum(n, n)\n`,
  })
  assert.equal(untested.result.qualityAssurance.exportsTested, false)
  assert.equal(untested.result.qualityAssurance.compliant, false)
  assert.equal(untested.result.implementationPlan.phase, 'red')
  assert.match(untested.result.implementationPlan.steps[0]?.action ?? '', /failing test for "twice"/)
  assert.deepEqual(codesOf(untested.report), ['tdd/export-untested'])
  const hollow = await runTask(t, {
    'test/sum.test.js': sound['test/sum.test.js']!.replace('assert.equal(sum(1, 2), 3)', 'void sum(1, 2)'),
  })
  assert.equal(hollow.result.qualityAssurance.testsMeaningful, false)
  assert.equal(hollow.result.qualityAssurance.testsPass, true)
  assert.equal(hollow.result.qualityAssurance.compliant, false)
})

test('a component without tests, or with too little coverage, is said to be so', async (t) => {
  const { report, result } = await runTaskInMemory(
    t,
    { 'test/sum.test.js': null, 'coverage/lcov.info': null },
    { stdout: 'TAP version 13\n1..0\n# tests 0\n# pass 0\n# fail 0\n' },
  )
  assert.equal(result.qualityAssurance.testsExist, false)
  assert.equal(result.qualityAssurance.testsRan, false)
  assert.equal(result.qualityAssurance.coverageSufficient, null)
  assert.equal(result.testAnalysis.coverage, null)
  assert.equal(gatesOf(report)['tests-exist'], 'warning failed')
  assert.ok(codesOf(report).includes('tdd/no-test'))
  const low = await runTaskInMemory(t, {
    'coverage/lcov.info': 'SF:src/sum.js\nDA:1,1\nDA:2,0\nend_of_record\n',
  })
  assert.equal(low.result.qualityAssurance.coverageSufficient, false)
  assert.equal(low.result.qualityAssurance.compliant, false)
  assert.deepEqual(low.result.testAnalysis.coverage?.uncovered, [{ path: 'src/sum.js', lines: [2] }])
  assert.ok(codesOf(low.report).includes('tdd/coverage-low'))
})

test('a project without a test command is not run, and does not count as tested', async (t) => {
  const { report, result } = await runTaskInMemory(t, { 'package.json': '{ "type": "module" }' })
  assert.equal(result.testAnalysis.run, null)
  assert.equal(result.qualityAssurance.testsRan, false)
  assert.equal(result.qualityAssurance.testsPass, false)
  assert.equal(gatesOf(report)['tests-pass'], 'blocking skipped')
  const finding = report.diagnostics.find(({ code }) => code === 'tdd/no-test-command')
  assert.equal(finding?.severity, 'info')
  assert.match(finding?.hint ?? '', /Add the script "test"/)
})

test('tests that do not end are ended, and the result is still there', async (t) => {
  const { report, result, started } = await runTaskInMemory(
    t,
    {},
    { hangs: true, stdout: 'TAP version 13\n' },
  )
  assert.deepEqual(
    started.map(({ command, ended }) => `${command} ${ended}`),
    ['npm run --silent test deadline'],
  )
  assert.equal(result.testAnalysis.run?.ended, 'deadline')
  assert.equal(result.qualityAssurance.testsRan, false)
  assert.equal(report.status, 'failed')
  assert.ok(codesOf(report).includes('tdd/tests-not-ended'))
})

test('a gate has the severity that the module of the pattern gives it', async (t) => {
  const gates = 'gates:\n  - name: tests-exist\n    severity: blocking\n'
  const module = command('tdd', 'component').replace('arguments:', `${gates}arguments:`)
  const { report } = await runTaskInMemory(t, {
    '.heddle/commands/task.md': module,
    'test/sum.test.js': null,
  })
  assert.equal(gatesOf(report)['tests-exist'], 'blocking failed')
  assert.equal(report.status, 'failed')
})

test('a component that is not there is answered with the nearest names, and nothing runs', async (t) => {
  const framework = await createTestFramework({ plugins: [tdd()], files: sound })
  t.after(() => framework.dispose())
  for (const [component, code] of [
    ['src/sun.js', 'tdd/no-component'],
    ['sum.js', 'tdd/no-component'],
    ['package.json', 'tdd/no-sources'],
    ['../elsewhere', 'OUTSIDE_ROOT'],
  ] as const) {
    const report = await framework.run('task', { component })
    assert.deepEqual(codesOf(report), [code], component)
    assert.deepEqual(report.groups, [])
    assert.notEqual(report.status, 'passed')
    if (code === 'tdd/no-component') assert.match(report.diagnostics[0]?.hint ?? '', /"src\/sum\.js"/)
  }
})
