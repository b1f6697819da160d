import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, test } from 'node:test'
import {
  type AppliedPlugin,
  createFramework,
  defineGroup,
  definePlugin,
  type Diagnostic,
  type Framework,
  HeddleError,
  read,
} from 'heddle'
import { type Files, gitFiles, memoryFiles, packageFiles, type Path } from 'heddle/files'
import { gitObjects } from '../core/vfs/git-objects.ts'
import { readingContract } from './contract/files.ts'
import { commandLine } from './command-line.ts'

type Contents = Readonly<Record<string, string | Uint8Array>>

const made: string[] = []
after(() => {
  for (const folder of made) rmSync(folder, { recursive: true, force: true })
})

function folderWith(contents: Contents): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'heddle-layers-')))
  made.push(folder)
  for (const [path, content] of Object.entries(contents)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), content)
  }
  return folder
}

function codeOf(call: () => unknown): string {
  try {
    call()
  } catch (thrown) {
    return thrown instanceof HeddleError ? thrown.code : String(thrown)
  }
  return 'none'
}

async function rejection(call: Promise<unknown>): Promise<string> {
  try {
    await call
  } catch (thrown) {
    return thrown instanceof HeddleError ? thrown.code : String(thrown)
  }
  return 'none'
}

/** A framework over a folder, without built-in modules and other plugins than these, disposed when `use` is done. */
async function withFramework<T>(
  root: string,
  use: (framework: Framework) => T | Promise<T>,
  plugins: readonly AppliedPlugin[] = [],
): Promise<T> {
  const framework = await createFramework({ root, plugins, builtIn: false })
  try {
    return await use(framework)
  } finally {
    await framework.dispose()
  }
}

const kit = (more: object = {}): string =>
  JSON.stringify({ name: '@acme/agent-kit', version: '1.0.0', ...more })
const named = (packages: readonly unknown[]): string => JSON.stringify({ packages })
const inKit = (path: string): string => `node_modules/@acme/agent-kit/${path}`

// An installed package always holds its own package.json: hidden here, since the contract wants just its contents.
readingContract('package', (contents) => {
  const entries = Object.entries(contents).map(([path, content]) => [inKit(path), content])
  const from = folderWith({ ...Object.fromEntries(entries), [inKit('package.json')]: kit() })
  const files = packageFiles({ name: '@acme/agent-kit', from })
  const hide = (path: Path, listed: ReturnType<typeof files.sync.list>): typeof listed =>
    path === '' ? listed?.filter(({ name }) => name !== 'package.json') : listed
  return {
    ...files,
    list: async (path) => hide(path, await files.list(path)),
    sync: { ...files.sync, list: (path) => hide(path, files.sync.list(path)) },
  }
})

test('a package is found upward from the root as Node finds it, and is read below its own folder only', async () => {
  const root = folderWith({
    [inKit('package.json')]: kit(),
    [inKit('modules/a.md')]: '# A',
    'secret.md': 'secret',
    'project/deep/x.md': '',
  })
  symlinkSync('../../../../secret.md', join(root, inKit('modules/out.md')))
  const files = packageFiles({ name: '@acme/agent-kit', from: join(root, 'project/deep') })
  assert.equal(files.label, '@acme/agent-kit:')
  assert.equal(new TextDecoder().decode(files.sync.read('modules/a.md' as Path)), '# A')
  assert.equal(await rejection(files.read('modules/out.md' as Path)), 'LINK_LEAVES_ROOT')
  assert.equal(await rejection(files.read('../../../secret.md' as Path)), 'OUTSIDE_ROOT')
  assert.ok(!('write' in files))
})

test('a name that is no name, a package that is not there, and another package in its place are refused', () => {
  const from = folderWith({
    'node_modules/other/package.json': '{"name":"else"}',
    'node_modules/bad/package.json': '{',
  })
  const codeFor = (name: string): string => codeOf(() => packageFiles({ name, from }))
  assert.deepEqual(
    ['../x', '@a/../x', '', '@a', 'a/b', '.bin', 'none', '@acme/none', 'other', 'bad'].map(codeFor),
    [
      ...Array<string>(6).fill('PACKAGE_NAME'),
      'PACKAGE_MISSING',
      'PACKAGE_MISSING',
      'PACKAGE_BROKEN',
      'PACKAGE_BROKEN',
    ],
  )
})

