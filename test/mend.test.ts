import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test, type TestContext } from 'node:test'
import {
  createFramework,
  definePlugin,
  type FoundReference,
  type Framework,
  HeddleError,
  type Path,
} from 'heddle'
import { memoryFiles, type WritableFiles } from 'heddle/files'
import { agentsMd, xmlBlocks } from 'heddle/plugins'
import { createTestFramework, type TestFramework } from 'heddle/testing'
import { unifiedDiff } from '../core/mend/unified-diff.ts'

type Texts = Readonly<Record<string, string>>

const around: Texts = {
  '.claude/modules/x.md': '# X\n\n## Part\n',
  '.claude/modules/patterns/tdd.md': '# TDD\n',
  '.claude/system/quality/gates.md': '# Gates\n',
  'docs/b.md': '# B\n\n## Part\n',
  'docs/with space.md': '# W\n',
  'docs/Guide (old).md': '# G\n',
}

function open(files: Texts): Promise<TestFramework> {
  return createTestFramework({ files: { ...around, ...files }, plugins: [agentsMd(), xmlBlocks()] })
}

async function textAt(files: WritableFiles, path: string): Promise<string> {
  return Buffer.from(await files.read(path as Path)).toString()
}

/** The text of one file after `fix --write`, all others as in `around`. */
async function fixed(text: string, path = 'a.md', more: Texts = {}): Promise<string> {
  const framework = await open({ ...more, [path]: text })
  await framework.fix({ write: true })
  const after = await textAt(framework.files, path)
  assert.deepEqual((await framework.fix({ write: true })).edits, [], 'a second run finds nothing to do')
  await framework.dispose()
  return after
}

/** Every file after a rename, by its path. */
async function renamed(files: Texts, old: string, wanted: string): Promise<Record<string, string>> {
  const framework = await createTestFramework({ files, plugins: [agentsMd(), xmlBlocks()] })
  const report = await framework.rename(old, wanted, { write: true })
  assert.deepEqual(report.left, [])
  assert.equal(report.written, true)
  const texts = await everyFile(framework.files)
  await framework.rename(wanted, old, { write: true })
  assert.deepEqual(await everyFile(framework.files), files, 'renaming back restores every byte')
  await framework.dispose()
  return texts
}

async function everyFile(files: WritableFiles, folder = ''): Promise<Record<string, string>> {
  const texts: Record<string, string> = {}
  for (const { name, type } of (await files.list(folder as Path)) ?? []) {
    const path = folder === '' ? name : `${folder}/${name}`
    if (type === 'directory') Object.assign(texts, await everyFile(files, path))
    else texts[path] = await textAt(files, path)
  }
  return texts
}

async function codeOf(call: Promise<unknown>): Promise<string> {
  try {
    await call
    return 'nothing was thrown'
  } catch (thrown) {
    assert.ok(thrown instanceof HeddleError, String(thrown))
    assert.ok(thrown.diagnostic.hint, `${thrown.code} says what to do`)
    return thrown.code
  }
}

test('a dependency that was only found by searching gets the path that resolves, and keeps its reason', async () => {
  assert.equal(
    await fixed(
      '<depends_on>\n  patterns/tdd.md for the cycle\n  quality/gates.md#red OR x.md\n</depends_on>\n',
      '.claude/commands/a.md',
    ),
    '<depends_on>\n  modules/patterns/tdd.md for the cycle\n  system/quality/gates.md#red OR modules/x.md\n</depends_on>\n',
  )
})

test('attributes, front matter and marked paths are repaired in their own style', async () => {
  assert.equal(
    await fixed('<uses_pattern from="patterns/tdd.md">x</uses_pattern>\n', '.claude/commands/a.md'),
    '<uses_pattern from="modules/patterns/tdd.md">x</uses_pattern>\n',
  )
  assert.equal(
    await fixed('---\nneeds: [patterns/tdd.md, "quality/gates"]\n---\n# patterns/tdd.md\n'),
    '---\nneeds: [modules/patterns/tdd.md, "system/quality/gates"]\n---\n# patterns/tdd.md\n',
  )
  assert.equal(
    await fixed('<delegation_target>../../patterns/tdd.md</delegation_target>\n', '.claude/system/a.md'),
    '<delegation_target>../modules/patterns/tdd.md</delegation_target>\n',
  )
})

