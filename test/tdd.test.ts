import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { createFramework, findKinds, parseSyntax, type Report } from 'heddle'
import { tdd, type TddResult } from 'heddle/plugins'
import { findAntiPatterns } from '../plugins/tdd/anti-patterns.ts'
import type { CodeShape } from '../plugins/tdd/code-shape.ts'
import { integrationOf } from '../plugins/tdd/integration.ts'
import { measureText } from '../plugins/tdd/measure.ts'
import { readTestOutput } from '../plugins/tdd/test-output.ts'

test('a syntax tree is that of the language of the path; other languages have none', async () => {
  const kinds = async (path: string, text: string): Promise<string[] | undefined> =>
    (await parseSyntax(path, text))?.children().map((node) => node.kind())
  assert.deepEqual(await kinds('a.ts', 'let a: string'), ['lexical_declaration'])
  assert.deepEqual(await kinds('a.tsx', 'const a = <b/>'), ['lexical_declaration'])
  assert.deepEqual(await kinds('a.jsx', 'const a = <b/>'), ['lexical_declaration'])
  assert.deepEqual(await kinds('a.py', 'def f(): pass'), ['function_definition'])
  assert.equal(await kinds('a.go', 'package a'), undefined)
  const broken = await parseSyntax('a.js', 'if (')
  assert.ok(broken && findKinds(broken, ['ERROR']).length + Number(broken.kind() === 'ERROR') > 0)
  for (const text of ['('.repeat(100_000), 'if(a)'.repeat(50_000), '`${'.repeat(50_000), '\0\uFFFD\u2028'])
    assert.equal((await measureText('a.ts', text)).unparsed, null)
})

test('functions are measured by their parameters and the ways through them, nested ones by themselves', async () => {
  const script = await measureText(
    'a.ts',
    [
      'function plain(this: A, a: number, b = 1, ...c: number[]) { return (x: number) => x ? 1 : 2 }',
      'const arrow = async (a, { b, c }) => { if (a && b || c) for (const d of a) while (d) {} }',
      'class K { one = () => 1; get two() { return 2 } constructor() { super() } static three(a) { switch (a) { case 1: case 2: default: } } four: number }',
      'const o = { five(a) { try {} catch { return a ?? 1 } } }',
    ].join('\n'),
  )
  assert.deepEqual(
    script.functions.map(
      ({ name, line, parameters, complexity }) => `${line} ${name} ${parameters} ${complexity}`,
    ),
    [
      '1 plain 3 1',
      '1 (anonymous) 1 2',
      '2 arrow 2 6',
      '3 one 0 1',
      '3 two 0 1',
      '3 constructor 0 1',
      '3 three 1 3',
      '4 five 1 3',
    ],
  )
  assert.deepEqual(script.classes, [{ name: 'K', line: 3, methods: 4 }])
  const python = await measureText(
    'a.py',
    'class K:\n  @property\n  def one(self): return 1\n  def two(self, a, /, b=1, *, c, **d):\n    if a and b: pass\n    elif c: pass\n    return [x for x in a if x]\nf = lambda q, r: q if r else 1\n',
  )
  assert.deepEqual(
    python.functions.map(({ name, parameters, complexity }) => `${name} ${parameters} ${complexity}`),
    ['one 0 1', 'two 4 6', 'f 2 2'],
  )
  assert.deepEqual(python.classes, [{ name: 'K', line: 1, methods: 2 }])
})

const testOf = (path: string, ...lines: string[]) => measureText(path, lines.join('\n'))
const told = ({ tests }: CodeShape): string[] =>
  tests.map(({ name, assertions, hollow, mocks, sleeps, skipped }) =>
    [name, assertions, hollow, mocks, sleeps, skipped ? 'skipped' : ''].join(' ').trim(),
  )

