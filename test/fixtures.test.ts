import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { type CheckReport, createFramework, type Diagnostic, type Graph } from 'heddle'
import { memoryFiles } from 'heddle/files'

const fixtures = fileURLToPath(new URL('../fixtures', import.meta.url))
const crowd = fileURLToPath(new URL('crowd.ts', import.meta.url))
const folders: string[] = []
after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

interface Seen {
  readonly references: CheckReport['references']
  /** What the check warns of or calls an error. */
  readonly diagnostics: readonly Diagnostic[]
  readonly graph: Graph
  /** These diagnostics as `path:line:column CODE message`. */
  readonly said: readonly string[]
}

async function look(root: string): Promise<Seen> {
  const framework = await createFramework({ root, builtIn: false })
  try {
    const report = await framework.check()
    const diagnostics = report.diagnostics.filter(({ severity }) => severity !== 'info')
    const said = diagnostics.map(
      ({ at, code, message }) => `${at?.path}:${at?.line}:${at?.column} ${code} ${message}`,
    )
    return { references: report.references, diagnostics, graph: await framework.graph(), said }
  } finally {
    await framework.dispose()
  }
}

/** A folder in which each file has the bytes given. */
function placed(files: Readonly<Record<string, string | Uint8Array>>): string {
  const root = mkdtempSync(join(tmpdir(), 'heddle-fixtures-'))
  folders.push(root)
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), content)
  }
  return root
}

/** Each reference with how it ended, as `from:line:column text status`. */
function referencesOf({ references }: Graph): string[] {
  return references.map(
    ({ from, line, column, text, status }) => `${from}:${line}:${column} ${text} ${status}`,
  )
}

/** What is wrong with the front matter of each module of the fixture: place, what is said of the cause, and what to do. */
const brokenFrontMatter: readonly (readonly [file: string, place: string, message: RegExp, hint: string])[] =
  [
    [
      'colon',
      '2:25',
      /"description".*: it holds a ": " outside quotes\.$/,
      quoteIt('description: "Use it when: the colon is not quoted"'),
    ],
    [
      'empty',
      '1:1',
      /^The front matter is empty\.$/,
      'Write keys between the two "---" lines, or remove both.',
    ],
    [
      'list-then-title',
      '2:12',
      /"title".*: more follows after the list that "\[" opens\.$/,
      quoteIt('title: "[P] title"'),
    ],
    [
      'map-then-path',
      '2:10',
      /"path".*: more follows after the map that "\{" opens\.$/,
      quoteIt('path: "{x}/y"'),
    ],
    [
      'never-ends',
      '1:1',
      /^The front matter that begins with "---" is never closed\.$/,
      'Write "---" on a line of its own after the last key.',
    ],
    [
      'not-yaml',
      '2:25',
      /"description".*: it holds a ": " outside quotes\.$/,
      quoteIt('description: "Use it when: the colon above is not quoted"'),
    ],
    [
      'not-yaml',
      '3:20',
      /"argument-hint".*: more follows after the list that "\[" opens\.$/,
      quoteIt('argument-hint: "[a] [b]"'),
    ],
    [
      'quoted-then-text',
      '2:20',
      /"argument-hint".*: more follows after the quoted part\.$/,
      quoteIt(`argument-hint: '"x" | Y'`),
    ],
    ['template', '2:7', /"date".*: it begins with "\{", which opens a map\.$/, quoteIt('date: "{{date}}"')],
    [
      'two-lists',
      '2:20',
      /"argument-hint".*: more follows after the list that "\[" opens\.$/,
      quoteIt('argument-hint: "[a] [b]"'),
    ],
  ]

function quoteIt(line: string): string {
  return `Put the whole value in quotes: ${line}`
}

test('each way to break front matter is named at its place, with its cause and what to write', async () => {
  const { diagnostics } = await look(join(fixtures, 'broken-front-matter'))
  const found = diagnostics.map(({ at, message, hint }) => ({ ...at, message, hint }))
  assert.equal(found.length, brokenFrontMatter.length)
  for (const [index, [file, place, message, hint]] of brokenFrontMatter.entries()) {
    const one = found[index]!
    assert.equal(`${one.path} ${one.line}:${one.column}`, `.claude/modules/${file}.md ${place}`)
    assert.match(one.message, message)
    assert.equal(one.hint, hint)
  }
})