test('letter case is put right in links, images, definitions, aliases and imports', async () => {
  assert.equal(
    await fixed('[a](Docs/B.md "t") ![i](docs/B.MD?raw=1#Part) [d]\n\n[d]: <docs/With Space.md#x> (t)\n'),
    '[a](docs/b.md "t") ![i](docs/b.md?raw=1#Part) [d]\n\n[d]: <docs/with space.md#x> (t)\n',
  )
  assert.equal(await fixed('See @modules/Patterns/TDD, please.'), 'See @modules/patterns/tdd, please.')
  assert.equal(
    await fixed('@docs/B.md and @docs/With\\ Space.md\n', 'CLAUDE.md'),
    '@docs/b.md and @docs/with\\ space.md\n',
  )
})

test('a link that would resolve from the root or from the home is written from its own file', async () => {
  assert.equal(
    await fixed('[a](docs/b.md#part) [b](modules/patterns/tdd.md) [c](./docs/b.md)', 'docs/deep/a.md'),
    '[a](../b.md#part) [b](../../.claude/modules/patterns/tdd.md) [c](../b.md)',
  )
  assert.equal(await fixed('@docs/b.md\n', 'docs/deep/CLAUDE.md'), '@../b.md\n')
})

test('a mangled way up is put right when one file fits', async () => {
  assert.equal(
    await fixed('[a](../../../docs/b.md) [b](../patterns/tdd.md)', 'docs/deep/a.md'),
    '[a](../b.md) [b](../../.claude/modules/patterns/tdd.md)',
  )
})

test('the path is written as its place asks for: percent-encoding, angle brackets, parentheses', async () => {
  assert.equal(
    await fixed(
      '[a](docs/with%20space.md) [b](<docs/with space.md>) [c](docs/Guide\\_.md)',
      'docs/deep/a.md',
    ),
    '[a](../with%20space.md) [b](<../with space.md>) [c](docs/Guide\\_.md)',
  )
  assert.equal(
    await fixed('[a](docs/guide%20%28old%29.md) [b](<docs/guide (old).md>)'),
    '[a](docs/Guide%20(old).md) [b](<docs/Guide (old).md>)',
  )
  assert.equal(
    await fixed('[a](docs/50&percnt;.md) [b](Docs/50%25%20&amp;%20more.md)', 'a.md', {
      'docs/50% & more.md': '# M',
    }),
    '[a](docs/50&percnt;.md) [b](docs/50%25%20&amp;%20more.md)',
  )
})

test('nothing but references changes: line ends, the mark and white space at line ends stay', async () => {
  assert.equal(
    await fixed('\ufeff# A\r\n\r\n[ü](Docs/b.md)  \r\n\tdocs/B.md\r\n@modules/X.md\t\r\n'),
    '\ufeff# A\r\n\r\n[ü](docs/b.md)  \r\n\tdocs/B.md\r\n@modules/x.md\t\r\n',
  )
})

test('what has no one right answer is left, with its hint', async () => {
  const text =
    '[name](gates.md) [near](docs/c.md) @modules/quality/gates.md @modules/pattern/tdd.md @modules/X.md#none\n'
  const files = { 'a.md': text, 'two/b.md': '# 1', 'one/two/b.md': '# 2', 'q/z.md': '[two](two/b.md)' }
  const framework = await open(files)
  const { edits, left, written } = await framework.fix({ write: true })
  assert.deepEqual([edits, written], [[], false])
  assert.deepEqual(
    left.map(({ at, code }) => `${at!.path}:${at!.column} ${code}`),
    [
      'a.md:8 REFERENCE_MISSING',
      'a.md:25 REFERENCE_MISSING',
      'a.md:36 REFERENCE_MISSING',
      'a.md:62 REFERENCE_MISSING',
      'a.md:86 REFERENCE_CASE',
      'q/z.md:7 REFERENCE_MISSING',
    ],
  )
  assert.ok(left.every(({ hint }) => hint))
  assert.equal(await textAt(framework.files, 'a.md'), text)
  await framework.dispose()
})

