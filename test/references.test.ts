import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { GraphReference } from 'heddle'
import { agentsMd, xmlBlocks } from 'heddle/plugins'
import { createTestFramework } from 'heddle/testing'
import { createNearNames } from '../core/resolve/near-names.ts'

type Texts = Readonly<Record<string, string>>

const around: Texts = {
  'docs/b.md': '# B',
  'docs/with space.md': '# W',
  'img/a.png': 'x',
  '.claude/modules/x.md': '# X',
  '.claude/modules/patterns/tdd.md': '# TDD',
}

async function graphOf(files: Texts): Promise<readonly GraphReference[]> {
  const framework = await createTestFramework({
    files: { ...around, ...files },
    plugins: [agentsMd(), xmlBlocks()],
  })
  const { references } = await framework.graph()
  await framework.dispose()
  return references
}

/** Every reference of one text on a line each: its place, form, class, status and what it leads to. */
async function seenIn(text: string, path = 'a.md'): Promise<string[]> {
  const references = await graphOf({ [path]: text })
  return references
    .filter(({ from }) => from === path)
    .map((found) => {
      const { line, column, form, class: kind, status, text: written, to } = found
      return `${line}:${column} ${form} ${kind} ${status} ${written} -> ${to}`
    })
}

async function suggestionFor(text: string, files: Texts): Promise<string | null> {
  const references = await graphOf({ ...files, 'CLAUDE.md': text })
  return references.find(({ from }) => from === 'CLAUDE.md')!.suggestion?.path ?? null
}

test('the target of a link is read without title, angle brackets, query and percent-encoding', async () => {
  assert.deepEqual(
    await seenIn('[t](docs/b.md "title") [u](<docs/with space.md>) [v](docs/with%20space.md)'),
    [
      '1:5 link module resolved docs/b.md -> docs/b.md',
      '1:29 link module resolved docs/with space.md -> docs/with space.md',
      '1:54 link module resolved docs/with%20space.md -> docs/with space.md',
    ],
  )
  assert.deepEqual(await seenIn('[t](docs/b.md?raw=true) [![i](img/a.png?raw=true#x "z")](docs/b.md)'), [
    '1:5 link module resolved docs/b.md?raw=true -> docs/b.md',
    '1:31 image file resolved img/a.png?raw=true#x -> img/a.png',
    '1:58 link module resolved docs/b.md -> docs/b.md',
  ])
})

test('a definition is one reference, whether it is used twice or never', async () => {
  assert.deepEqual(await seenIn('[one][d] [two][d] [d]\n\n[d]: docs/b.md "t"\n[unused]: docs/none.md\n'), [
    '3:6 link module resolved docs/b.md -> docs/b.md',
    '4:11 link module missing docs/none.md -> null',
  ])
})

test('a link may lead to a folder, the root included, or to a place in its own file', async () => {
  assert.deepEqual(await seenIn('# H\n[a](docs) [b](docs/) [c](none/) [d](./) [e](#h)'), [
    '2:5 link file resolved docs -> docs',
    '2:15 link file resolved docs/ -> docs',
    '2:26 link file missing none/ -> null',
    '2:37 link file resolved ./ -> ',
    '2:45 link module resolved #h -> a.md',
  ])
})

test('links are found in tables, in lists inside quotes, and between nested brackets', async () => {
  const table = '| a | b |\n|---|---|\n| [x](docs/b.md) | `docs/b.md` \\| [y](docs/none.md) |\n'
  const quote = '\n> - item\n>   1. deep [a [b] c](docs/b.md)\n'
  assert.deepEqual(await seenIn(table + quote), [
    '3:7 link module resolved docs/b.md -> docs/b.md',
    '3:21 mention module resolved docs/b.md -> docs/b.md',
    '3:39 link module missing docs/none.md -> null',
    '6:23 link module resolved docs/b.md -> docs/b.md',
  ])
})

test('nothing in a comment is a reference, and what follows the comment is', async () => {
  const block = '<!-- [a](docs/none.md) @modules/none.md `docs/none.md`\n\n@modules/none.md -->\n\n'
  const inline =
    'x <!-- [b](docs/none.md) @modules/none.md --> @modules/x.md `<!--` @modules/x.md -->\n\ny <!-- open\n\n@modules/x.md -->'
  assert.deepEqual(await seenIn(block + inline), [
    '5:47 alias module resolved @modules/x.md -> .claude/modules/x.md',
    '5:68 alias module resolved @modules/x.md -> .claude/modules/x.md',
    '9:1 alias module resolved @modules/x.md -> .claude/modules/x.md',
  ])
})

test('a target with backslashes is missing', async () => {
  assert.deepEqual(await seenIn('[w](docs\\b.md) [y](C:\\x\\b.md)'), [
    '1:5 link module missing docs\\b.md -> null',
    '1:20 link module missing C:\\x\\b.md -> null',
  ])
})

test('an alias in backticks is a mention, one in a code block is none, and punctuation behind it is left out', async () => {
  assert.deepEqual(
    await seenIn('`@modules/none.md`\n\n```\n@modules/none.md\n```\n\n    @modules/none.md\n'),
    ['1:2 mention module missing @modules/none.md -> null'],
  )
  const ends = await seenIn(
    '@modules/x.md. @modules/x.md, (@modules/x.md) @modules/x.md: **@modules/x.md** 「@modules/x」。@modules/x）。',
  )
  assert.deepEqual(
    ends.map((seen) => seen.split(' ').slice(1).join(' ')),
    [
      ...Array<string>(5).fill('alias module resolved @modules/x.md -> .claude/modules/x.md'),
      ...Array<string>(2).fill('alias module resolved @modules/x -> .claude/modules/x.md'),
    ],
  )
})

