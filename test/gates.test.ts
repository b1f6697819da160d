import assert from 'node:assert/strict'
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { createFramework, type Diagnostic, type Report } from 'heddle'
import { memoryFiles } from 'heddle/files'
import { protocol } from '../plugins/protocol/index.ts'
import { session, type SessionResult } from '../plugins/session/index.ts'
import { openProject } from '../plugins/validation/check.ts'
import { findChecks } from '../plugins/validation/find-checks.ts'
import { validation, type ValidationResult } from '../plugins/validation/index.ts'
import { readOutput } from '../plugins/validation/output.ts'
import { isInstalled, programsOf } from '../plugins/validation/shell.ts'
import { maskText, maskValues } from '../plugins/session/secrets.ts'
import { readSession, type Session, writeSession } from '../plugins/session/session.ts'

const fixtures = fileURLToPath(new URL('../fixtures', import.meta.url))

test('checks are found by the usual names of scripts, the first usable one of each kind', async () => {
  const found = await checksOf({
    'package.json': packageOf({
      'test:unit': 'vitest run',
      test: 'echo "Error: no test specified" && exit 1',
      eslint: 'eslint .',
      'prettier:check': 'prettier --check .',
      'type-check': 'tsc --noEmit',
      'audit:ci': 'npm audit',
      'pretest:unit': 'node prepare.js',
      deploy: 'node deploy.js',
      postinstall: 'node install.js',
    }),
  })
  assert.deepEqual(
    found.checks.map(({ family, name }) => `${family}: ${name}`),
    [
      'testing: npm run test:unit',
      'linting: npm run eslint',
      'linting: npm run prettier:check',
      'types: npm run type-check',
      'security: npm run audit:ci',
    ],
  )
  assert.deepEqual(found.told, [])
})

test('a script that would not end, changes files or publishes is told instead of run', async () => {
  const found = await checksOf({
    'package.json': packageOf({
      test: 'jest --watchAll',
      unit: 'jest --watchAll=false',
      lint: 'npm run lint:all',
      'lint:all': 'eslint . --fix',
      types: 'tsc -w',
      audit: 'npm run build && npm publish --dry-run',
      security: 'heddle run protocol',
    }),
  })
  assert.deepEqual(
    found.checks.map(({ name }) => name),
    ['npm run unit'],
  )
  assert.deepEqual(
    found.told.map(({ message }) => message),
    [
      'The script "test" was not run as a check: it watches files and would not end.',
      'The script "lint" was not run as a check: it changes files.',
      'The script "types" was not run as a check: it watches files and would not end.',
      'The script "audit" was not run as a check: it publishes.',
      'The script "security" was not run as a check: it runs Heddle itself.',
    ],
  )
})

test('a script is run by its package manager where the shell alone would not do the same', async (t) => {
  if (process.platform === 'win32') return t.skip('there the package manager is always asked')
  const commandOf = async (files: Record<string, string>, manifest: object = {}): Promise<string> => {
    const text = JSON.stringify({ scripts: { test: 'node a.js' }, ...manifest })
    const { checks } = await checksOf({ 'package.json': text, ...files })
    return checks[0]!.command.replace(/^export [^;]*; /, '')
  }
  const direct = "npm_lifecycle_event=test sh -c 'node a.js'"
  assert.equal(await commandOf({}), direct)
  assert.equal(await commandOf({ 'pnpm-lock.yaml': '' }), direct)
  assert.equal(await commandOf({ 'yarn.lock': '' }), direct)
  assert.equal(await commandOf({ 'bun.lock': '' }), 'bun run test')
  assert.equal(await commandOf({ 'yarn.lock': '', '.yarnrc.yml': '' }), 'yarn run test')
  assert.equal(await commandOf({}, { packageManager: 'yarn@4.1.0' }), 'yarn run test')
  assert.equal(await commandOf({ '.npmrc': 'script-shell=bash\n' }), 'npm run --silent test')
  assert.equal(
    await commandOf({}, { scripts: { test: 'echo $npm_package_version' } }),
    'npm run --silent test',
  )
})

