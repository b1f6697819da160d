import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Diagnostic } from '../../core/base/diagnostic.ts'
import type { Framework } from '../../core/facade.ts'
import { createFramework } from '../../core/framework.ts'
import type { Card } from '../../core/load/card.ts'
import { findExpansions, importsOf } from '../../core/load/expansion.ts'
import { memoryFiles } from '../../core/vfs/memory.ts'
import { publish, rounds } from './soak.ts'

async function withFramework<T>(
  files: Readonly<Record<string, string>>,
  use: (framework: Framework) => Promise<T>,
): Promise<T> {
  const framework = await createFramework({ files: memoryFiles(files), builtIn: false })
  try {
    return await use(framework)
  } finally {
    await framework.dispose()
  }
}

async function findIn(files: Readonly<Record<string, string>>): Promise<string[]> {
  const { diagnostics } = await withFramework(files, async (framework) => framework.check())
  return diagnostics
    .filter(isAboutIncludes)
    .map(({ code, message, at }) => `${at?.path}:${at?.line} ${code} ${message}`)
}

function isAboutIncludes({ code }: Diagnostic): boolean {
  return code === 'REFERENCE_CYCLE' || code === 'EXPANSION_LIMIT'
}

/** Files that import the next, the last of them nothing. */
function chain(length: number): Record<string, string> {
  const names = ['CLAUDE.md', ...Array.from({ length }, (_, index) => `docs/d${index + 1}.md`)]
  return Object.fromEntries(
    names.map((name, index) => [
      name,
      index === length ? '# End' : `# ${name}\n\n@${index === 0 ? 'docs/' : ''}d${index + 1}.md\n`,
    ]),
  )
}

const limitsOfChains: readonly (readonly [hops: number, found: readonly string[]])[] = [
  [4, []],
  [5, []],
  [
    6,
    [
      'docs/d5.md:3 EXPANSION_LIMIT "docs/d6.md" is 6 imports away from "CLAUDE.md" and agent hosts follow 5: CLAUDE.md → docs/d1.md → docs/d2.md → docs/d3.md → docs/d4.md → docs/d5.md → docs/d6.md.',
    ],
  ],
]

test('imports are followed five times, and what lies further is named with its chain (C8)', async () => {
  for (const [hops, found] of limitsOfChains) assert.deepEqual(await findIn(chain(hops)), found)
  const alsoNear = { ...chain(6), 'CLAUDE.md': '@docs/d1.md and @docs/d6.md' }
  assert.deepEqual(await findIn(alsoNear), [])
})

test('what imports each other is named as a chain, and loading ends (C8)', async () => {
  const cycles: Record<string, Record<string, string>> = {
    'CLAUDE.md → docs/a.md → docs/b.md': {
      'CLAUDE.md': '@docs/a.md',
      'docs/a.md': '@b.md',
      'docs/b.md': '@../CLAUDE.md',
    },
    'docs/a.md → docs/b.md': { 'CLAUDE.md': '@docs/a.md', 'docs/a.md': '@b.md', 'docs/b.md': '@a.md' },
    'CLAUDE.md': { 'CLAUDE.md': '@CLAUDE.md' },
    '.claude/modules/a.md → .claude/modules/b.md': {
      '.claude/modules/a.md': 'Needs @modules/b.md',
      '.claude/modules/b.md': 'Needs @modules/a.md',
    },
  }
  for (const [members, files] of Object.entries(cycles)) {
    const found = await findIn(files)
    const [first] = members.split(' → ')
    const last = members.split(' → ').at(-1)
    assert.deepEqual(found, [`${last}:1 REFERENCE_CYCLE Modules need each other: ${members} → ${first}.`])
    await withFramework(files, async (framework) => {
      const { composition } = await framework.loadAll(Object.keys(files))
      assert.equal(new Set(composition).size, composition.length)
    })
  }
})

test('documents that mention each other import nothing (C8)', async () => {
  assert.deepEqual(
    await findIn({
      'CLAUDE.md': '`@docs/a.md`',
      'docs/a.md': '@b.md',
      'docs/b.md': '@a.md',
      'c.md': '@c.md',
    }),
    [],
  )
})