test('an alias is the same reference as the target of a link or of an image; other targets keep their @', async () => {
  assert.deepEqual(await seenIn('[a](@modules/x.md) ![i](@modules/x.md) [b](@docs/b.md)'), [
    '1:5 alias module resolved @modules/x.md -> .claude/modules/x.md',
    '1:25 alias module resolved @modules/x.md -> .claude/modules/x.md',
    '1:44 link module missing @docs/b.md -> null',
  ])
})

test('a memory file holds aliases and imports, and neither addresses nor package names are any', async () => {
  const text = '@modules/x.md and @docs/b.md; me@example.com @scope/package @types/node @name\n`@docs/b.md`\n'
  assert.deepEqual(await seenIn('x <!-- @docs/none.md --> 「@docs/b.md」。\n', 'CLAUDE.md'), [
    '1:27 import module resolved @docs/b.md -> docs/b.md',
  ])
  assert.deepEqual(await seenIn(text, 'CLAUDE.md'), [
    '1:1 alias module resolved @modules/x.md -> .claude/modules/x.md',
    '1:19 import module resolved @docs/b.md -> docs/b.md',
    '2:2 mention module resolved @docs/b.md -> docs/b.md',
  ])
})

test('places are the same with every kind of line ending', async () => {
  const lines = [
    '---',
    'needs:',
    '  - "@modules/x.md"',
    '---',
    '[a](docs/b.md)',
    '',
    '```xml',
    '<depends_on>',
    '  patterns/tdd.md for x',
    '</depends_on>',
    '```',
    '@modules/x.md',
  ]
  const expected = [
    '3:6 front-matter module resolved @modules/x.md -> .claude/modules/x.md',
    '5:5 link module resolved docs/b.md -> docs/b.md',
    '9:3 tag module searched patterns/tdd.md -> .claude/modules/patterns/tdd.md',
    '12:1 alias module resolved @modules/x.md -> .claude/modules/x.md',
  ]
  for (const end of ['\n', '\r\n', '\r'])
    assert.deepEqual(await seenIn(lines.join(end)), expected, JSON.stringify(end))
})

test('front matter is searched on every level', async () => {
  const text =
    '---\ndescription: see modules/x.md\nneeds: [modules/x.md, "@modules/none"]\nmetadata:\n  tool:\n    requires: patterns/tdd.md\n  from: "@modules/x.md"\n---\n'
  assert.deepEqual(await seenIn(text, '.claude/commands/a.md'), [
    '3:9 front-matter module resolved modules/x.md -> .claude/modules/x.md',
    '3:24 front-matter module missing @modules/none -> null',
    '6:15 front-matter module searched patterns/tdd.md -> .claude/modules/patterns/tdd.md',
    '7:10 front-matter module resolved @modules/x.md -> .claude/modules/x.md',
  ])
})

test('the dialect finds marked paths, required modules and modules in attributes of any element', async () => {
  const text =
    '<depends_on>\n</depends_on>\n<home>@.claude/modules/</home>\n<required>x.md</required>\n<sources>@.claude/state/now.json</sources>\n'
  assert.deepEqual(await seenIn(text, '.claude/modules/y.md'), [
    '3:7 tag file resolved @.claude/modules/ -> .claude/modules',
    '4:11 tag module resolved x.md -> .claude/modules/x.md',
    '5:10 tag artefact missing @.claude/state/now.json -> null',
  ])
  assert.deepEqual(
    await seenIn('```xml\n<cmd name="/x" module="patterns/tdd.md"/>\n```\n', '.claude/modules/y.md'),
    ['2:24 attribute module resolved patterns/tdd.md -> .claude/modules/patterns/tdd.md'],
  )
})

test('a name is suggested for another only when nearly all letters or most words are the same', async () => {
  const files = {
    'guides/atomic-rollback-protocol.md': '',
    'guides/setup-validation.md': '',
    'guides/meta-review.md': '',
    'tools/router.py': '',
  }
  assert.equal(await suggestionFor('@docs/atomic-rollback.md', files), 'guides/atomic-rollback-protocol.md')
  assert.equal(
    await suggestionFor('@docs/atomic-rolback-protocol.md', files),
    'guides/atomic-rollback-protocol.md',
  )
  assert.equal(await suggestionFor('@docs/meta-review-command.md', files), 'guides/meta-review.md')
  assert.equal(await suggestionFor('@docs/feature-validation.md', files), null)
  assert.equal(await suggestionFor('@docs/router.md', files), null)
  assert.equal(await suggestionFor('[up](..)', files), null)
})

test('a target that no file system can hold is missing, however it is made', async () => {
  const deep = 'a/'.repeat(100_000)
  assert.deepEqual(
    (await graphOf({ 'a.md': `[x](${deep}b.md) @modules/${deep}` })).map(
      ({ status, form }) => `${form} ${status}`,
    ),
    ['link missing'],
  )
  assert.deepEqual(await seenIn(`@modules/${'.'.repeat(200_000)}x @modules/x`), [
    '1:200012 alias module resolved @modules/x -> .claude/modules/x.md',
  ])
})

test('thousands of dead names among thousands of files cost seconds, not minutes', () => {
  const near = createNearNames(Array.from({ length: 4_000 }, (_, at) => `module-of-number-${at}.md`))
  assert.equal(near('module-of-nunber-1234.md')?.value, 'module-of-number-1234.md')
  const before = process.cpuUsage()
  for (let at = 0; at < 10_000; at++) near(`module-of-numbers-${at}.md`)
  assert.ok(process.cpuUsage(before).user < 10_000_000)
})
