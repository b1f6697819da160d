import assert from 'node:assert/strict'
import { test } from 'node:test'
import { definePlugin, HeddleError, todo, type AppliedPlugin, type Hooks, type Plugin } from 'heddle'
import { createTestFramework } from 'heddle/testing'

const files = { '.claude/modules/a.md': '# A\n\nNeeds @modules/b.md.\n', '.claude/modules/b.md': '# B\n' }

function named(name: string, more: Partial<Plugin> = {}): AppliedPlugin {
  return definePlugin({ name, apply: () => {}, ...more })()
}

async function codeOf(plugins: readonly AppliedPlugin[]): Promise<string> {
  try {
    const framework = await createTestFramework({ files, plugins })
    await framework.dispose()
    return 'made'
  } catch (error) {
    return error instanceof HeddleError ? `${error.code}: ${error.message}` : String(error)
  }
}

test('plugins are applied in the order of their needs, ties as declared', async () => {
  const order: string[] = []
  const noting = (name: string, more: Partial<Plugin> = {}): AppliedPlugin =>
    named(name, { ...more, apply: () => void order.push(name) })
  const framework = await createTestFramework({
    files,
    plugins: [
      noting('c', { after: ['a'] }),
      noting('b', { before: ['a'] }),
      noting('a'),
      noting('d', { dependsOn: ['c'] }),
    ],
  })
  assert.deepEqual(order, ['b', 'a', 'c', 'd'])
  await framework.dispose()
})

test('a wrong list of plugins is one clear fault', async () => {
  assert.match(await codeOf([named('a'), named('a')]), /^PLUGIN_DUPLICATE: Two plugins are named "a"/)
  assert.match(
    await codeOf([named('a', { dependsOn: ['sessoin'] }), named('session')]),
    /^PLUGIN_UNKNOWN: .*Did you mean "session"\?/,
  )
  assert.match(
    await codeOf([named('a', { after: ['b'] }), named('b', { after: ['a'] })]),
    /^PLUGIN_CYCLE: .*a → b → a/,
  )
  assert.equal(await codeOf([named('a', { after: ['nobody'] })]), 'made')
})

test('options are checked by their schema when they are given', async () => {
  const plugin = definePlugin<{ threshold: number }>({
    name: 'strict',
    options: (z) => z.strictObject({ threshold: z.number().min(0).max(1).default(0.9) }),
    apply: () => {},
  })
  assert.match(
    await codeOf([plugin({ threshold: 7 })]),
    /^PLUGIN_OPTIONS: The option "threshold" of the plugin "strict"/,
  )
  assert.equal(await codeOf([plugin({ threshold: 0.5 })]), 'made')
  assert.equal(await codeOf([plugin()]), 'made')
  assert.match(await codeOf([{ ...named('plain'), options: { loud: true } }]), /^PLUGIN_OPTIONS: .*"loud"/)
})

test('a plugin sees its options with their defaults', async () => {
  let seen: unknown
  const plugin = definePlugin<{ threshold: number }>({
    name: 'defaults',
    options: (z) => z.object({ threshold: z.number().default(0.9) }),
    apply(hooks, context) {
      hooks.plan.for('p').tap('defaults', async () => {
        seen = await context.options()
        return []
      })
    },
  })
  const framework = await createTestFramework({
    files: { '.claude/commands/go.md': '---\npattern: p\n---\n' },
    plugins: [plugin()],
  })
  await assert.rejects(
    framework.run('go'),
    (error) => error instanceof HeddleError && error.code === 'COMMAND_EMPTY',
  )
  assert.deepEqual(seen, { threshold: 0.9 })
  await framework.dispose()
})

test('a plugin can tap neither under another name nor after the framework was made', async () => {
  let kept: Hooks | undefined
  const framework = await createTestFramework({
    files,
    plugins: [
      named('liar', { apply: (hooks) => hooks.parse.tap('other', (draft) => draft) }),
      named('late', { apply: (hooks) => void (kept = hooks) }),
    ],
  })
  assert.deepEqual(
    framework.faults.map(({ code, plugin }) => [code, plugin]),
    [['PLUGIN_NAME', 'liar']],
  )
  assert.throws(() => kept!.parse.tap('late', (draft) => draft), /tapped after its apply\(\) had ended/)
  await framework.dispose()
})

