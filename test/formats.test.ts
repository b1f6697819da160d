import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { type AppliedPlugin, createFramework, type Report, type RunEvent } from 'heddle'
import { memoryFiles } from 'heddle/files'
import { openProject } from '../plugins/validation/check.ts'
import { findChecks } from '../plugins/validation/find-checks.ts'
import { toSarif, validation, type ValidationResult } from '../plugins/validation/index.ts'
import { type OutputReading, readOutput } from '../plugins/validation/output.ts'
import { commandLine } from './command-line.ts'

const printed = fileURLToPath(new URL('../fixtures/tool-output', import.meta.url))

/** What each tool printed, what ran it, how many tests it counted, and what must be read from it. */
const outputs: readonly (readonly [
  file: string,
  command: string,
  tests: string,
  findings: readonly string[],
])[] = [
  [
    'node.tap.txt',
    'node --test',
    '1 passed, 2 failed',
    ['tap error a.test.mjs:3:1 test', 'tap error a.test.mjs:6:27 test'],
  ],
  [
    'node-spec.txt',
    'node --test',
    '1 passed, 2 failed',
    ['node-test error a.test.mjs:3:1 test', 'node-test error a.test.mjs:6:27 test'],
  ],
  [
    'junit-node.xml',
    'node --test',
    '1 passed, 2 failed',
    ['junit error a.test.mjs:3:27 test', 'junit error a.test.mjs:6:55 test'],
  ],
  [
    'junit-pytest.xml',
    'pytest',
    '2 passed, 4 failed',
    [
      'junit error tests/test_orchard.py:6:1 test',
      'junit error tests/test_orchard.py:15:1 test',
      'junit error tests/test_orchard.py:30:1 test',
      'junit error src/orchard.py:9:1 test',
    ],
  ],
  [
    'pytest.txt',
    'pytest -q --doctest-modules',
    '2 passed, 4 failed',
    [
      'pytest error tests/test_orchard.py:15:1 test',
      'pytest error tests/test_orchard.py:6:1 test',
      'pytest error tests/test_orchard.py:30:1 test',
      'pytest error src/orchard.py:9:1 test',
    ],
  ],
  ['pytest-collection.txt', 'pytest', '0 passed, 1 failed', ['pytest error src/broken.py:1:1 test']],
  [
    'mypy.txt',
    'mypy .',
    'none',
    [
      'mypy error src/broken.py:1:1 syntax',
      'mypy error src/broken.py:1:1 syntax',
      'mypy error src/orchard.py:12:1 return-value',
    ],
  ],
  [
    'pyright.txt',
    'pyright',
    'none',
    [
      'pyright error src/broken.py:1:6 null',
      'pyright error src/broken.py:1:7 null',
      'pyright error src/broken.py:1:7 null',
      'pyright error src/broken.py:2:1 null',
      'pyright error src/broken.py:2:1 null',
      'pyright error src/broken.py:2:1 null',
      'pyright error src/orchard.py:12:12 reportReturnType',
    ],
  ],
  [
    'pyright-report.json',
    'pyright --outputjson',
    'none',
    [
      'pyright error src/broken.py:1:6 null',
      'pyright error src/broken.py:1:7 null',
      'pyright error src/broken.py:1:7 null',
      'pyright error src/broken.py:2:1 null',
      'pyright error src/broken.py:2:1 null',
      'pyright error src/broken.py:2:1 null',
      'pyright error src/orchard.py:12:12 reportReturnType',
    ],
  ],
  [
    'flake8.txt',
    'flake8',
    'none',
    [
      'flake8 error src/broken.py:1:8 E999',
      'flake8 error src/orchard.py:2:1 F401',
      'flake8 error src/orchard.py:17:5 F841',
      'flake8 error src/orchard.py:17:6 E225',
      'flake8 error tests/test_orchard.py:2:1 F401',
    ],
  ],
  ...['ruff-concise.txt', 'ruff-report.json', 'ruff.sarif'].map(
    (file) =>
      [
        file,
        'ruff check .',
        'none',
        [
          'ruff error src/broken.py:1:7 invalid-syntax',
          'ruff error src/broken.py:2:1 invalid-syntax',
          'ruff error src/orchard.py:2:8 F401',
          'ruff error src/orchard.py:17:5 F841',
          'ruff error tests/test_orchard.py:1:1 I001',
          'ruff error tests/test_orchard.py:2:32 F401',
        ],
      ] as const,
  ),
  [
    'ruff.txt',
    'ruff check .',
    'none',
    [
      'ruff error src/broken.py:1:7 invalid-syntax',
      'ruff error src/broken.py:1:9 invalid-syntax',
      'ruff error src/orchard.py:2:8 F401',
      'ruff error src/orchard.py:17:5 F841',
      'ruff error tests/test_orchard.py:1:1 I001',
      'ruff error tests/test_orchard.py:2:32 F401',
    ],
  ],
  [
    'black.txt',
    'black --check .',
    'none',
    ['black error src/broken.py:1:7 parse', 'black error src/orchard.py:1:1 format'],
  ],
  [
    'bandit.txt',
    'bandit -r .',
    'none',
    [
      'bandit info src/orchard.py:3:1 B404',
      'bandit error src/orchard.py:16:5 B602',
      'bandit warning src/orchard.py:18:12 B307',
    ],
  ],
  [
    'bandit-report.json',
    'bandit -f json -r .',
    'none',
    ['bandit info src/orchard.py:3:1 B404', 'bandit error src/orchard.py:16:5 B602'],
  ],
  ...['bandit-1.6.txt', 'bandit-1.6-report.json'].map(
    (file) =>
      [
        file,
        'bandit -r .',
        'none',
        [
          'bandit info src/orchard.py:3:1 B404',
          'bandit error src/orchard.py:16:1 B602',
          'bandit warning src/orchard.py:18:1 B307',
        ],
      ] as const,
  ),
  ['safety.txt', 'safety check', 'none', ['safety error - 61601']],
  ['safety-report.json', 'safety check --json', 'none', ['safety error - CVE-2023-32681']],
  [
    'pip-audit.txt',
    'pip-audit',
    'none',
    ['pip-audit error - PYSEC-2019-179', 'pip-audit error - PYSEC-2018-66'],
  ],
  [
    'pip-audit-report.json',
    'pip-audit -f json',
    'none',
    ['pip-audit error - PYSEC-2019-179', 'pip-audit error - PYSEC-2018-66'],
  ],
  [
    'npm-audit.txt',
    'npm audit',
    'none',
    [
      'npm-audit error - GHSA-35jh-r3h4-6jhm',
      'npm-audit error - GHSA-29mw-wpgm-hmr9',
      'npm-audit warning - GHSA-vh95-rmgr-6w4m',
    ],
  ],
  [
    'npm-audit-report.json',
    'npm audit --json',
    'none',
    ['npm-audit error - GHSA-35jh-r3h4-6jhm', 'npm-audit warning - GHSA-vh95-rmgr-6w4m'],
  ],
  ...['eslint.txt', 'eslint-report.json'].map(
    (file) =>
      [
        file,
        'eslint .',
        'none',
        [
          'eslint error src/door.js:1:5 no-unused-vars',
          'eslint error src/door.js:1:5 prefer-const',
          'eslint warning src/door.js:2:1 no-console',
          'eslint error src/door.js:3:7 no-unused-vars',
          'eslint error src/syntax.js:1:7 null',
        ],
      ] as const,
  ),
  ...['oxlint.txt', 'oxlint-unix.txt', 'oxlint-report.json'].map(
    (file) =>
      [
        file,
        'oxlint',
        'none',
        [
          'oxlint warning src/t.ts:1:7 eslint(no-unused-vars)',
          'oxlint error src/syntax.js:1:7 null',
          'oxlint warning src/door.js:1:5 eslint(no-unused-vars)',
          'oxlint warning src/door.js:3:7 eslint(no-unused-vars)',
        ],
      ] as const,
  ),
  ...['tsc.txt', 'tsc-pretty.txt'].map(
    (file) =>
      [
        file,
        'tsc --noEmit',
        'none',
        ['tsc error src/t.ts:1:7 TS2322', 'tsc error src/t.ts:2:49 TS2322', 'tsc error src/t.ts:3:1 TS2554'],
      ] as const,
  ),
  ['cargo-check.txt', 'cargo check', 'none', ['cargo error src/main.rs:3:18 E0308']],
  ['cargo-messages.txt', 'cargo check --message-format json', 'none', ['cargo error src/main.rs:3:18 E0308']],
  [
    'cargo-test.txt',
    'cargo test',
    '1 passed, 1 failed',
    ['cargo warning src/main.rs:2:9 null', 'cargo error src/main.rs:7:51 test'],
  ],
  ['clippy.txt', 'cargo clippy', 'none', ['cargo warning src/main.rs:2:9 null']],
  ['go-vet.txt', 'go vet ./...', 'none', ['go error tree.go:9:2 null', 'go error tree.go:14:2 null']],
  ['go-build.txt', 'go test ./...', 'none', ['go error tree.go:15:1 null']],
  ['go-test.txt', 'go test -v ./...', '1 passed, 1 failed', ['go error tree_test.go:8:1 test']],
  ['go-test-events.txt', 'go test -json ./...', '1 passed, 1 failed', ['go error tree_test.go:8:1 test']],
]

