import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  type AppliedPlugin,
  type Collected,
  declaredSeverity,
  defineCollection,
  defineGroup,
  definePlugin,
  defineService,
  filesFound,
  glob,
  grep,
  HeddleError,
  type Plugin,
} from 'heddle'
import { createTestFramework, createVirtualClock } from 'heddle/testing'

const files = {
  '.claude/commands/go.md': '---\npattern: p\n---\n# Go\n\nNeeds @modules/a.md.\n',
  '.claude/modules/a.md': '# A\n',
  '.claude/modules/deep/b.md': '---\nkind: rule\n---\n# B\n',
  'docs/c.md': '# C\n',
}

function named(name: string, more: Partial<Plugin> = {}): AppliedPlugin {
  return definePlugin({ name, apply: () => {}, ...more })()
}

async function codeOf(...plugins: readonly AppliedPlugin[]): Promise<string> {
  try {
    const framework = await createTestFramework({ files, plugins })
    await framework.dispose()
    return framework.faults
      .map(({ code, severity, message, hint }) => `${severity} ${code}: ${message} ${hint}`)
      .join('\n')
  } catch (error) {
    return error instanceof HeddleError ? `${error.code}: ${error.message}` : String(error)
  }
}

test('a plugin learns how hard the first module says its gate is, and which files its operations found', async () => {
  const texts = {
    '.claude/commands/go.md': `---
pattern: p
gates:
  - { name: Said_Once, severity: conditional }
  - { name: said twice, severity: warning }
---
# Go

Needs @modules/a.md.
`,
    '.claude/modules/a.md': '---\ngates: [{ name: said-twice, severity: blocking }]\n---\n# A\n',
  }
  const learner = named('learner', {
    apply(hooks) {
      hooks.plan.for('p').tap('learner', ({ modules }) => [
        defineGroup({
          name: 'g',
          operations: [
            glob({ patterns: ['.claude/**'] }, { name: 'globbed' }),
            grep({ pattern: '# A' }, { name: 'grepped' }),
            grep({ pattern: '(', path: '.claude' }, { name: 'broken' }),
          ],
          synthesise: (outcomes) => ({
            severities: ['said-once', 'said-twice', 'never-said'].map((gate) =>
              declaredSeverity(modules, gate, 'blocking'),
            ),
            found: ['globbed', 'grepped', 'broken', 'nobody'].map((name) => filesFound(outcomes, name)),
          }),
        }),
      ])
    },
  })
  const framework = await createTestFramework({ files: texts, plugins: [learner] })
  const { groups } = await framework.run('go', {})
  await framework.dispose()
  assert.deepEqual(groups[0]?.synthesis, {
    severities: ['conditional', 'warning', 'blocking'],
    found: [['.claude/commands/go.md', '.claude/modules/a.md'], ['.claude/modules/a.md'], [], []],
  })
})

test('a plugin says which Heddle it is written for', async () => {
  assert.equal(await codeOf(named('a', { apiRange: '>=0.1.0 <100' })), '')
  assert.match(
    await codeOf(named('a', { apiRange: '^99.0.0' })),
    /^PLUGIN_API: The plugin "a" is written for heddle \^99\.0\.0, and this is \d/,
  )
  assert.match(
    await codeOf(named('a', { apiRange: 'soon' })),
    /^PLUGIN_API: .*"soon", which is no range of versions/,
  )
})

test('a plugin that is only named for the order may be missing, and that is told; a slip more loudly', async () => {
  assert.match(
    await codeOf(named('a', { after: ['nobody'] })),
    /^info PLUGIN_UNKNOWN: The plugin "a" wants to come after "nobody"/,
  )
  assert.equal(await codeOf(named('a', { after: ['nobody?'] })), '')
  assert.match(
    await codeOf(named('a', { before: ['sessoin'] }), named('session')),
    /^warning PLUGIN_UNKNOWN: .*before "sessoin".* Did you mean "session"\?/,
  )
  assert.match(await codeOf(named('a', { after: ['a'] })), /^PLUGIN_CYCLE: .*a → a/)
})

