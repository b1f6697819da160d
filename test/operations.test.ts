import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { createClock } from '../core/base/clock.ts'
import { HeddleError } from '../core/base/diagnostic.ts'
import { bash, type BashOutput } from '../core/operations/bash.ts'
import { edit } from '../core/operations/edit.ts'
import { glob } from '../core/operations/glob.ts'
import { grep, type GrepInput, type GrepOutput } from '../core/operations/grep.ts'
import { builtinOperations } from '../core/operations/index.ts'
import { list } from '../core/operations/list.ts'
import { openMatcher } from '../core/operations/matcher.ts'
import { read } from '../core/operations/read.ts'
import { searchFiles } from '../core/operations/search-files.ts'
import { todo } from '../core/operations/todo.ts'
import { write } from '../core/operations/write.ts'
import { execute } from '../core/run/execute.ts'
import type { Operation } from '../core/run/operation.ts'
import { createPlan } from '../core/run/plan.ts'
import type { Outcome } from '../core/run/report.ts'
import { diskFiles } from '../core/vfs/disk.ts'
import type { Files, SyncFiles, WritableFiles } from '../core/vfs/file-system.ts'
import { memoryFiles } from '../core/vfs/memory.ts'
import type { Path } from '../core/vfs/path.ts'
import { createWorkspace } from '../core/vfs/workspace.ts'

test('the built-in operations have the names of the tools in agent hosts', () => {
  assert.deepEqual(
    [...builtinOperations].map(([name, { kind, tool, lane, effects }]) => [
      name,
      kind === name,
      tool,
      lane,
      effects,
    ]),
    [
      ['read', true, 'Read', 'io', 'none'],
      ['write', true, 'Write', 'io', 'workspace'],
      ['edit', true, 'Edit', 'io', 'workspace'],
      ['list', true, 'LS', 'io', 'none'],
      ['glob', true, 'Glob', 'io', 'none'],
      ['grep', true, 'Grep', 'io', 'none'],
      ['bash', true, 'Bash', 'process', 'external'],
      ['fix', true, undefined, 'process', 'workspace'],
      ['todo', true, 'TodoWrite', 'io', 'workspace'],
    ],
  )
})

test('constructors give plain data', () => {
  assert.deepEqual(
    [
      read('a', { name: 'first' }),
      read({ path: 'a', limit: 2 }),
      bash('ls', { claims: { writes: [] } }),
      glob('*.ts'),
    ],
    [
      { kind: 'read', name: 'first', input: { path: 'a' } },
      { kind: 'read', input: { path: 'a', limit: 2 } },
      { kind: 'bash', claims: { writes: [] }, input: { command: 'ls' } },
      { kind: 'glob', input: { pattern: '*.ts' } },
    ],
  )
})

test('read gives the whole text, or the lines asked for, and says how much there is', async () => {
  const files = memoryFiles({
    'a.txt': 'one\ntwo\r\nthrée',
    'empty.txt': '',
    'marked.txt': '\ufeffx\n',
    'odd [1].txt': 'odd',
  })
  const reads = await runAll(files, [
    read('a.txt'),
    read({ path: 'a.txt', offset: 2 }),
    read({ path: 'a.txt', offset: 1, limit: 1 }),
    read({ path: 'a.txt', offset: 9 }),
    read('empty.txt'),
    read('marked.txt'),
    read('./odd [1].txt'),
  ])
  assert.deepEqual(
    reads.map(({ output }) => output),
    [
      { path: 'a.txt', text: 'one\ntwo\r\nthrée', lines: 3, bytes: 15 },
      { path: 'a.txt', text: 'two\r\nthrée', lines: 3, bytes: 15 },
      { path: 'a.txt', text: 'one\n', lines: 3, bytes: 15 },
      { path: 'a.txt', text: '', lines: 3, bytes: 15 },
      { path: 'empty.txt', text: '', lines: 0, bytes: 0 },
      { path: 'marked.txt', text: 'x\n', lines: 1, bytes: 5 },
      { path: './odd [1].txt', text: 'odd', lines: 1, bytes: 3 },
    ],
  )
  assert.deepEqual(reads[0]!.quality, { expected: 15, analysed: 15, truncated: false })
})

