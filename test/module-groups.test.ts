import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { type Config, createFramework, type Report } from 'heddle'
import { createTestFramework } from 'heddle/testing'
import { claude, xmlBlocks } from 'heddle/plugins'

const sources = {
  'src/a.ts': 'const a = 1 // TODO mend\ndebugger\n',
  'src/b.ts': '// a.b\n// axb\n',
  'notes/x.orig': '',
}

/** The report of a command whose front matter is given, over the sources. */
async function runOf(
  frontMatter: string,
  given: Partial<Config> & { words?: string[] } = {},
): Promise<Report> {
  const { words = [], ...config } = given
  const files = { ...sources, '.heddle/commands/look.md': `---\n${frontMatter}---\n# Look\n` }
  const framework = await createTestFramework({ files, ...config })
  try {
    return await framework.run('look', { positional: words })
  } finally {
    await framework.dispose()
  }
}

const told = (report: Report): string[] =>
  report.diagnostics.map(
    ({ code, severity, message, at }) => `${severity} ${code} ${at?.path}:${at?.line} ${message}`,
  )

test('a command without any plugin runs what its front matter declares, and tells each finding at its place', async () => {
  const report = await runOf(`groups:
  - name: leftovers
    operations:
      - grep: "\\\\bdebugger\\\\b"
        name: debugger
        glob: "**/*.ts"
        finding: A debugger statement was left behind.
        hint: Take it out.
      - glob: "notes/*.orig"
        name: originals
        finding: A file was left behind by a merge.
        severity: info
      - read: src/a.ts
      - list: src
    gates:
      - name: nothing-left
        enforcement: BLOCKING
        of: [debugger]
      - name: sources-there
        expect: something
        of: [list src]
      - name: looked
        expect: done
        priority: high
  - name: next
    operations: [{ todo: [{ content: Mend it, status: pending }] }]
`)
  assert.deepEqual(told(report), [
    'warning look/debugger src/a.ts:2 A debugger statement was left behind.',
    'info look/originals notes/x.orig:1 A file was left behind by a merge.',
  ])
  assert.deepEqual(
    report.groups.map(({ name, synthesis }) => [name, (synthesis as { summary: unknown }).summary]),
    [
      ['look/leftovers', ['debugger: 1', 'originals: 1', 'read src/a.ts: 1', 'list src: 2']],
      ['look/next', ['todo Mend it: 1']],
    ],
  )
  assert.deepEqual(
    report.gates.filter(({ name }) => !name.includes('/')),
    [
      { name: 'nothing-left', severity: 'blocking', status: 'failed' },
      { name: 'sources-there', severity: 'warning', status: 'passed' },
      { name: 'looked', severity: 'conditional', status: 'passed' },
    ],
  )
  assert.equal(report.status, 'failed')
})

test('arguments and settings are filled in as themselves, never as patterns', async () => {
  const front = `arguments:
  - name: word
settings:
  - name: folder
    default: src
groups:
  - name: uses
    operations:
      - grep: "\${word}"
        name: uses
        path: "\${folder}"
        finding: Here.
`
  assert.deepEqual(told(await runOf(front, { words: ['a.b'] })), ['warning look/uses src/b.ts:1 Here.'])
  assert.deepEqual(told(await runOf(front, { words: ['a.b'], settings: { folder: 'notes' } })), [])
  assert.deepEqual(told(await runOf(front)), [
    'error MODULE_GROUPS .heddle/commands/look.md:10 Nothing says what "word" is.',
  ])
})

test('a path that is filled in leads out of the project for nobody', async () => {
  const front = `arguments:
  - name: file
groups:
  - name: g
    operations:
      - read: "\${file}"
`
  const report = await runOf(front, { words: ['../../etc/passwd'] })
  assert.deepEqual(told(report), [
    'error MODULE_GROUPS .heddle/commands/look.md:7 "../../etc/passwd" leads out of the project.',
  ])
  assert.equal(report.status, 'partial')
})

const refusals: readonly (readonly [operation: string, message: RegExp])[] = [
  ['read: /etc/passwd', /"\/etc\/passwd" leads out of the project/],
  ['read: ../x', /"..\/x" leads out of the project/],
  ['glob: "../**"', /"..\/\*\*" leads out of the project/],
  ['glob: "{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}"', /stands for more than 64 patterns/],
  ['grep: "("', /"\(" is no regular expression/],
  [`grep: "${'a'.repeat(2_001)}"`, /is longer than 2000 characters/],
  ['bash: rm -rf /', /does not allow modules to run "rm -rf \/"/],
  ['bash: { command: "rm -rf ~" }', /cannot give a line for a shell/],
  ['bash: { program: git, arguments: [status], env: { A: b } }', /A bash has no "env"/],
  ['write: { path: a, text: b }', /keys write is none that a module may declare/],
  ['{ read: a, grep: b }', /One operation is read and grep/],
  ['read: { path: a, follow: true }', /A read has no "follow"/],
]

