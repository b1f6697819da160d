import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { createClock } from '../core/base/clock.ts'
import { bash, edit, fix, type Operation, read, type Report, write } from '../core/index.ts'
import { configureIsolation } from '../core/plugin/isolation.ts'
import { builtinOperations } from '../core/operations/index.ts'
import type { BashOutput } from '../core/operations/bash.ts'
import type { FixOutput } from '../core/operations/fix.ts'
import { execute, type ExecuteOptions } from '../core/run/execute.ts'
import type { Outcome } from '../core/run/report.ts'
import { createPlan } from '../core/run/plan.ts'
import { diskFiles } from '../core/vfs/disk.ts'
import { memoryFiles } from '../core/vfs/memory.ts'
import { createWorkspace, type Workspace } from '../core/vfs/workspace.ts'

const overlay = { isolation: 'overlay' } as const
const base = {
  command: 'test',
  id: '1',
  kinds: (kind: string) => builtinOperations.get(kind),
  clock: createClock(),
}

const settings = { skip: await whyNoOverlay() }

test(
  'a program on an overlay finds what earlier operations wrote and removed, and nothing was put on the disk for it',
  settings,
  async (t) => {
    const { root, report, workspace } = await run(
      t,
      { 'old.txt': 'old', 'kept.txt': 'kept', 'd/in.txt': 'in' },
      [
        write({ path: 'src/new.txt', text: 'new' }),
        edit({ path: 'kept.txt', old: 'kept', new: 'edited' }),
        bash('rm old.txt; rm -r d', overlay),
        bash('cat src/new.txt kept.txt; ls -A; pwd', overlay),
      ],
    )
    assert.equal(outputOf(report, 3).stdout, ['neweditedkept.txt', 'src', root, ''].join('\n'))
    assert.deepEqual(treeOf(root), { 'old.txt': 'old', 'kept.txt': 'kept', 'd/in.txt': 'in' })
    await workspace.commit()
    assert.deepEqual(treeOf(root), { 'src/new.txt': 'new', 'kept.txt': 'edited' })
  },
)

test(
  'all that it does to files and folders becomes writes of the operation, seen by later ones, and gone after a rollback',
  settings,
  async (t) => {
    const files = {
      'a.txt': 'a\n',
      'same.txt': 'same\n',
      'gone.txt': 'gone\n',
      'f/x': 'x',
      'again/1': '1',
      'again/2': '2',
      'file-now/1': '1',
      'folder-now': 'file',
      'moved/deep/1': '1',
    }
    const command = `echo b >> a.txt; touch same.txt; cp same.txt t && mv t same.txt; rm gone.txt; rm -r f
    rm -r again; mkdir again; echo 3 > again/3
    rm -r file-now; echo now > file-now; rm folder-now; mkdir folder-now; echo now > folder-now/x
    mv moved elsewhere; mkdir empty; printf 'with space\\n' > 'é b.txt'`
    const { root, report, workspace } = await run(t, files, [
      bash(command, overlay),
      read('elsewhere/deep/1'),
    ])
    assert.deepEqual(
      report.groups[0]!.operations.map(({ error }) => error),
      [null, null],
    )
    assert.deepEqual(
      workspace.diff().map(({ path, type }) => `${type} ${path}`),
      [
        'changed a.txt',
        'removed again/1',
        'removed again/2',
        'added again/3',
        'added elsewhere/deep/1',
        'added empty',
        'removed f/x',
        'added file-now',
        'removed file-now/1',
        'removed folder-now',
        'added folder-now/x',
        'removed gone.txt',
        'removed moved/deep/1',
        'added é b.txt',
      ],
    )
    assert.deepEqual(treeOf(root), files)
    await workspace.rollback()
    assert.deepEqual(treeOf(root), files)
  },
)

test(
  'a program that writes outside of its claims fails with every such path named, and nothing is kept',
  settings,
  async (t) => {
    const claims = { reads: ['**'], writes: ['src/**'] }
    const { report, workspace } = await run(t, { 'src/a': 'a', b: 'b', c: 'c' }, [
      bash('echo 1 > src/a; echo 1 > b; rm c', { ...overlay, claims }),
      bash('echo 1 > src/a', { ...overlay, claims }),
    ])
    const { status, error } = outcomeOf(report, 0)
    assert.deepEqual([status, error?.code], ['failed', 'CLAIM_EXCEEDED'])
    assert.match(error!.message, /"b", "c"/)
    assert.deepEqual(workspace.diff(), [{ path: 'src/a', type: 'changed' }])
  },
)