test('of each test it is known what it asserts, replaces and waits for, in JavaScript and TypeScript', async () => {
  const shape = await testOf(
    'a.test.ts',
    "jest.mock('./store')",
    'function check(x: unknown) { assert.ok(x) }',
    "test('asserts', () => { assert.equal(f(), 1); expect(f()).not.toBe(2) })",
    "it('helps itself', () => { check(f()); expectSound(f()) })",
    "it('is hollow', () => { expect(true).toBe(true); expect(f()); assert.ok(1); assert.equal(a, a); expect(f()).toBe(f()) })",
    "test.each([1, 2])('each %s', (n) => { expect(n).toBeGreaterThan(0) })",
    "it.skip('skips', () => {})",
    "it.todo('later')",
    "test('skips too', { skip: true }, () => {})",
    "test('replaces', () => { const a = jest.fn(), b = vi.spyOn(c, 'd'); expect(a).toHaveBeenCalled() })",
    "test('waits', async () => { await new Promise((r) => setTimeout(r, 5)); await sleep(1); assert.ok(f()) })",
    "describe('group', () => { test('inside', () => { x.should.equal(1) }) })",
  )
  assert.deepEqual(told(shape), [
    'asserts 2 0 1 0',
    'helps itself 2 0 1 0',
    'is hollow 5 4 1 0',
    'each %s 1 0 1 0',
    'skips 0 0 1 0 skipped',
    'later 0 0 1 0 skipped',
    'skips too 0 0 1 0 skipped',
    'replaces 1 0 3 0',
    'waits 1 0 1 2',
    'inside 1 0 1 0',
  ])
})

test('of each test it is known what it asserts, replaces and waits for, in Python', async () => {
  const shape = await testOf(
    'test_a.py',
    'def verify(x): assert x',
    '@patch("a")',
    'def test_one(a):',
    '    m = MagicMock()',
    '    assert f() == 1',
    'def test_hollow():',
    '    assert True',
    '    assert (f(), "told")',
    '    assert x == x',
    'def test_by_helper(): verify(f())',
    '@pytest.mark.skip',
    'def test_skipped(): pass',
    'def test_waits():',
    '    time.sleep(1)',
    '    with pytest.raises(ValueError): f()',
    'class TestCase(unittest.TestCase):',
    '    def test_in_class(self): self.assertEqual(f(), 1)',
    '    def test_same(self): self.assertEqual(a, a)',
  )
  assert.deepEqual(told(shape), [
    'test_one 1 0 2 0',
    'test_hollow 3 3 0 0',
    'test_by_helper 1 0 0 0',
    'test_skipped 0 0 0 0 skipped',
    'test_waits 1 0 0 1',
    'test_in_class 1 0 0 0',
    'test_same 1 1 0 0',
  ])
})

test('a variable that one test changes and another sees makes their order matter, unless it is made anew before each', async () => {
  const lines = [
    'let count = 0',
    "test('a', () => { count++; f(count) })",
    "test('b', () => f(count))",
    "test('c', () => f(1))",
  ]
  const shares = async (path: string, ...text: string[]): Promise<string[][]> =>
    (await testOf(path, ...text)).tests.map((one) => [...one.shares])
  assert.deepEqual(await shares('a.test.ts', ...lines), [['count'], ['count'], []])
  assert.deepEqual(await shares('a.test.ts', ...lines, 'beforeEach(() => { count = 0 })'), [[], [], []])
  assert.deepEqual(
    await shares(
      'test_a.py',
      'total = 0',
      'def test_a():',
      '  global total',
      '  total += 1',
      'def test_b(): assert total',
    ),
    [['total'], ['total']],
  )
})

const limits = {
  maxFileLines: 500,
  maxClassMethods: 20,
  maxParameters: 5,
  maxComplexity: 10,
  maxMocks: 3,
  minIntegrationPercent: 30,
}
const empty: CodeShape = { path: 'a.ts', lines: 1, unparsed: null, classes: [], functions: [], tests: [] }
const sound = {
  name: 'adds two numbers',
  line: 1,
  skipped: false,
  assertions: 1,
  hollow: 0,
  mocks: 0,
  sleeps: 0,
  shares: [],
}

