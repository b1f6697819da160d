import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { createFramework, defineConfig, explainConfig, HeddleError, jsonSchemaOfConfig } from 'heddle'
import { z } from 'zod'
import { loadValue } from '../core/config/load-value.ts'

const own = fileURLToPath(new URL('..', import.meta.url))
const folders: string[] = []
after(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })))

/** A project in a folder of its own, where `heddle` can be imported. */
function project(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), 'heddle-config-'))
  folders.push(root)
  mkdirSync(join(root, 'node_modules'))
  symlinkSync(own, join(root, 'node_modules/heddle'))
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  return root
}

async function valuesOf(
  files: Readonly<Record<string, string>>,
  all = false,
): Promise<Record<string, string>> {
  const { values } = await explainConfig({ root: project(files), all })
  return Object.fromEntries(
    values.map(({ key, value, origin, at }) => [
      key,
      `${JSON.stringify(value)} ${at ? `${at.path}:${at.line}:${at.column}` : origin}`,
    ]),
  )
}

/** `CODE path:line:column message → hint` of what opening the project rejects with. */
async function faultOf(files: Readonly<Record<string, string>>): Promise<string> {
  try {
    const framework = await createFramework({ root: project(files) })
    await framework.dispose()
    return 'opened'
  } catch (thrown) {
    assert.ok(thrown instanceof HeddleError, String(thrown))
    const { code, at, message, hint } = thrown.diagnostic
    return `${code} ${at ? `${at.path}:${at.line}:${at.column}` : '-'} ${message} → ${hint}`
  }
}

for (const name of ['ts', 'mts', 'js', 'mjs', 'json'].map((ending) => `heddle.config.${ending}`)) {
  test(`${name} is found and says where its keys stand`, async () => {
    const text = name.endsWith('json')
      ? '{\n  "home": "framework",\n"aliases" : {"shared": ["a"] }\n}'
      : "export default {\n  home: 'framework',\n  aliases: { shared: ['a'] },\n}"
    assert.deepEqual(await valuesOf({ [name]: text, 'package.json': '{ "type": "module" }' }), {
      home: `"framework" ${name}:2:3`,
      'aliases.shared': `["a"] ${name}:3:14`,
    })
  })
}

test('a configuration that never comes to its end is told to hang', async () => {
  const file = join(project({ 'heddle.config.mjs': 'await new Promise(() => {})' }), 'heddle.config.mjs')
  await assert.rejects(
    loadValue({ file, name: 'heddle.config.mjs' }, undefined, 50),
    /"heddle\.config\.mjs" cannot be loaded: it has not come to its end within 50 ms\./,
  )
})

test('without a configuration everything is as it is by default, and says so', async () => {
  assert.deepEqual(await valuesOf({}), {})
  const values = await valuesOf({}, true)
  assert.equal(values['home'], '[".heddle",".claude"] default')
  assert.equal(values['cache.minutes'], '15 default')
  assert.equal(values['hookDeadlineMs'], '10000 default')
  assert.equal(values['plugins'], '[] default')
})

