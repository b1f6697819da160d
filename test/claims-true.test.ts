import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { createClock } from '../core/base/clock.ts'
import { bash, glob, type Operation, type OperationKind, type Report } from '../core/index.ts'
import { builtinOperations } from '../core/operations/index.ts'
import { execute } from '../core/run/execute.ts'
import { createPlan } from '../core/run/plan.ts'
import { diskFiles } from '../core/vfs/disk.ts'
import type { Path } from '../core/vfs/path.ts'
import { createWorkspace } from '../core/vfs/workspace.ts'

const check = { reads: ['**'], writes: [], scratch: ['.cache/'] }

test('a check that changes, makes or removes a file that it had not claimed is told with the path', async (t) => {
  const changes = [
    'echo 1 >> a.txt',
    'echo 1 > new.txt',
    'rm a.txt',
    'mkdir folder',
    'chmod 600 a.txt',
    'ln -s a.txt link',
    'echo one > a.txt',
  ]
  for (const change of changes) {
    const { report } = await run(t, { 'a.txt': 'two\n' }, [
      bash(`${change}; echo checked`, { claims: check }),
    ])
    const { status, output } = report.groups[0]!.operations[0]!
    const [told] = report.diagnostics
    assert.deepEqual(
      [change, status, told?.code, told?.severity],
      [change, 'done', 'CLAIM_EXCEEDED', 'warning'],
    )
    assert.match(told!.message, /"bash-1" changed "(a\.txt|new\.txt|folder|link)"/)
    assert.equal((output as { stdout: string }).stdout, 'checked\n')
  }
})

test('scratch, what git ignores, our own state and claimed paths are no excess', async (t) => {
  const files = { '.gitignore': 'dist/\n*.log\n', 'a.txt': 'a', 'out/keep': '' }
  const command = `mkdir -p .cache dist deep .heddle/state .git; echo 1 > .cache/x; echo 1 > dist/x; echo 1 > deep/x.log
    echo 1 > .heddle/state/x; echo 1 > .git/index; echo 1 > out/x; cat a.txt; rmdir deep 2>/dev/null; rm -r deep`
  const { report } = await run(t, files, [bash(command, { claims: { ...check, writes: ['out/**'] } })])
  assert.deepEqual([report.status, report.diagnostics], ['passed', []])
})

test('scratch that git does not ignore may come into a folder that was listed, and programs start after it all the same', async (t) => {
  const claims = { reads: ['**'], writes: [] }
  const leaves = bash('mkdir .benchmarks; echo 1 > coverage.xml', {
    claims: { ...claims, scratch: ['**/.benchmarks', '**/coverage.xml'] },
  })
  const first = [[glob({ patterns: ['*'] })], [leaves]]
  const { report, root } = await run(
    t,
    { 'a.txt': 'a' },
    [bash('cat a.txt', { claims: { ...claims, scratch: ['.git/**'] } })],
    { first },
  )
  assert.deepEqual(
    [report.status, report.diagnostics, existsSync(join(root, 'coverage.xml'))],
    ['passed', [], true],
  )
})

test('files that whoever watches the run writes meanwhile are no doing of its programs', async (t) => {
  const operations = [bash('echo 1 > trace.json; echo 1 > stray', { claims: check })]
  const { report } = await run(t, {}, operations, { aside: ['trace.json'] })
  assert.deepEqual(
    report.diagnostics.map(({ message }) => message.split(',')[0]),
    ['"bash-1" changed "stray"'],
  )
})

test('what earlier operations wrote, and is put on the disk for a program, is not blamed on those that run', async (t) => {
  const { report } = await run(t, { 'a.txt': 'a' }, [
    bash('touch .started; until [ -e late/file.txt ]; do sleep 0.01; done', {
      claims: { reads: ['a.txt'], writes: [], scratch: ['.started'] },
      deadlineMs: 20_000,
    }),
    { kind: 'late', input: {} },
    bash('cat late/file.txt', { claims: { reads: ['late/file.txt'], writes: [] } }),
  ])
  assert.deepEqual(
    report.groups[0]!.operations.map(({ status, error }) => [status, error]),
    Array.from({ length: 3 }, () => ['done', null]),
  )
  assert.deepEqual(report.diagnostics, [])
})

test('what was changed before a program began is not its doing', async (t) => {
  const { report } = await run(t, { '.cache/keep': '' }, [
    bash('echo 1 > nobodys; touch .started; until [ -e .cache/second ]; do sleep 0.01; done', {
      claims: { reads: [], writes: ['one/**'], scratch: ['.started'] },
      deadlineMs: 20_000,
    }),
    { kind: 'late', input: {} },
    bash('touch .cache/second; cat late/file.txt', {
      claims: { reads: ['late/file.txt'], writes: [], scratch: ['.cache/'] },
    }),
  ])
  assert.deepEqual(
    report.diagnostics.map(({ message }) => /^"([\w-]+)" changed "nobodys"/.exec(message)?.[1]),
    ['bash-1'],
  )
})

