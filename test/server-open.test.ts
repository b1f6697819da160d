import assert from 'node:assert/strict'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { bash, createFramework, defineGroup, definePlugin } from 'heddle'
import { createEditor, createHandler, type Editor, type Handler } from 'heddle/server'
import { createTestFramework } from 'heddle/testing'

const host = 'h:1'
const token = '00112233445566778899aabbccddeeff'
const bearer = { host, authorization: `Bearer ${token}` }

function open(handler: Handler, body: unknown, headers: Record<string, string> = bearer): Promise<Response> {
  const all = { 'content-type': 'application/json', ...headers }
  return handler(
    new Request('http://x.invalid/api/open', { method: 'POST', headers: all, body: JSON.stringify(body) }),
  )
}

/** An editor that writes down how it was called, one word a line. */
function noter(folder: string): { readonly program: string; words(): string[] } {
  const program = join(folder, 'noter')
  const notes = join(folder, 'notes')
  writeFileSync(program, `#!/bin/sh\nprintf '%s\\n' "$@" > '${notes}'\n`)
  chmodSync(program, 0o755)
  return {
    program,
    words: () => (existsSync(notes) ? readFileSync(notes, 'utf8').split('\n').slice(0, -1) : []),
  }
}

test('the editor gets each part of a place as one word, whatever the name holds; no shell reads it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'heddle-editor-'))
  const { program, words } = noter(folder)
  const editor = createEditor(`${program} --wait +{line}:{column} {file}`, '/project')!
  for (const path of [
    'a b.md',
    '$(touch hacked).md',
    '`id`.md',
    ';rm -rf x.md',
    '{line}.md',
    '--help.md',
    "it's.md",
  ]) {
    await editor.open({ path, line: 3, column: 7 })
    assert.deepEqual(words(), ['--wait', '+3:7', `/project/${path}`])
  }
  assert.deepEqual(
    [createEditor('', '/'), createEditor('vim', '/'), createEditor('constructor', '/')],
    [undefined, undefined, undefined],
  )
  assert.equal(createEditor('/usr/bin/code --reuse-window', '/')!.name, 'code')
  await assert.rejects(createEditor(`${folder}/none {file}`, '/')!.open({ path: 'a', line: 1, column: 1 }), {
    code: 'EDITOR_FAILED',
  })
  rmSync(folder, { recursive: true })
})

test('only files of the project that the gate lets through are opened, and only for our own page', async () => {
  const root = mkdtempSync(join(tmpdir(), 'heddle-open-'))
  const project = join(root, 'project')
  const put = async (path: string): Promise<void> => {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await writeFile(join(root, path), '# X\n')
  }
  for (const path of [
    'project/a.md',
    'project/private/b.md',
    'project/.env',
    'project/.heddle/state/x.md',
    'out.md',
  ])
    await put(path)
  symlinkSync(join(root, 'out.md'), join(project, 'link.md'))
  const framework = await createFramework({ root: project, deny: ['private/**'], config: false })
  const opened: object[] = []
  const editor: Editor = { name: 'e', open: async (place) => void opened.push(place) }
  const handler = createHandler(framework, { hosts: [host], token, editor })

  assert.equal((await open(handler, { path: 'a.md', line: 2, column: 3 })).status, 202)
  assert.deepEqual(opened, [{ path: 'a.md', line: 2, column: 3 }])
  const outside = [
    '../out.md',
    '/etc/passwd',
    'link.md',
    'private/b.md',
    'PRIVATE/b.md',
    '.env',
    '.heddle/state/x.md',
    'a.md\0',
    'none.md',
  ]
  for (const path of [
    ...outside,
    'heddle:modules/system/quality/universal-quality-gates.md',
    'file:///etc/passwd',
    'a.md/../../out.md',
  ])
    assert.ok((await open(handler, { path })).status >= 400, path)
  for (const body of [
    {},
    { path: 7 },
    { path: 'a.md', line: 0 },
    { path: 'a.md', line: '1;id' },
    { path: 'a.md', column: 1.5 },
    null,
    [],
  ])
    assert.equal((await open(handler, body)).status, 400, JSON.stringify(body))
  const cookie = `heddle_80=${handler.access.cookie}`
  assert.equal(
    (await open(handler, { path: 'a.md' }, { host, cookie })).status,
    401,
    'a page must say where it is from',
  )
  assert.equal((await open(handler, { path: 'a.md' }, { host, cookie, origin: 'http://h:2' })).status, 403)
  const byGet = await handler(new Request('http://x.invalid/api/open?path=a.md', { headers: bearer }))
  assert.equal(byGet.status, 404)
  assert.equal(opened.length, 1, 'nothing else was opened')
  await handler.close()

  const without = createHandler(framework, { hosts: [host], token })
  assert.equal((await open(without, { path: 'a.md' })).status, 403)
  await without.close()
  await framework.dispose()
  rmSync(root, { recursive: true })
})