test('what is extended is merged key by key, the later over the earlier, the own over all', async () => {
  const values = await valuesOf({
    'heddle.config.ts': `import { defineConfig, definePlugin } from 'heddle'
const mine = definePlugin({ name: 'mine', version: '2.0.0', apply: () => {} })
export default defineConfig({
  extends: ['./first.json', '@acme/kit', { runs: false, deadlineMs: 5 }],
  aliases: { shared: 'own' },
  packages: ['own-package'],
  cache: { minutes: 1 },
  deny: ['own/**'],
  plugins: [mine()],
})
`,
    'first.json':
      '{ "home": "first", "aliases": { "shared": "first", "first": "first" }, "deny": ["first/**"] }',
    'node_modules/@acme/kit/package.json':
      '{ "name": "@acme/kit", "type": "module", "exports": "./preset.js" }',
    'node_modules/@acme/kit/preset.js': `const plugin = (name) => ({ plugin: { name, apply() {} }, options: { level: 1 } })
export default { home: 'kit', packages: ['@acme/kit', 'own-package'], cache: { minutes: 9, megabytes: 2 }, plugins: [plugin('mine'), plugin('theirs')] }`,
  })
  assert.deepEqual(values, {
    home: '"kit" @acme/kit',
    'aliases.first': '"first" first.json:1:52',
    'aliases.shared': '"own" heddle.config.ts:5:14',
    'packages[0]': '"own-package" heddle.config.ts:6:14',
    'packages[1]': '"@acme/kit" @acme/kit',
    'plugins[0]': '{"plugin":"mine","version":"2.0.0","options":{}} heddle.config.ts:9:13',
    'plugins[1]': '{"plugin":"theirs","options":{"level":1}} @acme/kit',
    deadlineMs: '5 heddle.config.ts extends[2]',
    'deny[0]': '"first/**" first.json:1:81',
    'deny[1]': '"own/**" heddle.config.ts:8:10',
    'cache.megabytes': '2 @acme/kit',
    'cache.minutes': '1 heddle.config.ts:7:12',
    runs: 'false heddle.config.ts extends[2]',
  })
})

test('settings and what a project says of itself are merged at every depth', async () => {
  const root = project({
    'heddle.config.json':
      '{ "extends": "./base.json", "settings": { "tdd": { "threshold": 1 } }, "project": { "a.b": { "c": [1] } } }',
    'base.json':
      '{ "settings": { "depth": 3, "tdd": { "threshold": 0.5, "strict": true } }, "project": { "a.b": { "c": [2], "d": null } } }',
  })
  const { values } = await explainConfig({ root })
  assert.deepEqual(
    values.map(({ key, value, origin }) => `${key} ${JSON.stringify(value)} ${origin}`),
    [
      'settings.depth 3 base.json',
      'settings.tdd.threshold 1 heddle.config.json',
      'settings.tdd.strict true base.json',
      'project.a.b.c [1] heddle.config.json',
      'project.a.b.d null base.json',
    ],
  )
})

test('a package may name its preset in its manifest, and a preset what it stands on', async () => {
  const values = await valuesOf({
    'heddle.config.json': '{ "extends": ["@acme/kit", "@acme/other/strict.json"] }',
    'node_modules/@acme/kit/package.json':
      '{ "name": "@acme/kit", "heddle": { "config": "./presets/all.json" } }',
    'node_modules/@acme/kit/presets/all.json': '{ "extends": "../base.json", "home": "kit" }',
    'node_modules/@acme/kit/base.json': '{ "home": "base", "entries": ["docs/**"] }',
    'node_modules/@acme/other/package.json': '{ "name": "@acme/other" }',
    'node_modules/@acme/other/strict.json': '{ "strict": true }',
  })
  assert.deepEqual(values, {
    home: '"kit" node_modules/@acme/kit/presets/all.json:1:30',
    'entries[0]': '"docs/**" node_modules/@acme/kit/base.json:1:31',
    strict: 'true node_modules/@acme/other/strict.json:1:3',
  })
})

const kit = {
  'node_modules/kit/package.json': '{ "name": "kit", "type": "module", "exports": "./index.js" }',
}