test('below broken front matter the rest of the file is read, and so are its sound keys', async () => {
  const root = join(fixtures, 'broken-front-matter')
  const { graph } = await look(root)
  const broken = [...new Set(brokenFrontMatter.map(([file]) => `.claude/modules/${file}.md`))]
  assert.deepEqual(
    graph.references.map(({ from, line, text, status }) => ({ from, line, text, status })),
    broken.map((from) => ({
      from,
      line: lineOf('Needs', join(root, from)),
      text: '@modules/sound.md',
      status: 'resolved',
    })),
  )
  const framework = await createFramework({ root, builtIn: false })
  const keys = await Promise.all(
    broken.map(async (path) => Object.keys((await framework.load(path)).metadata)),
  )
  await framework.dispose()
  assert.deepEqual(
    keys.map((names) => names.join()),
    [
      'argument-hint',
      '',
      'description',
      'description',
      'description',
      '',
      'description',
      'description',
      'description',
    ],
  )
})

function lineOf(text: string, file: string): number {
  return (
    readFileSync(file, 'utf8')
      .split('\n')
      .findIndex((line) => line.startsWith(text)) + 1
  )
}

test('the sixth import in a row is told with its chain', async () => {
  const { said, graph } = await look(join(fixtures, 'import-depth'))
  assert.deepEqual(said, [
    'docs/five.md:3:6 EXPANSION_LIMIT "docs/six.md" is 6 imports away from "CLAUDE.md" and agent hosts follow 5: ' +
      'CLAUDE.md → docs/one.md → docs/two.md → docs/three.md → docs/four.md → docs/five.md → docs/six.md.',
  ])
  assert.deepEqual(graph.cycles, [])
})

test('imports that come back are cycles, shown as paths, and end', async () => {
  const { diagnostics, graph } = await look(join(fixtures, 'import-cycle'))
  assert.deepEqual(graph.cycles, [
    ['CLAUDE.md', 'docs/prune.md', 'docs/water.md'],
    ['packages/press/CLAUDE.md'],
  ])
  assert.deepEqual(
    diagnostics.map(({ code, severity }) => `${severity} ${code}`),
    ['warning REFERENCE_CYCLE', 'warning REFERENCE_CYCLE'],
  )
})

test('an import that is written from the root is told where it starts, and how to write it', async () => {
  const { diagnostics } = await look(join(fixtures, 'memory-files'))
  assert.deepEqual(
    diagnostics.map(({ at, message, hint }) => [at?.path, message, hint]),
    [
      [
        'packages/press/CLAUDE.md',
        '"@docs/conventions.md" names a file that does not exist.',
        'It is there from the root, but imports start at their own file. Did you mean @../../docs/conventions.md (docs/conventions.md)?',
      ],
    ],
  )
})

const page = '---\ntitle: Wärp\n---\n\n# Warp\n\nNeeds @modules/plain.md.\n'
const utf8 = (text: string): Buffer => Buffer.from(text, 'utf8')
const utf16 = (text: string): Buffer => Buffer.from(text, 'utf16le')

function utf32(text: string): Buffer {
  return Buffer.from(Uint32Array.from(Array.from(text), (character) => character.codePointAt(0)!).buffer)
}

/** The same page in every way in which it may be read. */
const readable: Readonly<Record<string, Uint8Array>> = {
  marked: utf8(`\uFEFF${page}`),
  crlf: utf8(page.replaceAll('\n', '\r\n')),
  cr: utf8(page.replaceAll('\n', '\r')),
  windows: utf8(`\uFEFF${page.replaceAll('\n', '\r\n')}`),
  mixed: utf8(page.replace('\n\n', '\r\n\r').replace('\n\n', '\n\r\n')),
}

