import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseReference } from 'heddle'
import { agentsMd, xmlBlocks } from 'heddle/plugins'
import { createTestFramework } from 'heddle/testing'
import { openLayer } from '../core/load/open-layers.ts'
import type { LayerName } from '../core/module/module.ts'
import type { Layer } from '../core/resolve/layers.ts'
import { createResolver } from '../core/resolve/resolver.ts'
import { memoryFiles } from '../core/vfs/memory.ts'
import { parsePath } from '../core/vfs/gate.ts'
import { rootPath, type Path } from '../core/vfs/path.ts'

function at(text: string): Path {
  const parsed = parsePath(text)
  assert.ok(parsed.ok)
  return parsed.value
}

function layerOf(name: LayerName, label: string, paths: readonly string[]): Promise<Layer> {
  const files = memoryFiles(Object.fromEntries(paths.map((path) => [path, ''])))
  return openLayer({ name, label, files, ...(name === 'project' ? {} : { homes: [rootPath] }) })
}

/** A project over the user's own modules over a package. */
async function threeLayers(): Promise<(target: string, from: string, own?: number) => string> {
  const layers = await Promise.all([
    layerOf('project', '', [
      '.claude/modules/a.md',
      '.claude/modules/q/gates.md',
      '.claude/agents/x.md',
      'docs/d.md',
    ]),
    layerOf('user', '~/.claude/', ['modules/a.md', 'modules/only-user.md', 'agents/x.md']),
    layerOf('package', 'kit:', ['modules/a.md', 'modules/q/gates.md', 'modules/q/README.md', 'settings.md']),
  ])
  const resolver = createResolver({ layers })
  return (target, from, own = 0) => {
    const { status, to, rung } = resolver.resolve(
      { target, form: 'alias' },
      { layer: layers[own]!, path: at(from) },
    )
    return `${status} ${to} ${rung}`
  }
}

test('@super alone is the same module in the next layer that has it, whatever stands between', async () => {
  const resolve = await threeLayers()
  assert.equal(resolve('@super', '.claude/modules/a.md'), 'resolved ~/.claude/modules/a.md alias')
  assert.equal(resolve('@super', '.claude/modules/q/gates.md'), 'resolved kit:modules/q/gates.md alias')
  assert.equal(resolve('@super', '.claude/agents/x.md'), 'resolved ~/.claude/agents/x.md alias')
  assert.equal(resolve('@super', 'modules/a.md', 1), 'resolved kit:modules/a.md alias')
  assert.equal(resolve('@super', 'modules/a.md', 2), 'missing null null')
  assert.equal(resolve('@super', 'docs/d.md'), 'missing null null')
})

test('@super with a path looks below aliases and homes of lower layers, and never in its own', async () => {
  const resolve = await threeLayers()
  const from = '.claude/modules/a.md'
  assert.equal(resolve('@super/modules/a.md', from), 'resolved ~/.claude/modules/a.md alias')
  assert.equal(resolve('@super/modules/q/gates', from), 'resolved kit:modules/q/gates.md alias')
  assert.equal(resolve('@super/q/gates.md', from), 'resolved kit:modules/q/gates.md alias')
  assert.equal(resolve('@super/q', from), 'resolved kit:modules/q/README.md alias')
  assert.equal(resolve('@super/settings.md', from), 'resolved kit:settings.md alias')
  assert.equal(resolve('@super/modules/only-user.md', 'modules/a.md', 1), 'missing null null')
  assert.equal(resolve('@super/../../etc/passwd', from), 'outside null null')
})

test('two files of one folder get each their own answer', async () => {
  const framework = await createTestFramework({
    builtIn: true,
    files: {
      '.claude/modules/patterns/tdd-cycle-pattern.md': '@super#x',
      '.claude/modules/patterns/intelligent-routing.md': '@super#x',
    },
  })
  const { references } = await framework.graph()
  assert.deepEqual(
    references.map(({ to, layer }) => `${layer} ${to}`),
    [
      'built-in heddle:modules/patterns/intelligent-routing.md',
      'built-in heddle:modules/patterns/tdd-cycle-pattern.md',
    ],
  )
  await framework.dispose()
})

test('what no lower layer has is missing, and the hint says where @super looked', async () => {
  const hintsOf = async (text: string, builtIn: boolean): Promise<(string | undefined)[]> => {
    const framework = await createTestFramework({ builtIn, files: { '.claude/modules/a.md': text } })
    const { diagnostics } = await framework.check()
    await framework.dispose()
    return diagnostics.map(({ code, hint }) => `${code} ${hint}`)
  }
  const file = 'Write the path or the alias of the file that is meant.'
  assert.deepEqual(await hintsOf('@super/x.md', false), [
    `REFERENCE_MISSING There is no layer below this one (project). ${file}`,
  ])
  assert.deepEqual(await hintsOf('@super/modules/patterns/tdd-cycle-patern.md', true), [
    'REFERENCE_MISSING No layer below this one (project) has it; looked in: built-in heddle:modules/. ' +
      `${file} Did you mean @super/patterns/tdd-cycle-pattern.md?`,
  ])
  const framework = await createTestFramework({ files: {} })
  assert.equal(framework.why('@super').status, 'missing')
  await framework.dispose()
})

test('@super is seen with a path or a heading in prose, alone where references stand, and never in code', async () => {
  const text = [
    '---',
    'extends: "@super"',
    'author: "@super"',
    '---',
    'Thanks to @super, @superb/x, me@super/x and @super.',
    '',
    'Base: @super#usage, @super/a.md. [l](@super) [m](@super#usage) `@super/b.md`',
    '',
    '```xml',
    '<depends_on>',
    '  @super for the base',
    '  @super#usage for a part',
    '</depends_on>',
    '@super/none.md',
    '```',
  ].join('\n')
  const seenIn = async (path: string): Promise<string[]> => {
    const framework = await createTestFramework({
      files: { [path]: text },
      plugins: [agentsMd(), xmlBlocks()],
    })
    const { references } = await framework.graph()
    await framework.dispose()
    return references.map(({ line, form, text }) => `${line} ${form} ${text}`)
  }
  const expected = [
    '2 front-matter @super',
    '7 alias @super#usage',
    '7 alias @super/a.md',
    '7 alias @super',
    '7 alias @super#usage',
    '7 mention @super/b.md',
    '11 tag @super',
    '12 tag @super#usage',
  ]
  assert.deepEqual(await seenIn('.claude/modules/a.md'), expected)
  assert.deepEqual(await seenIn('CLAUDE.md'), expected)
  assert.deepEqual(parseReference('@super#usage'), {
    target: '@super',
    alias: 'super',
    path: '',
    fragment: 'usage',
  })
})

test('a folder named super is no alias', async () => {
  const framework = await createTestFramework({ files: { '.claude/super/a.md': '' } })
  assert.equal(framework.resolve('@super/a.md').status, 'missing')
  await framework.dispose()
})
