import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { type CheckOptions, createFramework, type Diagnostic, HeddleError, meaningOf } from 'heddle'
import { memoryFiles } from 'heddle/files'
import { claude, preset, xmlBlocks } from 'heddle/plugins'
import { createTestFramework, type TestFrameworkOptions } from 'heddle/testing'
import { checkCodes } from '../core/load/codes.ts'
import { createDocument } from '../core/module/document.ts'
import { readDirectives } from '../core/module/directives.ts'
import type { Path } from '../core/vfs/path.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const long = 'So many words that nobody would write them twice by chance. '.repeat(5)

async function findingsOf(
  files: Readonly<Record<string, string>>,
  options: Omit<TestFrameworkOptions, 'files'> & CheckOptions = {},
): Promise<readonly Diagnostic[]> {
  const { paths, ...rest } = options
  const framework = await createTestFramework({ files, plugins: preset(), ...rest })
  const { diagnostics } = await framework.check(paths ? { paths } : {})
  await framework.dispose()
  return diagnostics
}

const placed = ({ code, at }: Diagnostic): string => `${at?.path}:${at?.line}:${at?.column} ${code}`

/** `place CODE` of the findings with one of the codes. */
async function placesOf(
  code: string,
  files: Readonly<Record<string, string>>,
  options: Omit<TestFrameworkOptions, 'files'> = {},
): Promise<string[]> {
  return (await findingsOf(files, options)).filter((one) => one.code === code).map(placed)
}

test('an orphan is a module of the home that nothing refers to; what a host or a person starts from is none', async () => {
  const framework = await createFramework({ root: join(root, 'fixtures/orphans'), config: false })
  const { diagnostics } = await framework.check()
  const orphans = [
    '.claude/modules/unused/README.md',
    '.claude/modules/unused/woad.md',
    '.claude/skills/dye/references/fixing.md',
  ]
  assert.deepEqual(
    diagnostics.map(({ code, severity, at }) => `${severity} ${code} ${at?.path}`),
    orphans.map((path) => `info ORPHAN ${path}`),
  )
  const { modules } = await framework.graph()
  assert.deepEqual(
    modules.filter(({ orphan }) => orphan).map(({ id }) => id),
    orphans,
  )
  assert.deepEqual(
    modules.filter(({ entry }) => entry).map(({ id }) => id),
    ['.claude/agents/dyer.md', '.claude/commands/dye.md', '.claude/skills/dye/SKILL.md', 'CLAUDE.md'],
  )
  await framework.dispose()
})

test('what the configuration names is an entry point, and a folder that is named brings its README along', async () => {
  const files = {
    '.claude/modules/by-hand/a.md': '# A',
    '.claude/modules/other.md': '# Other',
    '.claude/named/README.md': '# Named',
    '.claude/commands/c.md': 'See [the folder](../named).',
  }
  assert.deepEqual(await placesOf('ORPHAN', files), [
    '.claude/modules/by-hand/a.md:1:1 ORPHAN',
    '.claude/modules/other.md:1:1 ORPHAN',
  ])
  assert.deepEqual(await placesOf('ORPHAN', files, { entries: ['.claude/modules/by-hand/**'] }), [
    '.claude/modules/other.md:1:1 ORPHAN',
  ])
  // Without any entry point the modules are a library, and nobody here knows who needs them.
  const { '.claude/commands/c.md': _, ...library } = files
  assert.deepEqual(await placesOf('ORPHAN', library), [])
  await assert.rejects(
    createTestFramework({ files, entries: ['*'.repeat(300)] }),
    (error) => error instanceof HeddleError && error.code === 'CONFIG_VALUE',
  )
})