test('a likely answer is taken when a lower confidence is asked for, and only then', async () => {
  const framework = await open({ 'a.md': '@modules/quality/gates.md [name](gates.md)\n' })
  assert.deepEqual((await framework.fix()).edits, [])
  const { edits } = await framework.fix({ confidence: 0.8 })
  assert.deepEqual(
    edits.map(({ before, after, confidence }) => `${before} → ${after} ${confidence}`),
    [
      '@modules/quality/gates.md → @system/quality/gates.md 0.8',
      'gates.md → .claude/system/quality/gates.md 0.85',
    ],
  )
  assert.equal(await codeOf(framework.fix({ confidence: 0.5 })), 'CONFIDENCE_OUT_OF_RANGE')
  await framework.dispose()
})

test('a path bounds what is repaired, and a dry run writes nothing', async () => {
  const framework = await open({ 'one/a.md': '[x](/docs/B.md)', 'two/a.md': '[x](/docs/B.md)' })
  const { edits, written, root } = await framework.fix({ paths: ['two'] })
  assert.deepEqual([written, root], [false, ''])
  assert.deepEqual(edits, [
    {
      path: 'two/a.md',
      line: 1,
      column: 5,
      before: '/docs/B.md',
      after: '/docs/b.md',
      code: 'REFERENCE_CASE',
      confidence: 0.99,
    },
  ])
  assert.equal(await textAt(framework.files, 'two/a.md'), '[x](/docs/B.md)')
  assert.equal(await codeOf(framework.fix({ paths: ['three'] })), 'PATH_MISSING')
  await framework.dispose()
})

test('an edit after which the file reads otherwise than planned is dropped, and the others stay', async () => {
  const written = 'Uses patterns/tdd.md and [b](Docs/b.md).\n'
  const at = (text: string, target: string): FoundReference[] =>
    text.includes(target)
      ? [{ text: target, target, fragment: null, form: 'tag', offset: text.indexOf(target) }]
      : []
  // Each reads the path that resolves as no reference, as a shorter one, or as two.
  const readers: readonly ((text: string) => FoundReference[])[] = [
    (text) => (text.includes('modules/patterns') ? [] : at(text, 'patterns/tdd.md')),
    (text) => at(text, 'patterns/tdd.md'),
    (text) => [
      ...at(text, 'modules/patterns/tdd.md'),
      ...at(text, 'patterns/tdd.md').slice(text.includes('modules/') ? 1 : 0),
      ...(text.includes('modules/') ? at(text, 'Uses') : []),
    ],
  ]
  for (const read of readers) {
    const plugin = definePlugin({
      name: 'reader',
      apply: (hooks) => hooks.references.tap('reader', ({ text }) => read(text)),
    })
    const files = memoryFiles({ ...around, 'a.md': written })
    const framework = await createFramework({ files, plugins: [plugin()], builtIn: false, config: false })
    const { edits, left } = await framework.fix({ write: true })
    assert.deepEqual(
      edits.map(({ after }) => after),
      ['docs/b.md'],
    )
    assert.deepEqual(
      left.map(({ code }) => code),
      ['REFERENCE_SEARCHED'],
    )
    assert.equal(await textAt(files, 'a.md'), written.replace('Docs', 'docs'))
    await framework.dispose()
  }
})

test('a file that was changed after it was read is a conflict, and nothing is written', async () => {
  const files = memoryFiles({ ...around, 'a.md': '[a](Docs/b.md)', 'z.md': '[z](Docs/b.md)' })
  const framework = await createFramework({ files, plugins: [], builtIn: false, config: false })
  await framework.check()
  await files.write('z.md' as Path, 'new [z](Docs/b.md)')
  assert.equal(await codeOf(framework.fix({ write: true })), 'CONFLICT')
  assert.equal(await textAt(files, 'a.md'), '[a](Docs/b.md)')
  await framework.dispose()
})

test('a file that changes while the repair is being proved is a conflict too', async () => {
  const files = memoryFiles({ ...around, 'a.md': '[a](Docs/b.md)', 'z.md': '[z](Docs/b.md)' })
  const editor = definePlugin({
    name: 'editor',
    apply(hooks) {
      hooks.validate.tap('editor', ({ document }) => {
        if (document.text === '[z](docs/b.md)') void files.write('z.md' as Path, 'theirs')
        return []
      })
    },
  })
  const framework = await createFramework({ files, plugins: [editor()], builtIn: false, config: false })
  assert.equal(await codeOf(framework.fix({ write: true })), 'CONFLICT')
  assert.equal(await textAt(files, 'a.md'), '[a](Docs/b.md)')
  assert.equal(await textAt(files, 'z.md'), 'theirs')
  await framework.dispose()
})

