import assert from 'node:assert/strict'
import { test } from 'node:test'
import { agentsMd, claude, xmlBlocks } from 'heddle/plugins'
import { createTestFramework } from 'heddle/testing'
import { createDocument } from '../core/module/document.ts'
import type { Path } from '../core/vfs/path.ts'
import { findImports } from '../plugins/agents-md/imports.ts'
import { isMemoryFile } from '../plugins/agents-md/memory-file.ts'
import { isDialect } from '../plugins/xml-blocks/dialect.ts'
import { findTagReferences } from '../plugins/xml-blocks/references.ts'

const documentOf = (path: string, text: string): ReturnType<typeof createDocument> =>
  createDocument({
    label: path,
    path: path as Path,
    layer: 'project',
    homePath: path.startsWith('.claude/') ? (path.slice(8) as Path) : null,
    text,
  })

/** The `@path` tokens found, `target` alone; files named in `present` exist. */
function importsOf(text: string, path = 'CLAUDE.md', present: readonly string[] = []): string[] {
  const context = {
    aliases: new Set(['modules', 'system']),
    exists: (target: string) => present.includes(target),
  }
  const found = [...findImports(documentOf(path, text), context)]
  for (const { text: written, offset } of found)
    assert.ok(text.startsWith(written, offset), `${written} at ${offset}`)
  return found.map(
    ({ form, target, fragment }) => `${form} ${target}${fragment === null ? '' : ` # ${fragment}`}`,
  )
}

/** Tag references as `form role target`, with their text checked against its offset. */
function tagsOf(text: string): string[] {
  const found = [...findTagReferences(documentOf('.claude/modules/x.md', text))]
  for (const { text: written, offset } of found)
    assert.ok(text.startsWith(written, offset), `${written} at ${offset}`)
  return found.map(
    ({ form, role, target, fragment }) =>
      `${form} ${role} ${target}${fragment === null ? '' : ` # ${fragment}`}`,
  )
}

test('memory files are known by name in any folder, and rules by theirs', () => {
  const memory = [
    'CLAUDE.md',
    'a/b/AGENTS.md',
    'GEMINI.md',
    'x/CLAUDE.local.md',
    '.claude/rules/a/b.md',
    'pkg/.claude/rules/x.md',
  ]
  const other = [
    'README.md',
    'claude.md',
    'docs/rules/x.md',
    '.claude/commands/x.md',
    'AGENTS.txt',
    '.claude/rules/x.json',
  ]
  assert.deepEqual(
    memory.filter((path) => !isMemoryFile(documentOf(path, ''))),
    [],
  )
  assert.deepEqual(
    other.filter((path) => isMemoryFile(documentOf(path, ''))),
    [],
  )
})

test('an import is a token after @ that has the shape of a path', () => {
  assert.deepEqual(importsOf('@docs/a.md'), ['import docs/a.md'])
  assert.deepEqual(importsOf('See @./a.md, @../b.md; and (@c/d.yaml).'), [
    'import ./a.md',
    'import ../b.md',
    'import c/d.yaml',
  ])
  assert.deepEqual(importsOf('@~/a … @~/b'), ['import ~/a', 'import ~/b'])
  assert.deepEqual(importsOf('- **@package.json**: scripts'), ['import package.json'])
  assert.deepEqual(importsOf('"@a.md" \'@b.md\' [@c.md](x) @/etc/motd.txt'), [
    'import a.md',
    'import b.md',
    'import c.md',
    'import /etc/motd.txt',
  ])
  assert.deepEqual(importsOf('@a.md#part and @my\\ notes.md'), ['import a.md # part', 'import my notes.md'])
  assert.deepEqual(importsOf('@docs/[name].md @{path}/x.md @src/x.ts'), [
    'import docs/[name].md',
    'import {path}/x.md',
    'import src/x.ts',
  ])
  assert.deepEqual(importsOf('@.claude/commands/x.md'), ['import .claude/commands/x.md'])
  assert.deepEqual(importsOf('- @docs/guides/setup\n'), ['import docs/guides/setup'])
})