for (const [operation, message] of refusals) {
  test(`a module may not declare ${operation.slice(0, 60)}: its place is told, nothing runs, and the run is partial`, async () => {
    const report = await runOf(`groups:\n  - name: g\n    operations:\n      - ${operation}\n`)
    assert.match(told(report)[0]!, message)
    assert.match(
      told(report)[0]!,
      /^error (?:MODULE_GROUPS|PROGRAM_NOT_ALLOWED) \.heddle\/commands\/look\.md:\d+ /,
    )
    assert.ok(report.diagnostics[0]!.hint)
    assert.deepEqual([report.groups, report.status], [[], 'partial'])
  })
}

test('a check tells broken groups without running anything', async () => {
  const files = {
    '.heddle/commands/look.md':
      '---\ngroups:\n  - name: g\n    operations:\n      - read: a\n      - grep: "("\n---\n# Look\n',
  }
  const framework = await createTestFramework({ files })
  const { diagnostics } = await framework.check()
  await framework.dispose()
  assert.deepEqual(
    diagnostics.map(({ code, at }) => [code, at]),
    [['MODULE_GROUPS', { path: '.heddle/commands/look.md', line: 6, column: 1 }]],
  )
})

test('more groups or operations than anybody reads are refused', async () => {
  const many = (count: number, text: string): string => Array.from({ length: count }, () => text).join('')
  const operations = await runOf(`groups:\n  - name: g\n    operations:\n${many(101, '      - read: a\n')}`)
  assert.match(told(operations)[0]!, /has 101 operations; 100 are the most/)
  const groups = await runOf(
    `groups:\n${Array.from({ length: 21 }, (_, index) => `  - { name: g${index}, operations: [{ read: src/a.ts }] }\n`).join('')}`,
  )
  assert.match(told(groups)[0]!, /may declare 20 groups, not 21/)
  assert.equal(groups.status, 'partial')
})

test('an expression that runs away is ended, and takes nothing else with it', async () => {
  const front =
    'groups:\n  - name: g\n    operations:\n      - grep: "(a+)+$"\n        name: bomb\n      - read: src/a.ts\n'
  const files = {
    ...sources,
    'src/bomb.ts': `${'a'.repeat(40)}!\n`,
    '.heddle/commands/look.md': `---\n${front}---\n`,
  }
  const framework = await createTestFramework({ files, deadlineMs: 2_000 })
  const report = await framework.run('look')
  await framework.dispose()
  const [bomb, read] = report.groups[0]!.operations
  assert.notEqual(bomb!.status, 'done')
  assert.equal(read!.status, 'done')
  assert.equal(report.status, 'partial')
})

test('a program runs for a module only where the configuration allows it with these words', async (t) => {
  const root = folderOf(t, {
    '.heddle/commands/look.md':
      '---\ngroups:\n  - name: g\n    operations:\n      - bash: { program: node, arguments: [--version], writes: [] }\n        name: version\n---\n',
  })
  const statusWith = async (allow: readonly string[]): Promise<unknown> => {
    const framework = await createFramework({ root, config: false, plugins: [], bash: { allow } })
    const report = await framework.run('look')
    await framework.dispose()
    return report.groups[0]?.operations[0]?.status ?? told(report)[0]
  }
  assert.match(String(await statusWith([])), /PROGRAM_NOT_ALLOWED .*modules to run "node --version"/)
  assert.match(String(await statusWith(['node --eval'])), /PROGRAM_NOT_ALLOWED/)
  assert.match(String(await statusWith(['nod'])), /PROGRAM_NOT_ALLOWED/)
  assert.equal(await statusWith(['node --version']), 'done')
  assert.equal(await statusWith(['node']), 'done')
})

test('groups of modules stand behind that of the pattern of the same module, and may need groups by full name', async () => {
  const files = {
    ...sources,
    '.heddle/commands/look.md': '---\nneeds: ["@modules/one.md", "@modules/two.md"]\n---\n',
    '.heddle/modules/one.md': '---\ngroups:\n  - { name: first, operations: [{ read: src/a.ts }] }\n---\n',
    '.heddle/modules/two.md':
      '---\ngroups:\n  - { name: second, needs: [one/first], operations: [{ read: src/b.ts }] }\n---\n',
  }
  const framework = await createTestFramework({ files })
  const design = await framework.plan('look')
  await framework.dispose()
  assert.deepEqual(
    design.operations.map(({ group, needs }) => [group, needs]),
    [
      ['one/first', []],
      ['two/second', ['one/first']],
    ],
  )
})