test('a cycle is told where the reference stands that closes it, by the shortest way round', async () => {
  const found = await findingsOf({
    '.claude/commands/c.md': 'Needs @modules/a.md.',
    '.claude/modules/a.md': '# A\n\nNeeds @modules/b.md and @modules/d.md.',
    '.claude/modules/b.md': '# B\n\n\nNeeds @modules/c.md.',
    '.claude/modules/c.md': 'Needs @modules/a.md.',
    '.claude/modules/d.md': 'Back to @modules/a.md.',
    '.claude/modules/self.md': 'Needs @modules/self.md. See @modules/a.md.',
  })
  assert.deepEqual(
    found
      .filter(({ code }) => code === 'REFERENCE_CYCLE')
      .map(({ message, ...rest }) => [placed({ message, ...rest }), message]),
    [
      [
        '.claude/modules/d.md:1:9 REFERENCE_CYCLE',
        '4 modules need each other; the shortest way round is .claude/modules/a.md → .claude/modules/d.md → .claude/modules/a.md.',
      ],
      [
        '.claude/modules/self.md:1:7 REFERENCE_CYCLE',
        'Modules need each other: .claude/modules/self.md → .claude/modules/self.md.',
      ],
    ],
  )
})

test('files of the same text are one finding, folders of the same files too, and short files none', async () => {
  const found = await findingsOf({
    'a.md': `# One\n\n${long}`,
    'b.md': `# One\n\n${long}`,
    'c/other-name.md': `# One\n\n${long}`,
    'short/x.md': '# Short',
    'short/y.md': '# Short',
    ...Object.fromEntries(
      ['live', 'old/copy'].flatMap((folder) =>
        ['x.md', 'y.md', 'deep/z.md'].map((name) => [`${folder}/${name}`, `# ${name}\n\n${long}`]),
      ),
    ),
  })
  assert.deepEqual(
    found.map(({ code, severity, message, at }) => [at?.path, severity, code, message]),
    [
      ['b.md', 'info', 'DUPLICATE_CONTENT', '3 files hold the same text: a.md, b.md, c/other-name.md.'],
      [
        'old/copy/deep/z.md',
        'info',
        'DUPLICATE_CONTENT',
        '3 files of old/copy are the same as in live: old/copy/deep/z.md, old/copy/x.md, old/copy/y.md.',
      ],
    ],
  )
})

test('two agents, skills or commands of one place and name are told; namespaces and plugins keep names apart', async () => {
  const agent = (name: string): string => `---\nname: ${name}\ndescription: d\n---\n`
  assert.deepEqual(
    await placesOf('NAME_TWICE', {
      '.claude/agents/a.md': agent('reviewer'),
      '.claude/agents/deep/b.md': agent('reviewer'),
      '.claude/agents/README.md': '# Agents',
      '.claude/commands/ship.md': '# Ship',
      '.claude/commands/git/ship.md': '# Ship with git',
      '.heddle/commands/ship.md': '# Ship another way',
      '.claude/modules/one/ship.md': '# A module [two](../two/ship.md)',
      '.claude/modules/two/ship.md': '# A module [one](../one/ship.md)',
      'plugins/p/.claude-plugin/plugin.json': '{}',
      'plugins/p/agents/c.md': agent('reviewer'),
      'plugins/q/.claude-plugin/plugin.json': '{}',
      'plugins/q/agents/c.md': agent('reviewer'),
    }),
    ['.claude/agents/deep/b.md:1:1 NAME_TWICE', '.heddle/commands/ship.md:1:1 NAME_TWICE'],
  )
})

test('a list that is not answered is told at its line; entry points and hubs are not expected to answer', async () => {
  const lists = (needs: readonly string[], provides: readonly string[]): string =>
    `\`\`\`xml\n<depends_on>\n${needs.join('\n')}\n</depends_on>\n<provides_to>\n${provides.join('\n')}\n</provides_to>\n\`\`\`\n`
  const files: Record<string, string> = {
    '.claude/commands/c.md': lists(['modules/a.md for work'], []),
    '.claude/modules/a.md': lists(
      ['modules/b.md for b'],
      ['modules/b.md for more', 'commands/c.md for work'],
    ),
    '.claude/modules/b.md': lists(['modules/d.md for d'], ['modules/d.md for d']),
    '.claude/modules/d.md': lists(['modules/b.md for b'], ['modules/b.md for b']),
    '.claude/modules/plain.md': '# No lists',
    '.claude/modules/serves.md': lists([], ['modules/plain.md for nothing']),
    '.claude/modules/hub.md': lists(['modules/b.md for b'], ['modules/d.md for d']),
  }
  const few = await findingsOf(files, { plugins: [claude(), xmlBlocks()] })
  assert.deepEqual(
    few
      .filter(({ code }) => code === 'ONE_SIDED')
      .map(({ at, message }) => `${at?.path}:${at?.line} ${message}`),
    [
      '.claude/modules/a.md:3 Listed in depends_on, without this module in their own provides_to: .claude/modules/b.md.',
      '.claude/modules/a.md:6 Listed in provides_to, without this module in their own depends_on: .claude/modules/b.md.',
      '.claude/modules/hub.md:3 Listed in depends_on, without this module in their own provides_to: .claude/modules/b.md.',
      '.claude/modules/hub.md:6 Listed in provides_to, without this module in their own depends_on: .claude/modules/d.md.',
      '.claude/modules/serves.md:6 Listed in provides_to, without this module in their own depends_on: .claude/modules/plain.md.',
    ],
  )
  for (const name of ['e', 'f', 'g', 'h'])
    files[`.claude/modules/${name}.md`] = lists(['modules/hub.md for all'], [])
  const many = await placesOf('ONE_SIDED', files, { plugins: [claude(), xmlBlocks()] })
  assert.ok(!many.some((place) => /modules\/[efgh]\.md/.test(place)), many.join('\n'))
})

