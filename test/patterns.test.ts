import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findImported, findNamedTests, isTestPath, maskText, scanSource } from 'heddle'
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
      '8 function f',
      '11 value p',
      '11 value r',
      '12 class Loom',
      '12 class default',
      '13 type Thread',
      '15 value shown',
    ],
  )
  assert.deepEqual(
    source?.imports.map(({ line, specifier, names }) => `${line} ${specifier} ${names.join(',')}`),
    ['1 ./b.js a,C', '2 node:fs ', '3 ./side.ts ', '4 ./x.ts x', '9 ./later.ts '],
  )
  assert.equal(source?.lines, 15)
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
    const text = piece.repeat(Math.ceil(200_000 / piece.length))
    const start = performance.now()
    for (const ending of ['ts', 'py', 'go', 'rs', 'java', 'rb']) scanSource(`a.${ending}`, text)
    assert.ok(performance.now() - start < 5_000, JSON.stringify(piece))
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

test('the analysis of files says who uses whom, what is shared, what leads nowhere and what has no test', () => {
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
  const result = synthesise({ paths, targets: new Set(paths), texts, unread: [] })
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
  const one = synthesise({ paths, targets: new Set(['src/b.ts']), texts, unread: [] })
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
  assert.deepEqual(readTestOutput(spec), {
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
  assert.deepEqual(readTestOutput(tap), {
    tests: 4,
    failed: 1,
    failing: [{ name: 'inner', at: { path: 'test/a.ts', line: 7 } }],
  })
  assert.deepEqual(
    readTestOutput('FAILED tests/test_a.py::test_x - assert 1 == 2\n1 failed, 4 passed in 0.12s'),
    { tests: 5, failed: 1, failing: [{ name: 'tests/test_a.py::test_x', at: null }] },
  )
  assert.deepEqual(readTestOutput('--- FAIL: TestSum (0.00s)\nFAIL').failing, [{ name: 'TestSum', at: null }])
  assert.deepEqual(
    readTestOutput('test a::b ... FAILED\ntest result: FAILED. 3 passed; 1 failed; 0 ignored'),
    { tests: 4, failed: 1, failing: [{ name: 'a::b', at: null }] },
  )
  assert.deepEqual(
    readTestOutput('\u001b[31m  ● sum › adds\u001b[0m\n\nTests:       1 failed, 4 passed, 5 total'),
    { tests: 5, failed: 1, failing: [{ name: 'sum › adds', at: null }] },
  )
  assert.deepEqual(readTestOutput('make: done'), { tests: null, failed: null, failing: [] })
})

test('coverage is that of the component, from whichever report knows it, and null when none does', () => {
  const lcov = {
    path: 'coverage/lcov.info',
    folder: '',
    text: 'SF:/home/me/project/src/a.ts\nDA:1,2\nDA:2,0\nend_of_record\nSF:src/b.ts\nDA:1,0\nend_of_record\n',
  }
  assert.deepEqual(coverageOf(['src/a.ts'], [lcov]), {
    source: 'coverage/lcov.info',
    covered: 1,
    total: 2,
    ratio: 0.5,
    uncovered: [{ path: 'src/a.ts', lines: [2] }],
  })
  const xml = {
    path: 'coverage.xml',
    folder: '',
    text: '<class name="c" filename="app/c.py"><methods/><lines><line number="3" hits="1"/><line number="4" hits="0"/></lines></class>',
  }
  assert.deepEqual(coverageOf(['app/c.py'], [lcov, xml])?.uncovered, [{ path: 'app/c.py', lines: [4] }])
  const summary = {
    path: 'coverage/coverage-summary.json',
    folder: 'packages/one',
    text: '{"total":{},"src/d.ts":{"lines":{"total":4,"covered":3}}}',
  }
  assert.equal(coverageOf(['packages/one/src/d.ts'], [summary])?.ratio, 0.75)
  assert.equal(
    coverageOf(
      ['src/other.ts'],
      [lcov, xml, summary, { path: 'coverage-summary.json', folder: '', text: 'not JSON' }],
    ),
    null,
  )
})