const settingModule = (extra = ''): string =>
  `settings:\n  - name: folder\n    default: "[PROJECT_CONFIG: layout.source | DEFAULT: src]"\n${extra}groups:\n  - name: g\n    operations:\n      - glob: "\${folder}/**"\n        name: files\n        finding: Here.\n        severity: info\n`

test('a setting takes its value from the configuration, else from what the project says, else from its default', async (t) => {
  const found = async (config: Partial<Config>, files: Record<string, string> = {}): Promise<string[]> => {
    const root = folderOf(t, {
      'src/s.ts': '',
      'lib/l.ts': '',
      'app/p.ts': '',
      '.heddle/commands/look.md': `---\n${settingModule()}---\n`,
      ...files,
    })
    const framework = await createFramework({ root, config: false, plugins: [], ...config })
    const report = await framework.run('look')
    await framework.dispose()
    return report.diagnostics.map(({ at }) => at!.path)
  }
  const xml =
    '<?xml version="1.0"?>\n<!-- <source>no</source> -->\n<project_config>\n  <layout><!-- DEFAULT: src --><source>lib</source></layout>\n</project_config>\n'
  assert.deepEqual(await found({}), ['src/s.ts'])
  assert.deepEqual(await found({}, { 'PROJECT_CONFIG.xml': xml }), ['lib/l.ts'])
  assert.deepEqual(await found({}, { '.heddle/PROJECT_CONFIG.xml': xml }), ['lib/l.ts'])
  assert.deepEqual(await found({ project: { layout: { source: 'app' } } }, { 'PROJECT_CONFIG.xml': xml }), [
    'app/p.ts',
  ])
  assert.deepEqual(await found({ settings: { folder: 'app' } }), ['app/p.ts'])
  assert.deepEqual(await found({ settings: { look: { folder: 'app' }, folder: 'lib' } }), ['app/p.ts'])
})

test('what nobody says is told with its place and what to do, and so is a setting that no module has', async () => {
  const report = await runOf(
    settingModule(
      '  - name: licence\n    required: true\n  - name: port\n    default: "[PROJECT_CONFIG: server.port]"\n',
    ),
    { settings: { look: { foldr: 'x' } } },
  )
  assert.deepEqual(
    report.diagnostics
      .filter(({ code }) => code !== 'look/files')
      .map(({ hint, ...rest }) => [rest.severity, rest.code, rest.message, rest.at?.line, hint]),
    [
      [
        'warning',
        'SETTING_UNKNOWN',
        'The configuration sets "foldr" of "look", which has no such setting.',
        2,
        'Did you mean "folder"?',
      ],
      [
        'warning',
        'PLACEHOLDER_MISSING',
        'The project does not say what "server.port" is, and the text has no default.',
        8,
        'Say it in PROJECT_CONFIG.xml, or under "project" in the configuration, or write "| DEFAULT: …" behind it.',
      ],
      [
        'error',
        'SETTING_MISSING',
        'The setting "licence" of "look" is required and has no value.',
        2,
        "Say it in the configuration: settings: { 'look': { 'licence': … } }.",
      ],
    ],
  )
  assert.equal(report.status, 'partial')
})

/** What a check says of values that declared groups ask for, and the codes of a run of the command. */
async function askedOf(
  files: Record<string, string>,
  given: Partial<Config> = {},
): Promise<{ readonly checked: readonly string[]; readonly ran: string }> {
  const framework = await createTestFramework({
    files: { ...sources, ...files },
    plugins: [claude()],
    ...given,
  })
  try {
    const { diagnostics } = await framework.check()
    const checked = diagnostics
      .filter(({ code }) => code === 'GROUP_VALUE_MISSING')
      .map(({ at, message, hint }) => `${at?.path}:${at?.line}:${at?.column} ${message} ${hint}`)
    const ran = await framework.run('look', {})
    return { checked, ran: ran.status }
  } finally {
    await framework.dispose()
  }
}

const look = (groups: string): Record<string, string> => ({
  '.heddle/commands/look.md': `---\narguments: [{ name: query, default: TODO }]\n${groups}---\n# Look\n`,
})

test('a check tells of a group that asks for a name that nothing has, and a run is without that group', async () => {
  const wrong = await askedOf(
    look(
      'groups:\n  - name: g\n    operations:\n      - read: src/a.ts\n      - grep: "${qeury} ${depth:-2} ${query}"\n',
    ),
  )
  assert.deepEqual(wrong.checked, [
    '.heddle/commands/look.md:7:1 Nothing says what "qeury" is, and the group "g" cannot run without it: no setting of the module has this name, and no argument of "look". Did you mean "query"?',
  ])
  assert.equal(wrong.ran, 'partial')
  const right = await askedOf(
    look(
      'settings: [{ name: folder, default: src }]\ngroups: [{ name: g, operations: [{ grep: "${query}", path: "${folder}" }] }]\n',
    ),
  )
  assert.deepEqual(right, { checked: [], ran: 'passed' })
})

