import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createFramework, type Framework, type Path } from 'heddle'
import { type MemoryFiles, memoryFiles } from 'heddle/files'

const scripts = Number(process.env['HEDDLE_SCRIPTS'] ?? 200)

/** Few names, so that edits meet each other: they come, go, change their kind, differ in case and in a letter. */
const paths = [
  'CLAUDE.md',
  'README.md',
  '.gitignore',
  'docs/guide.md',
  'docs/guide/README.md',
  'docs/modules/b.md',
  '.claude/modules/a.md',
  '.claude/modules/A.md',
  '.claude/modules/patterns/cycle.md',
  '.claude/modules/patterns/cycles.md',
  '.claude/modules/patterns/cycle/README.md',
  '.claude/modules/quality/gate.md',
  '.claude/system/quality/gate.md',
  '.claude/commands/task.md',
  '.claude/agents/helper.md',
  '.claude/extra/note.md',
  '.claude/.claude-plugin/plugin.json',
  '.heddle/modules/a.md',
  'tool/.claude-plugin/plugin.json',
  'tool/commands/task.md',
  'other/names.txt',
] as const
const folders = [
  '.claude',
  '.claude/modules',
  '.claude/modules/patterns',
  'docs',
  '.heddle',
  'tool',
  '.claude/extra',
]

const pieces = [
  '# A\n',
  '## Red phase\n',
  'See @modules/a.md and @modules/patterns/cycle#red-phase.\n',
  '[guide](docs/guide.md#red-phase) [up](../README.md) [gone](gone.md)\n',
  '[same](#a) [other](cycle.md) [folder](patterns/)\n',
  '@docs/guide.md and @README and @names\n',
  'Needs @extra/note.md, @quality/gate.md, @system/quality/gate.md.\n',
  'Mentions `quality/gate.md`, `modules/` and `patterns/cycl.md`.\n',
  '<depends_on>\n  patterns/cycle.md for reasons\n  gate.md for more\n</depends_on>\n',
  '<provides_to>\n  modules/a.md for reasons\n</provides_to>\n',
  '---\nname: a\nneeds:\n  - "@modules/patterns/cycle.md"\n---\n',
  '---\nname: [a\n---\n',
]

type Edit =
  | { readonly do: 'write'; readonly path: string; readonly text: string }
  | { readonly do: 'remove'; readonly path: string }
  | { readonly do: 'refresh'; readonly everything: boolean }

const text = fc.array(fc.constantFrom(...pieces), { maxLength: 4 }).map((chosen) => chosen.join('\n'))
const edit: fc.Arbitrary<Edit> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant('write' as const), path: fc.constantFrom(...paths), text }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('remove' as const), path: fc.constantFrom(...paths, ...folders) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('refresh' as const), everything: fc.boolean() }) },
)

test('after any edits a refreshed framework equals a fresh one (law 4)', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.dictionary(fc.constantFrom(...paths), text, { maxKeys: 8 }),
      fc.array(edit, { minLength: 1, maxLength: 8 }),
      async (initial, edits) => {
        const files = memoryFiles()
        for (const [path, content] of Object.entries(initial))
          await apply(files, { do: 'write', path, text: content })
        const framework = await createFramework({ files, builtIn: false })
        await framework.check()
        const touched = new Set<string>()
        for (const one of [...edits, { do: 'refresh', everything: false } as const]) {
          if (one.do !== 'refresh') {
            await apply(files, one)
            touched.add(one.path)
          } else {
            await framework.refresh(one.everything ? undefined : [...touched])
            await assertFresh(framework, files)
          }
        }
        await framework.dispose()
      },
    ),
    { numRuns: scripts, seed: Number(process.env['HEDDLE_SEED'] ?? 20261124) },
  )
})

async function apply(files: MemoryFiles, edit: Edit): Promise<void> {
  // A file where a folder should be is refused; then the edit is none.
  if (edit.do === 'write') await files.write(edit.path as Path, edit.text).catch(() => {})
  else if (edit.do === 'remove') await files.remove(edit.path as Path)
}

async function assertFresh(framework: Framework, files: MemoryFiles): Promise<void> {
  const fresh = await createFramework({ files, builtIn: false })
  assert.deepEqual(await framework.check(), await fresh.check())
  assert.deepEqual(await framework.graph(), await fresh.graph())
  assert.deepEqual(await framework.list('modules'), await fresh.list('modules'))
  await fresh.dispose()
}