test('when one file cannot be written, none is', async () => {
  const files = memoryFiles({ ...around, 'a.md': '[a](Docs/b.md)', 'z.md': '[z](Docs/b.md)' })
  const { write } = files
  let isFull = true
  const full = Object.assign(files, {
    write(path: Path, content: string | Uint8Array) {
      if (path !== 'z.md' || !isFull) return write(path, content)
      isFull = false
      return Promise.reject(new Error('disk full'))
    },
  })
  const framework = await createFramework({ files: full, plugins: [], builtIn: false, config: false })
  await assert.rejects(framework.fix({ write: true }), /disk full/)
  assert.equal(await textAt(files, 'a.md'), '[a](Docs/b.md)')
  await framework.dispose()
})

test('a rename rewrites every form of reference, and keeps fragments, titles and what was left out', async () => {
  const texts = await renamed(
    {
      '.claude/commands/c.md': [
        '---',
        'needs: ["@modules/old", modules/old.md]',
        '---',
        '<depends_on>',
        '  modules/old.md for this',
        '  ../modules/old.md#part',
        '</depends_on>',
        '<uses_pattern from="@modules/old.md">x</uses_pattern>',
        '<home>@.claude/modules/old.md</home>',
        '',
      ].join('\n'),
      '.claude/modules/old.md': '# Old\n\n[self](old.md#old) [part](#old) [up](../../docs/a.md)\n',
      '.claude/modules/other.md': '[n](./old.md) [m](../modules/old.md)\n',
      'CLAUDE.md': '@.claude/modules/old.md#part and @modules/old#part, @modules/old.md.\n',
      'docs/a.md': [
        '[l](../.claude/modules/old.md#part "t") ![i](<../.claude/modules/old.md>) [d] `@modules/old.md`',
        '`.claude/modules/old.md` is mentioned; old.md is not. [web](https://x.example/modules/old.md)',
        '[root](/.claude/modules/old.md?raw=1#x) [alias](@modules/old.md)',
        '',
        '[d]: ../.claude/modules/old.md',
        '',
        '```',
        '@modules/old.md',
        '```',
        '',
      ].join('\r\n'),
    },
    '.claude/modules/old.md',
    '.claude/modules/deep/new.md',
  )
  assert.deepEqual(texts, {
    '.claude/commands/c.md': [
      '---',
      'needs: ["@modules/deep/new", modules/deep/new.md]',
      '---',
      '<depends_on>',
      '  modules/deep/new.md for this',
      '  ../modules/deep/new.md#part',
      '</depends_on>',
      '<uses_pattern from="@modules/deep/new.md">x</uses_pattern>',
      '<home>@.claude/modules/deep/new.md</home>',
      '',
    ].join('\n'),
    '.claude/modules/deep/new.md': '# Old\n\n[self](new.md#old) [part](#old) [up](../../../docs/a.md)\n',
    '.claude/modules/other.md': '[n](./deep/new.md) [m](../modules/deep/new.md)\n',
    'CLAUDE.md': '@.claude/modules/deep/new.md#part and @modules/deep/new#part, @modules/deep/new.md.\n',
    'docs/a.md': [
      '[l](../.claude/modules/deep/new.md#part "t") ![i](<../.claude/modules/deep/new.md>) [d] `@modules/deep/new.md`',
      '`.claude/modules/deep/new.md` is mentioned; old.md is not. [web](https://x.example/modules/old.md)',
      '[root](/.claude/modules/deep/new.md?raw=1#x) [alias](@modules/deep/new.md)',
      '',
      '[d]: ../.claude/modules/deep/new.md',
      '',
      '```',
      '@modules/old.md',
      '```',
      '',
    ].join('\r\n'),
  })
})

