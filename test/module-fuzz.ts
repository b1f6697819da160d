import { createDocument } from '../core/module/document.ts'
import { createDraft, finishModule } from '../core/module/draft.ts'
import { findReferences, settleReferences } from '../core/module/references.ts'
import { HeddleError } from '../core/base/diagnostic.ts'
import type { Path } from '../core/vfs/path.ts'
import { decodeText } from '../core/vfs/text.ts'
import { findImports } from '../plugins/agents-md/imports.ts'
import { readClaudeFile } from '../plugins/claude/kinds.ts'
import { findFaults } from '../plugins/claude/validate.ts'
import { readDialect } from '../plugins/xml-blocks/read.ts'
import { findTagReferences } from '../plugins/xml-blocks/references.ts'

/** What a run of mutated documents found; printed as one line of JSON by the process that ran it. */
export interface FuzzReport {
  readonly documents: number
  readonly refused: number
  readonly slowestMs: number
  /** Mutated documents that threw anything but a HeddleError, with the seed that makes them again. */
  readonly thrown: readonly string[]
  readonly executed: boolean
  readonly polluted: boolean
}

const paths = ['CLAUDE.md', '.claude/commands/x.md', '.claude/skills/s/SKILL.md', 'docs/x.md'] as Path[]

/** Everything that Heddle does with the bytes of one file, dialects included. */
export function readEverything(bytes: Uint8Array, path: Path): void {
  const text = decodeText(bytes, path)
  if (!text.ok) throw new HeddleError(text.diagnostic)
  const homePath = path.startsWith('.claude/') ? (path.slice(8) as Path) : null
  const document = createDocument({ label: path, path, layer: 'project', homePath, text: text.value })
  if (document.blocks.some(({ start }) => document.text[start] !== '<'))
    throw new RangeError('A block is no tag.')
  const draft = readDialect(readClaudeFile(createDraft(document), { isFile: () => false }))
  const aliases = new Set(['modules'])
  const found = [
    ...findReferences(document, aliases),
    ...findImports(document, { aliases, exists: () => true }),
    ...findTagReferences(document),
  ]
  for (const { text: written, offset } of found) {
    if (!document.text.startsWith(written, offset))
      throw new RangeError(`"${written}" does not stand at ${offset}.`)
  }
  const references = settleReferences(document, found)
  finishModule(draft, references, { bytes: bytes.byteLength, digest: '', findings: findFaults(draft) })
}

const seeds = [
  '---\nname: x\ndescription: "a: b"\ntools: [Read, Grep]\nlist:\n  - one\n  - two\nmap:\n  a: 1\n---\n# Title\n\n[link](a.md) `code` @modules/x.md\n',
  '| version | last_updated | status |\n|---|---|---|\n| 1.0 | 2025 | stable |\n\n```xml\n<module name="a" category="b">\n<depends_on>\nx/y.md for z\na.md OR b.md\n</depends_on>\n<gate name="g" severity="blocking"/>\n</module>\n```\n',
  '---js\nglobalThis.executed = true\n---\n---\na: !!js/function "function () { globalThis.executed = true }()"\n---\n',
  '---\n__proto__: {polluted: 1}\nconstructor: {prototype: {polluted: 1}}\n? [a]\n: &x b\ny: *x\n<<: {z: 1}\n---\n<__proto__ polluted="1"></__proto__>\n',
  '> - ![i](<a b.md> "t")\n>   [r]: x.md\n\n<!-- c -->\n\n    indented\n\n~~~~\nfence\n~~~~\n@~/a … @~/b, a@b.c\n',
]
const pieces = [
  ...'--- ... : - [ ] { } " \' | > &a *a !! % # \\ <a </a> <a/b=" /> <!-- --> <depends_on> ``` ~~~ ` ]( ![ @ @x/ ../ .md# 😀'.split(
    ' ',
  ),
  '---\n',
  '...\n',
  '\r',
  '\r\n',
  '\t',
  ': ',
  '- ',
  '\0',
  '\uFEFF',
  '\u2028',
]