test('a module that calls itself something else than its file is told, and templates are not', async () => {
  const module = (name: string, category: string): string =>
    `# M\n\n\`\`\`xml\n<module name="${name}" category="${category}">\n</module>\n\`\`\`\n`
  const found = await findingsOf(
    {
      '.claude/system/security/audit.md': module('security_audit', 'security'),
      '.claude/system/quality/tdd.md': module('tdd', 'system'),
      '.claude/system/quality/gates.md': module('doors', 'patterns'),
      '.claude/system/quality/template.md': module('module_name', 'category_name'),
      'docs/about.md': module('other', 'other'),
    },
    { plugins: [xmlBlocks()], entries: ['**'] },
  )
  assert.deepEqual(
    found.map((one) => `${one.severity} ${placed(one)}`),
    [
      'warning .claude/system/quality/gates.md:4:15 xml-blocks/name',
      'warning .claude/system/quality/gates.md:4:32 xml-blocks/category',
      'info .claude/system/security/audit.md:4:15 xml-blocks/name',
    ],
  )
})

test('a skill is held to the rules of its format, what is only advised as information', async () => {
  const skill = (more: string, body = ''): string => `---\nname: s\ndescription: d\n${more}---\n${body}`
  const cases: readonly [string, string][] = [
    [skill('metadata:\n  version: 1.0\n'), 'warning 4 claude/skill-metadata'],
    [skill('metadata: [a]\n'), 'warning 4 claude/skill-metadata'],
    [skill('metadata:\n  version: "1.0"\n  author: me\n'), ''],
    [skill('license: [MIT]\n'), 'warning 4 claude/skill-license'],
    [skill('license: MIT\n'), ''],
    [skill(`compatibility: ${'c'.repeat(501)}\n`), 'warning 4 claude/skill-compatibility'],
    [skill('allowed-tools: Read Grep Bash(git add, git commit)\n'), ''],
    [skill('allowed-tools: Read, Grep\n'), 'info 4 claude/skill-tools'],
    [skill('allowed-tools: [Read, Grep]\n'), 'info 4 claude/skill-tools'],
    [skill('', 'line\n'.repeat(500)), ''],
    [skill('', 'line\n'.repeat(501)), 'info 5 claude/skill-body'],
    [skill('', 'x'.repeat(20_001)), 'info 5 claude/skill-body'],
    [skill('', '[in](references/a.md) [web](https://a.b/c/d/e) [here](#a/b/c/d)'), ''],
    [skill('', '[deep](references/more/a.md)'), 'info 5 claude/skill-reference'],
    [skill('', '[out](../other/SKILL.md)'), 'info 5 claude/skill-reference'],
    [`---\nname: ${'s'.repeat(65)}\ndescription: d\n---\n`, 'warning 2 claude/skill-name'],
    [`---\nname: s\ndescription: ${'😀'.repeat(1_024)}\n---\n`, ''],
  ]
  for (const [text, expected] of cases) {
    const found = await findingsOf({ '.claude/skills/s/SKILL.md': text }, { plugins: [claude()] })
    const own = found.filter(({ code }) => code.startsWith('claude/'))
    assert.deepEqual(
      own.map(({ severity, at, code }) => `${severity} ${at?.line} ${code}`).join(),
      expected,
      text.slice(0, 100),
    )
  }
})

