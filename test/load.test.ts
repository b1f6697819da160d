import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { createFramework, type Files, HeddleError, type Path } from 'heddle'
import { memoryFiles } from 'heddle/files'
import { createTestFramework } from 'heddle/testing'

/** The same files behind promises that settle in an order of their own, listed in an order of their own. */
function slowFiles(base: Files, random: () => number): Files & { readonly reads: Map<Path, number> } {
  const reads = new Map<Path, number>()
  const later = async (): Promise<void> => {
    for (let turns = Math.floor(random() * 8); turns > 0; turns--)
      await new Promise((resolve) => setImmediate(resolve))
  }
  return {
    label: base.label,
    reads,
    async stat(path) {
      await later()
      return base.stat(path)
    },
    async list(path) {
      await later()
      const entries = await base.list(path)
      return entries?.toSorted(() => random() - 0.5)
    },
    async read(path) {
      reads.set(path, (reads.get(path) ?? 0) + 1)
      await later()
      return base.read(path)
    },
  }
}

/** A small generator of numbers from 0 to 1 (mulberry32), so that a seed gives the same run. */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

function manyModules(count: number): Record<string, string> {
  const files: Record<string, string> = {}
  for (let index = 0; index < count; index++) {
    const next = `@modules/m${(index * 7 + 1) % count}.md`
    files[`.claude/modules/m${index}.md`] =
      `---\ntitle: Module ${index}\n---\n\n# M ${index}\n\nNeeds ${next} and [m0](m0.md).\n`
  }
  return files
}

test('the same files give the same graph, whatever the order of listings and answers (D1)', async () => {
  const base = memoryFiles(manyModules(30))
  const graphOf = async (files: Files): Promise<unknown> => {
    const framework = await createFramework({ files, plugins: [], builtIn: false })
    const graph = await framework.graph()
    await framework.dispose()
    return graph
  }
  const expected = await graphOf(base)
  for (let seed = 1; seed <= 100; seed++)
    assert.deepEqual(await graphOf(slowFiles(base, seeded(seed))), expected)
})

test('however many ask for a module at once, it is read once (D2)', async () => {
  const files = slowFiles(memoryFiles({ '.claude/modules/a.md': '# A' }), seeded(1))
  const framework = await createFramework({ files, plugins: [], builtIn: false })
  const modules = await Promise.all(Array.from({ length: 50 }, () => framework.load('@modules/a.md')))
  assert.equal(new Set(modules).size, 1)
  await framework.load('@modules/a')
  assert.deepEqual([...files.reads.values()], [1])
  await framework.dispose()
})

test('a failure is told twice and forgotten: once mended, the module loads (D2)', async () => {
  const files = memoryFiles({ '.claude/modules/a.md': Uint8Array.of(0x23, 0x20, 0xff) })
  const framework = await createFramework({ files, plugins: [], builtIn: false })
  for (let ask = 0; ask < 2; ask++) {
    await assert.rejects(
      framework.load('@modules/a.md'),
      (error) => error instanceof HeddleError && error.code === 'BAD_ENCODING',
    )
  }
  await files.write('.claude/modules/a.md' as Path, '# Mended')
  assert.equal((await framework.load('@modules/a.md')).title, 'Mended')
  await framework.dispose()
})

test('bad modules anywhere never hide the good ones (D3)', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.boolean(), { minLength: 1, maxLength: 60 }), async (areBad) => {
      const files = memoryFiles(
        Object.fromEntries(
          areBad.map((isBad, index) => [
            `.claude/modules/m${index}.md`,
            isBad ? Uint8Array.of(0xff, 0xfe, 0) : `# M${index}`,
          ]),
        ),
      )
      const framework = await createFramework({ files, plugins: [], builtIn: false })
      const { diagnostics, modules } = await framework.check()
      const { modules: good } = await framework.graph()
      const bad = areBad.flatMap((isBad, index) => (isBad ? [`.claude/modules/m${index}.md`] : []))
      assert.equal(modules, areBad.length)
      assert.deepEqual(
        diagnostics
          .filter(({ code }) => code !== 'ORPHAN')
          .map(({ code, at }) => `${code} ${at?.path}`)
          .toSorted(),
        bad.map((path) => `BAD_ENCODING ${path}`).toSorted(),
      )
      assert.deepEqual(
        new Set(good.map(({ path }) => path)),
        new Set(
          areBad.map((_, index) => `.claude/modules/m${index}.md`).filter((path) => !bad.includes(path)),
        ),
      )
      await framework.dispose()
    }),
    { numRuns: 40 },
  )
})