for (const [file, command, tests, findings] of outputs) {
  test(`of ${file} every finding is read with its tool, place, severity and rule`, async () => {
    const reading = await readOutput([readFileSync(join(printed, file), 'utf8')], {
      command,
      folder: '/project',
    })
    assert.deepEqual(reading.findings.map(shown), findings)
    assert.equal(counted(reading), tests)
    assert.equal(reading.damaged, false)
    assert.ok(reading.findings.every(({ message }) => message.trim() !== ''))
  })
}

test('coverage is read by file from lcov and from Cobertura', async () => {
  const read = (file: string) =>
    readOutput([readFileSync(join(printed, file), 'utf8')], { command: '', folder: '' })
  const { coverage } = await read('cobertura.xml')
  assert.deepEqual(coverage, [
    { path: '__init__.py', covered: 0, total: 0 },
    { path: 'orchard.py', covered: 5, total: 8 },
  ])
})

test('a report that ends early is told to be damaged, and never throws; what stands before it is still read', async () => {
  for (const [file, command] of outputs) {
    const text = readFileSync(join(printed, file), 'utf8')
    for (let at = 0; at < text.length; at += Math.ceil(text.length / 40)) {
      const cut = await readOutput([text.slice(0, at)], { command, folder: '/project' })
      const whole = await readOutput([text], { command, folder: '/project' })
      // One that is still open at the cut is told, though what would have followed might take it back.
      assert.ok(cut.findings.length <= whole.findings.length + 1, `${file} cut at ${at}`)
    }
  }
  const report = readFileSync(join(printed, 'eslint-report.json'), 'utf8')
  const cut = await readOutput([`a.js:1:2: before it\n${report.slice(0, -5)}`], { command: '', folder: '' })
  assert.equal(cut.damaged, true)
  assert.deepEqual(cut.findings.map(shown), ['other error a.js:1:2 null'])
})