test('read fails for what is missing, outside, denied, a folder, or no text, and says which', async () => {
  const files = memoryFiles({ 'src/a.ts': 'a', 'image.png': new Uint8Array([0x89, 0x50, 0, 1]) })
  const outcomes = await runAll(files, [
    read('gone'),
    read('../x'),
    read('/etc/passwd'),
    read('.env'),
    read('src'),
    read('image.png'),
    read(''),
  ])
  assert.deepEqual(
    outcomes.map(({ error }) => error?.code),
    [
      'NOT_FOUND',
      'OUTSIDE_ROOT',
      'OUTSIDE_ROOT',
      'DENIED_BY_RULE',
      'NOT_A_FILE',
      'BAD_ENCODING',
      'INPUT_INVALID',
    ],
  )
})

test('write makes the folders on the way and replaces what was there', async () => {
  const files = memoryFiles({ 'a.txt': 'old' })
  const outcomes = await runAll(files, [
    write({ path: 'a.txt', text: 'néw' }),
    write({ path: 'b/c/d.txt', text: '' }),
  ])
  assert.deepEqual(
    outcomes.map(({ output }) => output),
    [
      { path: 'a.txt', bytes: 4 },
      { path: 'b/c/d.txt', bytes: 0 },
    ],
  )
  assert.deepEqual([await textOf(files, 'a.txt'), await textOf(files, 'b/c/d.txt')], ['néw', ''])
})

test('edit replaces exactly what stands there, once unless it is told all', async () => {
  const files = memoryFiles({
    'once.txt': 'a b a',
    'dollar.txt': 'x',
    'twice.txt': 'a b a',
    'all.txt': 'a b a',
  })
  const outcomes = await runAll(files, [
    edit({ path: 'once.txt', old: 'b', new: 'B' }),
    edit({ path: 'dollar.txt', old: 'x', new: "$& $1 $'" }),
    edit({ path: 'twice.txt', old: 'a', new: 'c' }),
    edit({ path: 'all.txt', old: 'a', new: 'c', all: true }),
    edit({ path: 'once.txt', old: 'nowhere', new: 'c' }),
    edit({ path: 'gone.txt', old: 'a', new: 'c' }),
    edit({ path: 'once.txt', old: '', new: 'c' }),
  ])
  assert.deepEqual(
    outcomes.map(({ error, output }) => error?.code ?? (output as { replaced: number }).replaced),
    [1, 1, 'EDIT_AMBIGUOUS', 2, 'EDIT_NO_MATCH', 'NOT_FOUND', 'INPUT_INVALID'],
  )
  assert.match(outcomes[2]!.error!.message, /2 times in "twice.txt"/)
  const texts = await Promise.all(
    ['once.txt', 'dollar.txt', 'twice.txt', 'all.txt'].map((path) => textOf(files, path)),
  )
  assert.deepEqual(texts, ['a B a', "$& $1 $'", 'a b a', 'c b c'])
})

test('list names what is in a folder, in the order of the alphabet', async () => {
  const files = memoryFiles({ 'b.txt': '', 'a/x': '', '.dot': '', 'B.txt': '' })
  const [root, folder, gone, file] = await runAll(files, [list(), list('a'), list('gone'), list('b.txt')])
  assert.deepEqual((root!.output as { entries: unknown }).entries, [
    { name: '.dot', type: 'file' },
    { name: 'B.txt', type: 'file' },
    { name: 'a', type: 'directory' },
    { name: 'b.txt', type: 'file' },
  ])
  assert.deepEqual(folder!.output, { path: 'a', entries: [{ name: 'x', type: 'file' }] })
  assert.deepEqual([gone!.error?.code, file!.error?.code], ['NOT_FOUND', 'NOT_A_FOLDER'])
})

const project = {
  'src/a.ts': 'export const a = 1 // TODO: more\n',
  'src/deep/b.ts': 'first\nTODO one\nFIXME two\nlast\n',
  'src/deep/b.test.ts': 'todo in lower case\n',
  'src/[id].ts': 'x',
  'docs/guide.md': 'TODO (in prose)\r\n',
  '.claude/commands/x.md': 'hidden folder\n',
  'node_modules/p/index.ts': 'TODO\n',
  'build/out.ts': 'TODO\n',
  'build/keep/kept.ts': 'TODO\n',
  'src/deep/skip.ts': 'TODO\n',
  'a.log': 'TODO\n',
  'important.log': 'TODO\n',
  '.gitignore': 'build/*\n!build/keep\n*.log\n!important.log\n',
  'src/deep/.gitignore': '/skip.ts\n',
}

