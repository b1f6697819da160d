import assert from 'node:assert/strict'
import {
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, test } from 'node:test'
import fc from 'fast-check'
import { parseStore } from '../core/load/store-format.ts'
import { type CheckReport, createFramework, definePlugin, type FrameworkOptions, type Graph } from 'heddle'

const ground = mkdtempSync(join(tmpdir(), 'heddle-store-'))
after(() => rmSync(ground, { recursive: true, force: true }))

/** So many modules that keeping them pays. */
const fillers = Object.fromEntries(
  Array.from({ length: 200 }, (_, index) => [
    `.claude/modules/filler/f${index}.md`,
    `# Filler ${index}\n\nNeeds @modules/filler/f${(index * 7) % 200}.md#filler-${(index * 7) % 200}.\n`,
  ]),
)

interface Project {
  readonly root: string
  readonly cache: string
  write(path: string, text: string): void
  remove(path: string): void
}

function project(files: Readonly<Record<string, string>> = {}): Project {
  const place = mkdtempSync(join(ground, 'project-'))
  const [root, cache] = [join(place, 'root'), join(place, 'cache')]
  const write = (path: string, text: string): void => {
    try {
      mkdirSync(dirname(join(root, path)), { recursive: true })
      writeFileSync(join(root, path), text)
    } catch {
      // A file where a folder should be, or the other way round: then the edit is none.
    }
  }
  for (const [path, text] of Object.entries({ ...fillers, ...files })) write(path, text)
  return { root, cache, write, remove: (path) => rmSync(join(root, path), { recursive: true, force: true }) }
}

interface Seen {
  readonly report: CheckReport
  readonly graph: Graph
  /** Modules that were loaded for the report. */
  readonly loaded: number
}

async function look(
  { root, cache }: Project,
  options: FrameworkOptions = { cache: { folder: cache } },
): Promise<Seen> {
  let loaded = 0
  const count = definePlugin({
    name: 'count',
    version: '1',
    apply: (hooks) => hooks.registered.tap('count', () => void loaded++),
  })
  const framework = await createFramework({
    root,
    builtIn: false,
    ...options,
    preset: true,
    plugins: [...(options.plugins ?? []), count()],
  })
  const report = await framework.check()
  const sofar = loaded
  const graph = await framework.graph()
  await framework.dispose()
  return { report, graph, loaded: sofar }
}

/** Files count as left alone, as they are when nobody waits for them. */
function afterAWhile<T>(task: () => Promise<T>): Promise<T> {
  return withClock(10_000, task)
}

async function withClock<T>(ms: number, task: () => Promise<T>): Promise<T> {
  const { now } = Date
  Date.now = () => now() + ms
  try {
    return await task()
  } finally {
    Date.now = now
  }
}

test('a second start loads nothing that did not change, and says the same', async () => {
  await afterAWhile(async () => {
    const here = project({
      '.claude/commands/task.md': '# Task\n\nNeeds @modules/filler/f3.md and @modules/gone.md.\n',
    })
    const first = await look(here)
    assert.equal(first.loaded, 201)
    const second = await look(here)
    assert.equal(second.loaded, 0)
    here.write('.claude/modules/filler/f3.md', '# Another title\n')
    const third = await look(here)
    // The module itself, and nothing else: who refers to a heading of it is judged by what is kept.
    assert.equal(third.loaded, 1)
    const fresh = await look(here, {})
    for (const { report, graph } of [third, await look(here)]) {
      assert.deepEqual(report, fresh.report)
      assert.deepEqual(graph, fresh.graph)
    }
    assert.deepEqual(second.report, first.report)
    assert.equal(fresh.loaded, 201)
  })
})

test('a file that was changed a moment ago is read again: its stamp says nothing yet', async () => {
  const here = project()
  const seen = await withClock(-60_000, async () => [await look(here), await look(here)])
  assert.deepEqual(
    seen.map(({ loaded }) => loaded),
    [200, 200],
  )
})