test('whatever a program writes, reading it ends, and gives places inside the project only', async () => {
  const piece = fc.oneof(
    fc.constantFrom(
      '{"',
      '[{"',
      '<testsuite>',
      '<testcase name="',
      '<failure>',
      '<![CDATA[',
      '\n',
      '  1:2  error  ',
      'TAP version 13\n',
      'not ok 1 - ',
      '../../etc/passwd:1:1: x\n',
      'src/../../x.js:1:1: y\n',
      '/etc/passwd:1: y',
      'a.ts(1,1): error TS1: ',
      '=== FAILURES ===',
      '___ t ___',
      'E   ',
      ' --> ',
      '\u001b[31m',
      'SF:',
      'DA:1,',
      '{"Action":"output","Package":"p","Test":"t","Output":"',
      '"}',
      '__proto__',
      'a.py:9999999999999999999:1: E501 x',
      '\0',
    ),
    fc.string({ maxLength: 12 }),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 40 }), async (pieces) => {
      const { findings } = await readOutput([pieces.join('')], { command: 'x', folder: '/project' })
      for (const { path, line, column } of findings) {
        assert.ok(path === null || !/^\/|(?:^|\/)\.\.(?:\/|$)/.test(path), String(path))
        assert.ok(line >= 1 && column >= 1)
      }
    }),
    { numRuns: 400 },
  )
})

