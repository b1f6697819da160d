import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Report } from 'heddle'
import { preset, validation, type ValidationResult } from 'heddle/plugins'
import {
  createTestFramework,
  createTestGate,
  createVirtualClock,
  expectDiagnostics,
  expectPlan,
  type TestProgram,
  withoutLeaks,
} from 'heddle/testing'

const checked: Readonly<Record<string, string>> = {
  '.claude/commands/gates.md': '---\npattern: validation\n---\n# Gates\n',
  'package.json': JSON.stringify({ scripts: { test: 'node --test' } }),
  'src/a.js': 'export const a = 1\n',
}
const tap = 'TAP version 13\nok 1 - adds\n1..1\n# tests 1\n# pass 1\n# fail 0\n'

const plugin = validation({ checks: [{ family: 'linting', command: 'eslint . --format unix' }] })

async function check(programs: readonly TestProgram[]): Promise<Report> {
  const clock = createVirtualClock()
  const framework = await createTestFramework({ files: checked, plugins: [plugin], programs, clock })
  try {
    return await clock.drive(framework.run('gates'))
  } finally {
    await framework.dispose()
  }
}

const resultOf = (report: Report): ValidationResult => report.groups[0]!.synthesis as ValidationResult

test('the checks of a project go beside each other: none waits for another to end', async () => {
  const gate = createTestGate()
  const framework = await createTestFramework({
    files: checked,
    plugins: [plugin],
    programs: [
      { command: /eslint/, wait: gate.pass },
      { command: /test/, stdout: tap, wait: gate.pass },
    ],
  })
  const running = framework.run('gates')
  await gate.reached(2)
  assert.deepEqual(
    framework.started.map(({ ended }) => ended),
    ['running', 'running'],
  )
  gate.open()
  assert.equal((await running).status, 'passed')
  await framework.dispose()
})

test('what a linter prints becomes findings, and its exit code is never a reason to run it again', async () => {
  const report = await check([
    {
      command: /eslint/,
      code: 1,
      stdout: '/project/src/a.js:1:14: Unexpected constant. [Error/no-constant]\n\n1 problem\n',
    },
    { command: /test/, stdout: tap },
  ])
  assert.equal(report.status, 'failed')
  assert.deepEqual(
    resultOf(report).findings.map(({ path, line, column, rule }) => `${path}:${line}:${column} ${rule}`),
    ['src/a.js:1:14 no-constant'],
  )
  assert.equal(
    report.groups[0]!.operations.every(({ attempts }) => attempts === 1),
    true,
  )
})

test('a check that hangs is ended at its deadline and named; the others are whole', async () => {
  const report = await check([
    { command: /eslint/, hangs: true },
    { command: /test/, stdout: tap },
  ])
  assert.notEqual(report.status, 'passed')
  assert.ok(report.diagnostics.some(({ code }) => code === 'validation/check-timed-out'))
  assert.equal(report.groups[0]!.operations.find(({ name }) => /test/.test(name))?.status, 'done')
})

test('a file that cannot be read is one finding, whatever dialects look at it', async () => {
  const framework = await createTestFramework({
    files: { 'CLAUDE.md': '@docs/a.md\n', 'docs/a.md': '# A\n', '.claude/commands/c.md': '# C\n' },
    faults: [{ path: 'docs/a.md', error: 'UNREADABLE' }],
    plugins: [...preset()],
  })
  expectDiagnostics(await framework.check(), ['error UNREADABLE docs/a.md:1:1'])
  await framework.dispose()
})

test('the plan of the validation needs nothing in between: every check can start at once', async () => {
  const framework = await createTestFramework({ files: checked, plugins: [plugin], programs: [] })
  const plan = await framework.plan('gates')
  expectPlan(plan, ['1 validation/checks/npm run test', '1 validation/checks/eslint . --format unix'], {
    levels: true,
  })
  await framework.dispose()
})

test('no command of the plugins that come with Heddle leaves anything behind', async () => {
  const files = {
    ...checked,
    'README.md': '# Project\n',
    'test/a.test.js': "import { a } from '../src/a.js'\n",
  }
  await withoutLeaks(async () => {
    const framework = await createTestFramework({
      files,
      plugins: [...preset()],
      builtIn: true,
      programs: [{ command: /./, stdout: tap }],
    })
    const commands = await framework.list('commands')
    assert.ok(commands.length >= 9, String(commands.length))
    for (const { name } of commands) {
      const needed = (await framework.command(name)).arguments.filter(({ required }) => required)
      const given = Object.fromEntries(needed.map((argument) => [argument.name, 'src/a.js']))
      const report = await framework.run(name, given).catch((thrown: unknown) => thrown as { code: string })
      // A command of words alone plans nothing.
      assert.ok('groups' in report || report.code === 'COMMAND_EMPTY', JSON.stringify(report))
    }
    await framework.dispose()
  })
})
