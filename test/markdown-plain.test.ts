import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { createLines } from '../core/module/lines.ts'
import { scanMarkdown } from '../core/module/markdown.ts'
import { LeafCollector } from '../core/module/markdown-leaves.ts'
import { PlainReader } from '../core/module/markdown-plain.ts'

const soak = process.env['HEDDLE_SOAK'] !== undefined

/**
 * What the scanner sees with the plain reader, and without it: that one reads no text that holds a carriage return, and a
 * lone one ends a line as well, so that every offset stays.
 */
function agree(text: string): void {
  const lineFeeds = text.replaceAll('\r', '')
  assert.deepEqual(
    scanMarkdown(lineFeeds),
    scanMarkdown(lineFeeds.replaceAll('\n', '\r')),
    JSON.stringify(lineFeeds),
  )
}

/** How many lines the plain reader reads before it leaves one to the block scanner. */
function plainLines(text: string): number {
  const { starts } = createLines(text)
  return new PlainReader({ text, starts, count: starts.length - 1 }, new LeafCollector(text)).read(0)
}

test('lines of the common kinds are read by their first characters, others are left to the block scanner', () => {
  const common = [
    '# Title\n',
    'Some text\nand more.\n',
    '- item\n* item\n+ item\n1. item\n\n',
    '```ts\n# no heading\n```\n',
    '<module name="x">\n  <purpose>\n</module>\n\n',
    '**Bold** words\n`code` words\n',
    '\n| a | b |\n|---|---|\n| c | `d` |\n',
  ].join('')
  assert.equal(plainLines(common), common.split('\n').length - 1)
  const others = ['> quote\n', '    code\n', '- a\n  more\n', 'a\n---\n', '- a\nlazy\n', '| a |\n --- |\n']
  assert.deepEqual(
    others.map((text) => plainLines(text)),
    [0, 0, 1, 1, 1, 1],
  )
  assert.equal(plainLines('# Title\r\n'), 0)
})

type Random = (below: number) => number

function createRandom(seed: number): Random {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

/** How lines begin: most of them with what the plain reader reads, or with what only just is not that. */
const starts =
  '¦¦¦¦# ¦## ¦#¦- ¦- ¦* ¦+ ¦1. ¦2. ¦1) ¦10. ¦1234567890. ¦-¦*¦+¦_¦**¦__¦___¦-: | -¦-|-¦--- | ---¦h | h¦--- ¦***¦- - -¦---¦===¦= ¦: ¦| ¦|---|¦:-- | --:¦```¦```ts ¦~~~¦````¦``¦`¦<b>¦<b>x¦</b>¦<div>¦<div ¦<module name="x">¦<!-- ¦<?x ¦<script>¦</script>¦<a@b.co>¦> ¦>¦ ¦  ¦   ¦    ¦\t¦- \t¦-  ¦-   # ¦- > ¦- - ¦- 1. ¦- ```¦- [a]: ¦[a]: ¦[b]: <c>¦   ```¦    ```¦ ~~~¦\\# ¦\\- ¦é¦\u00a0¦!['.split(
    '¦',
  )
const rests =
  '¦¦a¦b c¦word word¦ ¦  ¦\t¦[a]¦[x](y.md)¦![i](j.png)¦`c`¦``¦\\`¦<b>¦</b>¦<http://a.b>¦*¦_e_¦**s**¦|¦ | ¦#¦ #¦ ##¦-¦---¦===¦```¦~~~¦-->¦?>¦\\¦\\[¦]¦(¦)¦"t"¦{#id}¦&amp;¦é😀¦Same¦id="q"¦.'.split(
    '¦',
  )

function some(random: Random, most: number, from: readonly string[]): string {
  return Array.from({ length: random(most + 1) }, () => from[random(from.length)]).join('')
}

function generated(random: Random): string {
  const lines = Array.from({ length: 1 + random(12) }, () => {
    const nested = random(6) === 0 ? some(random, 2, starts) : ''
    return nested + some(random, 1, starts) + some(random, 4, rests)
  })
  const table = [
    `${some(random, 1, ['- ', '1. ', ' '])}h [x](y) | h`,
    `${some(random, 1, [' '])}--- | ---`,
    ...Array.from(
      { length: random(4) },
      () => `${some(random, 1, starts)}[x](y${some(random, 2, rests)} | \`c\``,
    ),
  ]
  if (random(3) === 0) lines.splice(random(lines.length + 1), 0, ...table)
  return lines.join('\n') + (random(3) === 0 ? '' : '\n')
}

test('with and without the plain reader, all that is seen in generated texts is the same', () => {
  const random = createRandom(20_261_124)
  const count = soak ? 300_000 : 6_000
  let plain = 0
  for (let index = 0; index < count; index++) {
    const text = generated(random)
    agree(text)
    plain += plainLines(text)
  }
  assert.ok(plain > count, `the plain reader reads ${plain} lines of them`)
})

test('the same holds for every markdown file of the fixtures and built-in modules, and for pieces of them', () => {
  const files = ['fixtures', 'modules'].flatMap((folder) =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.md'))
      .map((entry) => readFileSync(`${entry.parentPath}/${entry.name}`, 'utf8')),
  )
  assert.ok(files.length > 20, `${files.length} files`)
  const random = createRandom(7)
  for (const text of files) {
    agree(text)
    for (let round = soak ? 200 : 5; round > 0; round--) {
      const at = random(text.length + 1)
      const more = `${some(random, 1, ['\n', '\n\n'])}${some(random, 1, starts)}${some(random, 2, rests)}`
      agree(text.slice(Math.max(0, at - 2_000), at) + more + text.slice(at + random(20), at + 2_000))
    }
  }
})
