import { HeddleError } from '../../core/base/diagnostic.ts'
import { compileGlob } from '../../core/base/glob.ts'
import { deepestBlock, scanBlocks } from '../../core/module/blocks.ts'
import { frontMatterLimits, readFrontMatter } from '../../core/module/frontmatter.ts'
import { scanMarkdown } from '../../core/module/markdown.ts'
import { parsePath } from '../../core/vfs/gate.ts'
import { hostileTexts, readEverything } from '../module-fuzz.ts'
import type { Path } from '../../core/vfs/path.ts'

/** One limit: a text or pattern with `size` of the thing, and the code that says when there is too much of it. */
export interface Limit {
  readonly name: string
  readonly most: number
  readonly code: string
  /** The codes that a size gives; empty when it is accepted. */
  codesOf(size: number): string[]
}

const { depth, keys, length } = frontMatterLimits

function frontMatter(content: string): string[] {
  return readFrontMatter(`---\n${content}\n---\n`).diagnostics.map(({ code }) => code)
}

function lines(count: number, line: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => line(index)).join('\n')
}

function depthOf(blocks: ReturnType<typeof scanBlocks>): number {
  return Math.max(0, ...blocks.map(({ children }) => 1 + depthOf(children)))
}

/** Every limit of what a text, a path or a pattern may hold. */
export const limits: readonly Limit[] = [
  {
    name: 'levels of lists in front matter',
    most: depth,
    code: 'FRONT_MATTER_TOO_DEEP',
    codesOf: (size) => frontMatter(`b: 1\na: ${'['.repeat(size - 1)}${']'.repeat(size - 1)}`),
  },
  {
    // The value itself is a level too.
    name: 'levels of maps in front matter',
    most: depth - 1,
    code: 'FRONT_MATTER_TOO_DEEP',
    codesOf: (size) => frontMatter(lines(size, (level) => `${' '.repeat(level)}k${level}:`).concat(' 1')),
  },
  {
    // The key and the value are levels too.
    name: 'levels of list items in front matter',
    most: depth - 2,
    code: 'FRONT_MATTER_TOO_DEEP',
    codesOf: (size) => frontMatter(`a:\n  ${'- '.repeat(size - 1)}1`),
  },
  {
    name: 'keys of front matter',
    most: keys,
    code: 'FRONT_MATTER_TOO_MANY_KEYS',
    codesOf: (size) => frontMatter(lines(size, (index) => `k${index}: v`)),
  },
  {
    name: 'keys of a map in one line',
    most: keys,
    code: 'FRONT_MATTER_TOO_MANY_KEYS',
    codesOf: (size) =>
      frontMatter(`a: {${lines(size - 1, (index) => `k${index}: v`).replaceAll('\n', ', ')}}`),
  },
  {
    name: 'keys in maps of a list',
    most: keys,
    code: 'FRONT_MATTER_TOO_MANY_KEYS',
    codesOf: (size) => frontMatter(`a:\n${lines(size - 1, (index) => `  - k${index}: v`)}`),
  },
  {
    name: 'aliases in front matter',
    most: 0,
    code: 'FRONT_MATTER_ALIAS',
    codesOf: (size) => frontMatter(`a: &x [1]\n${lines(size, (index) => `k${index}: *x`)}`),
  },
  {
    name: 'merge keys in front matter',
    most: 0,
    code: 'FRONT_MATTER_ALIAS',
    codesOf: (size) => frontMatter(`a: &x {c: 1}\nb:\n  d: 1\n${lines(size, () => '  <<: *x')}`),
  },
  {
    name: 'repetitions of a key',
    most: 0,
    code: 'FRONT_MATTER_DUPLICATE_KEY',
    codesOf: (size) => frontMatter(lines(size + 1, () => 'a: 1')),
  },
  {
    name: 'repetitions of a key below another',
    most: 0,
    code: 'FRONT_MATTER_DUPLICATE_KEY',
    codesOf: (size) => frontMatter(`a:\n${lines(size + 1, () => '  b: 1')}`),
  },
  {
    name: 'characters of front matter, one quoted scalar',
    most: length,
    code: 'FRONT_MATTER_TOO_LARGE',
    codesOf: (size) => frontMatter(`a: "${'x'.repeat(size - 6)}"`),
  },
  {
    name: 'characters of front matter, one folded scalar',
    most: length,
    code: 'FRONT_MATTER_TOO_LARGE',
    codesOf: (size) => frontMatter(`a: >\n  ${'x '.repeat((size - 10) / 2)}${'x'.repeat(2 + (size % 2))}`),
  },
  {
    name: 'characters of front matter, escapes',
    most: length,
    code: 'FRONT_MATTER_TOO_LARGE',
    codesOf: (size) => frontMatter(`a: "${'\\n'.repeat((size - 6) / 2)}${size % 2 === 0 ? '' : 'x'}"`),
  },
  {
    name: 'levels of blocks, deeper ones stand beside each other',
    most: deepestBlock + 1,
    code: 'beside',
    codesOf(size) {
      const blocks = scanBlocks(`${'<a>'.repeat(size)}x${'</a>'.repeat(size)}`)
      return depthOf(blocks) < size ? ['beside'] : []
    },
  },
  {
    name: 'characters of a path',
    most: 4096,
    code: 'NAME_UNSAFE',
    codesOf: (size) => refusalOf(parsePath('a/'.repeat(size / 2).concat(size % 2 === 0 ? '' : 'a'))),
  },
  {
    name: 'bytes of a name',
    most: 255,
    code: 'NAME_UNSAFE',
    codesOf: (size) => refusalOf(parsePath('x'.repeat(size))),
  },
  {
    name: 'characters of a pattern',
    most: 256,
    code: 'GLOB_LIMIT',
    codesOf: (size) => refusalOf(compileGlob(`*${'x'.repeat(size - 1)}`)),
  },
  {
    name: 'wildcards of a pattern',
    most: 16,
    code: 'GLOB_LIMIT',
    codesOf: (size) => refusalOf(compileGlob('*a'.repeat(size))),
  },
  {
    name: 'alternatives of a pattern',
    most: 64,
    code: 'GLOB_LIMIT',
    codesOf: (size) => refusalOf(compileGlob(`*{${lines(size, String).replaceAll('\n', ',')}}`)),
  },
]