test('a name without the shape of a path is an import when the file exists', () => {
  assert.deepEqual(importsOf('Read @README and @Makefile.', 'CLAUDE.md', ['README', 'Makefile']), [
    'import README',
    'import Makefile',
  ])
  assert.deepEqual(importsOf('Read @README and @docs/setup.', 'CLAUDE.md'), [])
  assert.deepEqual(importsOf('@docs/setup', 'CLAUDE.md', ['docs/setup']), ['import docs/setup'])
})

test('addresses, handles, package scopes, decorators and code are no imports', () => {
  for (const text of [
    'me@example.com, a.b@docs/x.md',
    '@name @load @param x',
    '@import x from y',
    '@types/node, @vercel/next.js, @anthropic-ai/sdk',
    '@pytest.mark.unit @app.route("/x.md") @Component({})',
    '@https://x.y/z.md @//host/x.md',
    '`@docs/a.md` and ``@docs/b.md``',
    '```\n@docs/a.md\n```\n',
    'x\n\n    @docs/a.md\n',
    '<!-- @docs/a.md -->\n',
    '@ @. @/ @docs/ @@x.md',
    'src/@types/x.md',
  ]) {
    assert.deepEqual(importsOf(text), [], text)
  }
})

test('aliases are left to the core, and front matter to its own reader', () => {
  assert.deepEqual(importsOf('@modules/a.md @system/b.md @other/c.md'), ['import other/c.md'])
  assert.deepEqual(importsOf('---\nneeds: "@docs/a.md"\n---\n@docs/b.md'), ['import docs/b.md'])
})

test('outside memory files the same tokens are mentions, and only with a file ending', () => {
  const text = 'Run on @src/x.ts and @docs/a.md; @~/b @README @docs/guides/setup `@c.md`'
  assert.deepEqual(importsOf(text, '.claude/commands/x.md', ['README']), [
    'mention src/x.ts',
    'mention docs/a.md',
  ])
  assert.deepEqual(importsOf('@types/node @x', 'docs/x.md'), [])
})

test('a memory file is an entry, and its imports resolve from the file alone', async () => {
  const framework = await createTestFramework({
    files: {
      'sub/CLAUDE.md': '@a.md\n@docs/b.md\n@README\n@modules/m.md\n',
      'sub/a.md': '# A',
      'sub/README': 'text',
      'docs/b.md': '# B',
      '.claude/modules/m.md': '# M',
    },
    plugins: [agentsMd()],
  })
  const { modules, references } = await framework.graph()
  assert.equal(modules.find(({ id }) => id === 'sub/CLAUDE.md')!.entry, true)
  assert.deepEqual(
    references.map(({ text, form, status, to, suggestion }) => [
      text,
      form,
      status,
      to,
      suggestion?.path ?? null,
    ]),
    [
      ['@a.md', 'import', 'resolved', 'sub/a.md', null],
      ['@docs/b.md', 'import', 'missing', null, 'docs/b.md'],
      ['@README', 'import', 'resolved', 'sub/README', null],
      ['@modules/m.md', 'alias', 'resolved', '.claude/modules/m.md', null],
    ],
  )
  await framework.dispose()
})

test('the place of a file tells its kind', async () => {
  const described = '---\nname: x\ndescription: y\n---\n'
  const framework = await createTestFramework({
    files: {
      '.claude/commands/git/commit.md': '---\ndescription: Commits.\n---\n',
      '.claude/commands/README.md': '# Commands',
      '.claude/agents/reviewer.md': '---\nname: code-reviewer\ndescription: Reviews.\n---\n',
      '.claude/skills/pdf/SKILL.md': '---\ndescription: Reads.\n---\n',
      '.claude/rules/a/style.md': '# Style',
      '.claude/output-styles/short.md': '# Short',
      '.claude/modules/m.md': '# M',
      'packages/a/.claude/commands/local.md': '# Local',
      'skills/xlsx/SKILL.md': described,
      'plugins/p/commands/go.md': described,
      'plugins/p/agents/deep/checker.md': '# Checker',
      'plugins/p/.claude-plugin/plugin.json': '{"name":"p"}',
      'plugins/q/commands/no-manifest.md': described,
      'commands/other.md': '# Other',
    },
    plugins: [claude()],
  })
  const { modules } = await framework.graph()
  assert.deepEqual(
    modules.map(({ id, kind, name, entry }) => `${id} ${kind} ${name}${entry ? ' entry' : ''}`),
    [
      '.claude/agents/reviewer.md agent code-reviewer entry',
      '.claude/commands/README.md module README',
      '.claude/commands/git/commit.md command commit entry',
      '.claude/modules/m.md module m',
      '.claude/output-styles/short.md output-style short',
      '.claude/rules/a/style.md rule style entry',
      '.claude/skills/pdf/SKILL.md skill pdf entry',
      'commands/other.md document other',
      'packages/a/.claude/commands/local.md command local entry',
      'plugins/p/agents/deep/checker.md agent checker entry',
      'plugins/p/commands/go.md command x entry',
      'plugins/q/commands/no-manifest.md document x',
      'skills/xlsx/SKILL.md skill x entry',
    ],
  )
  await framework.dispose()
})