test('a tool of Python is a check only where a manifest declares it', async () => {
  const pyproject = [
    '[project]',
    'name = "ruff"',
    'dependencies = ["pytest-cov", "flake8-bugbear>=1"]',
    '[project.optional-dependencies]',
    'dev = [\'pytest[testing]>=8\', "bandit"]',
    '# [tool.pyright]',
    '[tool.mypy]',
    'files = ["src"]',
  ].join('\n')
  const { checks } = await checksOf({
    'pyproject.toml': pyproject,
    'setup.cfg': '[flake8]\nmax-line-length = 100\n',
  })
  assert.deepEqual(
    checks.map(({ name, manifest }) => `${name} (${manifest})`),
    [
      'pytest -q (pyproject.toml)',
      'flake8 (setup.cfg)',
      'mypy (pyproject.toml)',
      'bandit -q -r . (pyproject.toml)',
    ],
  )
})

test('checks of Rust and Go are found, and a Makefile fills the families that are left', async () => {
  const names = async (files: Record<string, string>): Promise<string[]> =>
    (await checksOf(files)).checks.map(({ name }) => name)
  assert.deepEqual(await names({ 'Cargo.toml': '' }), [
    'cargo test',
    'cargo clippy',
    'cargo check',
    'cargo audit',
  ])
  const makefile = 'test: build\n\tgo test\nlint:\n\tgolint\naudit := yes\ntypes ::\n\ttrue\n'
  assert.deepEqual(await names({ 'go.mod': '', Makefile: makefile }), [
    'go test ./...',
    'go vet ./...',
    'make types',
  ])
  assert.deepEqual(await names({ Makefile: makefile }), ['make test', 'make lint', 'make types'])
  assert.deepEqual(await names({ 'package.json': '{ "scripts": ' }), [])
})

test('every check claims to write nothing but what nobody reads back', async () => {
  const { checks } = await checksOf({
    'package.json': packageOf({ test: 'c8 node --test', lint: 'eslint .' }),
    'pyproject.toml': '[tool.pytest.ini_options]\n[tool.mypy]\n',
  })
  assert.deepEqual(
    checks.map(({ scratch }) =>
      scratch.some((glob) => glob === '**/coverage' || glob === '**/.pytest_cache'),
    ),
    [true, true, true, true],
  )
})

test('the programs of a script are the first words of its commands, as far as they are plain', () => {
  assert.deepEqual(programsOf('NODE_ENV=test jest --ci && eslint "a && b" | tee log'), [
    'jest',
    'eslint',
    'tee',
  ])
  assert.deepEqual(programsOf('jest && cd lib && ./check'), ['jest'])
  assert.deepEqual(programsOf('. .venv/bin/activate && pytest'), [])
  assert.deepEqual(programsOf('jest || echo "none"'), ['jest'])
  assert.deepEqual(programsOf('$RUNNER test'), [])
  assert.deepEqual(programsOf('"my tool" run && ./bin/check'), ['./bin/check'])
})

test('a program is installed only when it is a file that may be run', async (t) => {
  const folder = temporary(t, { 'bin/tool': '#!/bin/sh\n', 'bin/text': '' })
  mkdirSync(join(folder, 'bin/folder'))
  chmodSync(join(folder, 'bin/tool'), 0o755)
  chmodSync(join(folder, 'bin/text'), 0o644)
  assert.equal(await isInstalled('tool', folder, ['bin']), true)
  assert.equal(await isInstalled('./bin/tool', folder, []), true)
  if (process.platform !== 'win32') assert.equal(await isInstalled('text', folder, ['bin']), false)
  assert.equal(await isInstalled('folder', folder, ['bin']), false)
  assert.equal(await isInstalled('no-such-program-anywhere', folder, ['bin']), false)
})

test('places are read from the formats of the usual tools, and only those inside the project', async () => {
  const output = [
    'src/a.ts(3,5): error TS2322: Type "x" is not assignable.',
    '\u001b[96msrc/b.ts\u001b[0m:7:1 - error TS1005: ";" expected.',
    '/project/src/c.js',
    '  2:3   error    Use const instead  prefer-const',
    '  4:10  warning  Unexpected console statement  no-console',
    '',
    './d.go:9:2: undefined: x',
    'e.py:3:1: F401 [*] `os` imported but unused',
    'f.py:5: error: Incompatible return value  [return-value]',
    'error[E0308]: mismatched types',
    '  --> src/main.rs:4:9',
    '/elsewhere/g.py:1:1: E501 line too long',
    '../h.py:1:1: E501 line too long',
    'http://localhost:8080: listening',
    'at Object.<anonymous> (src/i.ts:3:5)',
  ].join('\n')
  const { findings: found } = await readOutput([output], { command: 'make lint', folder: '/project' })
  assert.deepEqual(
    found.map(({ path, line, column, severity, rule, message }) => [
      `${path}:${line}:${column}`,
      severity,
      rule,
      message,
    ]),
    [
      ['src/a.ts:3:5', 'error', 'TS2322', 'Type "x" is not assignable.'],
      ['src/b.ts:7:1', 'error', 'TS1005', '";" expected.'],
      ['src/c.js:2:3', 'error', 'prefer-const', 'Use const instead'],
      ['src/c.js:4:10', 'warning', 'no-console', 'Unexpected console statement'],
      ['d.go:9:2', 'error', null, 'undefined: x'],
      ['e.py:3:1', 'error', 'F401', '`os` imported but unused'],
      ['f.py:5:1', 'error', 'return-value', 'Incompatible return value'],
      ['src/main.rs:4:9', 'error', 'E0308', 'mismatched types'],
    ],
  )
})