test('loadAll settles each reference by itself: three modules and one finding', async () => {
  const framework = await createTestFramework({ files: { 'README.md': '' }, builtIn: true })
  const { modules, diagnostics } = await framework.loadAll([
    '@modules/patterns/tdd-cycle-pattern.md',
    '@system/context/session-management.md',
    '@system/quality/universal-quality-gates.md',
    '@system/session/session-management.md',
  ])
  assert.deepEqual(
    modules.map(({ id }) => id),
    [
      'heddle:modules/patterns/tdd-cycle-pattern.md',
      'heddle:modules/system/quality/universal-quality-gates.md',
      'heddle:modules/system/session/session-management.md',
    ],
  )
  assert.deepEqual(
    diagnostics.map(({ code, hint }) => [code, hint]),
    [['REFERENCE_MISSING', 'Did you mean @system/session/session-management.md?']],
  )
  await framework.dispose()
})

test('loadAll gives the closure in levels, who needs whom, and the order to compose them in', async () => {
  const framework = await createTestFramework({
    files: {
      '.claude/commands/ship.md':
        '---\nkind: command\nneeds: ["@modules/flow.md", "@system/quality/gates.md"]\n---\n# Ship\n',
      '.claude/modules/flow.md': '# Flow\n\nUses @system/context/memory.md. See [notes](notes.md).\n',
      '.claude/modules/notes.md': '# Notes\n',
      '.claude/system/quality/gates.md': '# Gates\n\nAfter @modules/flow.md.\n',
      '.claude/system/context/memory.md': '# Memory\n\nBack to @modules/flow.md.\n',
    },
  })
  const { dependencies, integration, composition } = await framework.loadAll(['@commands/ship.md'])
  assert.deepEqual(dependencies, {
    command: ['.claude/commands/ship.md'],
    primary: ['.claude/modules/flow.md'],
    gates: ['.claude/system/quality/gates.md'],
    context: ['.claude/system/context/memory.md'],
  })
  assert.deepEqual(composition, [
    '.claude/system/context/memory.md',
    '.claude/modules/flow.md',
    '.claude/system/quality/gates.md',
    '.claude/commands/ship.md',
  ])
  assert.ok(
    integration.some(
      ({ from, to, through }) => from.endsWith('ship.md') && to.endsWith('flow.md') && through === 'needs',
    ),
  )
  await framework.dispose()
})

test('cycles are paths in a stable order, and a finding', async () => {
  const framework = await createTestFramework({
    files: {
      '.claude/modules/c.md': 'Needs @modules/a.md.',
      '.claude/modules/a.md': 'Needs @modules/b.md.',
      '.claude/modules/b.md': 'Needs @modules/c.md. See [a](a.md).',
    },
  })
  const { cycles } = await framework.graph()
  assert.deepEqual(cycles, [['.claude/modules/a.md', '.claude/modules/b.md', '.claude/modules/c.md']])
  const { diagnostics } = await framework.check()
  assert.deepEqual(
    diagnostics.map(({ code, severity }) => [code, severity]),
    [['REFERENCE_CYCLE', 'warning']],
  )
  await framework.dispose()
})

test('a module keeps no piece of its file alive', async () => {
  const filler = 'x'.repeat(200_000)
  const files: Record<string, string> = {}
  for (let index = 0; index < 100; index++)
    files[`.claude/modules/m${index}.md`] =
      `# A title of module ${index} that is long\n\n${filler}\n\nNeeds @modules/some/target-${index}.md.\n`
  const framework = await createTestFramework({ files })
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  collect()
  const before = process.memoryUsage().heapUsed
  const graph = await framework.graph()
  collect()
  const grown = process.memoryUsage().heapUsed - before
  assert.equal(graph.modules.length, 100)
  assert.ok(grown < 5_000_000, `the heap grew by ${grown} bytes`)
  await framework.dispose()
})