test('each bound holds to the figure: at it nothing is said, beyond it what spoils is named', () => {
  const kinds = (
    source: Partial<CodeShape>,
    tests: Partial<typeof sound>[] = [],
    integration: [number, number] | null = null,
  ) =>
    findAntiPatterns(
      {
        sources: [{ ...empty, ...source }],
        tests: [{ ...empty, path: 'a.test.ts', tests: tests.map((one) => ({ ...sound, ...one })) }],
        integration: integration && { tests: integration[0], integrated: integration[1] },
      },
      limits,
    ).map(({ kind, blocks }) => `${kind}${blocks ? '!' : ''}`)
  const work = { name: 'f', line: 1, parameters: 5, complexity: 10 }
  assert.deepEqual(
    kinds(
      { lines: 500, classes: [{ name: 'K', line: 1, methods: 20 }], functions: [work] },
      [{ mocks: 3 }],
      [10, 3],
    ),
    [],
  )
  assert.deepEqual(kinds({ lines: 501 }), ['long-file!'])
  assert.deepEqual(kinds({ classes: [{ name: 'K', line: 1, methods: 21 }] }), ['large-class!'])
  assert.deepEqual(kinds({ functions: [{ ...work, parameters: 6 }] }), ['many-parameters!'])
  assert.deepEqual(kinds({ functions: [{ ...work, complexity: 11 }] }), ['complex-function!'])
  assert.deepEqual(kinds({}, [{ mocks: 4 }]), ['many-mocks!'])
  assert.deepEqual(kinds({}, [{ assertions: 0 }]), ['asserts-nothing!'])
  assert.deepEqual(kinds({}, [{ assertions: 2, hollow: 1 }]), ['asserts-nothing!'])
  assert.deepEqual(kinds({}, [{ assertions: 0, skipped: true }]), [])
  assert.deepEqual(kinds({}, [], [10, 2]), ['few-integration-tests!'])
  assert.deepEqual(kinds({}, [], [0, 0]), [])
  assert.deepEqual(kinds({}, [{ sleeps: 1 }]), ['sleeps'])
  assert.deepEqual(kinds({}, [{ shares: ['count'] as never[] }]), ['order-dependence'])
  for (const name of ['', 'works', 'test 1', 'it works', 'test_1', 'should work', 'foo'])
    assert.deepEqual(kinds({}, [{ name }]), ['unclear-name'], name)
  assert.deepEqual(kinds({}, [{}, {}]), ['unclear-name'])
  assert.deepEqual(kinds({}, [{ sleeps: 1 }, { name: 'other', assertions: 0 }]), [
    'asserts-nothing!',
    'sleeps',
  ])
})

test('a test integrates when it says so, or uses two sources and replaces none', () => {
  const paths = [
    'src/a.ts',
    'src/b.ts',
    'test/a.test.ts',
    'test/ab.test.ts',
    'test/mocked.test.ts',
    'test/integration/c.test.ts',
  ]
  const both = "import '../src/a.ts'\nimport '../src/b.ts'\n"
  const texts = [
    { path: 'test/a.test.ts', text: "import '../src/a.ts'\ntest('x', f)\ntest('y', f)" },
    { path: 'test/ab.test.ts', text: `${both}test('x', f)` },
    { path: 'test/mocked.test.ts', text: `${both}test('x', () => vi.fn())` },
    { path: 'test/integration/c.test.ts', text: "test('x', f)" },
  ]
  assert.deepEqual(integrationOf(paths, texts), { tests: 5, integrated: 2 })
  assert.equal(integrationOf(['src/a.ts', 'test/a.test.ts'], texts), null)
})

test('why a test fails is read with its name, from what runners print', () => {
  const messages = (text: string): unknown =>
    readTestOutput(text).failing.map(({ name, message }) => [name, message?.split('\n')[0]])
  assert.deepEqual(
    messages(
      '✖ failing tests:\n\ntest at a.test.js:4:1\n✖ adds (1ms)\n  TypeError: f is not a function\n      at x',
    ),
    [['adds', 'TypeError: f is not a function']],
  )
  assert.deepEqual(
    messages(
      "not ok 1 - adds\n  ---\n  error: |-\n    Expected values to be strictly equal:\n    \n    1 !== 2\n  code: 'ERR_ASSERTION'\n  ...",
    ),
    [['adds', 'Expected values to be strictly equal:']],
  )
  assert.deepEqual(
    messages(
      "# SyntaxError: The requested module './a.js' does not provide an export named 'b'\nnot ok 1 - a.test.js\n  ---\n  error: 'test failed'\n  code: 'ERR_TEST_FAILURE'\n  ...",
    ),
    [['a.test.js', "SyntaxError: The requested module './a.js' does not provide an export named 'b'"]],
  )
  assert.deepEqual(
    messages('FAILED test_a.py::test_b - assert 1 == 2\nERROR test_c.py - ImportError: cannot import name'),
    [
      ['test_a.py::test_b', 'assert 1 == 2'],
      ['test_c.py', 'ImportError: cannot import name'],
    ],
  )
})

const files: Readonly<Record<string, string>> = {
  'package.json': '{ "type": "module", "scripts": { "test": "node --test" } }',
  'src/sum.js': 'export function sum(a, b) {\n  return a + b\n}\n',
  'test/sum.test.js':
    "import assert from 'node:assert/strict'\nimport { test } from 'node:test'\nimport * as maths from '../src/sum.js'\ntest('adds two numbers', () => assert.equal(maths.sum(1, 2), 3))\n",
}
const doubles = "test('doubles a number', () => assert.equal(maths.twice(2), 4))\n"
const twice = 'export function twice(n) {\n  return n ? sum(n, n) : 0\n}\n'