test('glob finds files by patterns, sorted, without what git ignores', async () => {
  const filesOf = async (...inputs: Parameters<typeof glob>[0][]): Promise<unknown[]> =>
    (
      await runAll(
        memoryFiles(project),
        inputs.map((input) => glob(input)),
      )
    ).map(({ output, error }) => (output as { files: string[] } | null)?.files ?? error?.code)
  assert.deepEqual(
    await filesOf(
      '**/*.ts',
      '*.log',
      '**/*.md',
      { pattern: '*.ts', path: 'src' },
      { patterns: ['src/*.ts', 'docs/**'], ignore: ['**/a.ts'] },
      { pattern: '**', path: 'src/deep' },
      'src/\\[id\\].ts',
      './src/a.ts',
      '{src,docs}/*.{ts,md}',
      'nothing/**',
    ),
    [
      ['build/keep/kept.ts', 'src/[id].ts', 'src/a.ts', 'src/deep/b.test.ts', 'src/deep/b.ts'],
      ['important.log'],
      ['.claude/commands/x.md', 'docs/guide.md'],
      ['src/[id].ts', 'src/a.ts'],
      ['docs/guide.md', 'src/[id].ts'],
      ['src/deep/.gitignore', 'src/deep/b.test.ts', 'src/deep/b.ts'],
      ['src/[id].ts'],
      ['src/a.ts'],
      ['docs/guide.md', 'src/[id].ts', 'src/a.ts'],
      [],
    ],
  )
  assert.deepEqual(await filesOf('../**', { pattern: '*', path: '../x' }, {}), [
    'OUTSIDE_ROOT',
    'OUTSIDE_ROOT',
    'INPUT_INVALID',
  ])
})

test('a glob that could take for ever is refused, any other is quick (G4)', async () => {
  const files = memoryFiles({ [`${'a'.repeat(200)}.txt`]: '', 'b/c/d/e/f/g/h/i.txt': '' })
  const refused = [
    'a'.repeat(300) + '*',
    '*a'.repeat(17),
    '{a,b,c}{a,b,c}{a,b,c}{a,b,c}',
    '{1..1000}',
    '+(a|b)'.repeat(17),
  ]
  const hostile = [
    '*a'.repeat(15) + 'b',
    '**/'.repeat(7) + 'x',
    '+(+(a|aa))b',
    '*(*(*(a)))b',
    '{a,b}'.repeat(6),
    '!(!(!(a)))',
    '[[:alpha:]]*',
  ]
  const outcomes = await runAll(
    files,
    [...refused, ...hostile].map((pattern) => glob(pattern)),
  )
  assert.deepEqual(
    outcomes.map(({ error }) => error?.code ?? 'found'),
    [...refused.map(() => 'GLOB_LIMIT'), ...hostile.map(() => 'found')],
  )
  const took = outcomes.slice(refused.length).map(({ ranMs }) => ranMs)
  assert.ok(Math.max(...took) < 2_000, `${took.join(', ')} ms`)
})

test('glob shows nothing that a rule closes, and follows no link (G5)', async (t) => {
  const root = temporary(t)
  for (const folder of ['open', 'secrets.pem', '.heddle/state']) {
    mkdirSync(join(root, folder), { recursive: true })
    writeFileSync(join(root, folder, 'x.ts'), '')
  }
  symlinkSync(root, join(root, 'open/loop'))
  const [outcome] = await runAll(diskFiles({ root }), [glob('**/*.ts')], root)
  assert.deepEqual(outcome!.output, { files: ['open/x.ts'], skipped: [] })
})

test('a folder that cannot be read is left out and named, the rest is found', async () => {
  const { sync: _, ...files } = memoryFiles({ 'broken/x.ts': '', 'fine/y.ts': '' })
  const unreadable = new HeddleError({
    code: 'UNREADABLE',
    severity: 'error',
    message: '"broken" cannot be read.',
  })
  const faulty: WritableFiles = {
    ...files,
    list: async (path) => {
      if (path === 'broken') throw unreadable
      return files.list(path)
    },
  }
  const [outcome] = await runAll(faulty, [glob('**/*.ts')])
  assert.deepEqual(outcome!.output, {
    files: ['fine/y.ts'],
    skipped: [{ path: 'broken', reason: 'UNREADABLE' }],
  })
  assert.deepEqual(outcome!.quality, { expected: 2, analysed: 1, truncated: true })
})