/** What the directives of a text mean: `CODES lines reason`, a range of lines or `file`. */
function directivesOf(text: string): string[] {
  const document = createDocument({
    label: 'x.md',
    path: 'x.md' as Path,
    layer: 'project',
    homePath: null,
    text,
  })
  return readDirectives(document).map(
    ({ codes, lines, reason }) =>
      `${codes.join('+')} ${lines ? lines.join('-') : 'file'} ${reason ?? '(none)'}`,
  )
}

test('a directive means its own line, the next that holds something, a code block, or the file', () => {
  const cases: readonly [string, readonly string[]][] = [
    ['text <!-- heddle-ignore A_B: why -->\nnext', ['A_B 1-1 why']],
    ['<!-- heddle-ignore A_B: why -->\nnext', ['A_B 1-2 why']],
    ['- item\n\n  <!-- heddle-ignore A_B: why -->\n\n  next', ['A_B 3-5 why']],
    ['<!-- heddle-ignore A: one -->\n<!-- heddle-ignore B: two -->\nnext', ['A 1-3 one', 'B 2-3 two']],
    ['<!-- heddle-ignore A: why -->\n```xml\na\nb\n```\nafter', ['A 1-5 why']],
    [
      '<!-- heddle-ignore A:\n     a reason of\n     three lines -->\nnext',
      ['A 1-4 a reason of three lines'],
    ],
    ['<!-- heddle-ignore A, b/c, d/*: why: because -->\nx', ['A+b/c+d/* 1-2 why: because']],
    ['<!-- heddle-ignore A -->\nx', ['A 1-2 (none)']],
    ['<!-- heddle-ignore -->\nx', [' 1-2 (none)']],
    ['<!-- heddle-ignore-file A: why -->', ['A file why']],
    ['<!-- heddle-ignored A: why -->', []],
    ['<!-- heddle-ignore A: why', []],
    ['```md\n<!-- heddle-ignore A: why -->\n```\n`<!-- heddle-ignore B: why -->`', []],
    ['---\nheddle-ignore:\n  A: why\n  "b/*, C": other\n---\n', ['A file why', 'b/*+C file other']],
    ['---\nheddle-ignore: [A, B]\n---\n', ['A+B file (none)']],
  ]
  for (const [text, expected] of cases) assert.deepEqual(directivesOf(text), expected, text)
})

test('a text full of directives costs no more than it says', () => {
  const hostile = [
    '<!-- heddle-ignore'.repeat(50_000),
    '<!-- heddle-ignore A: b -->\n'.repeat(50_000),
    `${'<!-- heddle-ignore A: '.repeat(20_000)}-->`,
    `<!-- heddle-ignore A: b -->${'\n'.repeat(500_000)}`,
  ]
  for (const text of hostile) assert.ok(directivesOf(text).length <= 1_000)
  fc.assert(
    fc.property(
      fc.array(
        fc.constantFrom(
          '<!--',
          '-->',
          'heddle-ignore',
          '-file',
          ' A_B',
          ': why',
          '\n',
          '`',
          '```',
          '---\n',
          'x',
        ),
      ),
      (parts) => {
        directivesOf(parts.join(''))
      },
    ),
  )
})

test('what is silenced with a reason is counted and not told; the rest is told, and so is a directive too many', async () => {
  const framework = await createFramework({ root: join(root, 'fixtures/silenced'), config: false })
  const { diagnostics, suppressed } = await framework.check()
  assert.equal(suppressed, 3)
  assert.deepEqual(
    diagnostics.map((one) => `${one.severity} ${placed(one)}`),
    [
      'warning .claude/commands/glaze.md:12:1 SUPPRESSION_REASON',
      'error .claude/commands/glaze.md:13:6 REFERENCE_MISSING',
      'info .claude/modules/ash.md:8:1 SUPPRESSION_UNUSED',
    ],
  )
  await framework.dispose()
})