test('red, green and refactor are shown one after the other, and what is not so is refused with its reason', async (t) => {
  const project = projectOf(t, files)
  const codes = async (
    phase: string,
    more: Record<string, string> = {},
  ): Promise<readonly [string, unknown]> => {
    const report = await project.run({ phase, ...more })
    return [
      report.status,
      report.diagnostics.filter(({ severity }) => severity === 'error').map(({ code }) => code),
    ] as const
  }
  assert.deepEqual(await codes('red'), ['failed', ['tdd/not-red']])
  assert.deepEqual(await codes('refactor'), ['failed', ['tdd/not-refactor']])
  assert.deepEqual(await codes('rollback'), ['partial', ['tdd/no-snapshot']])
  assert.deepEqual(await codes('blue'), ['partial', ['tdd/phase-unknown']])

  project.add('test/sum.test.js', doubles)
  assert.deepEqual(await codes('red', { reason: 'a full moon' }), ['failed', ['tdd/not-red']])
  assert.deepEqual(await codes('red', { reason: 'twice is not a function' }), ['passed', []])
  assert.deepEqual(await codes('red'), ['passed', []])
  assert.deepEqual(await codes('green'), ['failed', ['tdd/test-fails', 'tdd/not-green']])

  project.add('src/sum.js', twice)
  const weakened = project
    .read('test/sum.test.js')
    .replace('assert.equal(maths.twice(2), 4)', 'maths.twice(2)')
  const tests = project.read('test/sum.test.js')
  project.write('test/sum.test.js', weakened)
  assert.ok(((await codes('green'))[1] as string[]).includes('tdd/not-green'))
  project.write('test/sum.test.js', tests.replace(doubles, ''))
  assert.deepEqual(await codes('green'), ['failed', ['tdd/not-green', 'tdd/not-green']])
  project.write('test/sum.test.js', tests)
  assert.deepEqual(await codes('green'), ['passed', []])

  assert.deepEqual(await codes('refactor'), ['failed', ['tdd/not-refactor']])
  const before = project.read('src/sum.js')
  project.write('src/sum.js', before.replace('n ? sum(n, n) : 0', 'sum(n, n) + 1'))
  assert.equal((await codes('refactor'))[0], 'failed')
  assert.deepEqual(await codes('rollback'), ['passed', []])
  assert.equal(project.read('src/sum.js'), before)

  project.write('src/sum.js', before.replace('n ? sum(n, n) : 0', 'sum(n, n)'))
  const { phase } = project.result(await project.run({ phase: 'refactor' }))
  assert.equal(phase?.passed, true)
  assert.deepEqual(
    phase?.measures.find(({ name }) => name === 'highest complexity'),
    { name: 'highest complexity', before: 2, after: 1 },
  )
  assert.deepEqual(phase?.snapshot, ['src/sum.js', 'test/sum.test.js'])
})

test('a test that is broken, or one of something else that fails, is not red', async (t) => {
  const project = projectOf(t, {
    ...files,
    'src/other.js': 'export const other = 1\n',
    'test/other.test.js':
      "import assert from 'node:assert/strict'\nimport { test } from 'node:test'\nimport { other } from '../src/other.js'\ntest('is two', () => assert.equal(other, 2))\n",
  })
  const reasons = async (): Promise<string> =>
    project.result(await project.run({ phase: 'red' })).phase!.reasons.join('\n')
  assert.match(await reasons(), /"is two" fails, and is no test of the component/)
  rmSync(join(project.root, 'test/other.test.js'))
  project.add('test/sum.test.js', 'test((\n')
  assert.match(await reasons(), /fails because it is broken: SyntaxError/)
})

test('a report that the tests write while they run is seen, and one from before is said to be older', async (t) => {
  const covering =
    "import { mkdirSync, writeFileSync } from 'node:fs'\nmkdirSync('coverage', { recursive: true })\nwriteFileSync('coverage/lcov.info', 'SF:src/sum.js\\nDA:1,1\\nDA:2,0\\nend_of_record\\n')\n"
  const project = projectOf(t, { ...files, 'test/sum.test.js': `${covering}${files['test/sum.test.js']}` })
  const first = project.result(await project.run({})).testAnalysis.coverage
  assert.deepEqual([first?.covered, first?.total, first?.isOlder], [1, 2, false])
  project.write('test/sum.test.js', files['test/sum.test.js']!)
  const second = project.result(await project.run({})).testAnalysis.coverage
  assert.deepEqual([second?.covered, second?.isOlder], [1, true])
})