const hostile: readonly (readonly [what: string, files: Readonly<Record<string, string>>, fault: RegExp])[] =
  [
    [
      'two files',
      { 'heddle.config.ts': '', 'heddle.config.json': '{}' },
      /^CONFIG_TWICE - There are two configurations: heddle\.config\.ts and heddle\.config\.json\. → Keep one/,
    ],
    [
      'no JSON',
      { 'heddle.config.json': '{\n  "home": abc }' },
      /^CONFIG_BROKEN heddle\.config\.json:2:11 .*"a" is not expected here\. → Mend it/,
    ],
    [
      'half of a JSON',
      { 'heddle.config.json': '{ "home": ' },
      /^CONFIG_BROKEN heddle\.config\.json:1:\d+ .*ends too early/,
    ],
    ['an empty file', { 'heddle.config.json': '' }, /^CONFIG_BROKEN heddle\.config\.json:1:1 /],
    [
      'a list',
      { 'heddle.config.json': '[]' },
      /^CONFIG_BROKEN heddle\.config\.json:1:1 .*gives a list, and a configuration is an object/,
    ],
    [
      'null',
      { 'heddle.config.mjs': 'export default null' },
      /^CONFIG_BROKEN heddle\.config\.mjs:1:1 .*gives null/,
    ],
    ['a function', { 'heddle.config.mjs': 'export default () => ({})' }, /gives a function/],
    [
      'a promise that fails',
      { 'heddle.config.mjs': 'export default Promise.reject(new Error("lost"))' },
      /gives a promise/,
    ],
    [
      'no default export',
      { 'heddle.config.mjs': 'export const home = 1' },
      /gives nothing, .* → Export one: export default/,
    ],
    [
      'no TypeScript',
      { 'heddle.config.ts': 'export default {\n  home: 3 4,\n}' },
      /^CONFIG_BROKEN heddle\.config\.ts:2:11 .*Expected "}" but found "4"\. /,
    ],
    [
      'no JavaScript',
      { 'heddle.config.mjs': 'export default {\n  home: 3 4,\n}' },
      /^CONFIG_BROKEN heddle\.config\.mjs:2:11 .*Unexpected number/,
    ],
    [
      'a throw in TypeScript',
      { 'heddle.config.mts': 'type A = string\n\nthrow new Error("boom")' },
      /^CONFIG_BROKEN heddle\.config\.mts:3:7 .*: boom\. /,
    ],
    [
      'a throw where TypeScript is CommonJS',
      { 'heddle.config.ts': 'export {}\n\nthrow new Error("boom")' },
      /^CONFIG_BROKEN heddle\.config\.ts:3:\d+ .*: boom\. /,
    ],
    [
      'a throw of null',
      { 'heddle.config.mjs': 'throw null' },
      /^CONFIG_BROKEN heddle\.config\.mjs:1:1 .*a thrown null/,
    ],
    [
      'a throw of what throws',
      { 'heddle.config.mjs': 'throw new Proxy({}, { get() { throw 1 }, getPrototypeOf() { throw 1 } })' },
      /^CONFIG_BROKEN heddle\.config\.mjs:1:1 /,
    ],
    [
      'a throw of very much',
      { 'heddle.config.mjs': 'throw new Error("x".repeat(10_000_000))' },
      /^CONFIG_BROKEN heddle\.config\.mjs:1:7 .{0,600}$/,
    ],
    [
      'a missing import',
      {
        'heddle.config.mjs': "import { a } from './a.mjs'\nimport b from './nope.mjs'\nexport default b",
        'a.mjs': 'export const a = 1',
      },
      /^CONFIG_BROKEN heddle\.config\.mjs:2:15 .*Cannot find module/,
    ],
    [
      'a missing package',
      { 'heddle.config.ts': "import b from 'nope'\nexport default b" },
      /^CONFIG_BROKEN heddle\.config\.ts:1:\d+ .*Cannot find (?:module|package) 'nope'/,
    ],
    [
      'a getter that throws',
      { 'heddle.config.mjs': 'export default { get home() { throw new Error("gotcha") } }' },
      /^CONFIG_BROKEN heddle\.config\.mjs:1:1 .*cannot be read: gotcha\./,
    ],
    [
      'a ring of objects',
      { 'heddle.config.mjs': 'const a = {}\na.aliases = a\nexport default a' },
      /^CONFIG_LIMIT .*nests deeper than 32 levels/,
    ],
    [
      'very deep data',
      { 'heddle.config.json': `{"entries":${'['.repeat(30_000)}${']'.repeat(30_000)}}` },
      /^CONFIG_LIMIT .*nests deeper than 32 levels/,
    ],
    [
      'very much data',
      { 'heddle.config.json': `{"entries":["${'x'.repeat(1 << 20)}"]}` },
      /^CONFIG_LIMIT .*has 1048592 bytes; a configuration may have 1048576/,
    ],
    [
      'very many values',
      { 'heddle.config.mjs': 'export default { entries: Array.from({ length: 200_000 }, String) }' },
      /^CONFIG_LIMIT .*more than 100000 values/,
    ],
    [
      'a prototype',
      { 'heddle.config.json': '{ "__proto__": { "home": "x" } }' },
      /^CONFIG_KEY heddle\.config\.json:1:3 .*"__proto__", which is refused/,
    ],
    [
      'a prototype below',
      { 'heddle.config.json': '{ "aliases": { "__proto__": "x" } }' },
      /^CONFIG_KEY heddle\.config\.json:1:16 .*"__proto__"/,
    ],
    [
      'an unknown key',
      { 'heddle.config.json': '{\n  "hoem": "x" }' },
      /^CONFIG_KEY heddle\.config\.json:2:3 .*unknown key "hoem"\. → Did you mean "home"\?/,
    ],
    [
      'a key that every object has',
      { 'heddle.config.json': '{ "constructor": "x" }' },
      /^CONFIG_KEY .*unknown key "constructor"/,
    ],
    [
      'an unknown key below',
      { 'heddle.config.mjs': 'export default {\n  cache: { minuts: 3 } }' },
      /^CONFIG_KEY heddle\.config\.mjs:2:12 .*"cache\.minuts".* → Did you mean "minutes"\?/,
    ],
    [
      'an unknown lane',
      { 'heddle.config.mjs': 'export default { concurrency: { proces: 1 } }' },
      /^CONFIG_KEY .*"concurrency\.proces".* → Did you mean "process"\?/,
    ],
    [
      'code in data',
      { 'heddle.config.json': '{ "plugins": [] }' },
      /^CONFIG_KEY heddle\.config\.json:1:3 .*plain data and cannot set "plugins"\. → Use heddle\.config\.ts/,
    ],
    [
      'a value of the wrong kind',
      { 'heddle.config.json': '{ "home": 3 }' },
      /^CONFIG_VALUE heddle\.config\.json:1:3 "home" .*Expected a folder or a list of folders/,
    ],
    [
      'a value of the wrong kind below',
      { 'heddle.config.mjs': 'export default { runs: { keep: "x" } }' },
      /^CONFIG_VALUE heddle\.config\.mjs:1:26 "runs\.keep" .*expected number, received string/,
    ],
    [
      'a plugin that was not called',
      { 'heddle.config.mjs': 'export default { plugins: [() => {}] }' },
      /^CONFIG_VALUE heddle\.config\.mjs:1:28 "plugins\[0\]" .*tdd\(\) rather than tdd/,
    ],
    [
      'itself',
      { 'heddle.config.json': '{ "extends": "./heddle.config.json" }' },
      /^CONFIG_CYCLE .*heddle\.config\.json → heddle\.config\.json\. → Take one "extends" out/,
    ],
    [
      'a ring of files',
      {
        'heddle.config.json': '{ "extends": "./a.json" }',
        'a.json': '{ "extends": ["./b.json"] }',
        'b.json': '{ "extends": "./a.json" }',
      },
      /^CONFIG_CYCLE b\.json:1:3 .*: a\.json → b\.json → a\.json\./,
    ],
    [
      'what it imports that is no JavaScript',
      {
        'heddle.config.mjs': "import { a } from './a.mjs'\nimport './b.mjs'\nexport default { home: a }",
        'a.mjs': "export { a } from './in/c.mjs'",
        'in/c.mjs': 'export const a = {\n  b: 1,\n',
        'b.mjs': '',
      },
      /^CONFIG_BROKEN in\/c\.mjs:\d:\d .*Unexpected end of input/,
    ],
    [
      'a ring through a package',
      {
        ...kit,
        'heddle.config.mjs': "export default { extends: 'kit' }",
        'node_modules/kit/index.js': "export default { extends: 'kit' }",
      },
      /^CONFIG_CYCLE .*: kit → kit\./,
    ],
    [
      'a long chain',
      {
        'heddle.config.json': '{ "extends": "./0.json" }',
        ...Object.fromEntries(
          Array.from({ length: 20 }, (_, at) => [`${at}.json`, `{ "extends": "./${at + 1}.json" }`]),
        ),
      },
      /^CONFIG_LIMIT .*more than 16 levels/,
    ],
    [
      'a bomb',
      {
        'heddle.config.json': '{ "extends": ["./0.json", "./0.json"] }',
        ...Object.fromEntries(
          Array.from({ length: 12 }, (_, at) => [
            `${at}.json`,
            at === 11 ? '{}' : `{ "extends": ["./${at + 1}.json", "./${at + 1}.json"] }`,
          ]),
        ),
      },
      /^CONFIG_LIMIT .*More than 64 configurations/,
    ],
    [
      'a missing file',
      { 'heddle.config.json': '{ "extends": "./base.json" }' },
      /^CONFIG_MISSING heddle\.config\.json:1:3 "\.\/base\.json", which "heddle\.config\.json" extends, does not exist/,
    ],
    [
      'a missing preset',
      { 'heddle.config.json': '{ "extends": ["@acme/kit"] }' },
      /^CONFIG_MISSING heddle\.config\.json:1:15 .*"@acme\/kit" is not installed\. → Install it: npm install @acme\/kit/,
    ],
    [
      'a preset that throws',
      {
        ...kit,
        'heddle.config.mjs': "export default {\n  extends: 'kit' }",
        'node_modules/kit/index.js': 'throw new Error("not today")',
      },
      /^CONFIG_BROKEN heddle\.config\.mjs:2:3 .*"kit".*cannot be loaded: not today\./,
    ],
    [
      'a preset that is none',
      {
        ...kit,
        'heddle.config.mjs': "export default { extends: 'kit' }",
        'node_modules/kit/index.js': 'export default 7',
      },
      /^CONFIG_BROKEN .*The package "kit" gives a number/,
    ],
    [
      'a preset with an unknown key',
      {
        ...kit,
        'heddle.config.mjs': "export default { extends: 'kit' }",
        'node_modules/kit/index.js': 'export default { hoem: 1 }',
      },
      /^CONFIG_KEY .*The package "kit" has an unknown key "hoem"\. → Did you mean "home"/,
    ],
    [
      'a manifest that leads out',
      {
        'heddle.config.json': '{ "extends": "kit" }',
        'node_modules/kit/package.json': '{ "name": "kit", "heddle": { "config": "../../x.json" } }',
      },
      /^CONFIG_VALUE .*"\.\.\/\.\.\/x\.json" lies outside of the package "kit"/,
    ],
    [
      'data that extends code',
      { 'heddle.config.json': '{ "extends": "./x.mjs" }', 'x.mjs': 'throw 1' },
      /^CONFIG_VALUE .*cannot extend "\.\/x\.mjs", which is code/,
    ],
    [
      'data that extends the code of a package',
      { ...kit, 'heddle.config.json': '{ "extends": "kit" }', 'node_modules/kit/index.js': 'throw 1' },
      /^CONFIG_VALUE .*cannot extend "kit", which is code/,
    ],
    [
      'data that extends what lies outside',
      { 'heddle.config.json': '{ "extends": "../../../etc/passwd" }' },
      /^CONFIG_VALUE .*lies outside the project/,
    ],
  ]