test('of programs that run at once each answers for what only it had claimed; what nobody had claimed is told of all of them', async (t) => {
  const meet = (own: string, other: string, work: string): string =>
    `touch .cache/${own}; until [ -e .cache/${other} ]; do sleep 0.01; done; ${work}; touch .cache/${own}-done; until [ -e .cache/${other}-done ]; do sleep 0.01; done`
  const files = { '.cache/keep': '', 'one/x': '', 'two/x': '' }
  const claims = (folder: string) => ({
    reads: [`${folder}/**`],
    writes: [`${folder}/**`],
    scratch: ['.cache/'],
  })
  const quiet = await run(t, files, [
    bash(meet('a', 'b', 'echo 1 > one/x'), { claims: claims('one'), deadlineMs: 20_000 }),
    bash(meet('b', 'a', 'echo 1 > two/x'), { claims: claims('two'), deadlineMs: 20_000 }),
  ])
  assert.deepEqual([quiet.report.status, quiet.report.diagnostics], ['passed', []])
  const loud = await run(t, files, [
    bash(meet('a', 'b', 'echo 1 > nobodys'), { claims: claims('one'), deadlineMs: 20_000 }),
    bash(meet('b', 'a', 'true'), { claims: claims('two'), deadlineMs: 20_000 }),
  ])
  const told = loud.report.diagnostics.find(({ code }) => code === 'CLAIM_EXCEEDED')
  assert.ok(told)
  assert.equal(told.severity, 'warning')
  assert.match(told.message, /"nobodys" changed while "bash-[12]", "bash-[12]" ran/)
})

test('what a program changed beside its claims counts as written: who had read it ahead of its turn reads it again', async (t) => {
  const { report } = await run(t, { 'a.txt': 'old' }, [
    bash('sleep 0.3; echo new > a.txt', { claims: { reads: [], writes: ['other.txt'] } }),
    { kind: 'peek', input: {} },
  ])
  const [, second] = report.groups[0]!.operations
  assert.equal(report.diagnostics[0]?.code, 'CLAIM_EXCEEDED')
  assert.deepEqual([second!.output, second!.reruns], ['new\n', 1])
})

test('a program that fails by itself keeps its own error, and its excess is told beside it', async (t) => {
  const { report } = await run(t, {}, [bash('echo 1 > new.txt; exit 1', { claims: check })])
  assert.equal(report.groups[0]!.operations[0]!.error?.code, 'COMMAND_FAILED')
  assert.deepEqual(
    report.diagnostics.map(({ code, severity }) => [code, severity]),
    [['CLAIM_EXCEEDED', 'warning']],
  )
})

/** Reads what it does not claim. */
const peek: OperationKind = {
  kind: 'peek',
  description: 'Reads a.txt',
  lane: 'io',
  effects: 'none',
  idempotent: true,
  input: (z) => z.unknown(),
  output: (z) => z.unknown(),
  run: async (_, { files }) => new TextDecoder().decode(await files.read('a.txt' as Path)),
}

/** Writes late/file.txt a good while after the file `.started` is on the disk. */
function late(root: string): OperationKind {
  return {
    ...peek,
    kind: 'late',
    effects: 'workspace',
    binding: true,
    claims: () => ({ reads: [], writes: ['late/file.txt'] }),
    async run(_, { files }) {
      while (!existsSync(join(root, '.started'))) await new Promise((resolve) => setTimeout(resolve, 5))
      await new Promise((resolve) => setTimeout(resolve, 200))
      await files.write('late/file.txt' as Path, 'late')
    },
  }
}

async function run(
  t: TestContext,
  files: Record<string, string>,
  operations: readonly Operation[],
  { aside = [], first = [] }: { aside?: readonly string[]; first?: readonly (readonly Operation[])[] } = {},
): Promise<{ report: Report; root: string }> {
  const root = mkdtempSync(join(tmpdir(), 'heddle-claims-'))
  t.after(() => rmSync(root, { recursive: true, force: true }))
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  const kinds = new Map([...builtinOperations, ['peek', peek], ['late', late(root)]])
  const plan = createPlan(
    [...first, operations].map((each, index) => ({
      name: `g${index}`,
      operations: each,
      ...(index > 0 && { needs: [`g${index - 1}`] }),
    })),
  )
  assert.ok(plan.ok)
  const report = await execute(plan.value, {
    command: 'test',
    id: '1',
    kinds: (kind) => kinds.get(kind),
    workspace: createWorkspace(diskFiles({ root })),
    folder: root,
    aside,
    clock: createClock(),
  })
  return { report, root }
}