test('numbers of tests are read where the output tells them, and are unknown elsewhere', async () => {
  const counts = async (text: string): Promise<unknown[]> => {
    const { tests } = await readOutput([text], { command: 'test', folder: '' })
    return [tests?.passed ?? null, tests?.failed ?? null]
  }
  assert.deepEqual(await counts('ℹ tests 3\nℹ pass 2\nℹ fail 1\nℹ cancelled 0'), [2, 1])
  assert.deepEqual(await counts('# pass 2\n# fail 0\n...\n# pass 3\n# fail 1'), [5, 1])
  assert.deepEqual(await counts('TAP version 13\nok 1\nnot ok 2 # TODO later\nnot ok 3\n1..3'), [1, 1])
  assert.deepEqual(await counts('2 failed, 3 passed, 1 error in 0.12s'), [3, 3])
  assert.deepEqual(await counts('no tests ran in 0.01s'), [0, 0])
  assert.deepEqual(await counts('Tests:       1 failed, 4 passed, 5 total'), [4, 1])
  assert.deepEqual(await counts('all fine'), [null, null])
  const { text } = await readOutput(['a\n\nb  \nc\nd\ne\nf\n'], { command: 'test', folder: '' })
  assert.equal(text, 'b\nc\nd\ne\nf')
})

test('the four checks of a project run beside each other', async () => {
  const report = await runProtocol(join(fixtures, 'four-checks'))
  assert.equal(report.status, 'passed')
  assert.deepEqual(gatesOf(report), [
    'testing passed',
    'linting passed',
    'types passed',
    'security passed',
    'coverage skipped',
  ])
  assert.ok(report.timing.serialMs >= 4000, `serial ${report.timing.serialMs} ms`)
  assert.ok(report.timing.wallMs < report.timing.serialMs / 2, `wall ${report.timing.wallMs} ms`)
})

test('one failing check fails its own gate, and the other three are complete', async () => {
  const report = await runProtocol(join(fixtures, 'one-failing-check'))
  assert.equal(report.status, 'failed')
  assert.deepEqual(gatesOf(report), [
    'testing passed',
    'linting failed',
    'types passed',
    'security passed',
    'coverage skipped',
  ])
  const result = resultOf(report)
  assert.deepEqual(result.passed, { testing: true, linting: false, types: true, security: true })
  assert.equal(result.checks.testing[0]!.summary.passed, 2)
  assert.deepEqual(
    result.findings.map(({ path, line, rule }) => `${path}:${line} ${rule}`),
    ['src/door.js:2 prefer-const', 'src/door.js:4 no-console', 'src/door.js:7 semi'],
  )
  assert.deepEqual(result.recommendations, [
    {
      family: 'linting',
      action: 'Mend src/door.js:2 first, then run "npm run lint" again.',
      reason: '2 errors in 1 file.',
    },
  ])
  assert.ok(
    report.diagnostics.some(
      ({ code, at }) => code === 'validation/eslint/prefer-const' && at?.path === 'src/door.js',
    ),
  )
})

test('a tool that is not installed is skipped with a hint, and its gate never passes', async (t) => {
  const root = temporary(t, {
    'package.json': packageOf({
      test: 'node -e ""',
      lint: 'no-such-linter .',
      types: 'true && sh -c no-such-checker',
    }),
  })
  const report = await runProtocol(root)
  assert.deepEqual(gatesOf(report), [
    'testing passed',
    'linting skipped',
    'types skipped',
    'security skipped',
    'coverage skipped',
  ])
  assert.equal(resultOf(report).checks.linting[0]!.status, 'missing')
  assert.equal(resultOf(report).checks.types[0]!.status, 'missing')
  assert.ok(!report.groups[0]!.operations.some(({ name }) => name === 'npm run lint'))
  const missing = report.diagnostics.find(({ code }) => code === 'validation/tool-missing')
  assert.equal(missing?.message, '"npm run lint" was not run: the program "no-such-linter" is not installed.')
  assert.equal(missing?.severity, 'error')
  assert.equal(report.status, 'partial')
  assert.ok(missing?.hint)
})