for (const [what, files, fault] of hostile) {
  test(`a configuration refuses ${what} in one message with code, place, cause and hint`, async () => {
    assert.match(await faultOf(files), fault)
    assert.equal(({} as { home?: unknown }).home, undefined)
  })
}

test('a named configuration that is not there is told with the one that is', async () => {
  const root = project({ 'heddle.config.mjs': 'export default {}' })
  await assert.rejects(
    explainConfig({ root, config: 'heddle.config.ts' }),
    /does not exist\. Did you mean "heddle\.config\.mjs"\?/,
  )
})

test('with config: false nothing of it is read and none of its code runs', async () => {
  const root = project({
    'heddle.config.mjs': 'globalThis.configRan = true\nthrow 1',
    'heddle.config.json': 'no JSON',
  })
  const framework = await createFramework({ root, config: false })
  await framework.dispose()
  assert.deepEqual(await explainConfig({ root, config: false }), { sources: [], values: [] })
  assert.equal('configRan' in globalThis, false)
})

test('a configuration that is changed after it was read changes nothing', async () => {
  const root = project({
    'heddle.config.mjs': "const deny = ['a/**']\nexport default { deny }\nglobalThis.theirDeny = deny\n",
    'a/x.md': '# X\n',
    'b/y.md': '# Y\n',
  })
  const framework = await createFramework({ root })
  ;(globalThis as unknown as { theirDeny: string[] }).theirDeny.push('b/**')
  const { modules } = await framework.graph()
  assert.ok(modules.some(({ id }) => id === 'b/y.md') && !modules.some(({ id }) => id === 'a/x.md'))
  await framework.dispose()
})