test('the modules of a package stand behind those of the project: by field, by export, by convention', async () => {
  const layouts: readonly (readonly [string, Contents])[] = [
    ['field', { [inKit('package.json')]: kit({ heddle: { modules: './lib' } }), [inKit('lib/p/x.md')]: '' }],
    ['home', { [inKit('package.json')]: kit({ heddle: { home: 'fw' } }), [inKit('fw/modules/p/x.md')]: '' }],
    [
      'exports',
      { [inKit('package.json')]: kit({ exports: { './modules/*': './m/*.md' } }), [inKit('m/p/x.md')]: '' },
    ],
    [
      'convention',
      { [inKit('package.json')]: kit(), [inKit('modules/p/x.md')]: '', [inKit('docs/d.md')]: '' },
    ],
    ['.claude', { [inKit('package.json')]: kit(), [inKit('.claude/modules/p/x.md')]: '' }],
  ]
  for (const [name, contents] of layouts) {
    const root = folderWith({
      ...contents,
      'heddle.config.json': named(['@acme/agent-kit']),
      '.claude/modules/p/own.md': '',
    })
    await withFramework(root, (framework) => {
      const found = framework.resolve('@modules/p/x')
      assert.deepEqual([found.layer, found.path?.startsWith('@acme/agent-kit:')], ['package', true], name)
      assert.equal(framework.resolve('@modules/p/own.md').layer, 'project')
      assert.equal(framework.resolve('@docs/d.md').status, 'missing')
    })
  }
})

test('a module of the project extends the one of a package, and reading goes to the package', async () => {
  const root = folderWith({
    'heddle.config.json': named(['@acme/agent-kit']),
    '.claude/modules/tdd.md': '---\nextends: "@super"\n---\n# Ours\n\n@super#red and @modules/only.md',
    [inKit('package.json')]: kit(),
    [inKit('modules/tdd.md')]: '# Theirs\n\n## Red\n',
    [inKit('modules/only.md')]: '# Only in the package\n\nSee @modules/tdd.md.\n',
  })
  await withFramework(root, async (framework) => {
    const { diagnostics, references } = await framework.check()
    assert.deepEqual([diagnostics, references.resolved], [[], 3])
    const module = await framework.load('@super', '.claude/modules/tdd.md')
    assert.deepEqual(
      [module.id, module.layer, module.kind],
      ['@acme/agent-kit:modules/tdd.md', 'package', 'module'],
    )
    assert.match(await framework.read(module), /Theirs/)
    assert.equal(framework.resolve('@modules/tdd', '@acme/agent-kit:modules/only.md').layer, 'project')
    const { tried } = framework.why('@modules/none.md')
    assert.ok(
      tried.some(({ layer, path }) => layer === 'package' && path === '@acme/agent-kit:modules/none.md'),
    )
  })
})

test('a package that is missing or holds nothing is a finding, and the rest goes on', async () => {
  const root = folderWith({
    'heddle.config.json': named(['none', 'empty', 'wrong', '@acme/agent-kit', '@acme/agent-kit']),
    '.claude/modules/a.md': '@modules/x.md',
    'node_modules/empty/package.json': '{"name":"empty"}',
    'node_modules/wrong/package.json': '{"name":"wrong","heddle":{"modules":"../../.."}}',
    [inKit('package.json')]: kit(),
    [inKit('modules/x.md')]: '',
  })
  await withFramework(root, async (framework) => {
    const { diagnostics, references } = await framework.check()
    assert.deepEqual(
      diagnostics.map(({ code, hint }) => `${code}: ${hint}`),
      [
        'PACKAGE_LAYOUT: Say where they are in its package.json: "heddle": { "modules": "./modules" }.',
        'PACKAGE_LAYOUT: Write it relative to the package: "heddle": { "modules": "./modules" }.',
        'PACKAGE_MISSING: Install it: npm install none. Or take it out of "packages".',
        'PACKAGE_TWICE: Name each once, or give each a label of its own.',
      ],
    )
    assert.equal(references.resolved, 1)
  })
})

