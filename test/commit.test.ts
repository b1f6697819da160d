import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { bash, createFramework, definePlugin, type Framework, write } from 'heddle'

/** A project on the disk whose command writes `out.txt`, shows it to a program, and ends with a gate of this verdict. */
async function project(t: TestContext, passes: boolean): Promise<{ root: string; framework: Framework }> {
  const root = mkdtempSync(join(tmpdir(), 'heddle-commit-'))
  t.after(() => rmSync(root, { recursive: true, force: true }))
  mkdirSync(join(root, '.claude/commands'), { recursive: true })
  writeFileSync(join(root, '.claude/commands/make.md'), '---\npattern: make\n---\n# Make\n')
  writeFileSync(join(root, 'out.txt'), 'old')
  const plugin = definePlugin({
    name: 'maker',
    apply(hooks) {
      hooks.plan.for('make').tap('maker', () => [
        {
          name: 'make',
          operations: [
            write({ path: 'out.txt', text: 'new' }),
            bash('cat out.txt', { name: 'look', claims: { reads: ['out.txt'], writes: [] } }),
          ],
          gates: [{ name: 'verdict', severity: 'blocking', check: () => passes }],
        },
      ])
    },
  })
  const framework = await createFramework({ root, plugins: [plugin()], config: false })
  t.after(() => framework.dispose())
  return { root, framework }
}

const textOf = (root: string): string => readFileSync(join(root, 'out.txt'), 'utf8')

test('a run that passed commits what it wrote, and its programs saw it before', async (t) => {
  const { root, framework } = await project(t, true)
  const report = await framework.run('make')
  assert.equal(report.status, 'passed', JSON.stringify(report.diagnostics))
  assert.equal((report.groups[0]!.operations[1]!.output as { stdout: string }).stdout, 'new')
  assert.equal(textOf(root), 'new')
})

test('a run that failed leaves the disk as it was, though a program saw what was written', async (t) => {
  const { root, framework } = await project(t, false)
  const report = await framework.run('make')
  assert.equal(report.status, 'failed')
  assert.equal((report.groups[0]!.operations[1]!.output as { stdout: string }).stdout, 'new')
  assert.equal(textOf(root), 'old')
  assert.ok(existsSync(join(root, '.claude/commands/make.md')))
})

test('a run may be the first to write into the folder that our own state is kept in', async (t) => {
  const { root } = await project(t, true)
  for (const passes of [false, true]) {
    const plugin = definePlugin({
      name: 'homely',
      apply(hooks) {
        hooks.plan.for('make').tap('homely', () => [
          {
            name: 'home',
            operations: [write({ path: '.heddle/modules/x.md', text: '# X\n' })],
            gates: [{ name: 'verdict', severity: 'blocking', check: () => passes }],
          },
        ])
      },
    })
    const framework = await createFramework({ root, plugins: [plugin()], config: false })
    const report = await framework.run('make', {}, { journal: false })
    assert.deepEqual([report.status, report.diagnostics], [passes ? 'passed' : 'failed', []])
    assert.equal(existsSync(join(root, '.heddle/modules/x.md')), passes)
    await framework.dispose()
  }
})

test('commit "always" keeps what a failed run wrote, and "never" keeps nothing of one that passed', async (t) => {
  const failed = await project(t, false)
  await failed.framework.run('make', {}, { commit: 'always' })
  assert.equal(textOf(failed.root), 'new')
  const passed = await project(t, true)
  assert.equal((await passed.framework.run('make', {}, { commit: 'never' })).status, 'passed')
  assert.equal(textOf(passed.root), 'old')
})

test('one by one gives the values and bytes of the parallel run', async (t) => {
  const outcomesOf = async (serial: boolean): Promise<unknown> => {
    const { root, framework } = await project(t, true)
    const { groups, gates, status } = await framework.run('make', {}, { serial })
    const outputs = groups.flatMap(({ operations }) =>
      operations.map(({ name, status, output }) => ({ name, status, output })),
    )
    return { outputs, gates, status, text: textOf(root) }
  }
  assert.deepEqual(await outcomesOf(true), await outcomesOf(false))
})

test('a run that was cut short is undone by the next, which tells what was changed since and where that is kept', async (t) => {
  const { root, framework } = await project(t, true)
  const gone = spawnSync(process.execPath, ['-e', '']).pid
  const content = Buffer.from('older').toString('base64')
  const entries = [{ path: 'out.txt', type: 'file', content, after: ['file', '3:0'] }]
  mkdirSync(join(root, '.heddle/state/journal'), { recursive: true })
  const journal = join(root, `.heddle/state/journal/commit-${gone}-1-0123456789abcdef-1.json`)
  writeFileSync(journal, JSON.stringify({ version: 1, entries }))
  const report = await framework.run('make', {}, { commit: 'never' })
  assert.equal(textOf(root), 'older')
  const [told] = report.diagnostics
  assert.equal(told?.code, 'CONFLICT')
  assert.match(told.message, /A run was cut short, and "out\.txt" changed since/)
  const kept = /kept in "([^"]+)"/.exec(told.message)![1]!
  assert.equal(readFileSync(join(root, kept, 'files/out.txt'), 'utf8'), 'old')
})

test('a run that writes more than the configuration allows fails where it does, and leaves nothing', async (t) => {
  const root = mkdtempSync(join(tmpdir(), 'heddle-commit-'))
  t.after(() => rmSync(root, { recursive: true, force: true }))
  mkdirSync(join(root, '.claude/commands'), { recursive: true })
  writeFileSync(join(root, '.claude/commands/make.md'), '---\npattern: make\n---\n# Make\n')
  const plugin = definePlugin({
    name: 'maker',
    apply(hooks) {
      const operations = [write({ path: 'a', text: '12345' }), write({ path: 'deep/b', text: '123456' })]
      hooks.plan.for('make').tap('maker', () => [{ name: 'make', operations }])
    },
  })
  const framework = await createFramework({ root, plugins: [plugin()], workspace: { maxBytes: 10 } })
  t.after(() => framework.dispose())
  const report = await framework.run('make', {}, { serial: true })
  assert.deepEqual(
    report.groups[0]!.operations.map(({ status, error }) => error?.code ?? status),
    ['done', 'QUOTA'],
  )
  assert.match(report.groups[0]!.operations[1]!.error!.message, /11 bytes; the limit is 10/)
  assert.equal(existsSync(join(root, 'a')), false)
})