test('a check tells of a group that asks the project for what it does not say, where it asks', async () => {
  const groups =
    'groups:\n  - name: g\n    operations:\n      - grep: "${query:-[PROJECT_CONFIG: no.matter]}"\n        path: "[PROJECT_CONFIG: source.folder]"\n        glob: "[PROJECT_CONFIG: source.glob | DEFAULT: *.ts]"\n'
  const missing = await askedOf(look(groups))
  assert.deepEqual(missing.checked, [
    '.heddle/commands/look.md:7:16 The project does not say what "source.folder" is, and the group "g" cannot run without it. Say it in PROJECT_CONFIG.xml, or under "project" in the configuration, or write "| DEFAULT: …" behind it.',
  ])
  assert.equal(missing.ran, 'partial')
  const said = { checked: [], ran: 'passed' }
  assert.deepEqual(await askedOf(look(groups), { project: { source: { folder: 'src' } } }), said)
  const file = { 'PROJECT_CONFIG.xml': '<project><source><folder>src</folder></source></project>' }
  assert.deepEqual(await askedOf({ ...look(groups), ...file }), said)
})

test('a check says nothing of values that a command may give, of groups that no command needs, and of a project that it was not to read', async (t) => {
  const asking =
    '---\ngroups: [{ name: g, operations: [{ grep: "${query} [PROJECT_CONFIG: a.b]" }] }]\n---\n# Asking\n'
  const needing = { ...look('needs: ["@modules/asking.md"]\n'), '.heddle/modules/asking.md': asking }
  const { checked } = await askedOf(needing)
  assert.deepEqual(
    checked.map((line) => line.split(' is,')[0]),
    ['.heddle/modules/asking.md:2:52 The project does not say what "a.b"'],
  )
  const other = look('groups: [{ name: g, operations: [{ read: src/a.ts }] }]\n')
  assert.deepEqual(await askedOf({ ...other, '.heddle/modules/asking.md': asking }), {
    checked: [],
    ran: 'passed',
  })
  const root = folderOf(t, {
    ...sources,
    ...needing,
    'heddle.config.json': '{ "project": { "a": { "b": "x" } } }',
  })
  for (const config of [undefined, false as const]) {
    const framework = await createFramework({ root, ...(config === false && { config }) })
    const { diagnostics } = await framework.check()
    await framework.dispose()
    assert.deepEqual(
      diagnostics.filter(({ code }) => code === 'GROUP_VALUE_MISSING'),
      [],
    )
  }
})

const severities: readonly (readonly [said: string, severity: string])[] = [
  ['severity: blocking', 'blocking'],
  ['enforcement: BLOCKING', 'blocking'],
  ['enforcement: MANDATORY', 'blocking'],
  ['enforcement: conditional', 'conditional'],
  ['blocking: true', 'blocking'],
  ['blocking: false', 'warning'],
  ['priority: CRITICAL', 'blocking'],
  ['priority: high', 'conditional'],
  ['priority: LOW', 'warning'],
  ['requirement: MUST', 'blocking'],
  ['requirement: All tests pass', 'blocking'],
  ['enforcement: "[PROJECT_CONFIG: q.enforcement | DEFAULT: BLOCKING]"', 'blocking'],
]

for (const phase of ['before/resources', 'during/quality', 'after/results', 'own'] as const)
  test(`however a module says how hard the gate "${phase}" is, the run takes it so`, async () => {
    const group = 'groups:\n  - name: g\n    operations: [{ read: src/a.ts }]\n'
    for (const [said, severity] of severities) {
      const own = `    gates: [{ name: own, ${said.replace(': MANDATORY', ': mandatory')} }]\n`
      const report = await runOf(
        phase === 'own' ? group + own : `gates:\n  - name: ${phase}\n    ${said}\n${group}`,
      )
      assert.equal(report.gates.find(({ name }) => name === phase)?.severity, severity, said)
      const element = `<gate name="${phase}" ${said.replace(/: "?([^"]*)"?$/, '="$1"')}/>`
      const files = {
        ...sources,
        '.heddle/commands/look.md': `---\nneeds: ["@modules/gates.md"]\n${group}---\n`,
        '.heddle/modules/gates.md': `<module name="gates" category="modules"><purpose>p</purpose>${element}</module>\n`,
      }
      const framework = await createTestFramework({ files, plugins: [xmlBlocks()] })
      const { parts } = await framework.load('@modules/gates.md')
      await framework.dispose()
      assert.equal(parts.gates[0]?.severity, severity, element)
    }
  })

function folderOf(t: TestContext, files: Record<string, string>): string {
  const root = mkdtempSync(join(tmpdir(), 'heddle-module-groups-'))
  t.after(() => rmSync(root, { recursive: true, force: true, maxRetries: 3 }))
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  return root
}