test('a project without any check did nothing, and that does not read as passed', async (t) => {
  const report = await runProtocol(temporary(t, { 'notes.txt': '' }))
  assert.equal(report.status, 'partial')
  assert.ok(gatesOf(report).every((gate) => gate.endsWith(' skipped')))
})

test('a test command without a test to run does not pass its gate', async (t) => {
  const root = temporary(t, { 'package.json': packageOf({ test: 'node --test' }), 'nothing.js': '' })
  const report = await runProtocol(root)
  assert.equal(resultOf(report).checks.testing[0]!.status, 'empty')
  assert.equal(gatesOf(report)[0], 'testing skipped')
})

test('a script runs between its pre and post scripts, with the programs of the project', async (t) => {
  const root = temporary(t, {
    'package.json': packageOf({
      pretest: 'echo before $npm_lifecycle_event',
      test: "own-tool 'one word'",
      posttest: 'echo "after $(pwd)"',
    }),
    'node_modules/.bin/own-tool': '#!/bin/sh\necho "own-tool: $1"\n',
  })
  chmodSync(join(root, 'node_modules/.bin/own-tool'), 0o755)
  const report = await runProtocol(root)
  const { stdout } = report.groups[0]!.operations[0]!.output as { stdout: string }
  assert.match(stdout, /own-tool: one word\nafter /)
  assert.equal(gatesOf(report)[0], 'testing passed')
})

test('a check that hangs is ended at the deadline of the module and fails its gate', async (t) => {
  const root = temporary(t, {
    'package.json': packageOf({ test: 'node -e "setInterval(() => {}, 1000)"', lint: 'node -e ""' }),
    '.claude/modules/system/quality/universal-quality-gates.md':
      '---\npattern: validation\nsettings:\n  - name: deadline-minutes\n    default: 0.02\ngates:\n  - name: testing\n    severity: warning\n---\n# Gates\n',
  })
  const report = await runProtocol(root)
  assert.equal(resultOf(report).checks.testing[0]!.status, 'timed-out')
  assert.equal(gatesOf(report)[0], 'testing failed')
  assert.equal(gatesOf(report)[1], 'linting passed')
  assert.equal(report.gates[0]!.severity, 'warning')
})

test('a session survives the process: another framework loads what was saved', async (t) => {
  const root = temporary(t, {})
  const saved = await sessionRun(root, { action: 'save', name: 'monday', notes: 'next: sign out' })
  assert.equal(saved.status, 'passed')
  const state = stateOf(saved)
  assert.deepEqual(verdictsOf(state), [true, true, true, true])
  const loaded = stateOf(await sessionRun(root, { action: 'load', name: 'monday' }))
  assert.equal(loaded.session!.id, state.session!.id)
  assert.equal(loaded.session!.context.notes, 'next: sign out')
  assert.deepEqual(loaded.session!.context.arguments, { action: 'save', name: 'monday' })
  assert.ok(loaded.session!.context.modules.some(({ id }) => id.endsWith('session-management.md')))
  assert.deepEqual(loaded.changedModules, [])
  assert.deepEqual(verdictsOf(loaded), [true, true, true, true])
  const listed = stateOf(await sessionRun(root, { action: 'list' }))
  assert.deepEqual(
    listed.sessions.map(({ name, sequence }) => [name, sequence]),
    [['monday', 1]],
  )
  assert.match(state.session!.id, /^[0-9a-f]{32}$/)
  if (process.platform === 'win32') return
  assert.equal(
    statSync(join(root, '.heddle/state/session', `session-${state.session!.id}.json`)).mode & 0o777,
    0o600,
  )
})

test('a store that cannot be written makes every value of the state false', async (t) => {
  const root = temporary(t, { '.heddle/state/session': 'a file where the folder should be' })
  const report = await sessionRun(root, { action: 'save' })
  assert.notEqual(report.status, 'passed')
  assert.deepEqual(verdictsOf(stateOf(report)), [false, false, false, false])
  assert.equal(stateOf(report).session, null)
})