test('a link into a package store is followed; plain data cannot name what a link brings in from elsewhere', async () => {
  const store = inKit('modules/x.md').replace('node_modules/', 'node_modules/.pnpm/kit@1/node_modules/')
  const root = folderWith({
    'heddle.config.json': named(['@acme/agent-kit']),
    [store]: '',
    [store.replace('modules/x.md', 'package.json')]: kit(),
    'node_modules/@acme/.keep': '',
  })
  symlinkSync('../.pnpm/kit@1/node_modules/@acme/agent-kit', join(root, 'node_modules/@acme/agent-kit'))
  assert.equal(await withFramework(root, (framework) => framework.resolve('@modules/x').layer), 'package')

  const elsewhere = folderWith({ 'package.json': kit(), 'modules/x.md': '' })
  unlinkSync(join(root, 'node_modules/@acme/agent-kit'))
  symlinkSync(elsewhere, join(root, 'node_modules/@acme/agent-kit'))
  assert.equal(await rejection(createFramework({ root, plugins: [] })), 'CONFIG_VALUE')
  const framework = await createFramework({ root, plugins: [], config: false, packages: ['@acme/agent-kit'] })
  assert.equal(framework.resolve('@modules/x').layer, 'package')
  await framework.dispose()
})

test('files of any driver are a layer too, under a label of their own', async () => {
  const framework = await createFramework({
    files: memoryFiles({ '.claude/modules/a.md': '' }),
    packages: [
      memoryFiles({ 'modules/b.md': '' }, { label: 'kit:' }),
      memoryFiles({ 'modules/b.md': '' }),
      'named',
    ],
    plugins: [],
    builtIn: false,
  })
  assert.equal(framework.resolve('@modules/b').path, 'kit:modules/b.md')
  assert.deepEqual(
    framework.faults.map(({ code }: Diagnostic) => code),
    ['PACKAGE_TWICE', 'PACKAGE_MISSING'],
  )
  await framework.dispose()
})

const noGit = spawnSync('git', ['--version']).status === 0 ? false : 'git is not installed'
const identity = ['-c', 'user.name=a', '-c', 'user.email=a@example.org', '-c', 'commit.gpgsign=false']

function git(folder: string, ...words: readonly string[]): string {
  return execFileSync('git', ['-C', folder, ...identity, ...words], {
    encoding: 'utf8',
    stdio: 'pipe',
  }).trim()
}

/** A checkout with one commit of these contents, tagged v1. */
function repositoryWith(contents: Contents): string {
  const folder = folderWith(contents)
  git(folder, 'init', '-q', '-b', 'main')
  git(folder, 'add', '-A')
  git(folder, 'commit', '-q', '--allow-empty', '-m', 'one')
  git(folder, 'tag', '-a', 'v1', '-m', 'one')
  return folder
}

async function textOf(files: Files, path: string): Promise<string> {
  return new TextDecoder().decode(await files.read(path as Path))
}

const open: { close(): void }[] = []
after(() => {
  for (const files of open) files.close()
})

function opened(options: Parameters<typeof gitFiles>[0]): ReturnType<typeof gitFiles> {
  const files = gitFiles(options)
  open.push(files)
  return files
}

readingContract('git', (contents) => opened({ repository: repositoryWith(contents), ref: 'v1' }), noGit)

