import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { test } from 'node:test'
import { runInThisContext } from 'node:vm'
import fc from 'fast-check'
import { CORE_SCHEMA, load } from 'js-yaml'
import { type Block, deepestBlock, scanBlocks } from '../core/module/blocks.ts'
import { frontMatterLimits, readFrontMatter } from '../core/module/frontmatter.ts'
import { readPlainFrontMatter } from '../core/module/frontmatter-plain.ts'
import type { FuzzReport } from './module-fuzz.ts'

const codesOf = (text: string): string[] => readFrontMatter(text).diagnostics.map(({ code }) => code)
const faultOf = (text: string): [number, number, string] => {
  const { at, hint } = readFrontMatter(text).diagnostics[0]!
  return [at!.line, at!.column, hint!]
}

test('front matter of the common kind is read, and the body begins after it', () => {
  const text = `---
name: review
version: 1.10
count: 3
draft: false
none:
quoted: "a: b"
single: 'it''s'
tools: [Read, Grep]
list:
  - one
  - "two"
flat:
- three
map:
  depth: 2
  word: x # comment
---
# Body`
  const { data, end, present, diagnostics } = readFrontMatter(text)
  assert.deepEqual(diagnostics, [])
  assert.deepEqual(data, {
    name: 'review',
    version: 1.1,
    count: 3,
    draft: false,
    none: null,
    quoted: 'a: b',
    single: "it's",
    tools: ['Read', 'Grep'],
    list: ['one', 'two'],
    flat: ['three'],
    map: { depth: 2, word: 'x' },
  })
  assert.equal(present, true)
  assert.equal(text.slice(end), '# Body')
})

test('every line ending and a byte-order mark give the same data', () => {
  const lines = ['---', 'name: x', 'list:', '  - a', '  - b', 'folded: >', '  c', '  d', '---', 'body']
  for (const lineEnd of ['\n', '\r\n', '\r']) {
    for (const mark of ['', '\uFEFF']) {
      const text = mark + lines.join(lineEnd)
      const { data, end, diagnostics } = readFrontMatter(text)
      assert.deepEqual(data, { name: 'x', list: ['a', 'b'], folded: 'c d\n' }, JSON.stringify(text))
      assert.deepEqual(diagnostics, [])
      assert.equal(text.slice(end), 'body')
    }
  }
})

test('a thematic break at the top is no front matter and makes no noise', () => {
  for (const text of [
    '---\nSome prose.\n---\nMore.',
    '---\n\n# Title\n\nText: with a colon\n\n---\n',
    '---\n# Title\n---\n',
    '---\nprose without an end',
    '---\n- a\n- b\n---\n',
    '----\nname: x\n----\n',
    '---',
    '--- a sentence\nname: x\n---\n',
    'name: x\n---\n',
  ]) {
    assert.deepEqual(readFrontMatter(text), { data: {}, present: false, end: 0, diagnostics: [] }, text)
  }
})

test('what is no valid YAML is a diagnostic with its place, and says how to quote', () => {
  assert.deepEqual(faultOf('---\nname: x\ndescription: foo: bar\n---\n'), [
    3,
    17,
    'Put the whole value in quotes: description: "foo: bar"',
  ])
  assert.deepEqual(faultOf('---\nargument-hint: [a] [b]\n---\n'), [
    2,
    20,
    'Put the whole value in quotes: argument-hint: "[a] [b]"',
  ])
  assert.deepEqual(faultOf('---\r\nargument-hint: "x" | Y\r\n---\r\n'), [
    2,
    20,
    `Put the whole value in quotes: argument-hint: '"x" | Y'`,
  ])
  assert.deepEqual(faultOf('---\ndate: {{date}}\n---\n'), [
    2,
    7,
    'Put the whole value in quotes: date: "{{date}}"',
  ])
  assert.deepEqual(faultOf('---\npath: {x}/y\n---\n'), [
    2,
    10,
    'Put the whole value in quotes: path: "{x}/y"',
  ])
  assert.deepEqual(faultOf('---\ntitle: [P] title\n---\n'), [
    2,
    12,
    'Put the whole value in quotes: title: "[P] title"',
  ])
  assert.deepEqual(faultOf('---\nname: "x\nb: c\n---\n').slice(0, 2), [2, 8])
  assert.deepEqual(codesOf('---\n\tname: x\nb: c\n---\n'), ['FRONT_MATTER_SYNTAX'])
  assert.deepEqual(codesOf('---\nname: x\n\n# Never closed\n'), ['FRONT_MATTER_SYNTAX'])
  assert.deepEqual(codesOf('---\n---\n'), ['FRONT_MATTER_EMPTY'])
})

