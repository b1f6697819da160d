import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { createTestFramework } from 'heddle/testing'
import { agentsMd, xmlBlocks } from 'heddle/plugins'

/** A file of 200 KB that holds one of everything that a module keeps, each long enough to be a slice of the text. */
function moduleText(index: number): string {
  return [
    '---',
    `title: A title that stands in front matter ${index}`,
    `description: A description that is long enough ${index}`,
    `tags: [the-first-tag-of-${index}, "the second tag of ${index}"]`,
    'settings:',
    `  - name: a-setting-with-a-long-name-${index}`,
    'needs:',
    `  - modules/needed/by-front-matter-${index}.md`,
    '---',
    `# a heading in lower case ${index}`,
    `## a heading in lower case ${index}`,
    `## Ein Kapitel über Größe ${index} {#custom-anchor-of-${index}}`,
    'x'.repeat(200_000),
    `Needs @modules/some/target-${index}.md#and-one-part-of-it, \`modules/mentioned/file-${index}.md\``,
    `and [a link](./linked/file-number-${index}.md#some-fragment-${index}).`,
    '',
    `<module name="module-with-a-name-${index}" category="a-long-category-${index}">`,
    `<depends_on>\nmodules/tagged/file-number-${index}.md for it\n</depends_on>`,
    `<gate name="a-gate-with-a-long-name-${index}">What the gate asks of number ${index}</gate>`,
    '</module>',
    '',
    `<!-- heddle-ignore REFERENCE_MISSING: a reason that only number ${index} has -->`,
    `See @docs/imported/file-number-${index}.md here.`,
  ].join('\n')
}

test('of everything that a module keeps, nothing keeps the text of its file alive', async () => {
  const files: Record<string, string> = {}
  for (let index = 0; index < 100; index++) files[`.claude/modules/m${index}.md`] = moduleText(index)
  const framework = await createTestFramework({ files, plugins: [agentsMd(), xmlBlocks()] })
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  // What is loaded for the first module of all is code, which stays.
  const first = await createTestFramework({
    files: { '.claude/modules/m.md': moduleText(0) },
    plugins: [agentsMd(), xmlBlocks()],
  })
  await first.loadAll(['.claude/modules/m.md'])
  await first.dispose()
  collect()
  const before = process.memoryUsage().heapUsed
  const loaded = await framework.loadAll(Object.keys(files))
  collect()
  const grown = process.memoryUsage().heapUsed - before
  const [module] = loaded.modules
  assert.equal(loaded.modules.length, 100)
  assert.equal(module!.headings.length, 3)
  assert.equal(module!.directives.length, 1)
  assert.deepEqual([...new Set(module!.references.map(({ form }) => form))].toSorted(), [
    'alias',
    'front-matter',
    'link',
    'mention',
    'tag',
  ])
  assert.ok(grown < 5_000_000, `the heap grew by ${grown} bytes`)
  await framework.dispose()
})