test('what spoils blocks; a setting of the module or an option moves the bound, and a gate its severity', async (t) => {
  const six = 'export function sum(a, b, c, d, e, f) {\n  return a + b\n}\n'
  const gates = async (head: string, options = {}): Promise<unknown> => {
    const project = projectOf(t, { ...files, 'src/sum.js': six, '.heddle/commands/task.md': task(head) })
    const report = await project.run({}, options)
    return [
      report.status,
      report.gates.find(({ name }) => name.endsWith('sound'))?.status,
      report.diagnostics.find(({ code }) => code === 'tdd/many-parameters')?.severity,
    ]
  }
  assert.deepEqual(await gates(''), ['failed', 'failed', 'error'])
  assert.deepEqual(await gates('settings:\n  - name: max-parameters\n    default: 6\n'), [
    'passed',
    'passed',
    undefined,
  ])
  assert.deepEqual(await gates('', { maxParameters: 6 }), ['passed', 'passed', undefined])
  assert.deepEqual(
    await gates('settings:\n  - name: max-parameters\n    default: 6\n', { maxParameters: 5 }),
    ['failed', 'failed', 'error'],
  )
  assert.deepEqual(await gates('gates:\n  - name: sound\n    severity: warning\n'), [
    'passed',
    'failed',
    'warning',
  ])
})

test('one by one a component is judged the same, byte for byte but for what the tests took', async (t) => {
  const project = projectOf(t, { ...files, 'src/other.js': 'export const other = 1\n' })
  const judged = ({ groups, diagnostics }: Report): string =>
    JSON.stringify([groups.map(({ name, synthesis }) => [name, synthesis]), diagnostics]).replace(
      /"stdout":"(?:[^"\\]|\\.)*"/g,
      '',
    )
  assert.equal(judged(await project.run({}, {}, true)), judged(await project.run({})))
})

test('of cycles the last fifty are kept, and one that cannot be read is as good as none', async (t) => {
  const project = projectOf(t, files)
  assert.equal((await project.run({ phase: 'green' })).status, 'passed')
  const folder = join(project.root, '.heddle/state/tdd')
  const name = readdirSync(folder).find((file) => file.startsWith('cycle-'))
  writeFileSync(join(folder, name!), readFileSync(join(folder, name!), 'utf8').slice(0, 50))
  assert.equal((await project.run({ phase: 'rollback' })).diagnostics[0]?.code, 'tdd/no-snapshot')
  for (let index = 0; index < 60; index++)
    writeFileSync(
      join(folder, `cycle-${String(index).padStart(32, '0')}.json`),
      JSON.stringify({ format: 1, component: 'x', at: '2000', red: null, green: null }),
    )
  assert.equal((await project.run({ phase: 'green' })).status, 'passed')
  assert.equal(readdirSync(folder).filter((file) => file.startsWith('cycle-')).length, 50)
})

function task(head = ''): string {
  return `---\nkind: command\npattern: tdd\narguments:\n  - name: component\n  - name: phase\n  - name: reason\n${head}---\n# Task\n`
}

function projectOf(t: TestContext, texts: Readonly<Record<string, string>>) {
  const root = mkdtempSync(join(tmpdir(), 'heddle-cycle-'))
  t.after(() => rmSync(root, { recursive: true, force: true, maxRetries: 3 }))
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  const read = (path: string): string => readFileSync(join(root, path), 'utf8')
  for (const [path, text] of Object.entries({ '.heddle/commands/task.md': task(), ...texts }))
    write(path, text)
  return {
    root,
    write,
    read,
    add: (path: string, text: string) => write(path, read(path) + text),
    result: (report: Report) => report.groups.find(({ name }) => name === 'tdd/plan')!.synthesis as TddResult,
    async run(words: Record<string, string>, options = {}, serial = false): Promise<Report> {
      const framework = await createFramework({
        root,
        config: false,
        builtIn: false,
        plugins: [tdd(options)],
      })
      try {
        return await framework.run('task', { component: 'src/sum.js', ...words }, { serial })
      } finally {
        await framework.dispose()
      }
    },
  }
}
