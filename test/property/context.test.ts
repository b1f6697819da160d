import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Context, type ContextRequest, createFramework } from 'heddle'
import { memoryFiles } from 'heddle/files'
import { preset } from 'heddle/plugins'

/** One module as it is drawn: what it needs, of which passages it is made, and what its author says of it. */
interface Drawn {
  readonly needs: readonly number[]
  readonly part: boolean
  readonly passages: readonly number[]
  readonly priority: number
  readonly fenced: boolean
  readonly memory: boolean
}

const pool = 12
const drawn: fc.Arbitrary<readonly Drawn[]> = fc.array(
  fc.record({
    needs: fc.array(fc.nat(14), { maxLength: 4 }),
    part: fc.boolean(),
    passages: fc.array(fc.nat(pool + 20), { maxLength: 8 }),
    priority: fc.constantFrom(0, 0, 0, 5, -3),
    fenced: fc.boolean(),
    memory: fc.boolean(),
  }),
  { minLength: 1, maxLength: 12 },
)
const request = fc.record({
  budget: fc.oneof(fc.integer({ min: 1, max: 400 }), fc.integer({ min: 400, max: 8000 })),
  for: fc.constantFrom('plain' as const, 'claude' as const, 'agents-md' as const),
  tokenizer: fc.constantFrom('characters' as const, 'characters' as const, 'gpt-tokenizer' as const),
})

/** Passages below `pool` are long and stand in several modules; the others are short, and one is a figure of speech. */
function passage(number: number): string {
  const words = number < pool ? 40 : (number % 7) + 1
  return Array.from({ length: words }, (_, at) =>
    number % 5 === 0 ? `wörter${number}-${at}` : `word${number}x${at}`,
  ).join(' ')
}

function textsOf(modules: readonly Drawn[]): Map<string, string> {
  const texts = new Map<string, string>()
  for (const [index, { needs, part, passages, priority, fenced, memory }] of modules.entries()) {
    const said = passages.map(passage)
    const half = Math.ceil(said.length / 2)
    const references = needs.map((to) => `Needs @modules/m${to}.md${part && to % 2 === 0 ? '#second' : ''}.`)
    texts.set(
      `.claude/modules/m${index}.md`,
      [
        ...(priority === 0 ? [] : [`---\ncontext: { priority: ${priority}, volatile: ${memory} }\n---`]),
        `# Module ${index}`,
        ...said.slice(0, half),
        '## Second',
        ...references,
        ...(fenced ? ['```text', ...said.slice(half), '```'] : said.slice(half)),
      ].join('\n\n'),
    )
  }
  return texts
}

async function compose(texts: ReadonlyMap<string, string>, asking: ContextRequest): Promise<Context> {
  const files = memoryFiles(Object.fromEntries(texts))
  const framework = await createFramework({ files, plugins: preset(), builtIn: false, config: false })
  try {
    return await framework.context(['@modules/m0.md', '@modules/m1.md#second', '@modules/gone.md'], asking)
  } finally {
    await framework.dispose()
  }
}

const runs = { numRuns: 120 }

test('a context never has more tokens than its budget, and says how many it has', async () => {
  await fc.assert(
    fc.asyncProperty(drawn, request, async (modules, asking) => {
      const { text, tokens, sections } = await compose(textsOf(modules), asking)
      assert.ok(tokens <= asking.budget, `${tokens} of ${asking.budget}`)
      const { countTokens } = await import('gpt-tokenizer')
      assert.equal(tokens, asking.tokenizer === 'characters' ? Math.ceil(text.length / 4) : countTokens(text))
      for (const { start, end, id } of sections) assert.ok(text.slice(start, end).includes(id), id)
    }),
    runs,
  )
})

test('the same files give the same bytes, in whatever order they were made and asked for', async () => {
  await fc.assert(
    fc.asyncProperty(drawn, request, fc.infiniteStream(fc.nat()), async (modules, asking, keys) => {
      const texts = textsOf(modules)
      const shuffled = [...texts]
        .map((entry) => ({ entry, key: keys.next().value ?? 0 }))
        .toSorted((a, b) => a.key - b.key)
        .map(({ entry }) => entry)
      assert.deepEqual(await compose(new Map(shuffled), asking), await compose(texts, asking))
    }),
    runs,
  )
})

test('no line is lost without being named: it is written, or lies in a cut', async () => {
  await fc.assert(
    fc.asyncProperty(drawn, request, async (modules, asking) => {
      const texts = textsOf(modules)
      const all = await compose(texts, { ...asking, budget: 1_000_000 })
      const context = await compose(texts, asking)
      const { text, cuts, sections } = context
      const named = new Set([...sections.map(({ id }) => id), ...cuts.map(({ id }) => id)])
      for (const { id } of all.sections) assert.ok(named.has(id), id)
      for (const { id, parts } of all.sections) {
        if (cuts.some((cut) => cut.id === id && cut.why === 'budget' && cut.lines === null)) continue
        const lines = texts.get(id)!.split('\n')
        const from = parts.length > 0 ? lines.indexOf('## Second') : lines.indexOf('---', 1) + 1
        for (let at = from; at < lines.length; at++) {
          const isNamed = cuts.some(
            (cut) => cut.id === id && cut.lines && cut.lines[0] <= at + 1 && at + 1 <= cut.lines[1],
          )
          const plain = asking.for === 'plain' ? lines[at]! : lines[at]!.replace(/@[^\s]+(?=\.$)/, '`$&`')
          assert.ok(isNamed || text.includes(plain), `${id}:${at + 1} ${lines[at]}`)
        }
      }
      assert.ok(context.diagnostics.some(({ message }) => message.includes('@modules/gone.md')))
    }),
    runs,
  )
})

test('no text stands twice', async () => {
  await fc.assert(
    fc.asyncProperty(drawn, request, async (modules, asking) => {
      const { text } = await compose(textsOf(modules), asking)
      for (let number = 0; number < pool; number++)
        assert.ok(text.split(passage(number)).length <= 2, passage(number))
    }),
    runs,
  )
})

test('what is appended to the last section moves nothing before it, as long as all that fitted still fits', async () => {
  await fc.assert(
    fc.asyncProperty(drawn, request, async (modules, asking) => {
      const texts = textsOf(modules)
      const roomy = { ...asking, budget: 1_000_000 }
      const before = await compose(texts, roomy)
      const last = before.sections.at(-1)!
      texts.set(last.id, `${texts.get(last.id)!}\n\nA sentence that was not there.\n`)
      const after = await compose(texts, { ...roomy, previous: before.text })
      assert.equal(after.text.slice(0, last.start), before.text.slice(0, last.start))
      assert.ok(after.diff!.share >= Math.min(1, (last.start - 1) / before.text.length))
      assert.equal(after.diff!.firstChange!.id, last.id)
    }),
    runs,
  )
})

test('every fence that is opened in a context is closed in the same section', async () => {
  await fc.assert(
    fc.asyncProperty(drawn, request, async (modules, asking) => {
      const { text, sections } = await compose(textsOf(modules), asking)
      for (const { start, end, id } of sections)
        assert.equal((text.slice(start, end).match(/^```/gm) ?? []).length % 2, 0, id)
    }),
    runs,
  )
})
