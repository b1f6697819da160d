import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { createFramework } from '../core/index.ts'
import { generateCorpus, totalsOf, writeCorpus } from './bench/corpus.ts'
import { describeEdge } from './bench/corpus/page.ts'

const folder = mkdtempSync(join(tmpdir(), 'heddle-corpus-'))
after(() => rmSync(folder, { recursive: true, force: true }))

test('the same seed gives the same bytes, another seed gives others', () => {
  const texts = (seed: number): string[] => [...generateCorpus({ modules: 40, seed })].map(({ text }) => text)
  assert.deepEqual(texts(3), texts(3))
  assert.notDeepEqual(texts(3), texts(4))
})

test('a generated corpus is read exactly: every reference written, none of the decoys', async () => {
  for (const seed of [1, 2, 3]) {
    const root = join(folder, String(seed))
    const corpus = writeCorpus(root, { modules: 250, seed })
    const framework = await createFramework({ root })
    const { references } = await framework.graph()
    const found = references.filter(({ status }) => status !== null).map(describeEdge)
    assert.deepEqual(found, corpus.edges.map(describeEdge))
    const { ambiguous, outside, ...totals } = (await framework.check()).references
    assert.deepEqual({ ...totals, ambiguous, outside }, { ...totalsOf(corpus), ambiguous: 0, outside: 0 })
    await framework.dispose()
  }
})