test('a line written as the hint says is valid', () => {
  for (const value of [
    'foo: bar',
    '[a] [b]',
    '"x" | Y',
    '{{date}}',
    '{x}/y',
    '[P] title',
    "it's: x",
    '@x',
    '*.ts',
    '"a" \\b: c',
  ]) {
    const { hint } = readFrontMatter(`---\nkey: ${value}\n---\n`).diagnostics[0]!
    const line = hint!.slice('Put the whole value in quotes: '.length)
    const { data, diagnostics } = readFrontMatter(`---\n${line}\n---\n`)
    assert.deepEqual([data, diagnostics], [{ key: value }, []])
  }
})

test('one broken key does not hide the others', () => {
  const text =
    '---\nname: x\ndescription: foo: bar\nlist:\n  - a: [1, {b: 2}]\nhint: [a] [b]\nlast: "y"\n---\nbody'
  const { data, diagnostics, end } = readFrontMatter(text)
  assert.deepEqual(data, { name: 'x', list: [{ a: [1, { b: 2 }] }], last: 'y' })
  assert.deepEqual(
    diagnostics.map(({ at }) => at!.line),
    [3, 6],
  )
  assert.equal(text.slice(end), 'body')
})

test('unterminated front matter is still read, and what follows it is the body', () => {
  const text = '---\nname: x\nlist:\n  - a\n\n# Title\n'
  const { data, end } = readFrontMatter(text)
  assert.deepEqual(data, { name: 'x', list: ['a'] })
  assert.equal(text.slice(end), '\n# Title\n')
})

test('C1: front matter in another language is never executed, whatever its spelling', () => {
  const payload = 'globalThis.heddleExecuted = true'
  const languages = [
    'js',
    'JS',
    'javascript',
    'json',
    'toml',
    'coffee',
    'ts',
    'node',
    'js;',
    'yaml-js',
    'c++',
    'eval',
  ]
  let variants = 0
  for (const language of languages) {
    for (const blank of ['', ' ', '\t']) {
      for (const mark of ['', '\uFEFF']) {
        for (const lineEnd of ['\n', '\r\n', '\r']) {
          for (const closing of ['---', '...', '']) {
            const text = `${mark}---${blank}${language}${lineEnd}${payload}${lineEnd}${closing}${lineEnd}`
            const { data, diagnostics } = readFrontMatter(text)
            assert.deepEqual(data, {}, text)
            const isTag = blank === '' && /^[\w+-]+$/.test(language)
            if (isTag)
              assert.deepEqual(
                diagnostics.map(({ code }) => code),
                ['FRONT_MATTER_LANGUAGE'],
                text,
              )
            variants++
          }
        }
      }
    }
  }
  for (const tag of [
    '!!js/function',
    '!!js/undefined',
    '!!js/regexp',
    '!<tag:yaml.org,2002:js/function>',
    '!!python/object/apply:os.system',
  ]) {
    assert.deepEqual(readFrontMatter(`---\na: ${tag} "function () { ${payload} }()"\nb: 1\n---\n`).data, {
      b: 1,
    })
    variants++
  }
  assert.equal(variants, 653)
  assert.equal('heddleExecuted' in globalThis, false)

  // The trap works: whoever evaluates such a block is seen.
  runInThisContext(payload)
  assert.equal('heddleExecuted' in globalThis, true)
  Reflect.deleteProperty(globalThis, 'heddleExecuted')
})