test('grep gives every matching line with its place, files only, or counts', async () => {
  const [content, names, counts] = await grepAll(
    { pattern: 'TODO|FIXME', glob: '**/*.{ts,md}' },
    { pattern: 'TODO|FIXME', glob: '**/*.{ts,md}', outputMode: 'files-with-matches' },
    { pattern: 'TODO|FIXME', glob: '**/*.{ts,md}', outputMode: 'count' },
  )
  assert.deepEqual(content!.matches, [
    { path: 'build/keep/kept.ts', line: 1, column: 1, text: 'TODO' },
    { path: 'docs/guide.md', line: 1, column: 1, text: 'TODO (in prose)' },
    { path: 'src/a.ts', line: 1, column: 23, text: 'export const a = 1 // TODO: more' },
    { path: 'src/deep/b.ts', line: 2, column: 1, text: 'TODO one' },
    { path: 'src/deep/b.ts', line: 3, column: 1, text: 'FIXME two' },
  ])
  const expectedCounts = { 'build/keep/kept.ts': 1, 'docs/guide.md': 1, 'src/a.ts': 1, 'src/deep/b.ts': 2 }
  for (const output of [content!, names!, counts!]) {
    assert.deepEqual(output.files, Object.keys(expectedCounts))
    assert.deepEqual(output.counts, expectedCounts)
    assert.equal(output.total, 5)
  }
  assert.deepEqual([names!.matches, counts!.matches], [[], []])
})

test('grep takes case, context, a folder or one file, and matches across lines', async () => {
  const [cased, around, folder, file, across] = await grepAll(
    { pattern: 'todo', ignoreCase: true, path: 'src/deep' },
    { pattern: 'FIXME', context: 2 },
    { pattern: 'TODO', path: 'docs' },
    { pattern: 'TODO', path: 'src/a.ts' },
    { pattern: 'one\\nFIX(.)E', multiline: true, context: 1 },
  )
  assert.deepEqual(
    cased!.matches.map(({ path, line }) => `${path}:${line}`),
    ['src/deep/b.test.ts:1', 'src/deep/b.ts:2'],
  )
  assert.deepEqual(around!.matches[0], {
    path: 'src/deep/b.ts',
    line: 3,
    column: 1,
    text: 'FIXME two',
    before: ['first', 'TODO one'],
    after: ['last'],
  })
  assert.deepEqual([folder!.files, file!.files], [['docs/guide.md'], ['src/a.ts']])
  assert.deepEqual(across!.matches, [
    {
      path: 'src/deep/b.ts',
      line: 2,
      column: 6,
      text: 'one\nFIXME',
      before: ['first'],
      after: ['last'],
    },
  ])
})

test('grep gives the same whether a pattern runs here or in a worker', async () => {
  const pairs: [string, string][] = [
    ['TODO', 'T+ODO'],
    ['one|two', '(?:one|two)+'],
    ['^FIXME', '^FIXME *'],
    ['export.const', 'export\\s+const'],
    ['\\(', '\\(+'],
    ['[{}*+]', '[{}*+]+'],
  ]
  for (const [plain, repeated] of pairs) {
    const [here, there] = await grepAll({ pattern: plain }, { pattern: repeated })
    assert.deepEqual(here!.matches, there!.matches, plain)
  }
})

test('grep finds the same in many megabytes, wherever it searches them and whatever they are written in', async () => {
  const filler = 'a line of some length without what is looked for\n'
  const names = Array.from({ length: 40 }, (_, index) => `${String(index).padStart(2, '0')}.md`)
  const files = memoryFiles(
    Object.fromEntries(
      names.map((name, index) => {
        const accents = index % 2 === 0 ? 'ä €\n' : ''
        const lines = index === 7 ? 60_000 : 12_000
        return [name, `${accents}${filler.repeat(lines)}needle ${index % 10}`]
      }),
    ),
  )
  for (const pattern of ['needle \\d', 'needle \\d$', 'needle \\d{1}']) {
    const [outcome] = await runAll(files, [grep({ pattern })])
    const { matches, searched } = outcome!.output as GrepOutput
    assert.equal(searched, 40)
    assert.deepEqual(
      matches.map(({ path, line, text }) => `${path}:${line} ${text}`),
      names.map((name, index) => {
        const line = (index === 7 ? 60_001 : 12_001) + (index % 2 === 0 ? 1 : 0)
        return `${name}:${line} needle ${index % 10}`
      }),
      pattern,
    )
  }
})