function createRandom(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

function mutate(random: (below: number) => number): Uint8Array {
  let text = seeds[random(seeds.length)]!
  for (let round = random(8); round >= 0; round--) {
    const at = random(text.length + 1)
    const action = random(5)
    const piece = pieces[random(pieces.length)]!
    if (action === 0) text = text.slice(0, at) + text.slice(at + random(20))
    else if (action === 1) text = text.slice(0, at) + piece.repeat(1 + random(40)) + text.slice(at)
    else if (action === 2)
      text = text.slice(0, at) + seeds[random(seeds.length)]!.slice(0, 60) + text.slice(at)
    else if (action === 3)
      text = text.slice(0, at) + text.slice(Math.max(0, at - 30), at).repeat(1 + random(20)) + text.slice(at)
    else text = text.slice(0, at) + piece + text.slice(at)
  }
  const bytes = Buffer.from(text.slice(0, 65_536))
  for (let round = random(6) - 3; round > 0 && bytes.length > 0; round--)
    bytes[random(bytes.length)] = random(256)
  return bytes
}

/** Reads `count` documents, each a mutation of a real one; the same seed makes the same documents. */
export function fuzz(count: number, seed: number): FuzzReport {
  const thrown: string[] = []
  let refused = 0
  let slowestMs = 0
  for (let index = 0; index < count; index++) {
    const random = createRandom(seed + index)
    const bytes = mutate(random)
    const before = process.cpuUsage()
    try {
      readEverything(bytes, paths[random(paths.length)]!)
    } catch (error) {
      if (error instanceof HeddleError) refused++
      else thrown.push(`seed ${seed + index}: ${error instanceof Error ? error.stack : String(error)}`)
    }
    // Time of the processor: that of the clock also counts what else the machine does.
    const { user, system } = process.cpuUsage(before)
    slowestMs = Math.max(slowestMs, (user + system) / 1_000)
  }
  const executed = 'executed' in globalThis
  const polluted = 'polluted' in {}
  return { documents: count, refused, slowestMs, thrown: thrown.slice(0, 5), executed, polluted }
}

/** Texts that a careless reader takes quadratic time, deep recursion or far too much memory for; about 1 MB each. */
export const hostileTexts: Readonly<Record<string, string>> = {
  'opened and never closed': '<a>'.repeat(300_000),
  'closed and never opened': '</a>'.repeat(250_000),
  'all open, closed once each': '<a>'.repeat(150_000) + '</a>'.repeat(150_000),
  crossing: '<a><b></a></b>'.repeat(70_000),
  'unique names left open, then foreign closings': names('<x', 60_000) + names('</y', 60_000),
  'one tag that never ends': '<a b="<c" '.repeat(100_000),
  'tags quoted in a tag that never ends': `<x ${'a="<y" '.repeat(140_000)}`,
  'quotes without partner': `<a b="\n`.repeat(120_000),
  'attributes without end': `<a ${'b=1 '.repeat(250_000)}`,
  'comments that never end': '<!--'.repeat(250_000),
  'closing tags that never end': '</a '.repeat(250_000),
  'blanks in a tag': `<a ${' '.repeat(1_000_000)}`,
  'line ends in a tag': `<a ${'\n '.repeat(500_000)}`,
  'list lines': `<depends_on>\n${'x'.repeat(500_000)}\n${',,,,'.repeat(125_000)}</depends_on>`,
  fragments: `<depends_on><e>${'a.md#'.repeat(200_000)}</e></depends_on>`,
  'at signs': '@'.repeat(1_000_000),
  'imports with dots': `@a/${'.'.repeat(1_000_000)} x`,
  'front matter that never ends': `---\n${'a: 1\n'.repeat(200_000)}`,
  'front matter of broken keys': `---\n${'a: b: c\n'.repeat(8_000)}---\n`,
  'front matter of flow keys': `---\na: {${Array.from({ length: 5_000 }, (_, i) => `k${i}: 1`).join(', ')}}\n---\n`,
  'front matter of brackets': `---\na: ${'['.repeat(60_000)}\n---\n`,
}

function names(opening: string, count: number): string {
  return Array.from({ length: count }, (_, index) => `${opening}${index}>`).join('')
}

const [mode, count = '0', seed = '0'] = process.argv.slice(2)
if (mode === 'documents') process.stdout.write(JSON.stringify(fuzz(Number(count), Number(seed))))
if (mode === 'hostile') {
  const results = Object.entries(hostileTexts).map(([name, text]) => {
    const before = process.cpuUsage()
    readEverything(Buffer.from(text), 'CLAUDE.md' as Path)
    const { user, system } = process.cpuUsage(before)
    return [name, Math.round((user + system) / 1_000)]
  })
  process.stdout.write(JSON.stringify(Object.fromEntries(results)))
}