test('a ref is read as it was committed, whatever the checkout holds now', { skip: noGit }, async () => {
  const repository = repositoryWith({ 'modules/a.md': 'old', 'modules/ä/ö ü.md': 'names', 'sub/b.md': 'b' })
  unlinkSync(join(repository, 'modules/a.md'))
  writeFileSync(join(repository, 'modules/ä/ö ü.md'), 'changed')
  const files = opened({ repository, ref: 'v1' })
  assert.equal(await textOf(files, 'modules/a.md'), 'old')
  assert.equal(await textOf(files, 'modules/ä/ö ü.md'), 'names')
  const below = opened({ repository, ref: 'main', folder: 'modules/ä' })
  assert.deepEqual(await below.list('' as Path), [{ name: 'ö ü.md', type: 'file' }])
  assert.equal(below.label, `${repository.split('/').at(-1)}@main:modules/ä/`)
  const commit = opened({ repository: join(repository, '.git'), ref: git(repository, 'rev-parse', 'HEAD') })
  assert.equal(await textOf(commit, 'sub/b.md'), 'b')
})

test('what a ref means is looked up once', { skip: noGit }, async () => {
  const repository = repositoryWith({ 'a.md': 'one' })
  const files = opened({ repository, ref: 'main' })
  assert.equal(await textOf(files, 'a.md'), 'one')
  writeFileSync(join(repository, 'a.md'), 'two')
  git(repository, 'commit', '-qam', 'two')
  assert.equal(await textOf(files, 'a.md'), 'one')
  assert.equal(await textOf(opened({ repository, ref: 'main' }), 'a.md'), 'two')
})

test(
  'refs that do not exist or are no refs, folders and repositories that are none, are named',
  { skip: noGit },
  async () => {
    const repository = repositoryWith({ 'a.md': '', 'inner/b.md': '' })
    const codeFor = async (options: object): Promise<string> =>
      rejection(opened({ repository, ref: 'v1', ...options }).stat('' as Path))
    for (const ref of ['v9', '--output=x', '-v1', '', 'v1 x', 'v1\nHEAD', 'HEAD@{1}', ':/one', 'v1:a.md'])
      assert.equal(await codeFor({ ref }), 'GIT_REF_MISSING', ref)
    assert.equal(await codeFor({ folder: 'none' }), 'GIT_FOLDER_MISSING')
    assert.equal(await codeFor({ folder: 'a.md' }), 'GIT_FOLDER_MISSING')
    assert.equal(await codeFor({ folder: '../..' }), 'GIT_FOLDER_MISSING')
    assert.equal(await codeFor({ repository: join(repository, 'inner') }), 'GIT_REPOSITORY_MISSING')
    assert.equal(await codeFor({ repository: folderWith({}) }), 'GIT_REPOSITORY_MISSING')
    assert.equal(await codeFor({ repository: join(repository, 'none') }), 'GIT_REPOSITORY_MISSING')
  },
)

test(
  'links are listed as links and followed inside the commit only; submodules are something else',
  { skip: noGit },
  async () => {
    const inner = repositoryWith({ 'x.md': '' })
    const repository = folderWith({ 'docs/a.md': 'a', '.env': 'secret', 'big.md': 'x'.repeat(2_000) })
    for (const [name, target] of [
      ['in.md', 'docs/a.md'],
      ['folder', 'docs'],
      ['chain.md', 'folder/a.md'],
      ['out.md', '../../etc/passwd'],
      ['abs.md', '/etc/passwd'],
      ['loop', 'loop'],
      ['env.md', '.env'],
      ['none.md', 'docs/none.md'],
    ] as const)
      symlinkSync(target, join(repository, name))
    symlinkSync('../big.md', join(repository, 'docs/up.md'))
    git(repository, 'init', '-q', '-b', 'main')
    git(repository, '-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', inner, 'module')
    git(repository, 'add', '-A', '-f')
    git(repository, 'commit', '-q', '-m', 'links')
    const files = opened({ repository, ref: 'main', maxBytes: 1_000 })
    const entries = new Map((await files.list('' as Path))!.map(({ name, type }) => [name, type]))
    assert.deepEqual(
      ['in.md', 'folder', 'module', 'docs', '.env'].map((name) => entries.get(name)),
      ['link', 'link', 'other', 'directory', undefined],
    )
    assert.equal(await textOf(files, 'in.md'), 'a')
    assert.equal(await textOf(files, 'chain.md'), 'a')
    assert.equal((await files.stat('folder' as Path))?.type, 'directory')
    assert.equal(await files.stat('none.md' as Path), undefined)
    const codeFor = (path: string): Promise<string> => rejection(files.read(path as Path))
    assert.deepEqual(
      await Promise.all(
        ['out.md', 'abs.md', 'loop', 'env.md', 'none.md', 'big.md', 'folder/up.md', 'module'].map(codeFor),
      ),
      [
        ...Array<string>(3).fill('LINK_LEAVES_ROOT'),
        'DENIED_BY_RULE',
        'NOT_FOUND',
        'TOO_LARGE',
        'TOO_LARGE',
        'NOT_A_FILE',
      ],
    )
  },
)

