import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { createFramework, type Report } from 'heddle'
import { session, type SessionResult } from '../plugins/session/index.ts'
import { maskText } from '../plugins/session/secrets.ts'
import { commandLine } from './command-line.ts'

test('a saved session knows branch, commit and what is not committed; resuming says what has changed since', async (t) => {
  const root = repository(t, { 'a.txt': 'one\n', 'b.txt': 'one\n' })
  write(root, { 'a.txt': 'two\n', 'née file.txt': 'new\n', 'deep/x.txt': 'new\n' })
  const saved = await runSession(root, { action: 'save', name: 'monday', notes: 'next: b' })
  const { tree } = saved.session!.context
  assert.equal(tree!.branch, 'main')
  assert.equal(tree!.head, git(root, 'rev-parse', 'HEAD').trim())
  assert.deepEqual(
    tree!.changed.map(({ path, digest }) => [path, digest?.length]),
    [
      ['a.txt', 64],
      ['deep/x.txt', 64],
      ['née file.txt', 64],
    ],
  )

  const unchanged = await runSession(root, { action: 'resume', name: 'monday' })
  assert.deepEqual(unchanged.sinceThen, [])

  git(root, 'checkout', '-q', '-b', 'feature')
  git(root, 'commit', '-q', '-m', 'a', '--', 'a.txt')
  write(root, { 'deep/x.txt': 'newer\n', 'b.txt': 'TODO\n' })
  const resumed = await runSession(root, { action: 'resume' })
  const head = git(root, 'rev-parse', 'HEAD').trim()
  assert.deepEqual(resumed.sinceThen, [
    'the branch was main and is feature',
    `the commit was ${tree!.head.slice(0, 10)} and is ${head.slice(0, 10)}`,
    'a.txt is committed or undone',
    'deep/x.txt was changed again',
    'b.txt is changed now',
  ])
  assert.equal(resumed.open, 1)
})

test('a file that is deleted, renamed or has a name with line breaks is named as git names it', async (t) => {
  const root = repository(t, { 'gone.txt': 'one\n', 'old.txt': 'some words that stay\n' })
  rmSync(join(root, 'gone.txt'))
  git(root, 'mv', 'old.txt', 'new name.txt')
  write(root, { 'line\nbreak "quoted".txt': 'x\n' })
  const { session: saved } = await runSession(root, { action: 'save' })
  assert.deepEqual(
    saved!.context.tree!.changed.map(({ path, digest }) => [path, digest !== null]),
    [
      ['gone.txt', false],
      // Such a name is refused everywhere here.
      ['line\nbreak "quoted".txt', false],
      ['new name.txt', true],
    ],
  )
})

test('a repository without a commit has a branch and no commit; a folder without a repository has no tree', async (t) => {
  const empty = folderOf(t, { 'a.txt': 'x\n' })
  git(empty, 'init', '-q', '-b', 'main')
  const inEmpty = await runSession(empty, { action: 'save' })
  assert.deepEqual(
    [inEmpty.session!.context.tree!.branch, inEmpty.session!.context.tree!.head],
    ['main', null],
  )
  const inPlain = await runSession(folderOf(t, { 'a.txt': 'x\n' }), { action: 'save' })
  assert.equal(inPlain.session!.context.tree, null)
  assert.equal(inPlain.contextPreserved, true)
})

test('resuming says which memory files came, went or say something else', async (t) => {
  const root = folderOf(t, { 'CLAUDE.md': 'be kind\n', '.claude/CLAUDE.md': 'x\n' })
  await runSession(root, { action: 'save' })
  write(root, { 'CLAUDE.md': 'be quick\n', 'AGENTS.md': 'new\n' })
  rmSync(join(root, '.claude/CLAUDE.md'))
  const { sinceThen } = await runSession(root, { action: 'resume' })
  assert.deepEqual(sinceThen, [
    'CLAUDE.md says something else',
    'AGENTS.md is there now',
    '.claude/CLAUDE.md is gone',
  ])
})

test('git that nobody can ask keeps no session from being saved', async (t) => {
  const root = folderOf(t, { '.git': 'gitdir: /nowhere/at/all\n' })
  const report = await run(root, { action: 'save' })
  const result = resultOf(report)
  assert.equal(result.contextPreserved, true)
  assert.equal(result.session!.context.tree, null)
})

