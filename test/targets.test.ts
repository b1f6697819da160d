import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createTestFramework } from 'heddle/testing'

type Texts = Readonly<Record<string, string>>

const around: Texts = {
  'docs/b.md': '# B',
  'docs/with space.md': '',
  'docs/(1).md': '',
  'docs/é.md': '',
  'docs/日本.md': '',
  'docs/100%.md': '',
  'docs/a&b.md': '',
  'docs/deep/README.md': '',
  'img/a.png': 'x',
}

/** Every reference of `docs/a.md`: text, form, class, status and what it leads to. */
async function seenIn(text: string, files: Texts = around): Promise<string[]> {
  const framework = await createTestFramework({ files: { ...files, 'docs/a.md': text } })
  const { references } = await framework.graph()
  await framework.dispose()
  return references
    .filter(({ from }) => from === 'docs/a.md')
    .map(({ text, form, class: kind, status, to }) => `${text} ${form} ${kind} ${status} ${to}`)
}

async function findingsIn(files: Texts): Promise<string[]> {
  const framework = await createTestFramework({ files })
  const { diagnostics } = await framework.check()
  await framework.dispose()
  return diagnostics.map(({ code, severity, message, hint }) => `${severity} ${code} ${message} ${hint}`)
}

test('a target may hold spaces in angle brackets, parentheses in pairs, escapes and entities', async () => {
  assert.deepEqual(
    await seenIn('[a](<with space.md>) [b](with space.md) [c]((1).md) [d](\\(1\\).md) [e](a&amp;b.md)'),
    [
      'with space.md link module resolved docs/with space.md',
      '(1).md link module resolved docs/(1).md',
      '\\(1\\).md link module resolved docs/(1).md',
      'a&amp;b.md link module resolved docs/a&b.md',
    ],
  )
  assert.deepEqual(await seenIn('[a](<b.md) [b](<b\n.md>) [c]() [d](<>) [e](b.md "t") [f](b.md\n  (t))'), [
    ' link module resolved docs/a.md',
    ' link module resolved docs/a.md',
    'b.md link module resolved docs/b.md',
    'b.md link module resolved docs/b.md',
  ])
})

test('percent-encoding is undone once, and what is not valid stays as it is', async () => {
  assert.deepEqual(
    await seenIn(
      '[a](with%20space.md) [b](%C3%A9.md) [c](%E6%97%A5%E6%9C%AC.md) [d](100%.md) [e](100%25.md) [f](%62.md)',
    ),
    [
      'with%20space.md link module resolved docs/with space.md',
      '%C3%A9.md link module resolved docs/é.md',
      '%E6%97%A5%E6%9C%AC.md link module resolved docs/日本.md',
      '100%.md link module resolved docs/100%.md',
      '100%25.md link module resolved docs/100%.md',
      '%62.md link module resolved docs/b.md',
    ],
  )
  assert.deepEqual(await seenIn('[a](100%2525.md) [b](with%2520space.md)'), [
    '100%2525.md link module missing null',
    'with%2520space.md link module missing null',
  ])
})

test('a path that leaves the root is outside, however it is spelled; one that comes back is not', async () => {
  assert.deepEqual(
    await seenIn(
      '[a](../../x.md) [b](%2e%2e/%2e%2e/x.md) [c](..%2f..%2fx.md) [d](/../x.md) [e](../docs/b.md) [f](../../docs/b.md)',
    ),
    [
      '../../x.md link module outside null',
      '%2e%2e/%2e%2e/x.md link module outside null',
      '..%2f..%2fx.md link module outside null',
      '/../x.md link module outside null',
      '../docs/b.md link module resolved docs/b.md',
      '../../docs/b.md link module outside null',
    ],
  )
})

test('queries and fragments are no part of the path', async () => {
  assert.deepEqual(
    await seenIn('[a](b.md?plain=1#L3) [b](?x) [c](b.md?x=/../#y?z) [d](deep/?x#y) [e](b.md#a#b)'),
    [
      'b.md?plain=1#L3 link module resolved docs/b.md',
      '?x link module resolved docs/a.md',
      'b.md?x=/../#y?z link module resolved docs/b.md',
      'deep/?x#y link file resolved docs/deep',
      'b.md#a#b link module resolved docs/b.md',
    ],
  )
})

test('a link to a folder is found, with and without its slash; a file is no folder', async () => {
  assert.deepEqual(await seenIn('[a](deep) [b](deep/) [c](./deep/.) [d](b.md/) [e](..) [f](/)'), [
    'deep link file resolved docs/deep',
    'deep/ link file resolved docs/deep',
    './deep/. link file resolved docs/deep',
    'b.md/ link file missing null',
    '.. link file resolved ',
    '/ link file resolved ',
  ])
})