test('a name that links and imports can hold is escaped there', async () => {
  const texts = await renamed(
    {
      'docs/a.md': '[a](b.md#x) [b](<b.md>) ![c](./b.md)\n',
      'docs/b.md': '# B\n',
      'docs/CLAUDE.md': '# C\n',
    },
    'docs/b.md',
    'docs/50% (of) it & more.md',
  )
  assert.equal(
    texts['docs/a.md'],
    '[a](50%25%20(of)%20it%20%26%20more.md#x) [b](<50%25 (of) it %26 more.md>) ![c](./50%25%20(of)%20it%20%26%20more.md)\n',
  )
  const closed = await renamed({ 'a.md': '[b](b.md)\n', 'b.md': '# B\n' }, 'b.md', 'b) c(.md')
  assert.equal(closed['a.md'], '[b](b%29%20c%28.md)\n')
  const notes = { 'docs/CLAUDE.md': '@b.md, please\n', 'docs/b.md': '# B\n' }
  const moved = await renamed(notes, 'docs/b.md', 'docs/more of it.md')
  assert.equal(moved['docs/CLAUDE.md'], '@more\\ of\\ it.md, please\n')
})

test('a name that a reference cannot hold is refused, and nothing is written', async () => {
  const files = {
    '.claude/modules/a.md': '# A\n',
    'docs/d.md': 'See @modules/a.md and [a](../.claude/modules/a.md).\n',
  }
  const framework = await createTestFramework({ files })
  const report = await framework.rename('@modules/a.md', '@modules/a b.md', { write: true })
  assert.deepEqual(
    report.left.map(({ code, severity, at, hint }) => [code, severity, at, typeof hint]),
    [['RENAME_REFERENCE', 'error', { path: 'docs/d.md', line: 1, column: 5 }, 'string']],
  )
  assert.equal(report.written, false)
  assert.deepEqual(await everyFile(framework.files), files)
  await framework.dispose()
})

test('references in a moved file go on to name what they named', async () => {
  const texts = await renamed(
    {
      'docs/a.md':
        '[b](b.md) [./b](./b.md#x) [img](../img/i.png) [web](https://x.example) [gone](gone.md) [self](#a)\n',
      'docs/b.md': '[a](a.md)\n',
      'img/i.png': 'x',
    },
    'docs/a.md',
    'guides/deep/first.md',
  )
  assert.equal(
    texts['guides/deep/first.md'],
    '[b](../../docs/b.md) [./b](./../../docs/b.md#x) [img](../../img/i.png) [web](https://x.example) [gone](../../docs/gone.md) [self](#a)\n',
  )
  assert.equal(texts['docs/b.md'], '[a](../guides/deep/first.md)\n')
})

test('what a moved file refers to stays as short as it was, and detours stay', async () => {
  const files = { 'docs/a.md': '[b](b.md) [c](./deep/../c.md)\n', 'docs/b.md': '# B\n', 'docs/c.md': '# C\n' }
  const texts = await renamed(files, 'docs/a.md', 'guides/a.md')
  assert.equal(texts['guides/a.md'], '[b](../docs/b.md) [c](./../docs/deep/../c.md)\n')
})

test('a folder moves with all that is in it, what refers into it, and what its files refer to', async () => {
  const texts = await renamed(
    {
      '.claude/modules/patterns/README.md': '# Patterns: [tdd](tdd.md) [out](../x.md)\n',
      '.claude/modules/patterns/tdd.md': '@modules/patterns/deep/more.md [up](../../../docs)\n',
      '.claude/modules/patterns/deep/more.md': '[tdd](../tdd.md)\n',
      '.claude/modules/patterns/run.sh': '#!/bin/sh\n',
      '.claude/modules/x.md':
        '@modules/patterns/ @modules/patterns/tdd [r](patterns/run.sh) [f](patterns/)\n',
      'docs/a.md': '`.claude/modules/patterns/`\n',
    },
    '@modules/patterns',
    '@modules/habits/good',
  )
  assert.deepEqual(Object.keys(texts), [
    '.claude/modules/habits/good/README.md',
    '.claude/modules/habits/good/deep/more.md',
    '.claude/modules/habits/good/run.sh',
    '.claude/modules/habits/good/tdd.md',
    '.claude/modules/x.md',
    'docs/a.md',
  ])
  assert.equal(
    texts['.claude/modules/x.md'],
    '@modules/habits/good/ @modules/habits/good/tdd [r](habits/good/run.sh) [f](habits/good/)\n',
  )
  assert.equal(
    texts['.claude/modules/habits/good/README.md'],
    '# Patterns: [tdd](tdd.md) [out](../../x.md)\n',
  )
  assert.equal(
    texts['.claude/modules/habits/good/tdd.md'],
    '@modules/habits/good/deep/more.md [up](../../../../docs)\n',
  )
  assert.equal(texts['docs/a.md'], '`.claude/modules/habits/good/`\n')
})