function refusalOf(result: { ok: true } | { ok: false; diagnostic: { code: string } }): string[] {
  return result.ok ? [] : [result.diagnostic.code]
}

/** What a run of bombs one after the other found. */
export interface BombReport {
  readonly bombs: number
  readonly slowestMs: number
  readonly wrong: readonly string[]
}

function throwBombs(rounds: number): BombReport {
  const wrong: string[] = []
  let bombs = 0
  let slowestMs = 0
  for (let round = 0; round < rounds; round++) {
    for (const limit of limits) {
      for (const size of sizesAround(limit.most, round)) {
        const before = process.cpuUsage()
        const codes = limit.codesOf(size)
        const { user, system } = process.cpuUsage(before)
        slowestMs = Math.max(slowestMs, (user + system) / 1_000)
        const expected = size > limit.most
        // Far above it another limit may be met first.
        const isRight = expected
          ? codes.includes(limit.code) || (size > limit.most + 1 && codes.length > 0)
          : codes.length === 0
        if (!isRight) wrong.push(`${limit.name}: ${size} gives ${codes.join() || 'nothing'}`)
        bombs++
      }
    }
  }
  return { bombs, slowestMs, wrong: wrong.slice(0, 10) }
}

/** At the limit, one less, one more; far more in every tenth round, because some parsers die only of a run of them. */
function sizesAround(most: number, round: number): number[] {
  const sizes = [most - 1, most, most + 1].filter((size) => size >= 0)
  return round % 10 === 0 ? [...sizes, most + 1_000] : sizes
}

/** Texts of any size that a careless reader needs quadratic time for. */
const shapes: Readonly<Record<string, string>> = {
  'never closed': '<a>',
  'closed, never opened': '</a>',
  crossing: '<a><b></a></b>',
  attributes: '<a b="c" d=e f>',
  comments: '<!-- x -->',
  'comments never closed': '<!--',
  fences: '```\n',
  'nested quotes and lists': '> - > - ',
  brackets: '[',
  'links in links': '[a](',
  emphasis: '*_a ',
  'code spans': '`a``',
  'angle brackets': '<',
  'reference definitions': '[a]: b\n',
  tables: '| a | b |\n| - | - |\n',
  entities: '&amp;&x;',
  'blank lines': '\n \n',
  'setext and thematic': 'a\n---\n',
}