test('directives silence findings of plugins by code or all at once, and never findings about directives', async () => {
  const found = await findingsOf({
    '.claude/skills/a/SKILL.md':
      '---\nname: b\n---\n<!-- heddle-ignore-file claude/*: of another house -->\n',
    '.claude/skills/c/SKILL.md':
      '---\nname: d\n---\n<!-- heddle-ignore-file claude/skill-name: of another house -->\n',
    '.claude/commands/e.md':
      '<!-- heddle-ignore-file SUPPRESSION_CODE, ORPHAN: why -->\n<!-- heddle-ignore ORFAN: why -->\n',
  })
  assert.deepEqual(
    found.map(({ code, at, hint }) => `${at?.path}:${at?.line} ${code} ${hint}`),
    [
      '.claude/commands/e.md:1 SUPPRESSION_UNUSED Remove it from the directive.',
      '.claude/commands/e.md:1 SUPPRESSION_UNUSED Remove it from the directive.',
      '.claude/commands/e.md:2 SUPPRESSION_CODE Did you mean ORPHAN?',
      '.claude/skills/c/SKILL.md:1 claude/skill-description Write "description: …" between two "---" lines at the top.',
    ],
  )
})

test('every finding over all fixtures has a place, a hint and a code that is known or has the prefix of a plugin', async () => {
  const folders = readdirSync(join(root, 'fixtures'), { withFileTypes: true }).filter((entry) =>
    entry.isDirectory(),
  )
  const codes = new Set<string>()
  for (const { name } of folders) {
    const framework = await createFramework({ root: join(root, 'fixtures', name), config: false })
    for (const diagnostic of (await framework.check()).diagnostics) {
      codes.add(diagnostic.code)
      const shown = JSON.stringify(diagnostic)
      assert.ok(diagnostic.at && diagnostic.at.line > 0 && diagnostic.at.column > 0, shown)
      assert.ok(diagnostic.hint, shown)
      assert.ok(meaningOf(diagnostic.code) ?? /^[a-z-]+\/[a-z-]+$/.test(diagnostic.code), shown)
      if (diagnostic.hint.startsWith('Did you mean') && diagnostic.code.startsWith('REFERENCE_'))
        assert.ok(diagnostic.suggestion && diagnostic.suggestion.confidence > 0, shown)
    }
    await framework.dispose()
  }
  assert.ok(codes.size > 10, [...codes].join())
})

test('the codes that a check can report are a closed list, each with what it means', () => {
  const inRooms = new Set(['module', 'resolve', 'load'].flatMap((room) => codesIn(join(root, 'core', room))))
  assert.deepEqual(
    [...inRooms].filter((code) => meaningOf(code) === undefined),
    [],
  )
  const everywhere = new Set(codesIn(join(root, 'core'), 'codes.ts'))
  assert.deepEqual(
    checkCodes.filter((code) => !everywhere.has(code)),
    [],
  )
  assert.equal(meaningOf('toString'), undefined)
  assert.deepEqual(checkCodes, checkCodes.toSorted())
})

/** Codes that are written in the files of a folder: where a finding is made, or thrown. */
function codesIn(folder: string, except?: string): string[] {
  const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (name) => name.endsWith('.ts') && !name.endsWith(except ?? '\0'),
  )
  return sources.flatMap((name) => {
    const text = readFileSync(join(folder, name), 'utf8')
    return [...text.matchAll(/(?:code: |\(\s*|\? |: |, |= )'([A-Z]{2,}(?:_[A-Z]+)*)'/g)]
      .map((match) => match[1]!)
      .filter(
        (code) => code.includes('_') || code === 'ORPHAN' || code === 'INTERNAL' || code === 'UNREADABLE',
      )
  })
}

test('with paths only what stands in them is counted and given, while everything is looked at', async () => {
  const files = {
    '.claude/commands/a.md': '@modules/none.md and @modules/b.md',
    '.claude/modules/b.md': '@modules/gone.md',
    '.claude/modules/c.md': '# C',
  }
  const framework = await createTestFramework({ files, plugins: preset() })
  const only = await framework.check({ paths: ['.claude/modules'] })
  assert.deepEqual(only.diagnostics.map(placed), [
    '.claude/modules/b.md:1:1 REFERENCE_MISSING',
    '.claude/modules/c.md:1:1 ORPHAN',
  ])
  assert.deepEqual([only.modules, only.references.total], [2, 1])
  const byReference = await framework.check({ paths: ['@modules/b', '.claude/modules/c.md'] })
  assert.deepEqual(byReference.diagnostics, only.diagnostics)
  await assert.rejects(
    framework.check({ paths: ['.claude/module'] }),
    /There is nothing at "\.claude\/module"/,
  )
  await framework.dispose()
})