test('a search that is cancelled in the middle of many megabytes ends, whatever it searches for', async () => {
  const text = 'a line of some length\n'.repeat(40_000)
  const files = memoryFiles(
    Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`${index}.md`, text])),
  )
  for (const pattern of ['absent here', 'length\\s*(?:a|b)sent']) {
    const ending = new AbortController()
    let rows = 0
    const readEach: SyncFiles['readEach'] = (paths, use) => {
      if (++rows === 15) ending.abort(new Error('enough'))
      return files.sync.readEach!(paths, use)
    }
    const matcher = openMatcher(pattern, { ignoreCase: false, multiline: false, context: 0 }, ending.signal)
    const stopping: Files = { ...files, sync: { ...files.sync, readEach } }
    const paths = Array.from({ length: 40 }, (_, index) => `${index}.md` as Path)
    await assert.rejects(searchFiles(stopping, paths, { matcher, signal: ending.signal }), /enough|was ended/)
    await matcher.close()
  }
})

test('grep leaves out binary files, large files and what cannot be read, and says so (G6)', async (t) => {
  const root = temporary(t)
  const disk = diskFiles({ root })
  await disk.write('text.txt' as Path, 'needle\n')
  await disk.write('late-nul.txt' as Path, `needle${'x'.repeat(9_000)}\0`)
  await disk.write('image.bin' as Path, new Uint8Array([1, 0, 110]))
  await disk.write('latin.txt' as Path, Buffer.from('needle \xe9\n', 'latin1'))
  await disk.write('large.txt' as Path, 'needle\n'.repeat(1_300_000))
  const [outcome] = await runAll(disk, [grep({ pattern: 'needle' })], root)
  const output = outcome!.output as GrepOutput
  assert.deepEqual(output.files, ['late-nul.txt', 'latin.txt', 'text.txt'])
  assert.deepEqual(output.skipped, [
    { path: 'image.bin', reason: 'BINARY' },
    { path: 'large.txt', reason: 'TOO_LARGE' },
  ])
  assert.deepEqual([output.searched, outcome!.quality?.expected, outcome!.quality?.analysed], [3, 5, 3])
})

test('a pattern that runs away is ended and named, the thread stays free, the next is fine (G1, G3)', async () => {
  const files = memoryFiles({ 'a.txt': `${'a'.repeat(40)}!\n` })
  const hostile = [
    '(a+)+$',
    '(a|aa)+$',
    '(.*a){20}$',
    '(a|a)'.repeat(30) + '$',
    `${'a?'.repeat(30)}${'a'.repeat(30)}[b]`,
  ]
  for (const pattern of hostile) {
    let longest = 0
    let last = performance.now()
    const watching = setInterval(() => {
      longest = Math.max(longest, performance.now() - last)
      last = performance.now()
    }, 5)
    const [outcome] = await runAll(files, [grep({ pattern })])
    clearInterval(watching)
    assert.equal(outcome!.error?.code ?? 'quick', 'REGEX_TIMEOUT', pattern)
    assert.ok(longest < 500, `the thread was held for ${longest} ms by ${pattern}`)
  }
  const [next] = await runAll(files, [grep({ pattern: 'a+!' })])
  assert.equal((next!.output as GrepOutput).total, 1)
})

test('a search past its deadline ends with its worker', async () => {
  const files = memoryFiles({ 'a.txt': `${'a'.repeat(40)}!\n` })
  const [outcome] = await runAll(files, [grep({ pattern: '(a+)+$' }, { deadlineMs: 200 })])
  assert.equal(outcome!.status, 'timed-out')
})

test('what is no regular expression is refused with the place of the fault', async () => {
  const faults: [string, RegExp][] = [
    ['(a', /at character 1\b/],
    ['ab)c', /at character 3\b/],
    ['x(y|[z', /at character 2\b/],
    ['good(also)[bad', /at character 11\b/],
    ['ab**', /at character 4\b/],
    ['a\\', /at character 2\b/],
  ]
  for (const [pattern, place] of faults) {
    const [outcome] = await runAll(memoryFiles(), [grep({ pattern })])
    assert.equal(outcome!.error?.code, 'REGEX_INVALID', pattern)
    assert.match(outcome!.error.message, place, pattern)
  }
})