test('an index that cannot be written makes only artifactsUpdated false', async (t) => {
  const root = temporary(t, { '.heddle/state/session/index.json/in-the-way': '' })
  const { contextPreserved, artifactsUpdated, healthMonitored, memoryOptimized } = stateOf(
    await sessionRun(root, { action: 'save' }),
  )
  assert.deepEqual(
    { contextPreserved, artifactsUpdated, healthMonitored, memoryOptimized },
    { contextPreserved: true, artifactsUpdated: false, healthMonitored: true, memoryOptimized: true },
  )
})

test('a session larger than the bound stays, and makes only memoryOptimized false', async (t) => {
  const root = temporary(t, {
    '.claude/modules/system/session/session-management.md': sessionModule({ 'max-bytes': 100 }),
  })
  const state = stateOf(await sessionRun(root, { action: 'save' }))
  assert.deepEqual(verdictsOf(state), [true, true, true, false])
  assert.equal(state.sessions.length, 1)
})

test('the oldest sessions go first when there are too many', async (t) => {
  const root = temporary(t, {
    '.claude/modules/system/session/session-management.md': sessionModule({ keep: 2 }),
  })
  for (const name of ['one', 'two']) await sessionRun(root, { action: 'save', name })
  const report = await sessionRun(root, { action: 'save', name: 'three' })
  assert.deepEqual(
    stateOf(report).sessions.map(({ name }) => name),
    ['two', 'three'],
  )
  assert.equal(stateOf(report).removed.length, 1)
  assert.deepEqual(verdictsOf(stateOf(report)), [true, true, true, true])
  assert.ok(report.diagnostics.some(({ code }) => code === 'session/compacted'))
})

test('a damaged session is kept aside and reported, never believed', async (t) => {
  const root = temporary(t, {})
  const folder = join(root, '.heddle/state/session')
  await sessionRun(root, { action: 'save', name: 'good' })
  await sessionRun(root, { action: 'save', name: 'bad', notes: 'ship it' })
  const file = readdirSync(folder).find(
    (name) => readFileSync(join(folder, name), 'utf8').includes('"bad"') && name !== 'index.json',
  )!
  const changed = readFileSync(join(folder, file), 'utf8').replace('ship it', 'skip it')
  writeFileSync(join(folder, file), changed)
  const report = await sessionRun(root, { action: 'list' })
  const state = stateOf(report)
  assert.deepEqual(
    state.sessions.map(({ name }) => name),
    ['good'],
  )
  assert.equal(state.contextPreserved, false)
  assert.equal(state.artifactsUpdated, false)
  assert.equal(state.healthMonitored, true)
  const aside = state.unreadable[0]!
  assert.match(aside, /^damaged-/)
  assert.equal(readFileSync(join(folder, aside), 'utf8'), changed)
  assert.ok(report.diagnostics.some(({ code }) => code === 'session/unreadable'))
  const missing = await sessionRun(root, { action: 'load', name: 'bad' })
  assert.notEqual(missing.status, 'passed')
  assert.equal(stateOf(missing).contextPreserved, false)
})

test('every change of one byte of a stored session shows', () => {
  const stored = Buffer.from(writeSession(sample))
  const believed: number[] = []
  for (let at = 0; at < stored.length; at++) {
    const damaged = Buffer.from(stored)
    damaged[at]! ^= 1
    if (readSession(damaged.toString('utf8'), sample.id).status === 'good') believed.push(at)
    if (readSession(stored.subarray(0, at).toString('utf8'), sample.id).status === 'good') believed.push(at)
  }
  assert.deepEqual(believed, [])
  assert.equal(readSession(stored.toString('utf8'), sample.id).status, 'good')
  assert.equal(readSession(stored.toString('utf8'), 'f'.repeat(32)).status, 'damaged')
})

test('a session that a newer version wrote is reported and left alone', async (t) => {
  const name = `session-${sample.id}.json`
  const text = writeSession(sample).replace('"format":1', '"format":2')
  const root = temporary(t, { [`.heddle/state/session/${name}`]: text })
  const state = stateOf(await sessionRun(root, { action: 'list' }))
  assert.deepEqual(state.unreadable, [name])
  assert.equal(readFileSync(join(root, '.heddle/state/session', name), 'utf8'), text)
})