test('what a deletion would break names who refers, and what would take the place of what is gone', async () => {
  const framework = await createTestFramework({
    files: {
      '.claude/commands/a.md':
        'Needs @modules/x.md, @system/quality/universal-quality-gates.md and @modules/sub/only.md.',
      '.claude/modules/x.md': '# X',
      '.claude/modules/x/README.md': '# X, the folder',
      '.claude/modules/y.md': 'See [x](x.md), `modules/x.md`, @modules/x and [the folder](x/).',
      '.claude/modules/sub/only.md': '# Only\n\n@modules/sub/helper.md',
      '.claude/modules/sub/helper.md': '# Helper\n\n[y](../y.md)',
      '.claude/system/quality/universal-quality-gates.md': '# Our own gates',
    },
    plugins: preset(),
    builtIn: true,
  })
  const told = async (...paths: string[]): Promise<unknown> => {
    const { deleted, broken, mentions, orphans } = await framework.ifDeleted(paths)
    const row = ({ from, line, column, text, to, then: after }: (typeof broken)[number]): string =>
      `${from}:${line}:${column} ${text} ${to} → ${after.status} ${after.to}`
    return { deleted, broken: broken.map(row), mentions: mentions.map(row), orphans }
  }
  assert.deepEqual(await told('.claude/modules/x.md'), {
    deleted: ['.claude/modules/x.md'],
    broken: [
      '.claude/commands/a.md:1:7 @modules/x.md .claude/modules/x.md → missing null',
      '.claude/modules/y.md:1:9 x.md .claude/modules/x.md → missing null',
      '.claude/modules/y.md:1:32 @modules/x .claude/modules/x.md → resolved .claude/modules/x/README.md',
    ],
    mentions: ['.claude/modules/y.md:1:17 modules/x.md .claude/modules/x.md → missing null'],
    orphans: [],
  })
  assert.deepEqual(await told('@system/quality/universal-quality-gates'), {
    deleted: ['.claude/system/quality/universal-quality-gates.md'],
    broken: [
      '.claude/commands/a.md:1:22 @system/quality/universal-quality-gates.md .claude/system/quality/universal-quality-gates.md → resolved heddle:modules/system/quality/universal-quality-gates.md',
    ],
    mentions: [],
    orphans: [],
  })
  assert.deepEqual(await told('.claude/modules/sub', '.claude/commands'), {
    deleted: ['.claude/commands/a.md', '.claude/modules/sub/helper.md', '.claude/modules/sub/only.md'],
    broken: [],
    mentions: [],
    orphans: ['.claude/modules/y.md', '.claude/system/quality/universal-quality-gates.md'],
  })
  for (const [path, code] of [
    ['.claude/nothing.md', 'NOT_FOUND'],
    ['heddle:modules/commands/task.md', 'READ_ONLY'],
    ['../elsewhere', 'OUTSIDE_ROOT'],
  ] as const) {
    await assert.rejects(
      framework.ifDeleted([path]),
      (error) => error instanceof HeddleError && error.code === code,
      path,
    )
  }
  assert.equal((await framework.load('@modules/x.md')).title, 'X')
  await framework.dispose()
})