/** Bytes that are no UTF-8 text, where the first of them is, and what is said of it. */
const unreadable: readonly (readonly [name: string, bytes: Uint8Array, place: string, said: string])[] = [
  ['cut', Buffer.concat([utf8('# A\n'), Buffer.of(0xe2, 0x82)]), '2:1', 'Byte 4 of "%" is not UTF-8.'],
  [
    'invalid',
    Buffer.concat([utf8('# A\r\n\r\nö '), Buffer.of(0xff, 0x0a)]),
    '3:3',
    'Byte 10 of "%" is not UTF-8.',
  ],
  ['latin-1', Buffer.from(page, 'latin1'), '2:9', 'Byte 12 of "%" is not UTF-8.'],
  ['null', utf8('# A\n\nb \0 c\n'), '3:3', 'Byte 7 of "%" is NUL, which no text holds.'],
  ['overlong', Buffer.concat([utf8('# A\r'), Buffer.of(0xc0, 0xaf)]), '2:1', 'Byte 4 of "%" is not UTF-8.'],
  ['surrogate', Buffer.of(0x23, 0x20, 0xed, 0xa0, 0x80), '1:3', 'Byte 2 of "%" is not UTF-8.'],
  ['utf-16-be', utf16(`\uFEFF${page}`).swap16(), '1:1', 'Byte 0 of "%" is the mark of UTF-16 (big-endian).'],
  ['utf-16-le', utf16(`\uFEFF${page}`), '1:1', 'Byte 0 of "%" is the mark of UTF-16 (little-endian).'],
  ['utf-16-unmarked', utf16(page), '1:2', 'Byte 1 of "%" is NUL, which no text holds.'],
  ['utf-32-be', utf32(`\uFEFF${page}`).swap32(), '1:1', 'Byte 0 of "%" is the mark of UTF-32 (big-endian).'],
  ['utf-32-le', utf32(`\uFEFF${page}`), '1:1', 'Byte 0 of "%" is the mark of UTF-32 (little-endian).'],
]

test('a page is the same whatever its line endings and its mark, and places are counted in its own lines', async () => {
  const named = Object.entries(readable).map(([name, bytes]) => [`.claude/modules/${name}.md`, bytes])
  const { said, graph } = await look(
    placed({ ...Object.fromEntries(named), '.claude/modules/plain.md': '# Plain' }),
  )
  assert.deepEqual(said, [])
  assert.deepEqual(
    graph.modules.filter(({ name }) => name !== 'plain').map(({ name, title }) => [name, title]),
    Object.keys(readable)
      .toSorted()
      .map((name) => [name, 'Wärp']),
  )
  assert.deepEqual(
    referencesOf(graph),
    Object.keys(readable)
      .toSorted()
      .map((name) => `.claude/modules/${name}.md:7:7 @modules/plain.md resolved`),
  )
})

test('a file that is no UTF-8 is refused at its first wrong byte, and its neighbours are read', async () => {
  const named = unreadable.map(([name, bytes]) => [`.claude/modules/${name}.md`, bytes])
  const root = placed({
    ...Object.fromEntries(named),
    '.claude/modules/plain.md': '# Plain',
    '.claude/modules/blank.md': '',
  })
  const { said, diagnostics, graph } = await look(root)
  assert.deepEqual(
    said,
    unreadable.map(([name, , place, text]) => {
      const path = `.claude/modules/${name}.md`
      return `${path}:${place} BAD_ENCODING ${text.replace('%', path)}`
    }),
  )
  assert.ok(diagnostics.every(({ hint }) => hint === 'Save the file as UTF-8.'))
  assert.deepEqual(
    graph.modules.map(({ name }) => name),
    ['blank', 'plain'],
  )
})

/** Links below `.claude/modules`, where each leads, how a reference to it ends, and what is told. */
const links: readonly (readonly [name: string, to: string, status: string, said: RegExp | null])[] = [
  ['inside.md', 'real.md', 'resolved', null],
  ['folder', '../../docs', 'resolved', null],
  [
    'dangling.md',
    'nowhere.md',
    'missing',
    /^REFERENCE_MISSING .*names a file that does not exist\. "\.claude\/modules\/dangling\.md" is a link that leads nowhere/,
  ],
  [
    'leaving.md',
    '../../../elsewhere.md',
    'outside',
    /^OUTSIDE_ROOT .*goes through a link that leads to no place inside the root/,
  ],
  ['away', '/', 'outside', /^OUTSIDE_ROOT .*goes through a link/],
  ['loop.md', 'loop.md', 'outside', /^OUTSIDE_ROOT .*goes through a link/],
]