test('C2: ten thousand mutated documents give a module or a typed error, and none hangs or runs code', () => {
  const report = fuzz(['--disallow-code-generation-from-strings'], ['documents', '10000', '1']) as FuzzReport
  assert.deepEqual(report.thrown, [])
  assert.equal(report.documents, 10_000)
  assert.ok(report.refused > 1_000 && report.refused < 5_000, `${report.refused} of them are refused`)
  assert.deepEqual([report.executed, report.polluted], [false, false])
  assert.ok(report.slowestMs < 2_000, `the slowest takes ${report.slowestMs} ms`)
})

test('C2, C7: texts of a megabyte made to be slow, deep or large are read to the end, none in quadratic time', () => {
  const times = Object.entries(fuzz([], ['hostile']) as Record<string, number>)
  assert.equal(times.length, 21)
  // Linear readers take some 0.2 s of processor time each, quadratic ones ten seconds and more.
  assert.deepEqual(
    times.filter(([, milliseconds]) => milliseconds > 3_000),
    [],
  )
})

test('C3: bombs are refused at the limit, also in sequence', () => {
  const { depth, keys, length } = frontMatterLimits
  const nested = (levels: number): string =>
    `---\nb: 1\na: ${'['.repeat(levels - 1)}${']'.repeat(levels - 1)}\n---\n`
  const keyed = (count: number): string =>
    `---\n${Array.from({ length: count }, (_, i) => `k${i}: v`).join('\n')}\n---\n`
  const flow = (count: number): string =>
    `---\na: {${Array.from({ length: count - 1 }, (_, i) => `k${i}: v`).join(', ')}}\n---\n`
  const long = (count: number): string => `---\na: "${'x'.repeat(count - 6)}"\n---\n`
  const table: [string, string[]][] = [
    [nested(depth - 1), []],
    [nested(depth), []],
    [nested(depth + 1), ['FRONT_MATTER_TOO_DEEP']],
    [nested(10_000), ['FRONT_MATTER_TOO_DEEP']],
    [keyed(keys - 1), []],
    [keyed(keys), []],
    [keyed(keys + 1), ['FRONT_MATTER_TOO_MANY_KEYS']],
    [flow(keys), []],
    [flow(keys + 1), ['FRONT_MATTER_TOO_MANY_KEYS']],
    [flow(5_000), ['FRONT_MATTER_TOO_MANY_KEYS']],
    [long(length - 1), []],
    [long(length), []],
    [long(length + 1), ['FRONT_MATTER_TOO_LARGE']],
    ['---\na: &x [1]\nb: *x\n---\n', ['FRONT_MATTER_ALIAS']],
    ['---\na: &x {c: 1}\nb:\n  <<: *x\n---\n', ['FRONT_MATTER_ALIAS']],
    ['---\na: 1\na: 2\n---\n', ['FRONT_MATTER_DUPLICATE_KEY']],
    ['---\na:\n  b: 1\n  b: 2\n---\n', ['FRONT_MATTER_DUPLICATE_KEY']],
  ]
  for (let round = 0; round < 20; round++) {
    for (const [text, codes] of table) assert.deepEqual(codesOf(text), codes, text.slice(0, 60))
  }
  assert.deepEqual(readFrontMatter(nested(depth + 1)).data, { b: 1 })
  assert.deepEqual(readFrontMatter('---\na: 1\na: 2\n---\n').data, { a: 1 })
})

