import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { createFramework, type Report } from 'heddle'
import { preset, type ReadinessResult } from 'heddle/plugins'
import { findSecrets } from '../plugins/protocol/secrets.ts'
import { newestIn, versionIn } from '../plugins/protocol/versions.ts'

const sound: Readonly<Record<string, string>> = {
  'package.json': JSON.stringify({
    version: '1.2.0',
    scripts: {
      test: 'echo "TAP version 13"; echo "ok 1 - a"',
      lint: 'true',
      typecheck: 'true',
      audit: 'true',
    },
  }),
  'CHANGELOG.md': '# Changelog\n\n## Unreleased\n\n## 1.2.0\n\n- all of it\n\n## 1.1.0\n',
  'src/a.js': 'export const a = 1\n',
}

const key = ['AKIA', 'ABCDEFGHIJKLMNOP'].join('')

test('a project of which everything is true can go', async (t) => {
  const { report, result } = await readiness(repository(t, sound))
  assert.deepEqual(
    result.reasons.map(({ what, status }) => `${what} ${status}`),
    ['tree', 'secrets', 'version', 'changelog', 'tag', 'checks', 'checks', 'checks', 'checks'].map(
      (what) => `${what} good`,
    ),
  )
  assert.equal(result.decision, 'go')
  assert.equal(report.status, 'passed')
  assert.equal(result.summary[0], 'Go.')
})

const faults: readonly (readonly [
  what: string,
  files: Record<string, string>,
  after: string,
  reason: RegExp,
])[] = [
  ['a file is not committed', {}, 'echo more >> src/a.js', /^1 files are not committed, such as src\/a\.js/],
  [
    'a secret stands in a file',
    { 'src/key.js': `export const key = '${key}'\n` },
    '',
    /^1 secrets .* src\/key\.js:1/,
  ],
  [
    'two manifests do not agree',
    { 'pyproject.toml': '[project]\nversion = "1.3.0"\n' },
    '',
    /package\.json says 1\.2\.0, pyproject\.toml says 1\.3\.0/,
  ],
  [
    'the changelog tells of another version',
    { 'CHANGELOG.md': '# 1.1.0\n' },
    '',
    /tells of 1\.1\.0 last, not of 1\.2\.0/,
  ],
  [
    'an earlier commit has the tag',
    {},
    'git tag v1.2.0 && git -c user.name=a -c user.email=a@b commit -qm more --allow-empty',
    /^1\.2\.0 is the tag of an earlier commit/,
  ],
  [
    'a check fails',
    { 'package.json': sound['package.json']!.replace('"lint":"true"', '"lint":"false"') },
    '',
    /^A check of linting fails/,
  ],
]

for (const [what, files, after, reason] of faults) {
  test(`when ${what} it is no go, with that reason and no other`, async (t) => {
    const root = repository(t, { ...sound, ...files })
    if (after !== '') execFileSync('sh', ['-c', after], { cwd: root })
    const { report, result } = await readiness(root)
    assert.equal(result.decision, 'no-go')
    const bad = result.reasons.filter(({ status }) => status === 'bad')
    assert.equal(bad.length, 1, JSON.stringify(bad))
    assert.match(bad[0]!.text, reason)
    assert.equal(report.status, 'failed')
  })
}

test('what could not be looked at is unknown, and does not read as go', async (t) => {
  const root = folderWith(t, { 'src/a.js': '' })
  const { report, result } = await readiness(root)
  assert.equal(result.decision, 'unknown')
  assert.equal(report.status, 'partial')
  assert.ok(result.reasons.some(({ what, status }) => what === 'tree' && status === 'unknown'))
})

test('no secret that was found stands anywhere in the report', async (t) => {
  const root = repository(t, {
    ...sound,
    'src/key.js': `const k = '${key}'\nconst password = "hunter2hunter2"\n`,
  })
  const { report, result } = await readiness(root)
  assert.deepEqual(result.secrets, [
    { path: 'src/key.js', line: 1, rule: 'aws-key', shown: 'AKIA…' },
    { path: 'src/key.js', line: 2, rule: 'assigned-secret', shown: 'pass…' },
  ])
  const text = JSON.stringify(report)
  assert.ok(!text.includes(key) && !text.includes('hunter2hunter2'))
})