test('a skill, an agent and a command that the host would not take as they are get a finding at the key', async () => {
  const good =
    '---\nname: good\ndescription: Does good.\nallowed-tools: Bash(git add:*), Read\ncompatibility: git\nunknown: 1\n---\n'
  const framework = await createTestFramework({
    files: {
      '.claude/skills/good/SKILL.md': good,
      '.claude/skills/empty/SKILL.md': '# No front matter',
      '.claude/skills/capital/SKILL.md': '---\ndescription: d\nname: My Skill\n---\n',
      '.claude/skills/other/SKILL.md': '---\nname: else-where\ndescription: d\n---\n',
      '.claude/skills/long/SKILL.md': `---\nname: long\ndescription: ${'d'.repeat(1_025)}\ncompatibility: []\n---\n`,
      '.claude/skills/broken/SKILL.md': '---\nname: broken\ndescription: use: this\n---\n',
      '.claude/agents/a.md': '---\nname: a\ntools: [Read, {x: 1}]\n---\n',
      '.claude/commands/c.md': '---\nallowed-tools: Bash(git add\n---\n',
      '.claude/commands/fine.md': '---\nallowed-tools: [Read, "Bash(git:*)"]\n---\n',
    },
    plugins: [claude()],
  })
  const { diagnostics } = await framework.check()
  assert.deepEqual(
    diagnostics.map(({ code, severity, at }) => `${at!.path}:${at!.line} ${severity} ${code}`),
    [
      '.claude/agents/a.md:1 warning claude/agent-description',
      '.claude/agents/a.md:3 warning claude/tools',
      '.claude/commands/c.md:2 warning claude/allowed-tools',
      '.claude/skills/broken/SKILL.md:3 error FRONT_MATTER_SYNTAX',
      '.claude/skills/capital/SKILL.md:3 warning claude/skill-name',
      '.claude/skills/empty/SKILL.md:1 error claude/skill-description',
      '.claude/skills/empty/SKILL.md:1 error claude/skill-name',
      '.claude/skills/good/SKILL.md:4 info claude/skill-tools',
      '.claude/skills/long/SKILL.md:3 warning claude/skill-description',
      '.claude/skills/long/SKILL.md:4 warning claude/skill-compatibility',
      '.claude/skills/other/SKILL.md:2 warning claude/skill-name',
    ],
  )
  assert.ok(diagnostics.every(({ hint }) => hint !== undefined && hint.length > 0))
  await framework.dispose()
})

test('the lines of dependency lists are references up to their reason', () => {
  const text = `
<integration_points>
  <depends_on>
    quality/tdd.md for tests, see other/not-this.md
    planning/a.md OR planning/b.md for input
    - ../x.md
    @modules/patterns/y for z
    @.claude/modules/w.md
    <!-- Add commented/out.md here -->
    All commands for execution with prose/in.md
    system/security/ for folders
    None
    path/to/[name].md for placeholders
  </depends_on>
  <provides_to>commands/task.md#red, commands/task.md and PROJECT_CONFIG.xml for more</provides_to>
</integration_points>`
  assert.deepEqual(tagsOf(text), [
    'tag depends_on quality/tdd.md',
    'tag depends_on planning/a.md',
    'tag depends_on planning/b.md',
    'tag depends_on ../x.md',
    'tag depends_on @modules/patterns/y',
    'tag depends_on .claude/modules/w.md',
    'tag depends_on path/to/[name].md',
    'tag provides_to commands/task.md # red',
    'tag provides_to commands/task.md',
    'tag provides_to PROJECT_CONFIG.xml',
  ])
})