test(
  'links are listed, never entered, and followed only to places inside',
  { skip: process.platform === 'win32' },
  async () => {
    const root = placed({
      'outer/elsewhere.md': '# Elsewhere',
      'outer/root/docs/folder.md': '# In the folder',
      'outer/root/.claude/modules/real.md': '# Real',
      'outer/root/.claude/commands/use.md': links
        .map(([name]) => `Alias @modules/${name.includes('.') ? name : `${name}/folder.md`} here.`)
        .join('\n\n'),
    })
    for (const [name, to] of links) symlinkSync(to, join(root, 'outer/root/.claude/modules', name))
    const { diagnostics, graph } = await look(join(root, 'outer/root'))
    assert.deepEqual(
      graph.references.map(({ status }) => status),
      links.map(([, , status]) => status),
    )
    const told = diagnostics.map(({ code, message, hint }) => `${code} ${message} ${hint}`)
    const expected = links.flatMap(([, , , said]) => said ?? [])
    assert.equal(told.length, expected.length)
    for (const [index, said] of expected.entries()) assert.match(told[index]!, said)
    assert.deepEqual(
      graph.modules.filter(({ bytes }) => bytes > 0).map(({ path }) => path),
      ['.claude/commands/use.md', '.claude/modules/real.md', 'docs/folder.md'],
    )
  },
)

test('what only differs in letter case is told of references, links, aliases and of two files alike', async () => {
  const files = memoryFiles({
    '.claude/modules/Loom.md': '# Loom',
    '.claude/modules/shuttle.md': '# shuttle',
    '.claude/modules/Shuttle.md': '# Shuttle',
    '.claude/commands/use.md':
      '@modules/loom.md [a](../modules/LOOM.md) [b](../Modules/Loom.md) @modules/Loom.md',
  })
  const framework = await createFramework({ files, builtIn: false })
  const report = await framework.check()
  await framework.dispose()
  const diagnostics = report.diagnostics.filter(({ severity }) => severity === 'error')
  const works = 'in letter case: it works on some systems and breaks on others.'
  assert.deepEqual(
    diagnostics.map(({ at, code, message }) => `${at?.path}:${at?.column} ${code} ${message}`),
    [
      `.claude/commands/use.md:1 REFERENCE_CASE "@modules/loom.md" differs from @modules/Loom.md ${works}`,
      `.claude/commands/use.md:22 REFERENCE_CASE "../modules/LOOM.md" differs from .claude/modules/Loom.md ${works}`,
      `.claude/commands/use.md:46 REFERENCE_CASE "../Modules/Loom.md" differs from .claude/modules/Loom.md ${works}`,
      '.claude/modules/shuttle.md:1 NAME_AMBIGUOUS ".claude/modules/Shuttle.md" and ".claude/modules/shuttle.md" are the same name on some systems.',
    ],
  )
})

test('five thousand modules in one folder, with ten thousand dead names, take four times the steps of a quarter of them', () => {
  const words = ['--import', import.meta.resolve('tsx'), '--conditions=source', crowd, '1250', '5000']
  const { status, stdout, stderr } = spawnSync(process.execPath, words, { encoding: 'utf8' })
  assert.equal(status, 0, stderr)
  const [quarter, whole] = JSON.parse(stdout) as { resolved: number; missing: number; steps: number }[]
  assert.deepEqual([whole!.resolved, whole!.missing], [5_000, 10_000])
  assert.ok(quarter!.steps > 1_250 * 500, `only ${quarter!.steps} steps were counted`)
  assert.ok(whole!.steps < quarter!.steps * 4.2, `${quarter!.steps} steps became ${whole!.steps}`)
})

test('a module of five megabytes is read to its end, its last reference with its place', async () => {
  const paragraph = 'Prose of a page with `code`, [a link](small.md) and @modules/small.md too.\n\n'
  const times = Math.ceil(5_000_000 / paragraph.length)
  const text = `# Big\n\n${paragraph.repeat(times)}Last: @modules/gone.md\n`
  const { graph, references, said } = await look(
    placed({ '.claude/modules/big.md': text, '.claude/modules/small.md': '# Small' }),
  )
  assert.equal(graph.modules[0]?.bytes, text.length)
  assert.deepEqual([references.resolved, references.missing], [2 * times, 1])
  assert.deepEqual(said, [
    `.claude/modules/big.md:${3 + 2 * times}:7 REFERENCE_MISSING "@modules/gone.md" names a file that does not exist.`,
  ])
})