test('options given to createFramework win over the file, and a frozen configuration is as good as any', async () => {
  const root = project({
    'heddle.config.mjs': "export default Object.freeze({ home: 'a', deny: Object.freeze(['c/**']) })",
    'a/modules/x.md': '# X',
    'b/modules/x.md': '# X',
  })
  const framework = await createFramework(Object.freeze({ root, home: 'b' }))
  assert.equal(framework.resolve('@modules/x.md').path, 'b/modules/x.md')
  await framework.dispose()
  assert.deepEqual(defineConfig({ home: 'a' }), { home: 'a' })
})

test('the published JSON schema is current: npm run schema writes it anew', async () => {
  const published = JSON.parse(readFileSync(join(own, 'core/config/schema.json'), 'utf8')) as object
  assert.deepEqual(published, await jsonSchemaOfConfig())
  const { files, exports } = JSON.parse(readFileSync(join(own, 'package.json'), 'utf8')) as {
    files: string[]
    exports: Record<string, unknown>
  }
  assert.ok(files.includes('core/config/schema.json'))
  assert.equal(exports['./config.schema.json'], './core/config/schema.json')
})

test('the JSON schema takes what Heddle takes of plain data, and nothing else', async () => {
  const schema = z.fromJSONSchema(await jsonSchemaOfConfig())
  const samples: readonly (readonly [sample: object, good: boolean])[] = [
    [{ $schema: './schema.json', home: 'x', strict: true }, true],
    [
      {
        aliases: { shared: ['a', 'b'] },
        packages: ['@acme/kit', { git: 'kit', ref: 'v1' }],
        extends: ['./a.json'],
      },
      true,
    ],
    [{ entries: ['docs/**'], deny: ['x'], preload: ['@modules/x.md'], home: ['a', 'b'] }, true],
    [{ settings: { depth: 3, tdd: { threshold: 0.9 } }, project: { a: { b: [1, null] } } }, true],
    [{ settings: { depth: [] } }, false],
    [{ hoem: 'x' }, false],
    [{ home: 3 }, false],
    [{ plugins: [] }, false],
    [{ aliases: { '1x': 'a' } }, false],
    [{ packages: [{ git: 'kit' }] }, false],
    [{ extends: { home: 'x' } }, false],
  ]
  for (const [sample, good] of samples) {
    assert.equal(schema.safeParse(sample).success, good, JSON.stringify(sample))
    if (!good)
      assert.match(await faultOf({ 'heddle.config.json': JSON.stringify(sample) }), /^CONFIG_(?:KEY|VALUE)/)
  }
})