test('a reference that is only found by searching goes on to show as much of the path as it did', async () => {
  const texts = await renamed(
    {
      '.claude/commands/c.md':
        '<depends_on>\n  quality/gates.md for all\n  ../../quality/gates.md\n</depends_on>\n',
      '.claude/system/quality/gates.md': '# Gates\n',
      'docs/a.md': '`gates.md` says it\n',
    },
    '.claude/system/quality/gates.md',
    '.claude/modules/checks/doors.md',
  )
  assert.equal(
    texts['.claude/commands/c.md'],
    '<depends_on>\n  checks/doors.md for all\n  ../../checks/doors.md\n</depends_on>\n',
  )
  assert.equal(texts['docs/a.md'], '`doors.md` says it\n')
})

test('a path from the home becomes one from the root when its file leaves the home, and the other way round', async () => {
  const texts = await renamed(
    {
      '.claude/commands/c.md': '`modules/patterns/tdd.md` and [up](../../)\n',
      '.claude/modules/patterns/tdd.md': '# TDD\n',
    },
    '.claude/modules/patterns',
    'docs/patterns',
  )
  assert.equal(texts['.claude/commands/c.md'], '`docs/patterns/tdd.md` and [up](../../)\n')
})

test('a path from the root stays one, even where its file would now be found beside the reference', async () => {
  const files = { 'docs/a.md': '---\nneeds: docs/b.md\n---\n# A\n', 'docs/b.md': '# B\n' }
  const texts = await renamed(files, 'docs/b.md', 'b.md')
  assert.equal(texts['docs/a.md'], '---\nneeds: b.md\n---\n# A\n')
})

test('a folder that is an alias takes its name with it', async () => {
  const texts = await renamed(
    { '.claude/guides/a.md': '# A\n', '.claude/commands/c.md': 'See @guides/a.md and @guides/a#a.\n' },
    '.claude/guides',
    '.claude/handbook',
  )
  assert.equal(texts['.claude/commands/c.md'], 'See @handbook/a.md and @handbook/a#a.\n')
})

test('a name that would take references away from other files is written around', async () => {
  const framework = await createTestFramework({
    files: {
      '.claude/modules/a/x.md': '# X\n',
      '.claude/modules/b/y.md': '# Y\n',
      'docs/d.md': 'Uses `x.md` here.\n',
    },
  })
  await framework.rename('.claude/modules/b/y.md', '.claude/modules/b/x.md', { write: true })
  assert.equal(await textAt(framework.files, 'docs/d.md'), 'Uses `modules/a/x.md` here.\n')
  await framework.dispose()
})

test('a name that hides a module of a layer below is written around', async () => {
  const files = {
    '.claude/modules/a.md': '@modules/patterns/tdd-cycle-pattern.md\n',
    '.claude/modules/b.md': '# B\n',
  }
  const framework = await createTestFramework({ files, builtIn: true })
  await framework.rename('@modules/b', '@modules/patterns/tdd-cycle-pattern', { write: true })
  assert.equal(await textAt(framework.files, '.claude/modules/a.md'), '@patterns/tdd-cycle-pattern.md\n')
  const { references } = await framework.graph()
  assert.equal(references[0]?.to, 'heddle:modules/patterns/tdd-cycle-pattern.md')
  await framework.dispose()
})

test('a file that becomes a memory file has its mentions read as imports, from their file alone', async () => {
  const framework = await createTestFramework({
    files: { 'docs/a.md': 'See @docs/b.md.\n', 'docs/b.md': '# B\n' },
    plugins: [agentsMd()],
  })
  const { left, edits } = await framework.rename('docs/a.md', 'docs/CLAUDE.md', { write: true })
  assert.deepEqual([left, edits.map(({ after }) => after)], [[], ['@b.md']])
  assert.equal(await textAt(framework.files, 'docs/CLAUDE.md'), 'See @b.md.\n')
  await framework.dispose()
})