test('a plugin that throws in every hook is named once a hook, and the modules are as without it', async () => {
  const fail = (): never => {
    throw new TypeError('broken')
  }
  const broken = named('broken', {
    apply(hooks) {
      hooks.references.tap('broken', fail)
      hooks.resolve.tap('broken', fail)
      hooks.load.tap('broken', fail)
      hooks.parse.tap('broken', fail)
      hooks.validate.tap('broken', fail)
      hooks.registered.tap('broken', fail)
    },
  })
  const without = await createTestFramework({ files })
  const withIt = await createTestFramework({ files, plugins: [broken] })
  assert.deepEqual(await withIt.graph(), await without.graph())
  assert.deepEqual(withIt.faults.map(({ message }) => /hook "(\w+)"/.exec(message)?.[1] ?? '').toSorted(), [
    'load',
    'parse',
    'references',
    'registered',
    'resolve',
    'validate',
  ])
  await Promise.all([without.dispose(), withIt.dispose()])
})

test('an async function given to a synchronous door cannot lose its error', async () => {
  const plugin = named('hasty', {
    apply(hooks) {
      hooks.validate.tap('hasty', (async () => {
        throw new Error('lost')
      }) as never)
    },
  })
  const framework = await createTestFramework({ files, plugins: [plugin] })
  await framework.check()
  await new Promise((resolve) => setImmediate(resolve))
  assert.deepEqual(
    framework.faults.map(({ code, plugin }) => [code, plugin]),
    [['PLUGIN_FAILED', 'hasty']],
  )
  await framework.dispose()
})

test('plugins add references, answers, virtual texts and findings', async () => {
  const plugin = named('rich', {
    apply(hooks) {
      hooks.references.tap('rich', (document) => {
        const offset = document.text.indexOf('!b')
        return offset < 0 ? [] : [{ text: '!b', target: '!b', fragment: null, form: 'tag', offset }]
      })
      hooks.resolve.tap('rich', ({ reference }) =>
        reference.target === '!b' ? '.claude/modules/b.md' : undefined,
      )
      hooks.load.tap('rich', (path) => (path === '.claude/modules/v.md' ? '# Virtual !b' : undefined))
      hooks.validate.tap('rich', ({ title }) =>
        title === 'B' ? [{ code: 'rich/short', severity: 'info', message: 'Short.' }] : [],
      )
    },
  })
  const framework = await createTestFramework({
    files: { ...files, '.claude/modules/v.md': '' },
    plugins: [plugin],
  })
  const graph = await framework.graph()
  assert.equal(graph.modules.find(({ id }) => id.endsWith('/v.md'))?.title, 'Virtual !b')
  assert.equal(graph.references.find(({ text }) => text === '!b')?.to, '.claude/modules/b.md')
  const { diagnostics } = await framework.check()
  assert.deepEqual(
    diagnostics.map(({ code, plugin }) => [code, plugin]),
    [['rich/short', 'rich']],
  )
  await framework.dispose()
})

test('a planner may take from the groups of another pattern; one that is unknown or asks back is named, and nothing hangs', async () => {
  const seen: string[] = []
  const asking = (name: string, other: string) =>
    definePlugin({
      name,
      apply(hooks) {
        hooks.plan.for(name).tap(name, async (planning) => {
          const { groups, diagnostics } = await planning.groupsOf(other)
          seen.push(
            ...groups.map((group) => `${name} ${group.name}`),
            ...diagnostics.map(({ code }) => `${name} ${code}`),
          )
          return [{ name: 'own', operations: [todo([])] }]
        })
      },
    })()
  const framework = await createTestFramework({
    files: { '.claude/commands/go.md': '---\npattern: one\n---\n# Go\n' },
    plugins: [asking('one', 'two'), asking('two', 'one')],
  })
  const { operations } = await framework.plan('go', {})
  await framework.dispose()
  assert.deepEqual(
    operations.map(({ group }) => group),
    ['one/own'],
  )
  assert.deepEqual(seen, ['two PATTERN_CYCLE', 'one two/own'])
})

test('teardown runs in reverse order, and afterwards every call is refused', async () => {
  const order: string[] = []
  const framework = await createTestFramework({
    files,
    plugins: [
      named('first', { apply: () => () => void order.push('first') }),
      named('second', {
        apply: () => () => {
          order.push('second')
          throw new Error('stuck')
        },
      }),
    ],
  })
  await framework.dispose()
  await framework.dispose()
  assert.deepEqual(order, ['second', 'first'])
  await assert.rejects(
    framework.check(),
    (error) => error instanceof HeddleError && error.code === 'FRAMEWORK_DISPOSED',
  )
})