test('reading takes time in proportion to the output, however it is made', async () => {
  const pieces = [
    ' ',
    '(',
    ':1',
    'a.b',
    '[',
    '{"a":',
    '<a ',
    '&#',
    '<!--',
    '  1:1  error  x',
    'E   x\n',
    '___ x',
    '--> a:1:1\n',
    'not ok\n',
    '\u001b[1',
    'x  ',
    'a.py:1:1: E1 x\n',
    '  x (',
    ' [',
    'SF:a\nDA:1,1\n',
    '<testcase name="a"><failure>a.py:1 ',
    '{"Action":"output","Package":"p","Test":"t"}\n',
  ]
  for (const piece of pieces) {
    const text = piece.repeat(Math.ceil(1_000_000 / piece.length))
    const start = performance.now()
    await readOutput([text], { command: 'x', folder: '/project' })
    await readOutput([`<testsuite>${text}`], { command: 'x', folder: '/project' })
    assert.ok(performance.now() - start < 10_000, JSON.stringify(piece))
  }
})

test('no more findings are kept than anybody can use, and the others are counted', async () => {
  const lines = Array.from({ length: 12_000 }, (_, index) => `a.py:${index + 1}:1: E501 too long`)
  const reading = await readOutput([lines.join('\n')], { command: 'flake8', folder: '' })
  assert.deepEqual([reading.findings.length, reading.more], [10_000, 2_000])
})

test('findings are written as SARIF that reads back as the same findings', async () => {
  const text = readFileSync(join(printed, 'eslint.txt'), 'utf8')
  const { findings } = await readOutput([text], { command: 'eslint', folder: '/project' })
  const log = JSON.stringify(
    toSarif({ findings: findings.map((found) => ({ family: 'linting', command: 'eslint .', ...found })) }),
  )
  const again = await readOutput([log], { command: '', folder: '/project' })
  assert.deepEqual(again.findings, findings)
})

test('heddle run prints findings of tools as SARIF, with the tool and its rule as the name of the rule', async () => {
  const root = fileURLToPath(new URL('../fixtures/one-failing-check', import.meta.url))
  const words = ['run', 'protocol', '--root', root, '--format', 'sarif', '--no-config']
  const { status, stdout } = spawnSync(process.execPath, [...commandLine, ...words], {
    encoding: 'utf8',
  })
  assert.equal(status, 1)
  const { findings } = await readOutput([stdout], { command: '', folder: root })
  assert.deepEqual(
    findings.filter(({ path }) => path === 'src/door.js').map(({ rule, line }) => `${rule} ${line}`),
    ['validation/eslint/prefer-const 2', 'validation/eslint/no-console 4', 'validation/eslint/semi 7'],
  )
})

test('a tool that the project has installed is a check where no script is', async () => {
  const manifest = {
    devDependencies: { typescript: '7', eslint: '9', vitest: '4' },
    scripts: { lint: 'oxlint' },
  }
  const names = async (files: Record<string, string>): Promise<string[]> =>
    (
      await findChecks(
        openProject(memoryFiles(files), () => {}),
        [],
      )
    ).map(({ name }) => name)
  assert.deepEqual(await names({ 'package.json': JSON.stringify(manifest), 'tsconfig.json': '{}' }), [
    'vitest run',
    'npm run lint',
    'tsc --noEmit',
  ])
  assert.deepEqual(await names({ 'package.json': JSON.stringify(manifest) }), ['vitest run', 'npm run lint'])
  assert.deepEqual(
    await names({ 'tox.ini': '[testenv]\ndeps =\n    pytest>=8\n    black\n    pip-audit\n' }),
    ['pytest -q', 'black --check .', 'pip-audit'],
  )
})

test('a configured check runs like those of the manifests, and takes the place of one of the same name', async (t) => {
  const root = project(t, { 'package.json': JSON.stringify({ scripts: { test: 'exit 1' } }) })
  const plugin = validation({
    checks: [
      { family: 'testing', name: 'npm run test', command: 'echo "TAP version 13"; echo "ok 1 - a"' },
      { family: 'security', command: 'no-such-scanner .', programs: ['no-such-scanner'] },
    ],
  })
  const report = await protocol(root, { plugin })
  assert.deepEqual(gatesOf(report).slice(0, 4), [
    'testing passed',
    'linting skipped',
    'types skipped',
    'security skipped',
  ])
  assert.match(
    report.diagnostics.find(({ code }) => code === 'validation/tool-missing')?.message ?? '',
    /"no-such-scanner" is not installed/,
  )
})