const frontMatterShapes: Readonly<Record<string, string>> = {
  'plain keys': 'kN: v\n',
  'broken keys': 'kN: a: b\n',
  'list items': '- a: b: c\n',
  comments: '# x: y\n',
  'blank lines': '\n',
  continued: '  x\n',
}

/** How the time of a reader grows when the size doubles: the least time of some rounds each, over two doublings. */
export interface Growth {
  readonly reader: string
  readonly worst: string
  readonly ratio: number
  readonly megabytesPerSecond: number
}

interface Reader {
  readonly read: (text: string) => unknown
  readonly texts: Readonly<Record<string, string>>
}

const readers: Readonly<Record<string, Reader>> = {
  'block scanner': { read: (text) => scanBlocks(text), texts: shapes },
  'markdown scanner': { read: (text) => scanMarkdown(text, 0), texts: shapes },
  'front matter reader': { read: (text) => readFrontMatter(`---\n${text}---\n`), texts: frontMatterShapes },
  // So that it is known that the measure can fail: it looks back over everything for every line.
  'quadratic reader': {
    read(text) {
      let found = 0
      for (let at = 0; at < text.length; at += 64) found += text.slice(0, at).split('<').length
      return found
    },
    texts: { 'never closed': '<a>' },
  },
}

function measure(reader: string, bytes: number, most: number): Growth {
  const attempts = reader === 'quadratic reader' ? 2 : 12
  const { read, texts } = readers[reader]!
  let worst = { shape: '', ratio: 0 }
  let total = 0
  for (const [shape, piece] of Object.entries(texts)) {
    let ratio = Infinity
    // One quiet moment is enough to show that it is linear; a quadratic reader has none.
    for (let attempt = 0; attempt < attempts && ratio >= most; attempt++) {
      const small = leastTime(read, fill(piece, bytes))
      const large = leastTime(read, fill(piece, bytes * 4))
      // Over two doublings, so that the size at which the memory of the young is full counts once and not alone.
      ratio = Math.min(ratio, Math.sqrt(large / small))
      if (attempt === 0) total += large
    }
    if (ratio > worst.ratio) worst = { shape, ratio }
  }
  const megabytes = (Object.keys(texts).length * bytes * 4) / 2 ** 20
  return { reader, worst: worst.shape, ratio: worst.ratio, megabytesPerSecond: (megabytes / total) * 1_000 }
}

function fill(piece: string, length: number): string {
  let index = 0
  const text = piece.repeat(Math.ceil(length / piece.length)).replaceAll('N', () => String(index++))
  return text.slice(0, length)
}

/** Milliseconds of the processor, which does not count what else the machine does. */
function leastTime(read: (text: string) => unknown, text: string): number {
  let least = Infinity
  for (let round = 0; round < 3; round++) {
    const before = process.cpuUsage()
    read(text)
    const { user, system } = process.cpuUsage(before)
    least = Math.min(least, (user + system) / 1_000)
  }
  return Math.max(least, 0.5)
}

/** Hostile documents of a megabyte one after the other in one process; the names of those that threw what they should not. */
function readHostile(rounds: number): string[] {
  const wrong: string[] = []
  for (let round = 0; round < rounds; round++) {
    for (const [name, text] of Object.entries(hostileTexts)) {
      try {
        readEverything(Buffer.from(text), 'CLAUDE.md' as Path)
      } catch (thrown) {
        if (!(thrown instanceof HeddleError)) wrong.push(`${name}: ${String(thrown)}`)
      }
    }
  }
  return wrong
}

const [mode, first = '0', second = '0', third = '0'] = process.argv.slice(2)
if (mode === 'bombs') {
  const report = throwBombs(Number(first))
  process.stdout.write(
    JSON.stringify({ ...report, wrong: [...report.wrong, ...readHostile(Number(second))] }),
  )
}
if (mode === 'growth') process.stdout.write(JSON.stringify(measure(first, Number(second), Number(third))))
