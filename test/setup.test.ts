import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { createFramework, type Report, surveyProject } from 'heddle'
import { preset, type SetupResult } from 'heddle/plugins'
import { createTestFramework } from 'heddle/testing'

const bakery = {
  'package.json':
    '{ "name": "bakery", "description": "Orders", "scripts": { "test": "node --test", "lint": "eslint ." } }',
  'src/basket.js': 'export function total() {}\n',
  'test/basket.test.js': '',
}

test('a survey tells languages, commands and folders from paths and manifests alone', () => {
  const texts = new Map([
    ['package.json', bakery['package.json']],
    ['api/pyproject.toml', '[project]\nname = "api"\n[dependency-groups]\ndev = ["pytest", "ruff"]\n'],
    ['Makefile', 'build: x\n\ttouch y\n'],
    ['broken/package.json', '{'],
  ])
  const sources = ['src/a.js', 'src/b.ts', 'src/c.ts', 'test/a.test.js', 'api/m.py']
  const tests = ['api/tests/test_m.py', 'api/tests/test_n.py']
  const others = ['docs/x.md', 'AGENTS.md', '.claude/x.md', 'pnpm-lock.yaml']
  const paths = [...texts.keys(), ...sources, ...tests, ...others]
  const survey = surveyProject(paths, texts)
  assert.deepEqual(survey.languages, [
    { language: 'python', files: 3 },
    { language: 'javascript', files: 2 },
    { language: 'typescript', files: 2 },
  ])
  assert.deepEqual(
    survey.commands.map(({ purpose, command, folder }) => [purpose, command, folder]),
    [
      ['build', 'make build', ''],
      ['test', 'pnpm test', ''],
      ['lint', 'pnpm run lint', ''],
      ['test', 'python3 -m pytest', 'api'],
      ['lint', 'ruff check .', 'api'],
    ],
  )
  assert.deepEqual(
    [survey.name, survey.description, survey.sourceFolder, survey.testFolder, survey.documentFolder],
    ['bakery', 'Orders', 'src', 'api/tests', 'docs'],
  )
  assert.deepEqual([survey.agentFiles, survey.homes], [['AGENTS.md'], ['.claude']])
})