test('a fork holds the same under another name, knows where it comes from, and leaves the first as it is', async (t) => {
  const root = folderOf(t, {})
  const first = await runSession(root, { action: 'save', name: 'monday', notes: 'as it was' })
  const forked = await runSession(root, { action: 'fork', name: 'monday', as: 'experiment' })
  assert.deepEqual(forked.session!.context, first.session!.context)
  assert.equal(forked.session!.parent, first.session!.id)
  assert.deepEqual(
    forked.sessions.map(({ name }) => name),
    ['monday', 'experiment'],
  )
  assert.equal(forked.contextPreserved, true)
})

test('pruning removes the sessions of a name, or all but the newest', async (t) => {
  const root = folderOf(t, {})
  for (const name of ['a', 'b', 'a', 'c']) await runSession(root, { action: 'save', name })
  const named = await runSession(root, { action: 'prune', name: 'a' })
  assert.deepEqual([named.removed.length, named.sessions.map(({ name }) => name)], [2, ['b', 'c']])
  const kept = await runSession(root, { action: 'prune', keep: '1' })
  assert.deepEqual([kept.removed.length, kept.sessions.map(({ name }) => name)], [1, ['c']])
  const report = await run(root, { action: 'prune', keep: 'few' })
  assert.equal(report.diagnostics[0]?.code, 'session/keep-unknown')
  assert.notEqual(report.status, 'passed')
})

test('what has the shape of a token is masked to its last character, whatever stands before it', async (t) => {
  const tokens = [
    ['ghp', '_', 'a'.repeat(36)].join(''),
    ['AK', 'IA', 'ABCDEFGHIJKLMNOP'].join(''),
    ['xo', 'xb-', '1234567890-abcdefghij'].join(''),
    `${['-----BEGIN', 'RSA PRIVATE KEY-----'].join(' ')}\nabc\ndef\n-----END RSA PRIVATE KEY-----`,
  ]
  for (const token of tokens) assert.equal(maskText(`before ${token} after`), 'before *** after')
  const root = folderOf(t, {})
  await runSession(root, { action: 'save', notes: tokens.join('\n') })
  const folder = join(root, '.heddle/state/session')
  const stored = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'))
  for (const token of tokens) assert.ok(!stored.some((text) => text.includes(token.slice(0, 20))))
})

test('the command line saves, lists, shows and prunes in a few lines, and says what it cannot do', (t) => {
  const root = folderOf(t, {})
  assert.deepEqual(heddle(root, 'session'), [0, 'no session is saved\n', ''])
  const [, saved] = heddle(root, 'session', 'save', 'monday', '--notes', 'sign-out has no test')
  assert.match(saved, /^saved monday \([0-9a-f]{32}\): 3 modules\n$/)
  const [, shown] = heddle(root, 'session', 'show')
  assert.match(shown, /\nnotes: sign-out has no test\n/)
  const [unknown, , why] = heddle(root, 'session', 'resume', 'tuesday')
  assert.equal(unknown, 1)
  assert.match(why, /There is no session "tuesday"[^]*Load one of: monday/)
  const [json, text] = heddle(root, 'session', 'list', '--format', 'json')
  assert.deepEqual([json, (JSON.parse(text) as SessionResult).sessions[0]?.name], [0, 'monday'])
  for (const words of [['fork', 'a'], ['list', 'a'], ['prune'], ['burn']])
    assert.equal(heddle(root, 'session', ...words)[0], 2)
})

function heddle(root: string, ...words: readonly string[]): [number | null, string, string] {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...commandLine, ...words, '--root', root], {
    encoding: 'utf8',
  })
  return [status, stdout, stderr]
}

async function runSession(root: string, words: Record<string, string>): Promise<SessionResult> {
  return resultOf(await run(root, words))
}

async function run(root: string, words: Record<string, string>): Promise<Report> {
  const framework = await createFramework({ root, plugins: [session()], config: false })
  try {
    return await framework.run('session', words)
  } finally {
    await framework.dispose()
  }
}

function resultOf({ groups }: Report): SessionResult {
  return groups[0]!.synthesis as SessionResult
}

function repository(t: TestContext, files: Record<string, string>): string {
  const root = folderOf(t, files)
  git(root, 'init', '-q', '-b', 'main')
  git(root, 'add', '-A')
  git(root, 'commit', '-q', '-m', 'first')
  return root
}

function git(root: string, ...words: readonly string[]): string {
  const who = ['-c', 'user.name=a', '-c', 'user.email=a@example.org']
  return execFileSync('git', [...who, ...words], { cwd: root, encoding: 'utf8' })
}

function folderOf(t: TestContext, files: Record<string, string>): string {
  const root = mkdtempSync(join(tmpdir(), 'heddle-session-'))
  t.after(() => rmSync(root, { recursive: true, force: true }))
  write(root, files)
  return root
}

function write(root: string, files: Record<string, string>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
}