test('nothing that the repository configures is run', { skip: noGit }, async () => {
  const repository = repositoryWith({ 'a.md': 'a', '.gitattributes': '*.md filter=evil diff=evil\n' })
  const mark = join(repository, 'ran')
  const evil = `touch ${mark}`
  for (const key of [
    'core.fsmonitor',
    'filter.evil.smudge',
    'diff.evil.textconv',
    'core.sshCommand',
    'core.pager',
  ])
    git(repository, 'config', key, evil)
  writeFileSync(join(repository, '.git/hooks/post-index-change'), `#!/bin/sh\n${evil}\n`, { mode: 0o755 })
  rmSync(mark, { force: true })
  assert.equal(await textOf(opened({ repository, ref: 'v1' }), 'a.md'), 'a')
  assert.equal(spawnSync('test', ['-e', mark]).status, 1)
})

test('the process ends with close, and a later read starts another one', { skip: noGit }, async () => {
  const repository = repositoryWith({ 'a.md': 'a' })
  const objects = gitObjects({ cwd: repository })
  assert.equal((await objects.read('v1^{commit}'))?.type, 'commit')
  const reading = objects.read('v1:a.md')
  objects.close()
  assert.equal(await rejection(reading), 'GIT_FAILED')
  assert.equal(new TextDecoder().decode((await objects.read('v1:a.md'))?.bytes), 'a')
  assert.equal(await objects.read('none'), undefined)
  objects.close()
})

test('a machine without git is told', { skip: noGit }, async () => {
  const repository = repositoryWith({ 'a.md': '' })
  const path = process.env['PATH']
  process.env['PATH'] = folderWith({})
  try {
    assert.equal(await rejection(opened({ repository, ref: 'v1' }).stat('' as Path)), 'GIT_MISSING')
  } finally {
    process.env['PATH'] = path
  }
})

test(
  'a commit of a repository is a layer of check, resolve, why, graph and run',
  { skip: noGit },
  async () => {
    const shared = {
      '.claude/modules/a.md': '# Theirs\n\n## Part\n',
      '.claude/modules/b.md': '# B',
      '.claude/commands/ship.md': '---\nkind: command\npattern: p\nneeds: ["@modules/b.md"]\n---\n# Ship\n',
    }
    const root = folderWith({ '.claude/modules/a.md': '@super#part @modules/b.md @modules/none.md' })
    const repository = join(root, 'vendor')
    mkdirSync(repository)
    for (const [path, text] of Object.entries(shared)) {
      mkdirSync(dirname(join(repository, path)), { recursive: true })
      writeFileSync(join(repository, path), text)
    }
    git(repository, 'init', '-q', '-b', 'main')
    git(repository, 'add', '-A')
    git(repository, 'commit', '-q', '-m', 'one')
    rmSync(join(repository, '.claude'), { recursive: true })
    writeFileSync(
      join(root, 'heddle.config.json'),
      named([
        { git: 'vendor', ref: 'main', folder: '.claude' },
        { git: 'vendor', ref: 'gone' },
      ]),
    )
    const planner = definePlugin({
      name: 'p',
      apply(hooks) {
        const group = defineGroup({ name: 'g', operations: [read('.claude/modules/a.md')] })
        hooks.plan.for('p').tap('p', () => [group])
      },
    })
    const use = async (framework: Framework): Promise<void> => {
      const { diagnostics, references } = await framework.check()
      assert.deepEqual(diagnostics.map(({ code }) => code).toSorted(), [
        'GIT_REF_MISSING',
        'REFERENCE_MISSING',
      ])
      assert.equal(references.resolved, 2)
      const found = framework.why('@modules/none.md')
      assert.ok(found.tried.some(({ path }) => path === 'vendor@main:.claude/modules/none.md'))
      assert.equal(framework.resolve('@modules/b').path, 'vendor@main:.claude/modules/b.md')
      const { references: edges } = await framework.graph()
      assert.deepEqual(
        edges.map(({ layer }) => layer),
        ['package', 'package', null],
      )
      const module = await framework.load('@modules/b')
      assert.equal(await framework.read(module), '# B')
      const commands = await framework.list('commands')
      assert.deepEqual(
        commands.map(({ path }) => path),
        ['vendor@main:.claude/commands/ship.md'],
      )
      const report = await framework.run('ship')
      assert.deepEqual([report.status, report.groups[0]?.operations[0]?.status], ['passed', 'done'])
    }
    await withFramework(root, use, [planner()])
  },
)