const paths = [
  '.claude/modules/a.md',
  '.claude/modules/filler/f1.md',
  '.claude/modules/filler/f1/README.md',
  '.claude/modules/quality/gate.md',
  '.claude/system/quality/gate.md',
  '.claude/commands/task.md',
  'docs/guide.md',
  'CLAUDE.md',
  'names',
] as const
const pieces = [
  '# A\n',
  'See @modules/a.md#a and @modules/filler/f1.\n',
  '[up](../README.md) [guide](docs/guide.md#a) [f](filler/f1)\n',
  'Needs @system/quality/gate.md. Mentions `quality/gate.md`, `filler/`.\n',
  '<depends_on>\n  quality/gate.md for reasons\n  gaet.md for more\n</depends_on>\n',
  '@docs/guide.md and @names\n',
]
const edit = fc.record({
  path: fc.constantFrom(...paths),
  text: fc.option(fc.array(fc.constantFrom(...pieces), { maxLength: 3 }).map((chosen) => chosen.join('\n'))),
})

test('after any edits between two starts, what was kept equals a fresh load (law 4)', async () => {
  await afterAWhile(() =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(edit, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 4 }),
        async (starts) => {
          const here = project()
          for (const edits of starts) {
            for (const { path, text } of edits) {
              if (text === null) here.remove(path)
              else here.write(path, text)
            }
            const [kept, fresh] = [await look(here), await look(here, {})]
            assert.deepEqual(kept.report, fresh.report)
            assert.deepEqual(kept.graph, fresh.graph)
          }
          rmSync(dirname(here.root), { recursive: true, force: true })
        },
      ),
      { numRuns: Number(process.env['HEDDLE_STARTS'] ?? 25), seed: 20261124 },
    ),
  )
})

test('a store that is cut, flipped or made by another version is made anew, never believed', async () => {
  await afterAWhile(async () => {
    const here = project()
    const { report } = await look(here)
    const name = readdirSync(here.cache).find((name) => name.endsWith('.cards'))
    const place = join(here.cache, name!)
    const whole = readFileSync(place)
    assert.equal(statSync(place).mode & 0o777, 0o600)
    const damaged = [
      whole.subarray(0, whole.length - 1),
      whole.subarray(0, 40),
      Buffer.alloc(0),
      Buffer.from(whole.toString().replace(/^heddle \d+ /, 'heddle 0 ')),
      ...[7, 90, 2_000, whole.length - 3].map((at) => {
        const flipped = Buffer.from(whole)
        flipped[at]! ^= 1
        return flipped
      }),
    ]
    for (const [index, bytes] of damaged.entries()) {
      writeFileSync(place, bytes)
      const seen = await look(here)
      assert.equal(seen.loaded, 200, `damage ${index} was believed`)
      assert.deepEqual(seen.report, report)
    }
    assert.equal((await look(here)).loaded, 0)
  })
})

test('no byte of a store can be another, and none can be missing', async () => {
  await afterAWhile(async () => {
    const here = project({ '.claude/commands/task.md': '# Task\n\nNeeds @modules/gone.md.\n' })
    const { report } = await look(here)
    const name = readdirSync(here.cache).find((name) => name.endsWith('.cards'))
    const whole = readFileSync(join(here.cache, name!))
    const line = whole.indexOf(10)
    const key = whole.toString('latin1', 0, line).split(' ')[3]!
    assert.equal(parseStore(whole, key)?.cards.length, report.modules)
    // Wherever the bytes happen to lie.
    assert.equal(parseStore(Buffer.concat([Buffer.alloc(3), whole]).subarray(3), key)?.cards.length, 201)
    for (let at = 0; at < whole.length; at += at <= line + 8 ? 1 : 97) {
      const flipped = Buffer.from(whole)
      flipped[at]! ^= 1
      assert.equal(parseStore(flipped, key), undefined, `flipped at ${at}`)
      assert.equal(parseStore(whole.subarray(0, at), key), undefined, `cut at ${at}`)
    }
  })
})