test('tests that reach too few lines block; a report of another run is not believed', async (t) => {
  const write =
    "mkdir -p coverage && printf 'SF:a.js\\nDA:1,1\\nDA:2,0\\nend_of_record\\n' > coverage/lcov.info"
  const run = async (script: string, threshold?: number): Promise<Report> => {
    const root = project(t, {
      'package.json': JSON.stringify({ scripts: { test: `${script}; echo "1 passed in 0.1s"` } }),
      'coverage/lcov.info': 'SF:a.js\nDA:1,1\nend_of_record\n',
    })
    utimesSync(join(root, 'coverage/lcov.info'), 1_000_000, 1_000_000)
    return protocol(root, threshold === undefined ? {} : { plugin: validation({ coverage: threshold }) })
  }
  const low = await run(write)
  assert.equal(gatesOf(low)[4], 'coverage failed')
  assert.equal(low.status, 'failed')
  assert.deepEqual(resultOf(low).coverage, {
    source: 'coverage/lcov.info',
    covered: 1,
    total: 2,
    percent: 50,
    threshold: 90,
    lowest: [{ path: 'a.js', uncovered: 1, percent: 50 }],
  })
  assert.match(resultOf(low).recommendations[0]!.action, /^Test a\.js first: 1 line/)
  assert.equal(gatesOf(await run(write, 50))[4], 'coverage passed')
  const stale = await run('true')
  assert.equal(gatesOf(stale)[4], 'coverage skipped')
  assert.deepEqual(resultOf(stale).unread, [{ what: 'coverage/lcov.info', why: 'stale' }])
})

test('a report of tests is read where the output says nothing of them', async (t) => {
  const xml = readFileSync(join(printed, 'junit-pytest.xml'), 'utf8')
  const root = project(t, {
    'package.json': JSON.stringify({ scripts: { test: 'cp report.xml junit.xml; exit 1' } }),
    'report.xml': xml.replaceAll('/project/', './'),
  })
  const found = resultOf(await protocol(root)).findings
  assert.deepEqual(
    found.map(({ command, path, line }) => `${command} ${path}:${line}`),
    [
      'junit.xml tests/test_orchard.py:6',
      'junit.xml tests/test_orchard.py:15',
      'junit.xml tests/test_orchard.py:30',
      'junit.xml src/orchard.py:9',
    ],
  )
})

test('of five tools one is absent, one crashes, one prints 100 MB, one hangs: each is told, and the fifth is whole', async (t) => {
  if (process.platform === 'win32') return t.skip('the tools are scripts of a shell')
  const root = project(t, {
    'package.json': JSON.stringify({
      scripts: {
        test: 'loud',
        'format:check': 'sound',
        lint: 'absent .',
        typecheck: 'crashing',
        audit: 'hanging',
      },
    }),
    '.claude/modules/system/quality/universal-quality-gates.md':
      '---\npattern: validation\nsettings:\n  - name: deadline-minutes\n    default: 0.2\n---\n# Gates\n',
  })
  const folder = tools(t, {
    loud: `yes 'loud.js:1:1: the same words again and again, one hundred million bytes of them' | head -n 1300000; echo 'last.js:7:3: the last line'; echo '3 passed in 0.1s'`,
    crashing: `echo 'half.ts(1,2): error TS1: said before the end'; kill -SEGV $$`,
    hanging: `echo 'slow.js:1:1: said before it hung'; sleep 1000`,
    sound: `echo 'fine.js:2:1: a warning of style'; exit 1`,
  })
  const events: RunEvent[] = []
  const report = await withPath(folder, () => protocol(root, { onEvent: (event) => events.push(event) }))
  assert.equal(report.status, 'failed')
  const { checks, findings, passed } = resultOf(report)
  assert.deepEqual(
    Object.values(checks).flatMap((family) => family.map(({ command, status }) => `${command} ${status}`)),
    [
      'npm run test passed',
      'npm run lint missing',
      'npm run format:check failed',
      'npm run typecheck failed',
      'npm run audit timed-out',
    ],
  )
  assert.deepEqual(passed, { testing: true, linting: false, types: false, security: false })
  assert.deepEqual(
    findings.map(({ path, line }) => `${path}:${line}`),
    ['loud.js:1', 'last.js:7', 'fine.js:2', 'half.ts:1', 'slow.js:1'],
  )
  assert.equal(checks.testing[0]!.summary.passed, 3)
  const loud = report.groups[0]!.operations[0]!.output as { stdout: { bytes: number } }
  assert.ok(loud.stdout.bytes > 100_000_000)
  const told = new Set(report.diagnostics.map(({ code }) => code))
  for (const code of ['tool-missing', 'check-failed', 'check-timed-out'])
    assert.ok(told.has(`validation/${code}`), code)
  assert.deepEqual(mostAtOnce(events), 4)
})