test('what a rename cannot do is refused with a code and a hint', async () => {
  const framework = await createTestFramework({
    files: {
      '.claude/modules/a.md': '# A\n',
      '.claude/modules/b.md': '# B\n',
      'docs/deep/c.md': '# C\n',
      'img.png': 'x',
    },
    builtIn: true,
  })
  const refused = (old: string, wanted: string): Promise<string> =>
    codeOf(framework.rename(old, wanted, { write: true }))
  const before = await everyFile(framework.files)
  assert.equal(await refused('.claude/modules/none.md', 'x.md'), 'RENAME_MISSING')
  assert.equal(await refused('@modules/aa.md', 'x.md'), 'RENAME_MISSING')
  assert.equal(await refused('c.md', 'd.md'), 'RENAME_MISSING')
  assert.equal(await refused('.', 'x'), 'RENAME_ROOT')
  assert.equal(await refused('@modules/a.md', '@modules/b.md'), 'RENAME_EXISTS')
  assert.equal(await refused('@modules/a.md', '@modules/b'), 'RENAME_EXISTS')
  assert.equal(await refused('@modules/a.md', 'docs'), 'RENAME_ENDING')
  assert.equal(await refused('docs', '.claude'), 'RENAME_EXISTS')
  assert.equal(await refused('docs', 'img.png/docs'), 'RENAME_EXISTS')
  assert.equal(await refused('@modules/a.md', './.claude/modules/a.md'), 'RENAME_SAME')
  assert.equal(await refused('docs', 'docs/deep/er'), 'RENAME_INSIDE')
  assert.equal(await refused('@modules/a.md', '@modules/a.txt'), 'RENAME_ENDING')
  assert.equal(await refused('img.png', 'img.md'), 'RENAME_ENDING')
  assert.equal(await refused('@modules/a.md', '@modules/c.md#part'), 'REFERENCE_SYNTAX')
  assert.equal(await refused('@modules/a.md', '../a.md'), 'OUTSIDE_ROOT')
  assert.equal(await refused('../a.md', 'a.md'), 'OUTSIDE_ROOT')
  assert.equal(await refused('@modules/a.md', '@modules/../../../a.md'), 'OUTSIDE_ROOT')
  assert.equal(await refused('@modules/a.md', '.git/a.md'), 'DENIED_BY_RULE')
  assert.equal(await refused('@modules/a.md', 'con.md'), 'NAME_UNSAFE')
  assert.equal(await refused('@modules/patterns/tdd-cycle-pattern.md', 'a.md'), 'RENAME_LAYER')
  assert.equal(await refused('heddle:modules/patterns/tdd-cycle-pattern.md', 'a.md'), 'RENAME_LAYER')
  assert.equal(await refused('@modules/a.md', 'heddle:modules/a.md'), 'RENAME_LAYER')
  assert.deepEqual(await everyFile(framework.files), before)
  await framework.dispose()
})

/** A project on the disk; its folder goes away with the test. */
function project(t: TestContext, files: Texts): string {
  const root = mkdtempSync(join(tmpdir(), 'heddle-mend-'))
  t.after(() => rmSync(root, { recursive: true, force: true }))
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  return root
}

async function openOn(t: TestContext, root: string): Promise<Framework> {
  const framework = await createFramework({ root, plugins: [], builtIn: false, config: false })
  t.after(() => framework.dispose())
  return framework
}

test('on a disk a folder keeps permissions, leaves no empty folder behind, and is not moved with what no door shows', async (t) => {
  const root = project(t, {
    'a/skill/SKILL.md': '[run](run.sh)\n',
    'a/skill/run.sh': '#!/bin/sh\n',
    'b/.env': 'SECRET=1',
    'b/x.md': '# X\n',
  })
  chmodSync(join(root, 'a/skill/run.sh'), 0o755)
  const framework = await openOn(t, root)
  await framework.rename('a/skill', 'skills/one', { write: true })
  assert.equal(statSync(join(root, 'skills/one/run.sh')).mode & 0o777, 0o755)
  assert.ok(!existsSync(join(root, 'a')))
  await framework.rename('b/x.md', 'c/x.md', { write: true })
  assert.equal(readFileSync(join(root, 'b/.env'), 'utf8'), 'SECRET=1')
  writeFileSync(join(root, 'c/.env'), 'SECRET=2')
  assert.equal(await codeOf(framework.rename('c', 'd', { write: true })), 'DENIED_BY_RULE')
  assert.ok(existsSync(join(root, 'c/x.md')) && !existsSync(join(root, 'd')))
})