test(
  'what the gate keeps closed is never written, made or removed, in an ignored folder neither',
  settings,
  async (t) => {
    const files = { '.gitignore': 'out/\n.env\n', '.env': 'secret', '.git/config': 'x', 'out/old': '1' }
    const attempts = [
      'echo 1 >> .env',
      'rm .env',
      'mkdir -p .heddle/state && touch .heddle/state/x',
      'echo 1 > .git/config',
      'echo k > id_rsa',
      'rm -r .git',
    ]
    const { root, report, workspace } = await run(t, files, [
      ...attempts.map((command) => bash(command, overlay)),
      bash('echo 1 > out/new; echo 1 > out/.env; rm out/old', overlay),
    ])
    for (const [index, attempt] of attempts.entries()) {
      assert.deepEqual([attempt, outcomeOf(report, index).error?.code], [attempt, 'DENIED_BY_RULE'])
    }
    assert.equal(outcomeOf(report, attempts.length).status, 'done')
    assert.deepEqual(workspace.diff(), [])
    assert.deepEqual(treeOf(root), {
      '.gitignore': 'out/\n.env\n',
      '.env': 'secret',
      '.git/config': 'x',
      'out/new': '1\n',
    })
  },
)

test(
  'scratch and what git ignores are no writes and are kept, also by a program that fails',
  settings,
  async (t) => {
    const claims = { reads: ['**'], writes: [], scratch: ['.cache/'] }
    const { root, report, workspace } = await run(t, { '.gitignore': 'dist\n', 'dist/old': '1', a: 'a' }, [
      bash(
        'mkdir -p .cache/deep dist; echo 1 > .cache/deep/x; echo 2 > dist/new; rm dist/old; ln -s new dist/link; exit 3',
        { ...overlay, claims },
      ),
    ])
    assert.equal(outcomeOf(report, 0).error?.code, 'COMMAND_FAILED')
    assert.deepEqual(workspace.diff(), [])
    assert.deepEqual(treeOf(root), {
      '.gitignore': 'dist\n',
      a: 'a',
      '.cache/deep/x': '1\n',
      'dist/new': '2\n',
      'dist/link': '→ new',
    })
  },
)

test(
  'a program that fails, is late or is cancelled leaves nothing, not even our folders',
  settings,
  async (t) => {
    const controller = new AbortController()
    const { root, report, workspace } = await run(
      t,
      { a: 'a' },
      [
        bash('echo 1 > a; exit 1', overlay),
        bash({ command: 'echo 2 > a; sleep 60', ...overlay }, { deadlineMs: 400 }),
        bash('echo 3 > a; sleep 60', overlay),
      ],
      {
        signal: controller.signal,
        onEvent: (event) => {
          if (event.type === 'operation-settled' && event.outcome.status === 'timed-out') controller.abort()
        },
      },
    )
    assert.deepEqual(
      report.groups[0]!.operations.map(({ status }) => status),
      ['failed', 'timed-out', 'cancelled'],
    )
    assert.deepEqual(workspace.diff(), [])
    assert.deepEqual(treeOf(root), { a: 'a' })
    assert.deepEqual(ownFolders(), [])
  },
)

test(
  'pipes, sockets and devices left behind hold nothing up and are said to be left out; links are refused',
  settings,
  async (t) => {
    const listen = `node -e "require('node:net').createServer().listen('s', () => process.exit())"`
    const { report, workspace } = await run(t, { a: 'a' }, [
      bash(`mkfifo p; ${listen}; cat /proc/self/status > a; mkfifo q; (cat q &) ; chmod +x a`, overlay),
      bash('ln -s a l; echo 1 > c', overlay),
      bash('mv a b && ln b c && rm b', overlay),
    ])
    assert.deepEqual(
      report.groups[0]!.operations.map(({ status, error }) => [status, error?.code]),
      [
        ['done', undefined],
        ['failed', 'NOT_A_FILE'],
        ['done', undefined],
      ],
    )
    const left = report.diagnostics.filter(({ code }) => code === 'LEFT_OUT').map(({ message }) => message)
    assert.equal(left.length, 4)
    assert.deepEqual(
      workspace.diff().map(({ path }) => path),
      ['a', 'c'],
    )
  },
)

test(
  'overlays in parallel leave what one by one leaves: those in conflict wait, the others run beside each other',
  settings,
  async (t) => {
    const files = Object.fromEntries(
      Array.from({ length: 6 }, (_, index) => [`${index % 3}/${index}`, `${index}\n`]),
    )
    const on = (folder: number, command: string): Operation =>
      bash(`cd ${folder} && ${command}`, {
        ...overlay,
        claims: { reads: [`${folder}/**`], writes: [`${folder}/**`] },
      })
    const operations = [
      on(0, 'for f in *; do echo first >> $f; done'),
      on(1, 'cat * > all'),
      on(0, 'cat * > all; rm 0'),
      on(2, 'rm *; echo new > only'),
      bash('cat */* > total', overlay),
      on(1, 'sed -i s/1/one/ *'),
      bash('exit 1', overlay),
    ]
    const results = await Promise.all(
      [false, true].map(async (serial) => {
        const { root, report, workspace } = await run(t, files, operations, { serial })
        await workspace.commit()
        const outputs = report.groups[0]!.operations.map(({ status, output }) => [status, output])
        return { outputs, tree: treeOf(root) }
      }),
    )
    assert.deepEqual(results[0], results[1])
    assert.equal(results[0]!.tree['total']!.includes('first'), true)
  },
)

