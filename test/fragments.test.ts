import assert from 'node:assert/strict'
import { test } from 'node:test'
import { xmlBlocks } from 'heddle/plugins'
import { createTestFramework } from 'heddle/testing'

type Texts = Readonly<Record<string, string>>

/** What `check` says of fragments, a line each: place, reference and hint. */
async function faultsIn(files: Texts, builtIn = false): Promise<string[]> {
  const framework = await createTestFramework({ files, builtIn, plugins: [xmlBlocks()] })
  const { diagnostics } = await framework.check()
  await framework.dispose()
  return diagnostics
    .filter(({ code }) => code === 'FRAGMENT_MISSING')
    .map(({ severity, at, message, hint }) => `${severity} ${at?.line}:${at?.column} ${message} ${hint}`)
}

/** Fragments of links to `b.md` with this text that are called missing. */
async function missing(text: string, fragments: readonly string[], name = 'b.md'): Promise<string[]> {
  const links = fragments.map((fragment) => `[x](${name}#${fragment})`).join('\n\n')
  const framework = await createTestFramework({ files: { 'a.md': links, [name]: text } })
  const { diagnostics } = await framework.check()
  await framework.dispose()
  return diagnostics
    .filter(({ code }) => code === 'FRAGMENT_MISSING')
    .map(({ at }) => fragments[(at!.line - 1) / 2]!)
}

test('a fragment that its file does not have is a warning with the nearest names', async () => {
  const files = {
    'a.md': '# Top\n\n[x](b.md#instal) [y](#topp) ![z](b.md#usage)\n\n## Other\n',
    'b.md': '# Install\n\n## Usage\n',
  }
  assert.deepEqual(await faultsIn(files), [
    'warning 3:5 "b.md#instal" names a part "instal" that b.md does not have. Did you mean #install?',
    'warning 3:22 "#topp" names a part "topp" that this file does not have. Did you mean #top?',
  ])
  assert.deepEqual(
    await faultsIn({ 'a.md': '[x](b.md#zzz) [y](c.md#zzz)', 'b.md': '# A\n# B', 'c.md': 'text' }),
    [
      'warning 1:5 "b.md#zzz" names a part "zzz" that b.md does not have. It has #a, #b.',
      'warning 1:19 "c.md#zzz" names a part "zzz" that c.md does not have. It has no headings: refer to the whole file.',
    ],
  )
})

test('headings have the slugs that GitHub gives them', async () => {
  const text =
    '# 🚀 Quick *Start*\n\nSetext & more\n---\n\n## `code` in [it](x)\n\n## Same\n\n## Same\n\n## Größe 中文\n\n## a_b-c.d\n\n> ### In a quote\n'
  const there = [
    '-quick-start',
    'setext--more',
    'code-in-it',
    'same',
    'same-1',
    'größe-中文',
    'gr%C3%B6%C3%9Fe-%E4%B8%AD%E6%96%87',
    'gro\u0308ße-中文',
    'a_b-cd',
    'in-a-quote',
    'Same',
    'user-content-same',
  ]
  const absent = ['quick-start', 'setext-more', 'same-2', 'code', 'a-b-c-d', '%ff']
  assert.deepEqual(await missing(text, [...there, ...absent]), absent)
})

test('anchors are ids and names of HTML, headings in HTML, and custom ids; those in code are none', async () => {
  const text = [
    '<a id="one"></a> <a name=two></a> <A NAME=\'three\' ID="four">',
    '',
    '<div class="x" id="five">',
    '',
    '<h2 align="center">An <b>HTML</b> Title</h2>',
    '',
    '## Named {#custom-id}',
    '',
    '`<a id="code">` <b name="no"> <c data-id="data">',
    '',
    '```',
    '<a id="fence">',
    '## Fenced {#fenced}',
    '```',
  ].join('\n')
  const there = ['one', 'two', 'three', 'four', 'five', 'an-html-title', 'custom-id', 'named-custom-id']
  const absent = ['code', 'no', 'data', 'fence', 'fenced']
  assert.deepEqual(await missing(text, [...there, ...absent]), absent)
})

test('places that a host finds by itself, and targets that are no modules, are not checked', async () => {
  assert.deepEqual(
    await missing('# A', [
      '',
      'top',
      'TOP',
      'L10',
      'L1-L20',
      'L1C2-L3C4',
      ':~:text=x',
      'fn-1',
      'user-content-fnref-a',
    ]),
    [],
  )
  assert.deepEqual(await missing('const a = 1', ['L10', 'none'], 'b.ts'), [])
  assert.deepEqual(
    await faultsIn({ 'a.md': '`b.md#none` [x](docs#none)', 'b.md': '# B', 'docs/c.md': '' }),
    [],
  )
})

test('an alias may name a heading, an element, a gate or a phase', async () => {
  const files = {
    '.claude/modules/a.md':
      'Uses @modules/b.md#red, @modules/b#plan_phase, @modules/b#coverage and @modules/b#green; not @modules/b#blue.',
    '.claude/modules/b.md':
      '---\ngates:\n  - name: coverage\n    severity: blocking\n---\n# B\n\n## Red\n\n```xml\n<module name="b" category="x">\n<phase name="plan_phase" order="1">x</phase>\n<green>y</green>\n</module>\n```\n',
  }
  assert.deepEqual(
    (await faultsIn(files)).map((fault) => fault.split(' names ')[0]),
    ['warning 1:94 "@modules/b#blue"'],
  )
})

test('a part of a built-in module is looked up in it, though built-in modules are not checked', async () => {
  const files = {
    '.claude/modules/a.md': '@modules/patterns/tdd-cycle-pattern.md#no-such-part',
    '.claude/modules/b.md': '# B',
  }
  const faults = await faultsIn(files, true)
  assert.equal(faults.length, 1)
  assert.match(faults[0]!, /that heddle:modules\/patterns\/tdd-cycle-pattern\.md does not have/)
})

test('many tags without an end do not hang the search for anchors', async () => {
  assert.deepEqual(await missing(`${'<a id='.repeat(50_000)}\n\n${'<h2>'.repeat(50_000)}</h3>`, ['x']), ['x'])
})