test('links are not renamed, and neither is a folder that holds one', async (t) => {
  const root = project(t, { 'a/x.md': '# X\n' })
  symlinkSync('x.md', join(root, 'a/y.md'))
  const framework = await openOn(t, root)
  assert.equal(await codeOf(framework.rename('a/y.md', 'a/z.md')), 'RENAME_LINK')
  assert.equal(await codeOf(framework.rename('a', 'b')), 'RENAME_LINK')
})

test('a framework goes on with what it has written', async (t) => {
  const root = project(t, { 'a.md': '[b](B.md)\n', 'b.md': '# B\n' })
  const framework = await openOn(t, root)
  assert.equal((await framework.check()).references.missing, 1)
  await framework.fix({ write: true })
  assert.equal((await framework.check()).references.resolved, 1)
  await framework.rename('b.md', 'c.md', { write: true })
  assert.equal(framework.resolve('c.md').status, 'resolved')
  assert.deepEqual((await framework.check()).references, {
    total: 1,
    resolved: 1,
    searched: 0,
    missing: 0,
    ambiguous: 0,
    outside: 0,
  })
})

function git(root: string, words: readonly string[], input?: string): string {
  return execFileSync('git', words, {
    cwd: root,
    encoding: 'utf8',
    ...(input === undefined ? {} : { input }),
  })
}

test('git applies the patch, and it says what --write does', async (t) => {
  const lines = Array.from({ length: 30 }, (_, index) => `line ${index}`)
  const text = [
    '\ufeff[b](B.md)',
    ...lines,
    '[b](./B.md)',
    '[b](./B.md)',
    ...lines,
    '[b](./b.md) [b](B.md)',
  ].join('\r\n')
  const files = { 'a file.md': text, 'b.md': '# B\n\n[a](<a file.md>) [gone](gone.md)\n', 'e.png': 'x' }
  const [patched, written] = [project(t, files), project(t, files)]
  git(patched, ['init', '-q'])
  const same = (): void => {
    for (const path of git(patched, ['ls-files', '-co', '--exclude-standard', '-z'])
      .split('\0')
      .filter(Boolean))
      assert.deepEqual(readFileSync(join(patched, path)), readFileSync(join(written, path)), path)
  }
  const fixing = await (await openOn(t, patched)).fix()
  await (await openOn(t, written)).fix({ write: true })
  git(patched, ['apply', '--whitespace=nowarn', '-'], fixing.diff)
  same()
  for (const [old, wanted] of [
    ['a file.md', 'docs/a "new" file.md'],
    ['b.md', 'ü/b.md'],
    ['e.png', 'f.png'],
  ] as const) {
    const { diff } = await (await openOn(t, patched)).rename(old, wanted)
    await (await openOn(t, written)).rename(old, wanted, { write: true })
    git(patched, ['apply', '--whitespace=nowarn', '-'], diff)
    assert.ok(existsSync(join(patched, wanted)))
    same()
  }
})

test('a diff shows three lines around a change, joins what touches, and names a missing line end', () => {
  const before = Array.from({ length: 12 }, (_, index) => `${index}`).join('\n')
  const after = before.replace('1\n', 'one\n').replace('8', 'eight').replace('11', 'eleven')
  assert.equal(
    unifiedDiff([{ from: 'a', to: 'a', before, after }]),
    [
      'diff --git a/a b/a',
      '--- a/a',
      '+++ b/a',
      '@@ -1,12 +1,12 @@',
      ' 0',
      '-1',
      '+one',
      ...['2', '3', '4', '5', '6', '7'].map((line) => ` ${line}`),
      '-8',
      '+eight',
      ' 9',
      ' 10',
      '-11',
      '\\ No newline at end of file',
      '+eleven',
      '\\ No newline at end of file',
      '',
    ].join('\n'),
  )
  assert.equal(unifiedDiff([{ from: 'a', to: 'a', before, after: before }]), '')
})