test('bash gives everything a program wrote; a code other than 0 is a failure that keeps it', async (t) => {
  const root = temporary(t)
  const [fine, failed, program, cwd, missing, both] = await runAll(
    diskFiles({ root }),
    [
      bash({
        command: 'mkdir sub; echo "$GREETING"; echo err >&2',
        env: { GREETING: 'hello' },
        isolation: 'none',
      }),
      bash('echo found 3 problems; exit 3'),
      bash({ program: process.execPath, arguments: ['-e', 'console.log(process.argv[1])', '$HOME *'] }),
      bash({ command: 'basename "$PWD"', cwd: 'sub' }),
      bash({ program: 'no-such-program-anywhere' }),
      bash({ command: 'a', program: 'b' }),
    ],
    root,
  )
  assert.deepEqual(fine!.output, {
    code: 0,
    signal: null,
    stdout: 'hello\n',
    stderr: 'err\n',
    ended: 'exit',
    isolation: 'none',
  })
  assert.deepEqual([failed!.status, failed!.error?.code], ['failed', 'COMMAND_FAILED'])
  assert.deepEqual(
    [(failed!.output as BashOutput).stdout, (failed!.output as BashOutput).code],
    ['found 3 problems\n', 3],
  )
  assert.equal((program!.output as BashOutput).stdout, '$HOME *\n')
  assert.equal((cwd!.output as BashOutput).stdout, 'sub\n')
  assert.deepEqual([missing!.error?.code, both!.error?.code], ['COMMAND_NOT_FOUND', 'INPUT_INVALID'])
})

test('output of bash that is too large for memory is in a file, complete', async (t) => {
  const root = temporary(t)
  const [outcome] = await runAll(diskFiles({ root }), [bash('yes 0123456789 | head -c 11000000')], root)
  const { stdout, stderr } = outcome!.output as BashOutput
  assert.ok(typeof stdout !== 'string')
  t.after(() => rmSync(join(stdout.blob, '..'), { recursive: true, force: true }))
  assert.deepEqual([stdout.bytes, stdout.head.slice(0, 11), stderr], [11_000_000, '0123456789\n', ''])
  assert.deepEqual(outcome!.quality, { expected: 11_000_000, analysed: 11_000_000, truncated: false })
})

test('todo keeps its list as a file of the project', async () => {
  const files = memoryFiles()
  const [outcome, wrong] = await runAll(files, [
    todo([
      { content: 'write', status: 'completed', priority: 'high' },
      { content: 'read', status: 'in_progress' },
      { content: 'rest', status: 'pending' },
    ]),
    todo([{ content: 'x', status: 'done' as never }]),
  ])
  assert.deepEqual(outcome!.output, { path: '.heddle/todos.json', pending: 1, inProgress: 1, completed: 1 })
  const kept = JSON.parse((await textOf(files, '.heddle/todos.json'))!) as { content: string }[]
  assert.deepEqual(
    kept.map(({ content }) => content),
    ['write', 'read', 'rest'],
  )
  assert.match(wrong!.error!.message, /"todos.0.status"/)
})

/** Runs the operations as one group and commits; what they gave, in their order. */
async function runAll(
  files: WritableFiles,
  operations: readonly Operation[],
  folder: string | null = null,
): Promise<readonly Outcome[]> {
  const plan = createPlan([{ name: 'g', operations }])
  assert.ok(plan.ok)
  const workspace = createWorkspace(files)
  const report = await execute(plan.value, {
    command: 'test',
    id: '1',
    kinds: (kind) => builtinOperations.get(kind),
    workspace,
    folder,
    clock: createClock(),
  })
  await workspace.commit()
  return report.groups[0]!.operations
}

async function grepAll(...inputs: readonly GrepInput[]): Promise<GrepOutput[]> {
  const outcomes = await runAll(
    memoryFiles(project),
    inputs.map((input) => grep(input)),
  )
  return outcomes.map(({ output, error }) => {
    assert.equal(error, null)
    return output as GrepOutput
  })
}

async function textOf(files: WritableFiles, path: string): Promise<string | undefined> {
  const stat = await files.stat(path as Path)
  return stat && new TextDecoder().decode(await files.read(path as Path))
}

function temporary(t: TestContext): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'heddle-operations-')))
  t.after(() => rmSync(root, { recursive: true, force: true }))
  return root
}