test('elements and attributes that name a module are references, with the exact place of the path', () => {
  const cases: [string, string[]][] = [
    ['<uses_pattern from="patterns/a.md">tdd_cycle</uses_pattern>', ['attribute uses_pattern patterns/a.md']],
    ['<delegation_target> modules/a.md </delegation_target>', ['tag delegation_target modules/a.md']],
    [
      '<delegation target="modules/[category]/[name].md">',
      ['attribute delegation modules/[category]/[name].md'],
    ],
    ['<routes_to>@.claude/modules/a.md</routes_to>', ['tag routes_to .claude/modules/a.md']],
    ['<module thinking="on">a/b.md - the reason</module>', ['tag module a/b.md']],
    ['<module>[category/module.md]</module>', ['tag module [category/module.md]']],
    [
      '<quality_gates><module name="tdd.md" role="x">Text</module></quality_gates>',
      ['attribute module tdd.md'],
    ],
    [
      '<conditional module="a.md" condition="x" fallback = \'b/c.md\'/>',
      ['attribute module a.md', 'attribute fallback b/c.md'],
    ],
    ['<with module="a.md"><required>x</required></with>', ['attribute module a.md']],
    ['<with module="modules/development/">x</with>', ['attribute module modules/development/']],
    ['<with module="//">x</with>', []],
    ['<command purpose="x"><gates>@.claude/q.md</gates></command>', ['tag gates .claude/q.md']],
    [
      '<quality_gates><gate requirement="As in q/t.md#gates and q/t.md"/></quality_gates>',
      ['attribute requirement q/t.md # gates'],
    ],
    ['<pattern_usage>Use q/t.md#red_phase first.</pattern_usage>', ['tag pattern_usage q/t.md # red_phase']],
    ['<quality_gates><example>a/b.md - not meant</example></quality_gates>', []],
    ['<module name="snake_case" category="patterns">Prose about a/b.md.</module>', []],
    ['<depends_on>&lt;module&gt;a/b.md</depends_on>', []],
    ['<depends_on>\nnever/closed.md', []],
  ]
  for (const [text, expected] of cases) {
    assert.deepEqual(tagsOf(text), expected, text)
    assert.deepEqual(tagsOf(`Prose.\n\n\`\`\`xml\n${text}\n\`\`\`\n`), expected, `in a fence: ${text}`)
  }
})

test('a document without a tag of the dialect is none of it, whatever else it holds', () => {
  for (const text of [
    'No markup at all.',
    '<div><module>core</module><details>a/b.md</details></div>',
    '```jsx\n<Module name="x"><Error code={1} /></Module>\n```',
    '<commands purpose>, depends_on: [a/b.md]',
    "<module 'x.y' from 'a/b.md'>",
  ]) {
    assert.equal(isDialect({ text }), false, text)
    assert.deepEqual(tagsOf(text), [])
  }
})