test('"init" proposes files as patches and writes nothing; with write they are there, sound, and run', async (t) => {
  const root = folderOf(t, bakery)
  const proposed = resultOf(await runIn(root, 'init', {}))
  assert.deepEqual(
    proposed.files.map(({ path, status }) => `${status} ${path}`),
    ['proposed AGENTS.md', 'proposed .heddle/modules/project.md', 'proposed .heddle/commands/check.md'],
  )
  assert.ok(!existsSync(join(root, 'AGENTS.md')))
  execFileSync('git', ['init', '-q', root])
  execFileSync('git', ['-C', root, 'apply', '--check', '-'], { input: proposed.files[0]!.patch! })
  const written = resultOf(await runIn(root, 'init', { write: 'yes' }))
  assert.deepEqual(
    written.files.map(({ status }) => status),
    ['written', 'written', 'written'],
  )
  assert.match(readFileSync(join(root, 'AGENTS.md'), 'utf8'), /# bakery\n\nOrders\n[^]*- test: `npm test`/)
  const framework = await createFramework({ root, config: false, plugins: [...preset()] })
  const { diagnostics } = await framework.check()
  const design = await framework.plan('check')
  await framework.dispose()
  assert.deepEqual(
    diagnostics.filter(({ severity }) => severity === 'error'),
    [],
  )
  assert.ok(design.operations.some(({ name }) => name.includes('test')))
  assert.equal((await runIn(root, 'init-validate', {})).status, 'passed')
})

test('what is there stays as it is, whatever is written, also where git ignores it', async (t) => {
  const root = folderOf(t, { ...bakery, '.gitignore': 'AGENTS.md\n', 'AGENTS.md': 'Mine.\n' })
  execFileSync('git', ['init', '-q', root])
  const { files } = resultOf(await runIn(root, 'init', { write: 'yes' }))
  assert.equal(files.find(({ path }) => path === 'AGENTS.md')?.status, 'kept')
  assert.equal(readFileSync(join(root, 'AGENTS.md'), 'utf8'), 'Mine.\n')
})

test('"init-new" begins a project whose test passes, and refuses a folder that holds one', async (t) => {
  const root = folderOf(t, { 'notes.txt': '' })
  const report = await runIn(root, 'init-new', { name: 'weaver', write: 'yes' })
  assert.equal(report.status, 'passed')
  const ran = spawnSync('npm', ['test', '--silent'], { cwd: root, encoding: 'utf8', env: withoutRunner() })
  assert.equal(ran.status, 0, ran.stdout + ran.stderr)
  const again = await runIn(root, 'init-new', { name: 'other', language: 'python', write: 'yes' })
  assert.equal(again.status, 'failed')
  assert.ok(!existsSync(join(root, 'pyproject.toml')))
  assert.ok(
    again.diagnostics.some(({ code, at }) => code === 'setup/folder-occupied' && at?.path === 'package.json'),
  )
})

test('a beginning in Python passes its test', async (t) => {
  if (spawnSync('python3', ['-m', 'pytest', '--version']).status !== 0)
    return t.skip('pytest is not installed')
  const root = folderOf(t, { 'notes.txt': '' })
  await runIn(root, 'init-new', { name: 'weaver-bird', language: 'python', write: 'yes' })
  const ran = spawnSync('python3', ['-m', 'pytest', '-q'], { cwd: root, encoding: 'utf8' })
  assert.equal(ran.status, 0, ran.stdout + ran.stderr)
})

for (const language of ['javascript', 'typescript', 'python', 'go', 'rust'])
  test(`a beginning in ${language} has a source, a test and a command that runs it`, async () => {
    const { files } = resultOf(await runOver({}, 'init-new', { name: 'weaver', language }))
    const paths = files.map(({ path }) => path)
    const texts = new Map(files.map(({ path, patch }) => [path, patch!.replace(/^\+/gm, '')]))
    const survey = surveyProject(paths, texts)
    assert.deepEqual([survey.languages[0]?.language, survey.sources, survey.tests], [language, 1, 1])
    assert.match(texts.get('AGENTS.md')!, /- test: /)
  })

for (const [name, words] of [
  ['../out', {}],
  ['a b', {}],
  ['x"\ny = "z', {}],
  ['weaver', { language: '__proto__' }],
] as const)
  test(`"init-new" takes no name or language such as ${JSON.stringify([name, words])}`, async () => {
    const report = await runOver({}, 'init-new', { name, ...words, write: 'yes' })
    assert.equal(report.status, 'failed')
    assert.deepEqual(resultOf(report).files, [])
  })

test('"init-custom" takes answers before what it sees, and that before defaults; modules are then filled by them', async (t) => {
  const root = folderOf(t, {
    ...bakery,
    '.heddle/modules/rule.md':
      '# Rule\n\nThreshold [PROJECT_CONFIG: test_coverage.threshold | DEFAULT: 90]\n',
  })
  const answers = 'quality_standards.test_coverage.threshold=75, commands.lint="a, b & <c>"'
  const report = await runIn(root, 'init-custom', { answers, write: 'yes' })
  assert.equal(report.status, 'passed')
  const xml = readFileSync(join(root, 'PROJECT_CONFIG.xml'), 'utf8')
  assert.match(xml, /<threshold>75<\/threshold>/)
  assert.match(xml, /<lint>a, b &amp; &lt;c&gt;<\/lint>/)
  assert.match(xml, /<test>npm test<\/test>/)
  assert.match(xml, /<docs_directory>docs<\/docs_directory>/)
})

test('an answer that nobody asked for, and a question that nobody answers, are told', async () => {
  const unknown = await runOver(bakery, 'init-custom', { answers: 'commands.tset=x' })
  assert.equal(unknown.status, 'failed')
  const finding = unknown.diagnostics.find(({ code }) => code === 'setup/answer-unknown')
  assert.equal(finding?.hint, 'Did you mean "commands.test"?')
  const open = await runOver({ 'src/a.js': '' }, 'init-custom', {})
  assert.equal(open.status, 'partial')
  assert.ok(open.diagnostics.some(({ message }) => message.includes('"commands.test"')))
})

test('"init-research" names claims without a source near them, and lists the sources that are there', async () => {
  const notes = [
    'Studies show that bread rises.',
    '',
    'Caching saves 40 % (https://example.org/a).',
    '',
    'Nothing is claimed here.',
  ].join('\n')
  const report = await runOver({ 'notes/a.md': notes }, 'init-research', { question: 'does it rise?' })
  const claims = report.diagnostics.filter(({ code }) => code === 'setup/claim-bare')
  assert.deepEqual(
    claims.map(({ at }) => [at?.path, at?.line]),
    [['notes/a.md', 1]],
  )
  const sources = resultOf(report).files.find(({ path }) => path === 'research/sources.md')
  assert.match(sources!.patch!, /https:\/\/example\.org\/a`: notes\/a\.md:3/)
})

test('"init-validate" says what does not work: nothing there, dead references, strange commands, hidden text', async () => {
  const empty = await runOver({ 'src/a.js': '' }, 'init-validate', {})
  assert.deepEqual([empty.status, codesOf(empty)], ['failed', ['setup/framework-missing']])
  const broken = await runOver(
    {
      'AGENTS.md': '# Bakery\n\nRun `heddle run bake` first.\u200B\n',
      '.heddle/commands/rise.md': '---\nneeds: ["@modules/gone.md"]\n---\n# Rise\n',
      '.heddle/modules/plain.md': 'no heading\n',
    },
    'init-validate',
    {},
  )
  assert.equal(broken.status, 'failed')
  const found = new Set(codesOf(broken))
  for (const code of [
    'setup/reference-dead',
    'setup/command-unknown',
    'setup/module-untitled',
    'hidden-instructions/invisible',
  ])
    assert.ok(found.has(code), `${code} in ${[...found].join(', ')}`)
})

test('"init-meta" takes conventions from the modules that are there, and what it writes keeps to them', async (t) => {
  const root = folderOf(t, {
    '.heddle/modules/a-b.md': '---\ntitle: A\nowner: me\n---\n# A\n',
    '.heddle/modules/c-d.md': '---\ntitle: C\nowner: me\n---\n# C\n',
    '.heddle/modules/Odd_Name.md': '---\ntitle: O\nowner: me\n---\n# O\n',
  })
  const report = await runIn(root, 'init-meta', { write: 'yes' })
  assert.deepEqual(codesOf(report), ['setup/name-uncommon'])
  const conventions = readFileSync(join(root, '.heddle/modules/meta/conventions.md'), 'utf8')
  assert.match(conventions, /Front matter: `owner`, `title`/)
  const framework = await createFramework({ root, config: false, plugins: [...preset()] })
  const { diagnostics } = await framework.check()
  const audit = await framework.run('audit', {}, { journal: false })
  await framework.dispose()
  assert.deepEqual(
    diagnostics.filter(({ severity }) => severity === 'error'),
    [],
  )
  assert.notEqual(audit.groups.length, 0)
})

function resultOf(report: Report): SetupResult {
  return report.groups.find(({ name }) => name.startsWith('setup/'))!.synthesis as SetupResult
}

function codesOf({ diagnostics }: Report): string[] {
  return diagnostics
    .filter(({ severity, code }) => severity !== 'info' || code.startsWith('setup/'))
    .map(({ code }) => code)
}

async function runIn(root: string, command: string, words: Record<string, string>): Promise<Report> {
  const framework = await createFramework({ root, config: false, plugins: [...preset()] })
  try {
    return await framework.run(command, words)
  } finally {
    await framework.dispose()
  }
}

async function runOver(
  files: Record<string, string>,
  command: string,
  words: Record<string, string>,
): Promise<Report> {
  const framework = await createTestFramework({ files, builtIn: true, plugins: [...preset()] })
  try {
    return await framework.run(command, words)
  } finally {
    await framework.dispose()
  }
}

/** A test runner inside a test runner tells its parent and not the terminal. */
function withoutRunner(): NodeJS.ProcessEnv {
  const { NODE_TEST_CONTEXT: _, NODE_OPTIONS: __, ...rest } = process.env
  return rest
}

function folderOf(t: TestContext, files: Record<string, string>): string {
  const root = mkdtempSync(join(tmpdir(), 'heddle-setup-'))
  t.after(() => rmSync(root, { recursive: true, force: true, maxRetries: 3 }))
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  return root
}
