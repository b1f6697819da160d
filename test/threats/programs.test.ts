import assert from 'node:assert/strict'
import { openSync, closeSync, writeFileSync, readFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { createFramework, HeddleError, type Report } from 'heddle'
import { runProcess } from '../../core/base/process.ts'
import { bash } from '../../core/index.ts'
import { definePlugin, defineGroup } from '../../core/index.ts'
import { makeCanary, place, temporaryFolder } from './ground.ts'
import { publish, rounds, seedOf } from './soak.ts'
import { commandLine } from '../command-line.ts'

/** What shells, option parsers and terminals take for something else. */
const pieces = [
  ' ',
  '\t',
  '\n',
  '\r\n',
  "'",
  '"',
  '\\',
  '`',
  '$',
  '$(id)',
  '${HOME}',
  '`id`',
  '*',
  '?',
  '[a]',
  '{a,b}',
  '~',
  '!',
  '#',
  '&',
  '&&',
  '|',
  ';',
  '<',
  '>',
  '(',
  ')',
  '-',
  '--',
  '-e',
  '--eval=1',
  '=',
  '%PATH%',
  '^',
  '\u001b[31m',
  '\u202e',
  '\u200b',
  'é',
  '😀',
  '\ud800',
  'a',
  'b c',
  '',
  '/etc/passwd',
  '@file',
]

test('arguments arrive as they were given, whatever they are (F1)', async (t) => {
  const cwd = temporaryFolder(t)
  const file = join(cwd, 'say.cjs')
  writeFileSync(file, 'process.stdout.write(JSON.stringify(process.argv.slice(2)))')
  const word = fc.array(fc.constantFrom(...pieces), { maxLength: 6 }).map((parts) => parts.join(''))
  let lists = 0
  await fc.assert(
    // Many lists in one program: what is measured is the way there, and a start costs more than that.
    fc.asyncProperty(fc.array(word, { maxLength: 400 }), async (words) => {
      const { stdout } = await runProcess({ program: process.execPath, arguments: [file, ...words], cwd })
      assert.deepEqual(
        JSON.parse(stdout),
        words.map((text) => Buffer.from(text).toString()),
      )
      lists++
    }),
    { numRuns: rounds(15, 2_000), seed: seedOf(t) },
  )
  publish(t, `${lists} argument lists, 0 changed`)
})

test('an argument or a program with a NUL is refused, not cut (F1)', async (t) => {
  const cwd = temporaryFolder(t)
  for (const [program, words] of [
    [process.execPath, ['-p', '1\u00002']],
    ['no\u0000de', []],
  ] as const)
    await assert.rejects(
      runProcess({ program, arguments: words, cwd }),
      (thrown) => thrown instanceof HeddleError && thrown.code === 'COMMAND_INVALID',
    )
})

/** Classes of ways round the allow-lists of agent shells, as a module could write them where `git status` and `npm test` are allowed. */
const waysRound: Readonly<Record<string, readonly unknown[]>> = {
  'another word behind the prefix': [
    ['git', ['statusx']],
    ['git', ['status-all']],
    ['gitx', ['status']],
  ],
  'a line in the place of a program': [
    ['git status', []],
    ['git status; id', []],
    ['git status && id', ['x']],
    ['sh -c id', []],
  ],
  'a chain in an argument': [
    ['git', ['status; id']],
    ['git', ['status && id']],
    ['git', ['status|id']],
    ['git', ['status\nid']],
    ['git', ['status$(id)']],
    ['git', ['status`id`']],
  ],
  'options before the word': [
    ['git', ['-c', 'core.fsmonitor=id', 'status']],
    ['git', ['--exec-path=/tmp', 'status']],
    ['git', ['-C', '/', 'status']],
    ['npm', ['--prefix', '/', 'test']],
  ],
  'another case': [
    ['GIT', ['status']],
    ['Git', ['STATUS']],
    ['git', ['Status']],
  ],
  'a path that ends in the name': [
    ['./git', ['status']],
    ['bin/git', ['status']],
    ['/tmp/git', ['status']],
    ['../git', ['status']],
  ],
  'a wrapper': [
    ['env', ['git', 'status']],
    ['sudo', ['git', 'status']],
    ['xargs', ['git', 'status']],
    ['nohup', ['git', 'status']],
    ['timeout', ['9', 'git', 'status']],
    ['sh', ['-c', 'git status']],
    ['bash', ['-c', 'git status; id']],
  ],
  'an assignment in front': [
    ['A=1', ['git', 'status']],
    ['GIT_PAGER=id', ['git', 'status']],
    ['PATH=.', ['git', 'status']],
  ],
  'space that is none': [
    ['git\u00a0status', []],
    ['git\u2003', ['status']],
    ['git', ['\u2003status']],
    ['git', ['status\u00a0']],
    [' git', ['status']],
    ['git ', ['status']],
  ],
  'characters that nobody sees': [
    ['git\u200b', ['status']],
    ['g\u200cit', ['status']],
    ['git', ['sta\u00adtus']],
    ['\ufeffgit', ['status']],
    ['git', ['status\u2060']],
    ['git\u202e', ['status']],
  ],
  'letters that look alike': [
    ['g\u0456t', ['status']],
    ['ɡit', ['status']],
    ['git', ['ѕtatus']],
  ],
  'quotes and escapes': [
    ['"git"', ['status']],
    ["g''it", ['status']],
    ['g\\it', ['status']],
    ["$'git'", ['status']],
    ['git', ['"status"']],
  ],
  expansions: [
    // A default that is filled in is held to the list like any other word.
    ['${X:-id}', ['status']],
    ['$X', ['status']],
    ['$(echo git)', ['status']],
    ['gi?', ['status']],
    ['{git,status}', []],
    ['~/git', ['status']],
  ],
  'no words at all': [
    ['git', []],
    ['npm', []],
    ['', ['status']],
    ['git', 'status id'],
  ],
  'a field of its own': [
    ['git', ['status'], { env: { GIT_PAGER: 'id' } }],
    ['git', ['status'], { command: 'id' }],
    ['git', ['status'], { shell: true }],
    ['npm', ['test'], { env: { NODE_OPTIONS: '--require=./x.cjs' } }],
    ['git', ['status'], { input: 'id' }],
  ],
  'another folder': [
    ['git', ['status'], { cwd: '/' }],
    ['git', ['status'], { cwd: '../..' }],
    ['npm', ['test'], { cwd: '/tmp' }],
  ],
  'words that are none': [
    ['git', [['status']]],
    ['git', [null]],
    [['git'], ['status']],
    [null, ['status']],
    ['git', [{ a: 1 }]],
    ['git', [true]],
  ],
  'an argument of the command as the program': [
    ['${program}', ['status']],
    ['${program}', ['-c', 'id']],
  ],
  'an argument of the command in a word': [
    ['git', ['${word}']],
    ['git', ['sta${word}']],
  ],
  'an allowed word of another program': [
    ['npm', ['status']],
    ['git', ['test']],
    ['test', ['git']],
  ],
}

test('a module talks its way round the allow-list by none of the ways that are known (F2)', async (t) => {
  const ways = Object.entries(waysRound).flatMap(([name, list]) => list.map((way) => [name, way] as const))
  const commands = ways.map(([, way]) => {
    const [program, words, more = {}] = way as [unknown, unknown, object?]
    return { program, arguments: words, ...more }
  })
  const reports = await declared(t, commands, { program: 'sh', word: '-c id' })
  for (const [index, report] of reports.entries()) {
    const what = `${ways[index]![0]}: ${JSON.stringify(ways[index]![1])}`
    assert.deepEqual(
      report.groups.flatMap(({ operations }) => operations),
      [],
      what,
    )
    assert.equal(report.status, 'partial', what)
    assert.ok(
      report.diagnostics.some(({ severity, hint }) => severity === 'error' && hint),
      what,
    )
  }
  publish(t, `${Object.keys(waysRound).length} classes, ${ways.length} variants, 0 allowed`)
})

test('the ways round the allow-list (F2) can be seen: what is allowed does run', async (t) => {
  const allowed = { program: 'git', arguments: ['status', '--short'], writes: [], scratch: ['.git'] }
  const [report] = await declared(t, [allowed], {})
  assert.equal(report!.groups[0]?.operations.length, 1)
})

test('what is refused is shown as it is: nothing in it is invisible or turns the text round (F2)', async (t) => {
  const root = temporaryFolder(t)
  place(root, {
    '.heddle/commands/look.md': commandOf({ program: 'g\u200bit\u202e\u001b[2K', arguments: ['status'] }),
  })
  const { stdout, stderr } = await runProcess({
    program: process.execPath,
    arguments: [...commandLine, 'run', 'look', '--root', root, '--no-config'],
    cwd: new URL('../..', import.meta.url).pathname,
  })
  assert.match(stdout, /PROGRAM_NOT_ALLOWED|does not allow/)
  // oxlint-disable-next-line no-control-regex -- they are what must not be there
  assert.doesNotMatch(stdout + stderr, /[\u200b\u202e]|\u001b\[2K/)
})

test('nothing secret of ours reaches a program: neither the environment nor an open file (F6)', async (t) => {
  const canary = makeCanary()
  const root = temporaryFolder(t)
  const secret = join(temporaryFolder(t), 'secret.txt')
  writeFileSync(secret, canary)
  process.env['HEDDLE_CANARY_TOKEN'] = canary
  process.env['NPM_TOKEN'] = canary
  const open = Array.from({ length: 5 }, () => openSync(secret, 'r'))
  t.after(() => {
    for (const descriptor of open) closeSync(descriptor)
    delete process.env['HEDDLE_CANARY_TOKEN']
    delete process.env['NPM_TOKEN']
  })
  const look = 'env; tr "\\0" "\\n" < /proc/self/environ; ls -l /proc/self/fd'
  const plugin = definePlugin({
    name: 'looking',
    apply(hooks) {
      const operation = bash({ program: 'sh', arguments: ['-c', look] }, { claims: { writes: [] } })
      hooks.plan.for('look').tap('looking', () => [defineGroup({ name: 'g', operations: [operation] })])
    },
  })
  mkdirSync(join(root, '.heddle/commands'), { recursive: true })
  writeFileSync(join(root, '.heddle/commands/look.md'), '---\nkind: command\npattern: look\n---\n')
  let runs = 0
  for (const isolation of ['none', 'namespace'] as const) {
    const { stdout, stderr } = await runProcess({ program: look, shell: true, cwd: root, isolation }).catch(
      (thrown: unknown) => {
        if (thrown instanceof HeddleError && thrown.code === 'ISOLATION_UNAVAILABLE')
          return { stdout: '', stderr: '' }
        throw thrown
      },
    )
    assert.ok(!(stdout + stderr).includes(canary), isolation)
    assert.ok(!stdout.includes('secret.txt'), stdout)
    runs++
  }
  const framework = await createFramework({ root, config: false, plugins: [plugin()] })
  const report = await framework.run('look')
  await framework.dispose()
  assert.ok(!JSON.stringify(report).includes(canary))
  const [{ output } = { output: null }] = report.groups[0]!.operations
  assert.match((output as { stdout: string }).stdout, /PATH=/)
  publish(t, `${runs + 1} runs, the canary seen in 0`)
  assert.equal(readFileSync(secret, 'utf8'), canary)
})

test('the canary (F6) can be seen: a program that is given the environment shows it', async (t) => {
  const canary = makeCanary()
  const { stdout } = await runProcess({
    program: 'env',
    shell: true,
    cwd: temporaryFolder(t),
    env: { GIVEN: canary },
  })
  assert.ok(stdout.includes(canary))
})

/** Runs a command for each declared program, where `git status` and `npm test` are allowed. */
async function declared(
  t: Parameters<typeof temporaryFolder>[0],
  inputs: readonly object[],
  words: Record<string, string>,
): Promise<Report[]> {
  const root = temporaryFolder(t)
  place(
    root,
    Object.fromEntries(inputs.map((input, index) => [`.heddle/commands/look-${index}.md`, commandOf(input)])),
  )
  const framework = await createFramework({
    root,
    config: false,
    plugins: [],
    bash: { allow: ['git status', 'npm test'] },
  })
  const reports: Report[] = []
  try {
    for (const index of inputs.keys()) reports.push(await framework.run(`look-${index}`, words))
    return reports
  } finally {
    await framework.dispose()
  }
}

/** JSON is YAML, so that every character is the one meant. */
function commandOf(input: object): string {
  const groups = [{ name: 'g', operations: [{ bash: input }] }]
  return `---\nkind: command\narguments:\n  - name: program\n  - name: word\ngroups: ${escaped(groups)}\n---\n# Look\n`
}

function escaped(value: unknown): string {
  return JSON.stringify(value).replace(
    /[^\x20-\x7e]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