test('C6: keys do not reach a prototype', () => {
  const payloads = ['__proto__', 'constructor', 'prototype', '"__proto__"', "'constructor'"].flatMap(
    (key) => [
      `---\n${key}: {polluted: 1}\nname: z\n---\n`,
      `---\nname: z\n${key}:\n  prototype: {polluted: 1}\n---\n`,
      `---\nname: z\nlist: [{${key}: {polluted: 1}}]\n---\n`,
      `---\nname: z\nbroken: a: b\n${key}: {polluted: 1}\n---\n`,
    ],
  )
  for (const text of payloads) {
    const { data, diagnostics } = readFrontMatter(text)
    assert.ok(
      diagnostics.some(({ code }) => code === 'FRONT_MATTER_KEY'),
      text,
    )
    assert.equal(data['name'], 'z')
    assert.deepEqual(
      [Object.getPrototypeOf(data), Object.hasOwn(data, '__proto__'), data['polluted']],
      [Object.prototype, false, undefined],
    )
    assert.equal(JSON.stringify(data).includes('polluted'), false, text)
    assert.equal('polluted' in {}, false)
  }
  const [block] = scanBlocks('<__proto__ polluted="1" constructor="2"><constructor/></__proto__>')
  assert.deepEqual(
    block!.attributes.map(({ name }) => name),
    ['polluted', 'constructor'],
  )
  assert.equal('polluted' in {}, false)

  // The trap works: a reader that assigns such keys is seen, or stopped where Node runs with --disable-proto=throw.
  const careless: Record<string, unknown> = {}
  const assign = (target: Record<string, unknown>, [key, value]: [string, unknown]): unknown =>
    (target[key] = value)
  if (process.env['NODE_OPTIONS']?.includes('--disable-proto=throw'))
    assert.throws(() => assign(careless, ['__proto__', { polluted: 1 }]), { code: 'ERR_PROTO_ACCESS' })
  else {
    assign(careless, ['__proto__', { polluted: 1 }])
    assert.equal(careless['polluted'], 1)
  }
})

const odd = fc.constantFrom(
  '',
  ...`x | two words | 1 | -2 | 1.50 | 007 | 1.2.3 | 2025-07-07 | 0x1F | 1e3 | .5 | +1 | -0 | true | False | null | ~`.split(
    ' | ',
  ),
  ...`"a: b" | 'it''s' | "a\\nb" | 'x' y | [a, b] | [a, "b"] | [] | [a,] | [[a]] | [1, true, ~] | {a: 1} | {{a}}`.split(
    ' | ',
  ),
  ...`a: b | a #b | a#b | # c | @x | %x | *a | &a b | !t x | > | - x | -x | ? x | a: | http://x/y | Bash(git:*)`.split(
    ' | ',
  ),
  ...`./a/b | ../x | é ü | 日本\u3000語 | \u00A0x | 😀 | a\tb | = | << | " | ' | , | x,y | y | No | .inf | .nan`.split(
    ' | ',
  ),
  '`x`',
  '|',
  '...',
  '--- x',
  '1_000',
  '0o17',
  '12:30',
  ' ',
)
const common = fc.constantFrom(
  'x',
  'two words',
  '1',
  '"a: b"',
  "'it''s'",
  '[a, b]',
  'true',
  '2025-07-07',
  '1.2.3',
  'é ü',
)
const scalar = fc.oneof({ weight: 3, arbitrary: common }, { weight: 1, arbitrary: odd })
const usual = fc.stringMatching(/^[a-z][a-z_-]{0,6}$/)
const key = fc.oneof(
  { weight: 8, arbitrary: usual },
  {
    weight: 1,
    arbitrary: fc.constantFrom('a', 'b', 'name', 'x-y', 'true', 'Null', 'k 1', '1', '"q"', 'é', '<<', ''),
  },
)
const line = fc.oneof(
  fc.tuple(key, scalar).map(([name, value]) => `${name}: ${value}`),
  fc.tuple(key, scalar).map(([name, value]) => `${name}:\n  - ${value}\n  - z`),
  fc.tuple(key, scalar).map(([name, value]) => `${name}:\n- ${value}`),
  fc.tuple(key, key, scalar).map(([name, inner, value]) => `${name}:\n  ${inner}: ${value}\n  other: 1`),
  fc.tuple(fc.constantFrom('  ', ' ', '    ', ''), scalar).map(([indent, value]) => indent + value),
  fc
    .tuple(key, fc.constantFrom('>', '|', '>-', '|-', '>+', '|2'), scalar, scalar)
    .map(([name, mark, one, two]) => `${name}: ${mark}\n  ${one}\n  ${two}`),
  fc
    .tuple(key, scalar, scalar, fc.constantFrom(']', ' ]', ', ]', '] x', ''))
    .map(([name, one, two, end]) => `${name}: [${one}, ${two}${end}`),
  fc.constantFrom(
    '',
    '# comment',
    '  # deeper',
    'c:',
    'c: |\n  text\n  more',
    'c: >-\n  text\n\n  more',
    'c:\n  - d: 1\n    e: 2',
  ),
)
const yaml = fc
  .tuple(fc.array(line, { minLength: 1, maxLength: 5 }), fc.constantFrom('\n', '\n', '\r\n', '\r'))
  .map(([lines, lineEnd]) => `${lines.join('\n')}\n`.replaceAll('\n', lineEnd))