test('a name is never a path, and none may look like the id of a session', async (t) => {
  const root = temporary(t, { '.heddle/state/other/session-x.json': writeSession(sample) })
  for (const name of ['../other/x', '..', '/etc/passwd', 'a/b', 'a\\b', 'a\0b', '.hidden', 'x'.repeat(65)]) {
    for (const action of ['save', 'load']) {
      const report = await sessionRun(root, { action, name })
      assert.deepEqual([name, report.diagnostics[0]?.code], [name, 'session/name-unsafe'])
      assert.deepEqual(report.groups, [])
    }
  }
  const named = await sessionRun(root, { action: 'save', name: sample.id })
  assert.equal(named.diagnostics[0]?.code, 'session/name-unsafe')
  const guessed = await sessionRun(root, { action: 'load', name: sample.id })
  assert.equal(
    guessed.groups[0]!.operations.find(({ name }) => name === 'load')?.error?.code,
    'session/not-found',
  )
})

test('an action that does not exist is reported with the nearest one', async (t) => {
  const report = await sessionRun(temporary(t, {}), { action: 'laod' })
  const found = report.diagnostics.find(({ code }) => code === 'session/action-unknown')
  assert.equal(found?.hint, 'Did you mean "load"?')
  assert.notEqual(report.status, 'passed')
})

test('values of keys that are named like a secret are masked', async (t) => {
  const secret = 'hunter2hunter2'
  const texts = [
    `token=${secret}`,
    `api_key: ${secret}`,
    `{"accessToken": "${secret}", "a": 1}`,
    `DB_PASSWORD='${secret} ${secret}'`,
    `client-secret = ${secret}; then more`,
  ]
  for (const text of texts) assert.ok(!maskText(text).includes(secret), maskText(text))
  assert.equal(maskText('the monkey=tame, keyboard=old'), 'the monkey=tame, keyboard=old')
  assert.deepEqual(maskValues({ apiKey: secret, name: 'x' }), { apiKey: '***', name: 'x' })
  const root = temporary(t, {})
  await sessionRun(root, { action: 'save', notes: texts.join('\n') })
  const folder = join(root, '.heddle/state/session')
  for (const name of readdirSync(folder))
    assert.ok(!readFileSync(join(folder, name), 'utf8').includes(secret))
})

const sample: Session = {
  id: '0123456789abcdef0123456789abcdef',
  name: 'sample',
  createdAt: '2025-07-01T12:00:00.000Z',
  sequence: 1,
  context: { command: 'session', arguments: {}, modules: [], findings: [], notes: 'none' },
}

async function checksOf(files: Record<string, string>) {
  const told: Diagnostic[] = []
  const project = openProject(memoryFiles(files), (diagnostic) => told.push(diagnostic))
  return { checks: await findChecks(project, ['node_modules/.bin']), told }
}

function packageOf(scripts: Record<string, string>): string {
  return JSON.stringify({ name: 'sample', private: true, scripts })
}

function sessionModule(settings: Record<string, number>): string {
  const entries = Object.entries(settings).map(
    ([name, value]) => `  - name: ${name}\n    default: ${value}\n`,
  )
  return `---\npattern: session\nsettings:\n${entries.join('')}---\n\n# Sessions\n`
}

async function runProtocol(root: string): Promise<Report> {
  return run(root, 'protocol', {})
}

async function sessionRun(root: string, words: Record<string, string>): Promise<Report> {
  return run(root, 'session', words)
}

async function run(root: string, command: string, words: Record<string, string>): Promise<Report> {
  const framework = await createFramework({
    root,
    plugins: [validation(), session(), protocol()],
    config: false,
  })
  try {
    return await framework.run(command, words)
  } finally {
    await framework.dispose()
  }
}

/** The gates of the project's own checks, without those of every run and those of the plugin `protocol`. */
function gatesOf(report: Report): string[] {
  const own = report.gates.filter(({ name }) => !/^(?:before|during|after)\//.test(name))
  return own.slice(0, 5).map(({ name, status }) => `${name} ${status}`)
}

function resultOf(report: Report): ValidationResult {
  return report.groups[0]!.synthesis as ValidationResult
}

function stateOf(report: Report): SessionResult {
  return report.groups[0]!.synthesis as SessionResult
}

function verdictsOf(state: SessionResult): boolean[] {
  return [state.contextPreserved, state.artifactsUpdated, state.healthMonitored, state.memoryOptimized]
}

function temporary(t: TestContext, files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'heddle-gates-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  return folder
}