test('definitions count with the label normalised, the first of one name, in full, collapsed and short', async () => {
  const text =
    '[x][Ä  b] ![y][] [z] [w]\n\n[ä B]: b.md\n[y]: ../img/a.png\n[z]: <with space.md>\n[z]: none.md\n[\nw\n]: deep/\n'
  assert.deepEqual(await seenIn(text), [
    'b.md link module resolved docs/b.md',
    '../img/a.png link file resolved img/a.png',
    'with space.md link module resolved docs/with space.md',
    'none.md link module missing null',
    'deep/ link file resolved docs/deep',
  ])
})

test('brackets nest, links do not, and an image may stand in a link', async () => {
  assert.deepEqual(
    await seenIn(
      '[a [b] c](b.md) [a [b](b.md) c](none.md) [![i](../img/a.png)](b.md) \\[n](none.md) ![a [l](b.md)](../img/a.png)',
    ),
    [
      'b.md link module resolved docs/b.md',
      'b.md link module resolved docs/b.md',
      '../img/a.png image file resolved img/a.png',
      'b.md link module resolved docs/b.md',
      'b.md link module resolved docs/b.md',
      '../img/a.png image file resolved img/a.png',
    ],
  )
})

test('an autolink is external; angle brackets around a path make none', async () => {
  assert.deepEqual(
    await seenIn(
      '<https://x.example/b.md> <me@x.example> <docs/b.md> <b.md> [a](mailto:x@y.z) [b](//host/x)',
    ),
    [
      'https://x.example/b.md link external null null',
      'me@x.example link external null null',
      'mailto:x@y.z link external null null',
      '//host/x link external null null',
    ],
  )
})

test('an alias in a link is read as links are: percent-encoding undone, query left out', async () => {
  const files = { '.claude/modules/with space.md': '', '.claude/modules/x.md': '' }
  assert.deepEqual(
    await seenIn(
      '[a](@modules/with%20space.md) [b](@modules/x.md?raw#y) ![c](<@modules/with space.md>)',
      files,
    ),
    [
      '@modules/with%20space.md alias module resolved .claude/modules/with space.md',
      '@modules/x.md?raw#y alias module resolved .claude/modules/x.md',
      '@modules/with space.md alias module resolved .claude/modules/with space.md',
    ],
  )
})

test('letter case that differs is a finding of its own, in links, aliases and folders', async () => {
  const works = 'in letter case: it works on some systems and breaks on others.'
  assert.deepEqual(
    await findingsIn({
      'docs/a.md': '[x](Guide/Intro.md) [y](/DOCS/guide/intro.md)',
      'docs/guide/intro.md': '@modules/TDD.md @modules/Tdd and @modules/none.md',
      '.claude/modules/tdd.md': '',
    }),
    [
      `error REFERENCE_CASE "Guide/Intro.md" differs from docs/guide/intro.md ${works} Did you mean guide/intro.md (docs/guide/intro.md)?`,
      `error REFERENCE_CASE "/DOCS/guide/intro.md" differs from docs/guide/intro.md ${works} Did you mean guide/intro.md (docs/guide/intro.md)?`,
      `error REFERENCE_CASE "@modules/TDD.md" differs from @modules/tdd.md ${works} Did you mean @modules/tdd.md?`,
      `error REFERENCE_CASE "@modules/Tdd" differs from @modules/tdd.md ${works} Did you mean @modules/tdd.md?`,
      'error REFERENCE_MISSING "@modules/none.md" names a file that does not exist. Create it, or remove the reference. Tried: .claude/modules/none.md, docs/guide/modules/none.md, modules/none.md, .claude/modules/modules/none.md, **/modules/none.md.',
    ],
  )
})

test('two files that differ in case only make neither the right answer, and another place is no matter of case', async () => {
  const [two] = await findingsIn({ 'a.md': '[x](B.MD)', 'b.md': '', 'B.md': '' })
  assert.match(two!, /REFERENCE_MISSING/)
  const [elsewhere] = await findingsIn({ 'docs/a.md': '[x](B.md)', 'b.md': '' })
  assert.match(elsewhere!, /REFERENCE_MISSING .*Did you mean \.\.\/b\.md/)
})

test('a name in another Unicode form is a finding of its own', async () => {
  const [composed, decomposed] = ['caf\u00e9', 'cafe\u0301']
  const framework = await createTestFramework({
    files: {
      'docs/a.md': `[x](${composed}/b.md) [y](${encodeURI(decomposed)}/b.md)`,
      [`docs/${decomposed}/b.md`]: '',
    },
  })
  const { references } = await framework.graph()
  assert.deepEqual(
    references.map(({ status, suggestion }) => [status, suggestion?.path, suggestion?.confidence]),
    [
      ['missing', `docs/${decomposed}/b.md`, 0.99],
      ['resolved', undefined, undefined],
    ],
  )
  const { diagnostics } = await framework.check()
  assert.deepEqual(
    diagnostics.map(({ code }) => code),
    ['REFERENCE_UNICODE'],
  )
  await framework.dispose()
})