test('the way of a text to its module is told step by step, each plugin by its name', async () => {
  const text = '---\nkind: pattern\n---\n# Title\n\nNeeds @modules/b.md.\n'
  const framework = await createTestFramework({
    files: { '.claude/modules/a.md': text, '.claude/modules/b.md': '# B\n' },
    entries: ['.claude/modules/a.md'],
    plugins: [
      definePlugin({
        name: 'namer',
        apply(hooks) {
          hooks.parse.tap('namer', (draft) => ({ ...draft, name: `${draft.name}!`, version: '2' }))
          hooks.validate.tap('namer', () => [
            { code: 'namer/odd', severity: 'warning', message: 'It is odd.' },
          ])
        },
      })(),
    ],
  })
  const steps = await framework.trace('.claude/modules/a.md')
  assert.deepEqual(
    steps.map(({ stage, plugin }) => `${stage} ${plugin}`),
    [
      'text null',
      'parse null',
      'parse namer',
      'parse entries of the configuration',
      'references null',
      'validate namer',
      'module null',
    ],
  )
  assert.deepEqual(steps[2]!.changes, [
    { what: 'name', before: 'a', after: 'a!' },
    { what: 'version', before: null, after: '2' },
  ])
  assert.deepEqual(steps[3]!.changes, [{ what: 'entry', before: null, after: 'true' }])
  assert.deepEqual(steps[4]!.changes, [{ what: 'references found', before: null, after: '1' }])
  assert.deepEqual(steps[5]!.changes, [{ what: 'namer/odd', before: null, after: 'It is odd.' }])
  assert.ok(steps.every(({ ms }) => ms >= 0))
  await assert.rejects(framework.trace('none.md'), { code: 'NOT_FOUND' })
  await framework.dispose()
})

test('a run is told again from its journal, and what it stored is given piece by piece', async () => {
  const root = mkdtempSync(join(tmpdir(), 'heddle-told-'))
  await mkdir(join(root, '.claude/commands'), { recursive: true })
  writeFileSync(join(root, '.claude/commands/much.md'), '---\npattern: much\n---\n# Much\n')
  const framework = await createFramework({
    root,
    config: false,
    plugins: [
      definePlugin({
        name: 'much',
        apply(hooks) {
          const command = 'head -c 5000000 /dev/zero | tr "\\0" x; printf END'
          hooks.plan
            .for('much')
            .tap('much', () => [
              defineGroup({ name: 'all', operations: [bash({ command }, { name: 'print' })] }),
            ])
        },
      })(),
    ],
  })
  const report = await framework.run('much')
  const runs = await framework.runs()
  const events = await runs.events(report.id)
  assert.deepEqual(
    events.map(({ type }) => type),
    ['run-started', 'operation-started', 'operation-settled', 'run-settled'],
  )
  const started = events[1] as { lane: string; at: number }
  assert.equal(started.lane, 'process')
  const { stdout } = report.groups[0]!.operations[0]!.output as { stdout: { blob: string; bytes: number } }
  const first = (await runs.output(report.id, stdout.blob))!
  const second = (await runs.output(report.id, stdout.blob, first.bytes.length))!
  assert.deepEqual([first.bytes.length + second.bytes.length, first.total], [5_000_003, 5_000_003])
  assert.equal(Buffer.from(second.bytes).toString().slice(-4), 'xEND')
  for (const blob of [
    '../../../journal-1',
    'journal-1',
    `${stdout.blob}/../stderr`,
    '/etc/passwd',
    'heddle-output-aaaaaa/../../journal-1',
  ])
    assert.equal(await runs.output(report.id, blob), undefined, blob)
  await framework.dispose()
  rmSync(root, { recursive: true })
})