/** Layers of files, each of which imports every file of the next layer. */
function fan(width: number, layers: number): Record<string, string> {
  const names = (layer: number): string[] =>
    layer === layers ? [] : Array.from({ length: width }, (_, index) => `l${layer}-${index}.md`)
  const files: Record<string, string> = {
    'CLAUDE.md': names(0)
      .map((name) => `@${name}`)
      .join('\n'),
  }
  for (let layer = 0; layer < layers; layer++)
    for (const name of names(layer))
      files[name] = names(layer + 1)
        .map((next) => `@${next}`)
        .join('\n')
  return files
}

test('imports that unfold to a hundred million files are counted, not unfolded (C8)', async (context) => {
  const found = await findIn(fan(40, 5))
  // 1 + 40 + 40² + 40³ + 40⁴ + 40⁵
  assert.deepEqual(found, [
    'CLAUDE.md:1 EXPANSION_LIMIT The imports of "CLAUDE.md" unfold to 105,025,641 files, the limit is 10,000: CLAUDE.md → l0-0.md → l1-0.md → l2-0.md → l3-0.md → l4-0.md.',
  ])
  assert.deepEqual(await findIn(fan(6, 5)), [])
  publish(context, 'C8 imports that unfold to 105,025,641 files: counted from 201 files, the chain named')
})

test('the limit of unfolding holds to the file (C8)', () => {
  const card = (id: string, to: readonly string[], through: string): Card => {
    const edges = to.map((to) => ({ to, through, line: 1, column: 1 }))
    const totals = { total: 0, resolved: 0, searched: 0, missing: 0, ambiguous: 0, outside: 0 }
    const plain = {
      layer: 'project',
      inHome: false,
      kind: 'document',
      name: id,
      title: null,
      version: null,
      entry: true,
    } as const
    const rest = {
      bytes: 0,
      tokens: 0,
      digest: '',
      totals,
      provides: [],
      lost: [],
      refersTo: [],
      directives: [],
      asks: [],
      takes: [],
      findings: [],
      uses: [],
      partFindings: [],
    }
    return { id, ...plain, ...rest, needs: through === 'import' ? edges : [], imports: edges }
  }
  const codesOf = (leaves: number): string[] => {
    const names = Array.from({ length: leaves }, (_, index) => `f${index}.md`)
    const cards = [card('CLAUDE.md', names, 'import')]
    return findExpansions(cards, importsOf(cards)).map(({ code }) => code)
  }
  assert.deepEqual([codesOf(9_998), codesOf(9_999), codesOf(10_000)], [[], [], ['EXPANSION_LIMIT']])
})

test('diamonds without end are loaded once each, in linear time (C8)', async (context) => {
  const levels = rounds(27, 400)
  const files: Record<string, string> = {
    '.claude/commands/start.md': 'Needs @modules/l0-a.md and @modules/l0-b.md',
  }
  for (let level = 0; level < levels; level++) {
    for (const side of ['a', 'b'])
      files[`.claude/modules/l${level}-${side}.md`] =
        level + 1 === levels ? '# End' : `Needs @modules/l${level + 1}-a.md and @modules/l${level + 1}-b.md`
  }
  await withFramework(files, async (framework) => {
    const { composition, diagnostics } = await framework.loadAll(['@commands/start.md'])
    assert.equal(composition.length, 2 * levels + 1)
    assert.deepEqual(diagnostics, [])
    assert.deepEqual((await framework.check()).diagnostics.filter(isAboutIncludes), [])
  })
  publish(context, `C8 2^${levels} paths through diamonds: ${2 * levels + 1} modules, each loaded once`)
})

test('a chain of needs as long as there are modules is followed to its end (C8)', async (context) => {
  const length = rounds(2_000, 20_000)
  const files = Object.fromEntries(
    Array.from({ length }, (_, index) => [
      `.claude/modules/m${index}.md`,
      index + 1 === length ? 'Needs @modules/m0.md' : `Needs @modules/m${index + 1}.md`,
    ]),
  )
  await withFramework(files, async (framework) => {
    const { composition } = await framework.loadAll(['@modules/m0.md'])
    assert.equal(composition.length, length)
    const cycles = (await framework.check()).diagnostics.filter(isAboutIncludes)
    assert.equal(cycles.length, 1)
    assert.match(cycles[0]!.message, /m0\.md → .*m1\.md → .* more → \.claude\/modules\/m0\.md\.$/)
  })
  publish(context, `C8 a cycle of ${length} modules: found, named, and loading ends`)
})