test('a module of the dialect has metadata, a name, parts, and names that fragments address', async () => {
  const framework = await createTestFramework({
    files: {
      '.claude/modules/patterns/tdd-cycle.md': `# TDD

| version | last_updated | status | readiness | __proto__ |
|:--------|--------------|--------|-----------|---|
| 1.2.0   | 2025-07-07   | stable | 90%       | x |

\`\`\`xml
<module name="tdd_cycle" category="patterns">
  <trigger_conditions>
    <condition type="automatic">Code is written, <3 files</condition>
    <condition type="explicit">A user asks</condition>
  </trigger_conditions>
  <implementation>
    <phase name="red" order="1"><purpose>Fail</purpose></phase>
    <phase name="green" order="2"></phase>
  </implementation>
  <quality_gates>
    <gate name="g1" severity="critical">Tests &amp; more</gate>
    <gate name="g2" enforcement="CONDITIONAL"/>
    <gate name="g3" blocking="false"/>
    <gate name="g4" priority="critical"/>
    <gate name="g5" requirement="p95 <200ms"/>
    <gate>named by its text</gate>
  </quality_gates>
  <setting name="limit" default="90" required="true">Least coverage</setting>
  <error code="TDD001" severity="critical"><message>No test</message></error>
</module>
\`\`\`
`,
    },
    plugins: [xmlBlocks()],
  })
  const module = await framework.load('@modules/patterns/tdd-cycle')
  assert.deepEqual(
    [module.name, module.kind, module.version, module.title],
    ['tdd_cycle', 'module', '1.2.0', 'TDD'],
  )
  assert.deepEqual(module.metadata, {
    category: 'patterns',
    version: '1.2.0',
    last_updated: '2025-07-07',
    status: 'stable',
    readiness: '90%',
  })
  const { gates, phases, settings, errors, triggers, names } = module.parts
  assert.deepEqual(
    gates.map(({ name, severity, text, line }) => [name, severity, text, line]),
    [
      ['g1', 'blocking', 'Tests &amp; more', 18],
      ['g2', 'conditional', '', 19],
      ['g3', 'warning', '', 20],
      ['g4', 'blocking', '', 21],
      ['g5', 'blocking', 'p95 <200ms', 22],
      ['named by its text', 'warning', '', 23],
    ],
  )
  assert.deepEqual(phases, [
    { name: 'red', order: 1, line: 14 },
    { name: 'green', order: 2, line: 15 },
  ])
  assert.deepEqual(settings, [{ name: 'limit', default: '90', required: true, line: 25 }])
  assert.deepEqual(errors, [{ code: 'TDD001', severity: 'critical', text: 'No test', line: 26 }])
  assert.deepEqual(triggers, ['Code is written, <3 files', 'A user asks'])
  for (const name of ['tdd_cycle', 'quality_gates', 'g2', 'red', 'limit'])
    assert.ok(names.includes(name), name)
  await framework.dispose()
})

test('front matter wins over the table, and a table inside code is none', async () => {
  const table = '| version | status |\n|---|---|\n| 1.0 | stable |\n'
  const framework = await createTestFramework({
    files: {
      '.claude/modules/a.md': `---\nversion: "2.0"\n---\n${table}`,
      '.claude/modules/b.md': `\`\`\`\n${table}\`\`\`\n`,
      '.claude/modules/c.md': `| version | price |\n|---|---|\n| 1.0 | 2 |\n`,
    },
    plugins: [xmlBlocks()],
  })
  const loaded = await Promise.all(['a', 'b', 'c'].map((name) => framework.load(`@modules/${name}`)))
  assert.deepEqual(
    loaded.map(({ version, metadata }) => [version, metadata]),
    [
      ['2.0', { version: '2.0', status: 'stable' }],
      [null, {}],
      [null, {}],
    ],
  )
  await framework.dispose()
})

test('tag references inside fences stand in the graph with line, column and rung', async () => {
  const framework = await createTestFramework({
    files: {
      '.claude/modules/a.md':
        '# A\n\n```xml\n<depends_on>\n  quality/b.md for tests\n</depends_on>\n<uses_pattern from="modules/c.md">x</uses_pattern>\n```\n',
      '.claude/system/quality/b.md': '# B',
      '.claude/modules/c.md': '# C',
      'docs/plain.md': '```xml\n<a>quality/b.md</a>\n```\n',
    },
    plugins: [agentsMd(), claude(), xmlBlocks()],
  })
  const { references } = await framework.graph()
  assert.deepEqual(
    references.map(({ from, line, column, form, status, rung, to }) => [
      `${from}:${line}:${column}`,
      form,
      status,
      rung,
      to,
    ]),
    [
      ['.claude/modules/a.md:5:3', 'tag', 'searched', 'category', '.claude/system/quality/b.md'],
      ['.claude/modules/a.md:7:21', 'attribute', 'resolved', 'home', '.claude/modules/c.md'],
    ],
  )
  await framework.dispose()
})