const soak = process.env['HEDDLE_SOAK'] !== undefined

test('the fast path and the full parser agree on every document that both read', () => {
  const numRuns = soak ? 250_000 : 9_000
  let fast = 0
  fc.assert(
    fc.property(yaml, (content) => {
      const plain = readPlainFrontMatter(content)
      if (plain === undefined) return
      fast++
      let parsed: unknown
      try {
        parsed =
          content.trim() === '' || /^(?:\s*(?:#.*)?)*$/.test(content)
            ? {}
            : load(content, { schema: CORE_SCHEMA, maxAliases: 0, maxDepth: 32 })
      } catch (error) {
        assert.fail(`the full parser refuses ${JSON.stringify(content)}: ${String(error)}`)
      }
      assert.deepEqual(plain, parsed, JSON.stringify(content))
    }),
    { numRuns, seed: 20_251_123 },
  )
  assert.ok(fast > numRuns / 5, `the fast path reads ${fast} of them`)
})

test('what the full parser reads is what is given, and what it refuses is a diagnostic', () => {
  fc.assert(
    fc.property(yaml, (content) => {
      const { data, diagnostics, present } = readFrontMatter(`---\n${content}---\n`)
      if (!present) return
      let parsed: unknown
      try {
        parsed = load(content, { schema: CORE_SCHEMA, maxAliases: 0, maxDepth: 32 })
      } catch {
        assert.ok(diagnostics.length > 0, JSON.stringify(content))
        return
      }
      if (parsed === null || typeof parsed !== 'object' || Array.isArray(parsed))
        assert.ok(diagnostics.length > 0)
      else assert.deepEqual([data, diagnostics], [parsed, []], JSON.stringify(content))
    }),
    { numRuns: 2_000, seed: 20_251_124 },
  )
})

/** Elements as nested names, `?` after one that was never closed. */
function outline(blocks: readonly Block[]): string {
  return blocks
    .map(
      ({ name, closed, children }) =>
        `${name}${closed ? '' : '?'}${children.length > 0 ? `(${outline(children)})` : ''}`,
    )
    .join(' ')
}

test('elements nest, and every offset is exact', () => {
  const text =
    'x ```xml\n<module name="a" category = \'b c\'>\n  <gate name=g severity="warning" />\n  text\n</module>\n```'
  const [module] = scanBlocks(text)
  assert.equal(outline([module!]), 'module(gate)')
  assert.equal(text.slice(module!.start, module!.end), text.slice(9, text.length - 4))
  assert.equal(
    text.slice(module!.contentStart, module!.contentEnd),
    '\n  <gate name=g severity="warning" />\n  text\n',
  )
  assert.deepEqual(
    module!.attributes.map(({ name, value, start, end }) => [name, value, text.slice(start, end)]),
    [
      ['name', 'a', 'a'],
      ['category', 'b c', 'b c'],
    ],
  )
  const gate = module!.children[0]!
  assert.equal(text.slice(gate.start, gate.end), '<gate name=g severity="warning" />')
  assert.deepEqual([gate.closed, gate.contentStart, gate.contentEnd], [true, gate.end, gate.end])
})

test('what is not XML is read as far as it goes', () => {
  const cases: [string, string][] = [
    ['<a><3 files, p95 <200ms && R&D < 5</a><b></b>', 'a b'],
    ['<condition type="x""><tag"></condition>', 'condition(tag?)'],
    ['<a></b></a></a><c></c>', 'a c'],
    ['<a><b></a><b></b>', 'a(b?) b'],
    ['<list><item>one<item>two</item></list>', 'list(item? item)'],
    ['<a><!-- <b> </a> --></a>', 'a'],
    ['<a><!-- never closed <b></b></a>', 'a(b)'],
    ['``` <a>\n~~~ </a>', 'a'],
    ['<a>&lt;b&gt;&amp;</a>', 'a'],
    ['<https://x.y/z> <me@x.y> a<b c', ''],
    ['<a b="1"\n   c="2">\n</a>', 'a'],
    ['<a and\n\nmore text> <b></b>', 'b'],
    ['<a b="never ends>\n<c d="x"></c>', 'a? c'],
    ['<A></a></A>', 'A'],
    ['<ns:a.b-c_d></ns:a.b-c_d >', 'ns:a.b-c_d'],
    ['<!DOCTYPE x [<!ENTITY y "z">]><?xml version="1"?><a>&y;</a>', 'a'],
  ]
  for (const [text, expected] of cases) assert.equal(outline(scanBlocks(text)), expected, text)
})

test('an element that was never closed does not swallow what follows', () => {
  const text =
    '<phase name="one"><gate name="open"><depends_on>a.md</depends_on></phase><phase name="two"></phase>'
  const [one, two] = scanBlocks(text)
  assert.equal(outline([one!, two!]), 'phase(gate? depends_on) phase')
  const open = one!.children[0]!
  assert.equal(text.slice(open.start, open.end), '<gate name="open">')
})

test('C7: nesting is bounded and nothing is lost, however the tags stand', () => {
  const countOf = (blocks: readonly Block[]): number =>
    blocks.reduce((sum, { children }) => sum + 1 + countOf(children), 0)
  const depthOf = (blocks: readonly Block[]): number =>
    blocks.reduce((most, { children }) => Math.max(most, 1 + depthOf(children)), 0)
  const nested = scanBlocks('<a>'.repeat(100_000) + '</a>'.repeat(100_000))
  assert.deepEqual([countOf(nested), depthOf(nested)], [100_000, deepestBlock + 1])
  const unclosed = scanBlocks('<a>'.repeat(100_000))
  assert.deepEqual([unclosed.length, unclosed.every(({ closed }) => !closed)], [100_000, true])
  const crossing = scanBlocks('<a><b></a></b>'.repeat(50_000))
  assert.deepEqual([crossing.length, countOf(crossing)], [50_000, 100_000])
  const wide = scanBlocks(`<a ${Array.from({ length: 10_000 }, (_, i) => `k${i}="${i}"`).join(' ')}/>`)
  assert.equal(wide[0]!.attributes.length, 10_000)
})

test('blocks of any text lie in order within their parents', () => {
  const piece = fc.constantFrom(
    '<a>',
    '</a>',
    '<b c="d">',
    '</b>',
    '<b/>',
    '<',
    '>',
    '"',
    "'",
    ' ',
    '\n',
    '<!--',
    '-->',
    'text',
    '<a b=',
    '</',
    '/>',
    '\r',
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      const text = pieces.join('')
      check(scanBlocks(text), 0, text.length)
      function check(blocks: readonly Block[], from: number, to: number): void {
        let at = from
        for (const block of blocks) {
          assert.ok(block.start >= at && block.end <= to && block.start < block.contentStart, text)
          assert.ok(block.contentStart <= block.contentEnd && block.contentEnd <= block.end, text)
          assert.ok(text.startsWith(`<${block.name}`, block.start), text)
          for (const { value, start, end } of block.attributes) assert.equal(text.slice(start, end), value)
          check(block.children, block.contentStart, block.contentEnd)
          at = block.end
        }
      }
    }),
    { numRuns: 2_000, seed: 20_251_125 },
  )
})

/** What the fuzzing process prints; a process that dies or hangs fails the test. */
function fuzz(flags: readonly string[], args: readonly string[]): object {
  const script = fileURLToPath(new URL('module-fuzz.ts', import.meta.url))
  const all = [...flags, '--import', 'tsx', '--conditions=source', script, ...args]
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, all, {
    encoding: 'utf8',
    timeout: 120_000,
  })
  assert.deepEqual([status, signal], [0, null], stderr)
  return JSON.parse(stdout) as object
}