test('what a deletion would break is what is broken after it', async () => {
  const names = ['a.md', 'b.md', 'a/README.md', 'b/a.md', 'c/b.md', 'c/index.md']
  const paths = names.map((name) => `.claude/modules/${name}`)
  const texts = [
    '@modules/a',
    '@modules/b.md',
    '@modules/b/a.md',
    '[l](a.md)',
    '[l](c)',
    '[l](../b.md)',
    '`modules/a.md`',
    '@modules/c',
  ]
  const corpus = fc.record({
    files: fc.dictionary(fc.constantFrom(...paths), fc.array(fc.constantFrom(...texts), { maxLength: 4 }), {
      minKeys: 2,
    }),
    chosen: fc.array(fc.nat({ max: 5 }), { minLength: 1, maxLength: 3 }),
  })
  await fc.assert(
    fc.asyncProperty(corpus, async ({ files, chosen }) => {
      const all = Object.fromEntries(Object.entries(files).map(([path, words]) => [path, words.join('\n\n')]))
      const gone = new Set(chosen.map((number) => Object.keys(all)[number % Object.keys(all).length]!))
      const left = Object.fromEntries(Object.entries(all).filter(([path]) => !gone.has(path)))
      const [before, after] = [await answersOf(all), await answersOf(left)]
      const framework = await createTestFramework({ files: all })
      const { broken, mentions } = await framework.ifDeleted([...gone])
      await framework.dispose()
      const lost = [...after].filter(([key, to]) => before.get(key) !== null && before.get(key) !== to)
      const told = [...broken, ...mentions].map(
        ({ from, line, column, then: answer }) => [`${from}:${line}:${column}`, answer.to] as const,
      )
      assert.deepEqual(new Map(told), new Map(lost))
      assert.equal(told.length, lost.length)
    }),
    { numRuns: 80 },
  )
})

async function answersOf(files: Readonly<Record<string, string>>): Promise<Map<string, string | null>> {
  const framework = await createTestFramework({ files })
  const { references } = await framework.graph()
  await framework.dispose()
  return new Map(references.map(({ from, line, column, to }) => [`${from}:${line}:${column}`, to]))
}

test('who refers to a file is told by form and rung, and what leads there over several files', async () => {
  const framework = await createTestFramework({
    files: {
      'CLAUDE.md': 'Read @docs/rules.md.',
      'docs/rules.md': 'See [x](../.claude/modules/x/README.md) and `modules/x/README.md`.',
      '.claude/commands/go.md': '---\nneeds: ["@modules/x"]\n---\n',
      '.claude/modules/x/README.md': '[self](README.md)',
      '.claude/modules/alone.md': 'Look into [the folder](x/).',
      '.claude/modules/lost.md': '@modules/never.md',
      '.claude/modules/only-mentions.md': 'Once `modules/x/README.md` was here.',
    },
    plugins: preset(),
  })
  const { path, referrers, chains } = await framework.who('@modules/x', { deep: true })
  assert.equal(path, '.claude/modules/x/README.md')
  assert.deepEqual(
    referrers.map(
      (one) =>
        `${one.from}:${one.line}:${one.column} ${one.text} ${one.form} ${one.through} ${one.rung} ${one.status}`,
    ),
    [
      '.claude/commands/go.md:2:10 @modules/x front-matter needs alias resolved',
      '.claude/modules/alone.md:1:24 x/ link link relative resolved',
      '.claude/modules/only-mentions.md:1:7 modules/x/README.md mention mention home resolved',
      'docs/rules.md:1:9 ../.claude/modules/x/README.md link link relative resolved',
      'docs/rules.md:1:46 modules/x/README.md mention mention home resolved',
    ],
  )
  assert.deepEqual(chains, [
    { kind: 'command', entry: true, path: ['.claude/commands/go.md', '.claude/modules/x/README.md'] },
    { kind: 'document', entry: true, path: ['CLAUDE.md', 'docs/rules.md', '.claude/modules/x/README.md'] },
  ])
  assert.deepEqual((await framework.who('.claude/modules/alone.md')).referrers, [])
  const missing = await framework.who('.claude/modules/never.md')
  assert.deepEqual(
    missing.referrers.map(({ from, status }) => `${from} ${status}`),
    ['.claude/modules/lost.md missing'],
  )
  await framework.dispose()
})

test('directives are data of the module and survive a refresh', async () => {
  const files = memoryFiles({
    'CLAUDE.md': '# Start',
    '.claude/modules/a.md': '<!-- heddle-ignore-file ORPHAN: by hand -->\n',
  })
  const framework = await createFramework({ files, plugins: preset(), builtIn: false })
  assert.deepEqual([(await framework.check()).suppressed, (await framework.check()).diagnostics], [1, []])
  await files.write('.claude/modules/a.md' as Path, '# A')
  await framework.refresh()
  assert.deepEqual((await framework.check()).diagnostics.map(placed), ['.claude/modules/a.md:1:1 ORPHAN'])
  assert.deepEqual((await framework.load('@modules/a')).directives, [])
  await framework.dispose()
})
