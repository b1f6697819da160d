import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type AppliedPlugin, createFramework, definePlugin } from 'heddle'
import { memoryFiles } from 'heddle/files'
import { xmlBlocks } from 'heddle/plugins'
import { createTestFramework, type TestFramework } from 'heddle/testing'

type Texts = Readonly<Record<string, string>>

async function withFramework<T>(
  options: { files: Texts; plugins?: readonly AppliedPlugin[] },
  use: (framework: TestFramework) => T | Promise<T>,
): Promise<T> {
  const framework = await createTestFramework(options)
  try {
    return await use(framework)
  } finally {
    await framework.dispose()
  }
}

test('every layer that was looked in is listed, in order, and every layer that has no such alias', async () => {
  const framework = await createFramework({
    files: memoryFiles({ '.claude/modules/a.md': '', '.claude/guides/g.md': '' }),
    packages: [
      memoryFiles({ 'modules/x.md': '' }, { label: 'one:' }),
      memoryFiles({ 'commands/c.md': '', 'modules/a.md': '' }, { label: 'two:' }),
    ],
    plugins: [],
    builtIn: true,
  })
  const { tried, passedOver, status } = await framework.explain('@modules/none.md')
  assert.equal(status, 'missing')
  assert.deepEqual(
    tried.filter(({ rung }) => rung === 'alias').map(({ layer, path, found }) => `${layer} ${path} ${found}`),
    [
      'project .claude/modules/none.md false',
      'package one:modules/none.md false',
      'package two:modules/none.md false',
      'built-in heddle:modules/none.md false',
    ],
  )
  assert.deepEqual(passedOver, [])
  const guide = await framework.explain('@guides/g')
  assert.deepEqual(
    guide.tried.map(({ rung, path, found }) => `${rung} ${path} ${found}`),
    ['alias .claude/guides/g false', 'alias .claude/guides/g.md true'],
  )
  assert.deepEqual(
    guide.passedOver.map(({ label }) => label),
    ['one:', 'two:', 'heddle:modules/'],
  )
  await framework.dispose()
})

test('a reference is explained by the form in which its file holds it', async () => {
  const files = {
    'docs/a.md': '[x](docs/b.md) and `docs/b.md`',
    'docs/b.md': '[a](a.md)',
  }
  await withFramework({ files }, async (framework) => {
    const asLink = await framework.explain('docs/b.md', 'docs/a.md')
    assert.deepEqual([asLink.form, asLink.status, asLink.suggestion?.path], ['link', 'missing', 'docs/b.md'])
    const typed = await framework.explain('docs/b.md', 'docs/b.md')
    assert.deepEqual([typed.form, typed.status, typed.rung], [null, 'resolved', 'repository'])
    const gone = await framework.explain('docs/b.md', 'docs/none.md')
    assert.deepEqual([gone.form, gone.status], [null, 'resolved'])
    await assert.rejects(framework.explain('https://x.example'), /is not a reference/)
  })
})

test('plugins that found a reference, answered it or failed are named', async () => {
  const answering = definePlugin({
    name: 'answering',
    apply: (hooks) =>
      hooks.resolve.tap('answering', ({ reference }) =>
        reference.target === 'magic' ? 'docs/b.md' : undefined,
      ),
  })
  const failing = definePlugin({
    name: 'failing',
    apply(hooks) {
      hooks.resolve.tap('failing', () => {
        throw new Error('no luck')
      })
    },
  })
  const files = {
    '.claude/modules/a.md': '<depends_on>\n  docs/b.md for x\n</depends_on>\n',
    'docs/b.md': '',
  }
  await withFramework({ files, plugins: [failing(), answering(), xmlBlocks()] }, async (framework) => {
    const answered = await framework.explain('magic')
    assert.deepEqual(answered.plugins, [
      { plugin: 'answering', did: 'answered', message: 'answered before the ladder was climbed' },
      {
        plugin: 'failing',
        did: 'failed',
        message: 'The plugin "failing" failed in the hook "resolve": no luck.',
      },
    ])
    assert.equal(answered.path, 'docs/b.md')
    const found = await framework.explain('docs/b.md', '.claude/modules/a.md')
    assert.deepEqual(
      found.plugins.map(({ plugin, did, message }) => `${plugin} ${did} ${message.slice(0, 40)}`),
      [
        'xml-blocks found found it as tag (depends_on) in line 2',
        'failing failed The plugin "failing" failed in the hook ',
      ],
    )
  })
})

test('a part that is not there is told beside the file that is', async () => {
  const files = { '.claude/modules/a.md': '# A\n\n## Usage\n' }
  await withFramework({ files }, async (framework) => {
    const { status, fragment } = await framework.explain('@modules/a#usgae')
    assert.deepEqual(
      [status, fragment?.code, fragment?.hint],
      ['resolved', 'FRAGMENT_MISSING', 'Did you mean #usage?'],
    )
    assert.equal((await framework.explain('@modules/a#usage')).fragment, null)
  })
})

test('an ambiguous finding lists every candidate, also those that its message leaves out', async () => {
  const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((folder) => `.claude/${folder}/q/x.md`)
  const files = {
    ...Object.fromEntries(names.map((name) => [name, ''])),
    '.claude/modules/m.md': '<depends_on>\n  x.md\n</depends_on>\n',
  }
  await withFramework({ files, plugins: [xmlBlocks()] }, async (framework) => {
    const { diagnostics } = await framework.check()
    const found = diagnostics.find(({ code }) => code === 'REFERENCE_AMBIGUOUS')
    assert.match(found!.message, /fits 7 files: .* and 2 more\.$/)
    assert.deepEqual(found!.candidates, names)
    assert.deepEqual((await framework.explain('x.md', '.claude/modules/m.md')).candidates, names)
  })
})