const shapes: readonly (readonly [what: string, plugin: unknown, fault: RegExp])[] = [
  ['null', null, /^PLUGIN_SHAPE: Entry 1 of the plugins is none/],
  [
    'a plugin that was not called',
    definePlugin({ name: 'a', apply: () => {} }),
    /^PLUGIN_SHAPE: Entry 1 of the plugins is none\. Give what definePlugin\(\) makes, called/,
  ],
  [
    'no name',
    { plugin: { apply() {} }, options: {} },
    /^PLUGIN_SHAPE: Entry 1 of the plugins has the name undefined/,
  ],
  [
    'a name that is a path',
    { plugin: { name: '../x', apply() {} }, options: {} },
    /^PLUGIN_SHAPE: .*"\.\.\/x"/,
  ],
  ['no apply', { plugin: { name: 'a' }, options: {} }, /^PLUGIN_SHAPE: The plugin "a" has no apply\(\)/],
  [
    'an order that is no list',
    { plugin: { name: 'a', apply() {}, after: 'b' }, options: {} },
    /^PLUGIN_SHAPE: "after" of the plugin "a" is no list of names/,
  ],
  [
    'a filter that is too long',
    { plugin: { name: 'a', apply() {}, filter: { path: '*a'.repeat(20) } }, options: {} },
    /^PLUGIN_FILTER: The filter of the plugin "a"/,
  ],
]

for (const [what, plugin, fault] of shapes)
  test(`a list of plugins with ${what} is one clear fault`, async () => {
    assert.match(await codeOf(plugin as AppliedPlugin), fault)
  })

test('a filter keeps modules away from a plugin, which is not called for them', async () => {
  const seen: string[] = []
  const apply: Plugin['apply'] = (hooks) => {
    hooks.parse.tap('picky', (draft) => (seen.push(`parse ${draft.document.label}`), draft))
    hooks.references.tap('picky', (document) => (seen.push(`references ${document.label}`), []))
    hooks.validate.tap(
      { name: 'picky', filter: { id: '**/a.md' } },
      (draft) => void seen.push(`validate ${draft.document.label}`),
    )
    hooks.registered.tap('picky', (module) => void seen.push(`registered ${module.id}`))
    hooks.load.tap('picky', (path) => void seen.push(`load ${path}`))
    hooks.plan.for('p').tap('picky', () => (seen.push('plan'), []))
  }
  const seenWith = async (filter: Plugin['filter']): Promise<readonly string[]> => {
    seen.length = 0
    const framework = await createTestFramework({
      files,
      plugins: [named('picky', { apply, ...(filter && { filter }) })],
    })
    await framework.check()
    await framework.plan('go').catch(() => {})
    await framework.dispose()
    return [...new Set(seen)].toSorted()
  }
  assert.equal((await seenWith(undefined)).length, 18)
  assert.deepEqual(await seenWith({ path: '.claude/modules/**' }), [
    'load .claude/modules/a.md',
    'load .claude/modules/deep/b.md',
    'parse .claude/modules/a.md',
    'parse .claude/modules/deep/b.md',
    'references .claude/modules/a.md',
    'references .claude/modules/deep/b.md',
    'registered .claude/modules/a.md',
    'registered .claude/modules/deep/b.md',
    'validate .claude/modules/a.md',
  ])
  const rules = await seenWith({ kind: 'rule', path: '.claude/**' })
  assert.deepEqual(
    rules.filter((one) => !one.startsWith('load')),
    [
      'parse .claude/modules/deep/b.md',
      'references .claude/modules/deep/b.md',
      'registered .claude/modules/deep/b.md',
    ],
  )
  assert.deepEqual(
    (await seenWith({ id: ['docs/*', '**/go.md'] })).filter((one) => /parse|plan/.test(one)),
    ['parse .claude/commands/go.md', 'parse docs/c.md', 'plan'],
  )
})

test('a profile says what each tap took and how often its filter spared it', async () => {
  const clock = createVirtualClock()
  const plugin = named('slow', {
    filter: { path: 'docs/**' },
    apply(hooks) {
      hooks.validate.tap('slow', () => clock.advance(7))
    },
  })
  const framework = await createTestFramework({ files, plugins: [plugin], clock, profile: true })
  await framework.check()
  const [first] = framework.profile
  assert.deepEqual(first, {
    plugin: 'slow',
    hook: 'validate',
    calls: 1,
    filtered: 3,
    totalMs: 7,
    longestMs: 7,
  })
  await framework.dispose()
  const without = await createTestFramework({ files, plugins: [plugin], clock })
  await without.check()
  assert.deepEqual(without.profile, [])
  await without.dispose()
})