test('secrets are known by their shape; examples and names alone are none', () => {
  const found = (text: string): string[] => findSecrets('a', text).map(({ rule }) => rule)
  assert.deepEqual(found('-----BEGIN RSA PRIVATE KEY-----'), ['private-key'])
  assert.deepEqual(found(`token: ghp_${'a1'.repeat(18)}`), ['github-token'])
  assert.deepEqual(found(`npm_${'a1'.repeat(18)}`), ['npm-token'])
  assert.deepEqual(found('password = process.env.PASSWORD'), [])
  assert.deepEqual(found('apiKey: "your-api-key-here"'), [])
  assert.deepEqual(found('password: string'), [])
  for (const piece of ['password = "', 'a'.repeat(200), '-----BEGIN ', 'secret:\t', '"\'']) {
    const start = performance.now()
    findSecrets('a', piece.repeat(Math.ceil(400_000 / piece.length)))
    assert.ok(performance.now() - start < 5_000, piece)
  }
})

test('versions are read from the table that names the project itself', () => {
  const of = (path: string, text: string): string | undefined => versionIn({ path, text })
  assert.equal(of('Cargo.toml', '[dependencies]\nversion = "9"\n[package]\nversion = "0.3.1"\n'), '0.3.1')
  assert.equal(of('pyproject.toml', '[tool.poetry]\nversion = "2.0.0"\n'), '2.0.0')
  assert.equal(of('setup.cfg', '[metadata]\nversion = 1.0\n'), '1.0')
  assert.equal(of('package.json', '{"version": 3}'), undefined)
  assert.equal(of('package.json', '{'), undefined)
  assert.deepEqual(newestIn('## [Unreleased]\n## v2.1.0 (2026)\n'), { version: '2.1.0', hasUnreleased: true })
})

test('everything that is asked is asked at once, and one at a time the decision is the same', async (t) => {
  const root = repository(t, sound)
  const framework = await createFramework({ root, config: false, plugins: [...preset()] })
  const running = new Set<string>()
  let most = 0
  const parallel = await framework.run(
    'protocol',
    {},
    {
      onEvent(event) {
        if (event.type === 'operation-started')
          most = Math.max(most, running.add(`${event.group} ${event.operation}`).size)
        if (event.type === 'operation-ended') running.delete(`${event.group} ${event.operation}`)
      },
    },
  )
  const serial = await framework.run('protocol', {}, { serial: true })
  await framework.dispose()
  assert.ok(most >= 2, `${most} at once`)
  assert.equal(JSON.stringify(resultOf(parallel)), JSON.stringify(resultOf(serial)))
})

async function readiness(root: string): Promise<{ report: Report; result: ReadinessResult }> {
  const framework = await createFramework({ root, config: false, plugins: [...preset()] })
  try {
    const report = await framework.run('protocol')
    return { report, result: resultOf(report) }
  } finally {
    await framework.dispose()
  }
}

function resultOf(report: Report): ReadinessResult {
  return report.groups.find(({ name }) => name === 'protocol/readiness')!.synthesis as ReadinessResult
}

/** A repository in which all of the files are committed. */
function repository(t: TestContext, files: Record<string, string>): string {
  const root = folderWith(t, files)
  const git = (...words: string[]): unknown =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...words], { cwd: root, stdio: 'pipe' })
  git('init', '-q')
  git('add', '-A')
  git('commit', '-qm', 'all of it')
  return root
}

function folderWith(t: TestContext, files: Record<string, string>): string {
  const root = mkdtempSync(join(tmpdir(), 'heddle-readiness-'))
  t.after(() => rmSync(root, { recursive: true, force: true, maxRetries: 3 }))
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  return root
}