test('where there is no overlay to be had, it says so and does not run', async (t) => {
  const inMemory = await execute(planOf([bash('true', overlay)]), {
    ...base,
    workspace: createWorkspace(memoryFiles()),
    folder: null,
  })
  assert.equal(inMemory.groups[0]!.operations[0]!.error?.code, 'NOT_ON_DISK')
  const root = project(t, {})
  const path = process.env['TMPDIR']
  t.after(() => (path === undefined ? delete process.env['TMPDIR'] : (process.env['TMPDIR'] = path)))
  process.env['TMPDIR'] = root
  const report = await execute(planOf([bash('echo 1 > a', overlay)]), {
    ...base,
    workspace: createWorkspace(diskFiles({ root })),
    folder: root,
  })
  const [only] = report.groups[0]!.operations
  assert.ok(only!.status === 'done' || only!.error?.code === 'ISOLATION_UNAVAILABLE', only!.error?.message)
  assert.deepEqual(treeOf(root), {})
})

test('a configured overlay holds every bash operation that does not say otherwise', settings, async (t) => {
  const { kindOf, ofPrograms, findings } = configureIsolation('overlay')
  assert.deepEqual([ofPrograms, kindOf('read'), await findings()], ['namespace', undefined, []])
  const commands = [bash('echo 1 > kept-aside'), bash('echo 1 > on-disk', { isolation: 'none' })]
  const { root, workspace, report } = await run(t, {}, commands, {
    kinds: (kind) => kindOf(kind) ?? builtinOperations.get(kind),
  })
  assert.deepEqual(
    report.groups[0]!.operations.map(({ output }) => (output as BashOutput).isolation),
    ['overlay', 'none'],
  )
  assert.ok('on-disk' in treeOf(root))
  await workspace.rollback()
  assert.equal('kept-aside' in treeOf(root), false)
})

test('200 files through four fixers at once have the bytes of one after the other', settings, async (t) => {
  const files = Object.fromEntries(
    Array.from({ length: 200 }, (_, index) => [`src/${index}.txt`, untidy(index)]),
  )
  const apart = await fixed(t, files, fixers)
  const serial = await oneByOne(t, files, fixers)
  assert.deepEqual(apart.tree, serial.tree)
  assert.notDeepEqual(apart.tree, files)
  assert.deepEqual(apart.conflicts, [[], [], [], []])
  t.diagnostic(`four fixers of ${pauses.join(', ')} s: together ${apart.ms} ms, one by one ${serial.ms} ms`)
})

test(
  'where fixers change the same lines, the later one runs again on what the earlier has left, and the bytes are the same',
  settings,
  async (t) => {
    const planted = 'var a = "one"  \n\tvar b = "two" \nc\n'
    const files = Object.fromEntries(
      Array.from({ length: 40 }, (_, index) => [`src/${index}.txt`, index === 7 ? planted : untidy(index)]),
    )
    const apart = await fixed(t, files, fixers)
    const serial = await oneByOne(t, files, fixers)
    assert.deepEqual(apart.tree, serial.tree)
    assert.equal(apart.tree['src/7.txt'], "let a = 'one'\n  var b = 'two'\nc\n")
    assert.deepEqual(apart.conflicts, [[], ['src/7.txt'], ['src/7.txt'], ['src/7.txt']])
  },
)

test(
  'fixers of which one fails or exceeds its claims leave nothing; one must vouch to have them merged',
  settings,
  async (t) => {
    const files = { 'src/a.txt': 'var a  \n', 'b.txt': 'var b  \n' }
    const claims = { reads: ['**'], writes: ['src/**'] }
    const { report, workspace } = await run(t, files, [
      fix(['sed -i "s/ *$//" src/*.txt', 'exit 2'], { merge: 'three-way', claims }),
      fix(['sed -i "s/ *$//" src/*.txt', 'sed -i s/var/let/ *.txt'], { merge: 'three-way', claims }),
      { kind: 'fix', input: { commands: ['true'] } },
    ])
    assert.deepEqual(
      report.groups[0]!.operations.map(({ error }) => error?.code),
      ['COMMAND_FAILED', 'CLAIM_EXCEEDED', 'INPUT_INVALID'],
    )
    assert.match(outcomeOf(report, 0).error!.message, /Command 2 of 2 ended with code 2/)
    assert.deepEqual(workspace.diff(), [])
  },
)