test('checks run beside each other, one at a time when asked, with the same findings byte for byte', async (t) => {
  if (process.platform === 'win32') return t.skip('the tools are scripts of a shell')
  const meet = (own: string, other: string): string =>
    `echo '${own}.js:1:1: found by ${own}'; touch ${own}.here; [ "$SERIAL" ] || while [ ! -e ${other}.here ]; do sleep 0.05; done; exit 1`
  const run = async (serial: boolean): Promise<{ report: Report; most: number }> => {
    const scripts = { test: meet('one', 'two'), lint: meet('two', 'one') }
    const root = project(t, {
      'package.json': JSON.stringify({
        scripts: Object.fromEntries(
          Object.entries(scripts).map(([name, text]) => [name, serial ? `SERIAL=1; ${text}` : text]),
        ),
      }),
    })
    const events: RunEvent[] = []
    const report = await protocol(root, { serial, onEvent: (event) => events.push(event) })
    return { report, most: mostAtOnce(events) }
  }
  const [parallel, serial] = [await run(false), await run(true)]
  assert.deepEqual([parallel.most, serial.most], [2, 1])
  assert.equal(
    JSON.stringify(resultOf(parallel.report).findings),
    JSON.stringify(resultOf(serial.report).findings),
  )
  assert.deepEqual(gatesOf(parallel.report), gatesOf(serial.report))
})

function shown({ tool, severity, path, line, column, rule }: OutputReading['findings'][number]): string {
  return `${tool} ${severity} ${path === null ? '-' : `${path}:${line}:${column}`} ${rule}`
}

function counted({ tests }: OutputReading): string {
  return tests ? `${tests.passed} passed, ${tests.failed} failed` : 'none'
}

interface ProtocolOptions {
  readonly plugin?: AppliedPlugin
  readonly serial?: boolean
  readonly onEvent?: (event: RunEvent) => void
}

async function protocol(
  root: string,
  { plugin = validation(), ...options }: ProtocolOptions = {},
): Promise<Report> {
  const framework = await createFramework({ root, config: false, plugins: [plugin] })
  try {
    return await framework.run('check-all', {}, options)
  } finally {
    await framework.dispose()
  }
}

function resultOf(report: Report): ValidationResult {
  return report.groups[0]!.synthesis as ValidationResult
}

function gatesOf({ gates }: Report): string[] {
  return gates.map(({ name, status }) => `${name} ${status}`)
}

/** The most commands of the project that ran at one time. */
function mostAtOnce(events: readonly RunEvent[]): number {
  let now = 0
  let most = 0
  for (const event of events) {
    if (event.type === 'operation-started' && event.lane === 'process') most = Math.max(most, ++now)
    if (event.type === 'operation-ended' && event.operation !== 'reports') now--
  }
  return most
}

/** A project in a folder of its own, with a command that runs its checks. */
function project(t: TestContext, files: Record<string, string>): string {
  const root = mkdtempSync(join(tmpdir(), 'heddle-formats-'))
  t.after(() => rmSync(root, { recursive: true, force: true, maxRetries: 3 }))
  const command =
    '---\nkind: command\nneeds:\n  - "@system/quality/universal-quality-gates.md"\n---\n# Check all\n'
  for (const [path, text] of Object.entries({ '.claude/commands/check-all.md': command, ...files })) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  return root
}

/** A folder of programs, each a script of the shell. */
function tools(t: TestContext, scripts: Record<string, string>): string {
  const folder = project(t, {})
  for (const [name, script] of Object.entries(scripts)) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`)
    chmodSync(join(folder, name), 0o755)
  }
  return folder
}

async function withPath<T>(folder: string, run: () => Promise<T>): Promise<T> {
  const before = process.env['PATH']
  process.env['PATH'] = `${folder}${delimiter}${before}`
  try {
    return await run()
  } finally {
    process.env['PATH'] = before
  }
}