test('plugins give each other services by a typed key', async () => {
  const clock = defineService<{ now(): string }>('time/clock')
  let seen = ''
  const time = named('time', { apply: (_, context) => context.provide(clock, { now: () => 'noon' }) })
  const user = named('user', {
    dependsOn: ['time'],
    apply: (_, context) => void (seen = `${context.has(clock)} ${context.use(clock).now()}`),
  })
  assert.equal(await codeOf(user, time), '')
  assert.equal(seen, 'true noon')
  assert.match(
    await codeOf(named('user', { apply: (_, context) => void context.use(clock) })),
    /error SERVICE_MISSING: The plugin "user" failed in the hook "apply": .*"time\/clock".*dependsOn/,
  )
  assert.match(
    await codeOf(time, named('other', { apply: (_, context) => context.provide(clock, { now: () => '' }) })),
    /error SERVICE_TWICE: .*provided by "time" and again by "other"/,
  )
  const near = defineService('time/clok')
  assert.match(
    await codeOf(time, named('user', { apply: (_, context) => void context.use(near) })),
    /Did you mean "time\/clock"\?/,
  )
})

test('a plugin whose apply fails half-way leaves nothing behind, and those that depend on it are left out', async () => {
  const service = defineService<number>('half/way')
  const things = defineCollection<{ names: string[] }>({ name: 'half/things', fields: { names: 'union' } })
  let tapped = 0
  let has: boolean | undefined
  let collected: Collected<{ names: string[] }> | undefined
  const half = named('half', {
    apply(hooks, context) {
      context.provide(service, 1)
      context.contribute(things, () => ({ names: ['half'] }))
      hooks.validate.tap('half', () => void tapped++)
      throw new Error('half-way')
    },
  })
  const needy = named('needy', {
    dependsOn: ['half'],
    apply: (hooks) => hooks.validate.tap('needy', () => void tapped++),
  })
  const other = named('other', {
    after: ['half'],
    apply(hooks, context) {
      has = context.has(service)
      hooks.plan.for('p').tap('other', async () => {
        collected = await context.collect(things, undefined)
        return []
      })
    },
  })
  const framework = await createTestFramework({ files, plugins: [half, needy, other] })
  await framework.check()
  await framework.plan('go').catch(() => {})
  assert.deepEqual([tapped, has, collected], [0, false, { value: {}, diagnostics: [] }])
  assert.deepEqual(
    framework.faults.map(({ code, plugin }) => `${code} ${plugin}`),
    ['PLUGIN_FAILED half', 'PLUGIN_SKIPPED needy'],
  )
  await framework.dispose()
})

interface Facts {
  first: string
  last: number
  all: string[]
  same: string
}
const facts = defineCollection<Facts, string>({
  name: 'test/facts',
  fields: { first: 'first', last: 'last', all: 'union', same: 'error' },
})

/** What comes of contributions that settle after so many milliseconds each. */
async function collectAfter(
  latencies: readonly number[],
  given: readonly Partial<Facts>[],
): Promise<Collected<Facts>> {
  const clock = createVirtualClock()
  let collecting: Promise<Collected<Facts>> | undefined
  const plugins = given.map((value, index) =>
    named(`p${index}`, {
      apply(hooks, context) {
        context.contribute(
          facts,
          () => new Promise((settle) => void clock.after(latencies[index]!, () => settle(value))),
        )
        if (index === 0)
          hooks.registered.tap('p0', () => void (collecting ??= context.collect(facts, 'input')))
      },
    }),
  )
  const framework = await createTestFramework({ files: { '.claude/modules/a.md': '# A' }, plugins, clock })
  await framework.load('@modules/a.md')
  clock.advance(50)
  const collected = await collecting!
  await framework.dispose()
  return collected
}

test('contributions are merged in declared order by the rule of each field, whatever their latencies', async () => {
  const given: readonly Partial<Facts>[] = [
    { first: 'a', all: ['x', 'y'] },
    { first: 'b', last: 1, all: ['y', 'z'], same: 's' },
    {},
    { last: 2, same: 's', all: ['w', 'x'] },
  ]
  const expected = { value: { first: 'a', last: 2, all: ['x', 'y', 'z', 'w'], same: 's' }, diagnostics: [] }
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 4, maxLength: 4 }),
      async (latencies) => {
        assert.deepEqual(await collectAfter(latencies, given), expected)
      },
    ),
    { numRuns: 1000, seed: 20_261_130 },
  )
})