const pauses = [0.2, 0.3, 0.4, 0.5]
const fixers = [
  `sleep 0.2; sed -i 's/[ \\t]*$//' src/*.txt`,
  `sleep 0.3; sed -i 's/^var /let /' src/*.txt`,
  `sleep 0.4; sed -i "s/\\"/'/g" src/*.txt`,
  `sleep 0.5; sed -i 's/^\\t/  /' src/*.txt`,
]

/** Something for each fixer, in lines that are apart. */
function untidy(seed: number): string {
  const tasks = ['trailing  ', 'var x = 1', 'say "hello"', '\tindented']
  return Array.from({ length: 24 }, (_, line) =>
    line % 3 === 0 ? `${tasks[(line / 3 + seed) % 4]}\n` : `line ${line} of ${seed}\n`,
  ).join('')
}

interface Fixed {
  readonly tree: Record<string, string>
  readonly ms: number
  readonly conflicts: readonly (readonly string[])[]
}

async function fixed(
  t: TestContext,
  files: Record<string, string>,
  commands: readonly string[],
): Promise<Fixed> {
  const done = await run(t, files, [
    fix(commands, { merge: 'three-way', claims: { reads: ['src/**'], writes: ['src/**'] } }),
  ])
  assert.equal(done.report.status, 'passed', outcomeOf(done.report, 0).error?.message)
  assert.deepEqual(treeOf(done.root), files)
  await done.workspace.commit()
  const output = outcomeOf(done.report, 0).output as FixOutput
  return {
    tree: treeOf(done.root),
    ms: done.ms,
    conflicts: output.commands.map(({ conflicts }) => conflicts),
  }
}

async function oneByOne(
  t: TestContext,
  files: Record<string, string>,
  commands: readonly string[],
): Promise<Fixed> {
  const root = project(t, files)
  const started = performance.now()
  for (const command of commands) execFileSync('sh', ['-c', command], { cwd: root })
  return { tree: treeOf(root), ms: Math.round(performance.now() - started), conflicts: [] }
}

function planOf(operations: readonly Operation[]) {
  const plan = createPlan([{ name: 'g', operations }])
  assert.ok(plan.ok)
  return plan.value
}

interface Done {
  readonly root: string
  readonly report: Report
  readonly workspace: Workspace
  readonly ms: number
}

async function run(
  t: TestContext,
  files: Record<string, string>,
  operations: readonly Operation[],
  options: Partial<ExecuteOptions> = {},
): Promise<Done> {
  const root = project(t, files)
  const workspace = createWorkspace(diskFiles({ root }))
  const started = performance.now()
  const report = await execute(planOf(operations), { ...base, workspace, folder: root, ...options })
  return { root, report, workspace, ms: Math.round(performance.now() - started) }
}

function project(t: TestContext, files: Record<string, string>): string {
  const root = mkdtempSync(join(tmpdir(), 'heddle-mounted-'))
  t.after(() => rmSync(root, { recursive: true, force: true }))
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  return root
}

/** All files and links below a folder, with what they hold. */
function treeOf(root: string, folder = ''): Record<string, string> {
  const tree: Record<string, string> = {}
  for (const { name } of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = folder === '' ? name : `${folder}/${name}`
    const entry = lstatSync(join(root, path))
    if (entry.isDirectory()) Object.assign(tree, treeOf(root, path))
    else
      tree[path] = entry.isSymbolicLink()
        ? `→ ${readlinkSync(join(root, path))}`
        : readFileSync(join(root, path), 'utf8')
  }
  return tree
}

function ownFolders(): string[] {
  return readdirSync(tmpdir()).filter((name) => name.startsWith(`heddle-overlay-${process.pid}-`))
}

function outcomeOf(report: Report, index: number): Outcome {
  return report.groups[0]!.operations[index]!
}

function outputOf(report: Report, index: number): BashOutput {
  const { output, error } = outcomeOf(report, index)
  assert.equal(error, null)
  return output as BashOutput
}

/** False where overlays work; otherwise what the machine says. */
async function whyNoOverlay(): Promise<string | false> {
  const root = mkdtempSync(join(tmpdir(), 'heddle-mounted-'))
  const workspace = createWorkspace(diskFiles({ root }))
  const report = await execute(planOf([bash('true', overlay)]), { ...base, workspace, folder: root })
  rmSync(root, { recursive: true })
  const { error } = outcomeOf(report, 0)
  return error ? `no overlays here, nothing is shown of them: ${error.message}` : false
}