test('plain data cannot name a repository outside the project', { skip: noGit }, async () => {
  const repository = repositoryWith({ 'modules/a.md': '' })
  const root = folderWith({ 'heddle.config.json': named([{ git: repository, ref: 'v1' }]) })
  assert.equal(await rejection(createFramework({ root, plugins: [] })), 'CONFIG_VALUE')
  symlinkSync(repository, join(root, 'inside'))
  writeFileSync(join(root, 'heddle.config.json'), named([{ git: 'inside', ref: 'v1' }]))
  assert.equal(await rejection(createFramework({ root, plugins: [] })), 'CONFIG_VALUE')
  const framework = await createFramework({
    root,
    plugins: [],
    config: false,
    packages: [{ git: repository, ref: 'v1' }],
  })
  assert.equal(framework.resolve('@modules/a').layer, 'package')
  await framework.dispose()
})

test('a configuration in TypeScript is read in a project of CommonJS too', async () => {
  const root = folderWith({
    'package.json': '{"name":"x"}',
    'heddle.config.ts': "export default { packages: ['none'] as string[] }",
  })
  await withFramework(root, (framework) => {
    assert.deepEqual(
      framework.faults.map(({ code }) => code),
      ['PACKAGE_MISSING'],
    )
  })
})

test('every command tells of a layer that could not be opened, and goes on', async () => {
  const root = folderWith({
    'heddle.config.json': named(['@acme/none', '@acme/agent-kit']),
    '.claude/modules/a.md': '@modules/x.md',
    [inKit('package.json')]: kit(),
    [inKit('modules/x.md')]: '# X',
  })
  const runs: readonly (readonly string[])[] = [
    ['graph', '--format', 'json'],
    ['list', 'modules', '--format', 'json'],
    ['resolve', '@modules/x', '--format', 'json'],
    ['why', '@modules/x', '--format', 'json'],
  ]
  for (const run of runs) {
    const { status, stdout, stderr } = spawnSync(process.execPath, [...commandLine, ...run], {
      cwd: root,
      encoding: 'utf8',
    })
    assert.equal(status, 0, run.join(' '))
    assert.match(stderr, /"@acme\/none" is not installed.* PACKAGE_MISSING/)
    assert.match(JSON.stringify(JSON.parse(stdout)), /@acme\/agent-kit:modules\/x\.md/)
  }
  const { status, stdout } = spawnSync(process.execPath, [...commandLine, 'check', '--format', 'json'], {
    cwd: root,
    encoding: 'utf8',
  })
  const report = JSON.parse(stdout) as { diagnostics: Diagnostic[] }
  assert.deepEqual([status, report.diagnostics.map(({ code }) => code)], [1, ['PACKAGE_MISSING']])
})