test('what is found of all modules together is the same in every process, and follows what changes', async () => {
  await afterAWhile(async () => {
    const needs = (...names: string[]): string => names.map((name) => `Needs @modules/${name}.md.\n`).join('')
    const twin = `# Twin\n\n${'Said twice. '.repeat(30)}\n`
    const here = project({
      '.claude/commands/task.md': `# Task\n\n${needs('a', 'twins/one', 'twins/other')}`,
      '.claude/modules/a.md': `# A\n\n${needs('b')}`,
      '.claude/modules/b.md': `# B\n\n${needs('a')}`,
      '.claude/modules/alone.md': '# Alone\n',
      '.claude/modules/twins/one.md': twin,
      '.claude/modules/twins/other.md': twin,
    })
    const edits = [
      () => undefined,
      () => here.write('.claude/modules/alone.md', '# Alone, and still so\n'),
      () => here.write('.claude/modules/b.md', '# B\n'),
      () => here.write('.claude/modules/twins/other.md', `${twin}\nAnd more.\n`),
      () => here.write('.claude/modules/a.md', `# A\n\n${needs('alone')}`),
      () => here.write('.claude/modules/b.md', twin),
      () => here.remove('.claude/modules/a.md'),
      () => undefined,
    ]
    const entries = ['.claude/commands/*']
    const kept = { entries, cache: { folder: here.cache } }
    await look(here, kept)
    const codes = new Set<string>()
    for (const [index, edit] of edits.entries()) {
      edit()
      const [second, fresh] = [await look(here, kept), await look(here, { entries })]
      assert.deepEqual(second.report, fresh.report, `after edit ${index}`)
      assert.deepEqual(second.graph, fresh.graph, `after edit ${index}`)
      for (const { code } of fresh.report.diagnostics) codes.add(code)
    }
    for (const code of ['REFERENCE_CYCLE', 'DUPLICATE_CONTENT', 'ORPHAN']) assert.ok(codes.has(code), code)
  })
})

test('another configuration, another plugin, or a plugin without a version shares nothing', async () => {
  await afterAWhile(async () => {
    const here = project()
    await look(here)
    const cache = { folder: here.cache }
    assert.equal((await look(here, { cache, aliases: { f: 'docs' } })).loaded, 200)
    const shout = definePlugin({ name: 'shout', version: '1', apply: () => {} })
    assert.equal((await look(here, { cache, plugins: [shout()] })).loaded, 200)
    const nameless = definePlugin({ name: 'nameless', apply: () => {} })
    await look(here, { cache, plugins: [nameless()] })
    assert.equal((await look(here, { cache, plugins: [nameless()] })).loaded, 200)
  })
})

test('a file that has another name on the disk is read by every process, and told each time', async () => {
  await afterAWhile(async () => {
    const here = project()
    linkSync(join(here.root, '.claude/modules/filler/f1.md'), join(ground, 'other-name.md'))
    const [first, second] = [await look(here), await look(here)]
    assert.ok(first.report.diagnostics.some(({ code }) => code === 'HARD_LINK'))
    // Itself, and the module of which it names a part.
    assert.equal(second.loaded, 2)
    assert.deepEqual(second.report, first.report)
  })
})

test('a module that was loaded before its file changed is not kept as the file is now', async () => {
  await afterAWhile(async () => {
    const here = project({ '.claude/modules/a.md': '# A\n\nNeeds @modules/gone.md.\n' })
    const framework = await createFramework({
      root: here.root,
      builtIn: false,
      cache: { folder: here.cache },
    })
    await framework.load('@modules/a.md')
    here.write('.claude/modules/a.md', '# A\n\nNeeds nothing.\n')
    await framework.check()
    await framework.dispose()
    const kept = await createFramework({ root: here.root, builtIn: false, cache: { folder: here.cache } })
    const fresh = await createFramework({ root: here.root, builtIn: false })
    assert.deepEqual(await kept.check(), await fresh.check())
    await kept.dispose()
    await fresh.dispose()
  })
})

test('a cache folder that cannot be written costs nothing but time', async () => {
  const here = project()
  writeFileSync(here.cache, 'a file, no folder')
  const { report } = await look(here)
  assert.equal(report.modules, 200)
})

test('two that keep at once leave a store that one of them wrote', async () => {
  await afterAWhile(async () => {
    const here = project()
    const [one, other] = await Promise.all([look(here), look(here)])
    assert.deepEqual(one.report, other.report)
    assert.equal((await look(here)).loaded, 0)
  })
})