test('contributions that differ where they must not, or have fields that nobody knows, are named', async () => {
  const { value, diagnostics } = await collectAfter(
    [3, 2, 1],
    [
      { same: 'a', firts: 1 } as Partial<Facts>,
      { same: 'b', all: 'text' } as unknown as Partial<Facts>,
      { same: 'a', last: 3 },
    ],
  )
  assert.deepEqual(value, { last: 3 })
  assert.deepEqual(
    diagnostics.map(({ code, plugin, message, hint }) => `${code} ${plugin} ${message} ${hint}`),
    [
      'PLUGIN_SHAPE p0 The plugin "p0" contributes the field "firts" to "test/facts", which has none such. Did you mean "first"?',
      'PLUGIN_SHAPE p1 The plugin "p1" contributes no list as "all" of "test/facts". Give a list: its entries are put together with those of others.',
      'CONTRIBUTIONS_DIFFER p0 "same" of "test/facts" is one thing to "p0" and another to "p1". Take one of them out, or configure them alike.',
    ],
  )
})

test('a contribution that fails, is late or is no object is named, and the others count', async () => {
  const clock = createVirtualClock()
  let collecting: Promise<Collected<Facts>> | undefined
  const gives: readonly (() => unknown)[] = [
    () => ({ first: 'kept' }),
    () => Promise.reject(new Error('no')),
    () => new Promise(() => {}),
    () => [1],
    () => undefined,
  ]
  const plugins = gives.map((give, index) =>
    named(`p${index}`, {
      apply(hooks, context) {
        context.contribute(facts, give as never)
        hooks.registered.tap(`p${index}`, () => void (collecting ??= context.collect(facts, 'x')))
      },
    }),
  )
  const framework = await createTestFramework({
    files: { '.claude/modules/a.md': '# A' },
    plugins,
    clock,
    hookDeadlineMs: 50,
  })
  await framework.load('@modules/a.md')
  clock.advance(51)
  const { value, diagnostics } = await collecting!
  assert.deepEqual(value, { first: 'kept' })
  assert.deepEqual(
    diagnostics.map(({ code, plugin }) => `${code} ${plugin}`),
    ['PLUGIN_FAILED p1', 'PLUGIN_TIMEOUT p2', 'PLUGIN_SHAPE p3'],
  )
  await framework.dispose()
})

test('collecting while plugins are being applied, and contributing afterwards, are refused', async () => {
  let late: (() => void) | undefined
  const faults = await codeOf(
    named('early', {
      apply: (_, context) =>
        void context.collect(facts, 'x').catch(
          (error: unknown) =>
            (late = () => {
              throw error
            }),
        ),
    }),
  )
  assert.equal(faults, '')
  assert.throws(late!, /COLLECTION_OPEN|while plugins are still being applied/)
  const service = defineService<number>('x/y')
  let context: Parameters<Plugin['apply']>[1] | undefined
  const framework = await createTestFramework({
    files,
    plugins: [named('late', { apply: (_, given) => void (context = given) })],
  })
  assert.throws(
    () => context!.contribute(facts, () => ({})),
    /contributed to "test\/facts" after its apply\(\) had ended/,
  )
  assert.throws(() => context!.provide(service, 1), /provided "x\/y" after its apply\(\) had ended/)
  await framework.dispose()
})

test('groups of several planners stand in declared order, whatever their latencies', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 3, maxLength: 3 }),
      async (latencies) => {
        const clock = createVirtualClock()
        const plugins = latencies.map((ms, index) =>
          named(`p${index}`, {
            apply(hooks) {
              hooks.plan.for('p').tap(`p${index}`, async () => {
                await new Promise<void>((settle) => void clock.after(ms, settle))
                return [defineGroup({ name: 'look', operations: [glob({ patterns: ['**/*.md'] })] })]
              })
            },
          }),
        )
        const framework = await createTestFramework({ files, plugins, clock })
        const { operations } = await clock.drive(framework.plan('go'))
        assert.deepEqual(
          [...new Set(operations.map(({ group }) => group))],
          ['p0/look', 'p1/look', 'p2/look'],
        )
        await framework.dispose()
      },
    ),
    { numRuns: 30, seed: 20_261_130 },
  )
})
