import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, test } from 'node:test'
import type { FixReport, RenameReport } from 'heddle'
import { commandLine } from './command-line.ts'

const folders: string[] = []

after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

function project(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'heddle-mend-cli-'))
  folders.push(folder)
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  return folder
}

interface Ended {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

function heddle(cwd: string, words: readonly string[], env: Readonly<Record<string, string>> = {}): Ended {
  return spawnSync(process.execPath, [...commandLine, ...words], {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1', CI: '1', ...env },
  })
}

const files = {
  '.claude/modules/patterns/tdd.md': '# TDD\n',
  '.claude/commands/task.md': '<depends_on>\n  patterns/tdd.md for tests\n</depends_on>\n',
  'docs/a.md': '[tdd](../.claude/modules/patterns/TDD.md)\n',
}

test('fix prints a patch and writes nothing, then writes it, then has nothing to do', () => {
  const root = project(files)
  const dry = heddle(root, ['fix'])
  assert.equal(dry.status, 1)
  assert.match(dry.stdout, /^diff --git a\/\.claude\/commands\/task\.md/)
  assert.match(dry.stdout, /^\+ {2}modules\/patterns\/tdd\.md for tests$/m)
  assert.match(dry.stderr, /Would repair 2 references in 2 files\. Write it with --write\./)
  assert.equal(readFileSync(join(root, 'docs/a.md'), 'utf8'), files['docs/a.md'])
  const patch = spawnSync('git', ['apply', '--check', '-'], {
    cwd: root,
    input: dry.stdout,
    encoding: 'utf8',
  })
  assert.equal(patch.status, 0, patch.stderr)
  const written = heddle(root, ['fix', '--write'])
  assert.deepEqual([written.status, written.stdout], [0, ''])
  assert.match(written.stderr, /✓ Repaired 2 references in 2 files\./)
  assert.equal(readFileSync(join(root, 'docs/a.md'), 'utf8'), '[tdd](../.claude/modules/patterns/tdd.md)\n')
  const again = heddle(root, ['fix', '--write'])
  assert.deepEqual([again.status, again.stdout], [0, ''])
  assert.match(again.stderr, /Nothing to repair\./)
})

test('fix as JSON has the shape of the contract, and what stays ends it with 1', () => {
  const root = project({ ...files, 'docs/b.md': '[gone](gone.md)\n' })
  const { status, stdout } = heddle(root, ['fix', '--write', '--format', 'json'])
  const report = JSON.parse(stdout) as FixReport
  assert.deepEqual(Object.keys(report), ['root', 'written', 'edits', 'left'])
  assert.deepEqual(Object.keys(report.edits[0]!), [
    'path',
    'line',
    'column',
    'before',
    'after',
    'code',
    'confidence',
  ])
  assert.deepEqual(
    [status, report.written, report.left.map(({ code, hint }) => [code, typeof hint])],
    [1, true, [['REFERENCE_MISSING', 'string']]],
  )
})

test('fix takes paths as they are typed in a folder of the project', () => {
  const root = project(files)
  const { status, stderr } = heddle(join(root, 'docs'), ['fix', 'a.md', '--root', root])
  assert.equal(status, 1)
  assert.match(stderr, /Would repair 1 reference in 1 file/)
  assert.equal(heddle(root, ['fix', 'none']).status, 2)
  assert.equal(heddle(root, ['fix', '--confidence', '0.5']).status, 2)
  assert.equal(heddle(root, ['fix', '--confidence', 'high']).status, 2)
})

test('rename prints a patch with the move, then does it; names that will not do end it with 2', () => {
  const root = project(files)
  const words = ['rename', '@modules/patterns/tdd', '@modules/habits/test-first']
  const dry = heddle(root, words)
  assert.equal(dry.status, 0)
  assert.match(dry.stdout, /^rename to \.claude\/modules\/habits\/test-first\.md$/m)
  assert.match(dry.stderr, /Would rename 1 file, 1 reference in 1 file\. Write it with --write\./)
  assert.equal(heddle(root, [...words, '--write']).status, 0)
  assert.ok(!existsSync(join(root, '.claude/modules/patterns')))
  assert.match(
    readFileSync(join(root, '.claude/commands/task.md'), 'utf8'),
    / habits\/test-first\.md for tests/,
  )
  const gone = heddle(root, words)
  assert.deepEqual([gone.status, gone.stdout], [2, ''])
  assert.match(gone.stderr, /"@modules\/patterns\/tdd" names no file or folder/)
  assert.equal(heddle(root, ['rename', 'docs/a.md', '../a.md']).status, 2)
})

test('rename takes both names from the current folder, and its JSON says what moved', () => {
  const root = project(files)
  const { status, stdout } = heddle(join(root, 'docs'), [
    'rename',
    'a.md',
    'b.md',
    '--root',
    root,
    '--format',
    'json',
    '--write',
  ])
  const report = JSON.parse(stdout) as RenameReport
  assert.deepEqual(Object.keys(report), ['root', 'written', 'moved', 'edits', 'left'])
  assert.deepEqual([status, report.moved], [0, [{ from: 'docs/a.md', to: 'docs/b.md' }]])
  assert.ok(existsSync(join(root, 'docs/b.md')))
})

test('on a terminal a patch is coloured, and what a file holds cannot steer the terminal', () => {
  const root = project({ 'a.md': '\u001b]0;title\u0007 [b](B.md)\r\n', 'b.md': '# B\n' })
  const { stdout } = heddle(root, ['fix'], { NO_COLOR: '', FORCE_COLOR: '1' })
  assert.match(stdout, /\u001b\[31m-\\u001b\]0;title\\u0007 \[b\]\(B\.md\)\u001b\[39m\n/)
})
