import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { symlinkSync, writeFileSync } from 'node:fs'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { createFramework } from 'heddle'
import { createGate } from 'heddle/files'
import { preset } from 'heddle/plugins'
import { createHandler, type Handler, openEditions } from 'heddle/server'
import { createTestFramework } from 'heddle/testing'
import { commandLine } from './command-line.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const token = '00112233445566778899aabbccddeeff'
const options = { hosts: ['h:1'], token }
const headers = { host: 'h:1', authorization: `Bearer ${token}` }

function get(handler: Handler, path: string, more: Record<string, string> = {}): Promise<Response> {
  return handler(new Request(`http://x.invalid${path}`, { headers: { ...headers, ...more } }))
}

function post(handler: Handler, path: string, body: string): Promise<Response> {
  const all = { ...headers, 'content-type': 'application/json' }
  return handler(new Request(`http://x.invalid${path}`, { method: 'POST', headers: all, body }))
}

async function json(response: Response): Promise<unknown> {
  return response.json()
}

test('the JSON of every address is that of the command line', async () => {
  const project = join(root, 'fixtures/missing-reference')
  const framework = await createFramework({ root: project })
  const handler = createHandler(framework, options)
  const { modules } = (await json(await get(handler, '/api/graph'))) as { modules: { id: string }[] }
  const file = modules[0]!.id
  const pairs: readonly (readonly [string, readonly string[]])[] = [
    ['/api/check', ['check', '--no-cache']],
    [`/api/check?path=${file}`, ['check', '--no-cache', file]],
    ['/api/graph', ['graph']],
    ['/api/modules', ['list', 'modules']],
    ['/api/commands', ['list', 'commands']],
    ['/api/resolve?reference=%40modules%2Fgone.md', ['resolve', '@modules/gone.md']],
    [`/api/resolve?reference=gone.md&from=${file}`, ['resolve', 'gone.md', '--from', file]],
    [`/api/why?reference=gone.md&from=${file}`, ['why', 'gone.md', '--from', file]],
    [`/api/why?who=${file}&deep=true`, ['why', '--who', file, '--deep']],
  ]
  for (const [path, words] of pairs) {
    const response = await get(handler, path)
    assert.equal(response.status, 200, path)
    assert.equal(response.headers.get('heddle-generation'), '0')
    assert.deepEqual(await json(response), JSON.parse(await cli([...words, '--root', project])), path)
  }
  await handler.close()
  await framework.dispose()
})

async function cli(words: readonly string[]): Promise<string> {
  const run = promisify(execFile)(process.execPath, [...commandLine, ...words, '--format', 'json'], {
    cwd: root,
  })
  const { stdout } = await run.catch((thrown: { stdout: string }) => thrown)
  return stdout
}

const framed = {
  '.claude/commands/task.md':
    '---\ndescription: Does it\n---\n# Task\n\nNeeds @modules/a.md and @modules/gone.md.\n',
  '.claude/modules/a.md': '# Ä title\n\nNeeds @modules/b.md. <script>alert(1)</script>\n',
  '.claude/modules/b.md': '# B\n\nSays warp and weft.\n',
  '.claude/modules/ä b.md': '# With a blank\n',
}

test('a module is told with its references, who refers to it, and what is wrong in it', async () => {
  const framework = await createTestFramework({ files: framed, plugins: preset() })
  const handler = createHandler(framework, options)
  const task = (await json(await get(handler, '/api/modules/.claude/commands/task.md'))) as Record<
    string,
    unknown[]
  >
  assert.deepEqual([task['kind'], task['name'], task['layer']], ['command', 'task', 'project'])
  assert.deepEqual(
    (task['references'] as { text: string; status: string }[]).map(({ text, status }) => [text, status]),
    [
      ['@modules/a.md', 'resolved'],
      ['@modules/gone.md', 'missing'],
    ],
  )
  assert.deepEqual(
    (task['diagnostics'] as { code: string }[]).map(({ code }) => code),
    ['REFERENCE_MISSING'],
  )
  const a = (await json(await get(handler, '/api/modules/.claude%2Fmodules%2Fa.md'))) as Record<
    string,
    unknown[]
  >
  assert.deepEqual(
    (a['referrers'] as { from: string }[]).map(({ from }) => from),
    ['.claude/commands/task.md'],
  )
  const context = (await json(await get(handler, '/api/context?reference=@commands/task.md'))) as Record<
    string,
    unknown
  >
  assert.deepEqual(context['composition'], [
    '.claude/modules/b.md',
    '.claude/modules/a.md',
    '.claude/commands/task.md',
  ])
  const asked = '/api/context?reference=@commands/task.md&budget=20&for=claude'
  const under = await framework.context(['@commands/task.md'], { budget: 20, for: 'claude' })
  assert.deepEqual(await json(await get(handler, asked)), JSON.parse(JSON.stringify(under)))
  for (const wrong of ['budget=0', 'budget=-1', 'budget=1.5', 'budget=NaN', 'for=nobody'])
    assert.equal((await get(handler, `/api/context?reference=@commands/task.md&${wrong}`)).status, 400, wrong)
  const found = (await json(await get(handler, '/api/search?query=WEFT+warp'))) as { results: object[] }
  assert.deepEqual(found.results, [
    {
      path: '.claude/modules/b.md',
      kind: 'module',
      name: 'b',
      title: 'B',
      score: 12,
      line: 3,
      excerpt: 'Says warp and weft.',
    },
  ])
  const around = (await json(await get(handler, '/api/graph?around=.claude/modules/b.md'))) as {
    modules: { id: string }[]
  }
  assert.deepEqual(
    around.modules.map(({ id }) => id),
    ['.claude/modules/a.md', '.claude/modules/b.md'],
  )
  await handler.close()
  await framework.dispose()
})

test('the text of a module comes as plain text with its path, its layer and a tag', async () => {
  const framework = await createTestFramework({ files: framed, builtIn: true })
  const handler = createHandler(framework, options)
  const response = await get(handler, '/@modules/a')
  assert.equal(await response.text(), framed['.claude/modules/a.md'])
  assert.equal(response.headers.get('content-type'), 'text/plain; charset=utf-8')
  assert.deepEqual(
    ['heddle-path', 'heddle-layer'].map((name) => response.headers.get(name)),
    ['.claude/modules/a.md', 'project'],
  )
  const tag = response.headers.get('etag')!
  const again = await get(handler, '/@modules/a.md', { 'if-none-match': `"other", ${tag}` })
  assert.deepEqual([again.status, await again.text()], [304, ''])
  const blank = await get(handler, '/@modules/%C3%A4%20b.md')
  assert.equal(blank.headers.get('heddle-path'), '.claude/modules/%C3%A4%20b.md')
  const builtIn = await get(handler, '/@system/session/session-management.md')
  assert.equal(builtIn.headers.get('heddle-layer'), 'built-in')
  assert.equal((await get(handler, '/@modules/gone.md')).status, 404)
  await handler.close()
  await framework.dispose()
})

test('llms.txt is the manual of the package and the modules of this framework, and no module writes markup into it', async () => {
  const files = { '.heddle/modules/a.md': '---\ndescription: "x](http://evil.example) <b>"\n---\n# A\n' }
  const framework = await createTestFramework({ files })
  const handler = createHandler(framework, options)
  const response = await get(handler, '/llms.txt')
  const text = await response.text()
  assert.match(response.headers.get('content-type')!, /^text\/plain/)
  assert.match(text, /^# Heddle\n\n> Resolves/)
  assert.ok(
    text.endsWith('- [a](/api/modules/.heddle/modules/a.md): x\\]\\(http://evil.example\\) \\<b\\>\n'),
    text.slice(-200),
  )
  assert.equal((await get(handler, '/api/modules/.heddle/modules/a.md')).status, 200)
  for (const [, address] of text.matchAll(/\]\((\/api\/\w+)\)/g))
    assert.equal((await get(handler, address!)).status, 200)
  assert.equal(
    (await handler(new Request('http://x.invalid/llms.txt', { headers: { host: 'h:1' } }))).status,
    401,
  )
  await handler.close()
  await framework.dispose()
})

test('wrong questions are refused with a code and a hint', async () => {
  const framework = await createTestFramework({ files: framed })
  const handler = createHandler(framework, { ...options, allowRun: true })
  const wrong: readonly (readonly [string, number, string])[] = [
    ['/api/resolve', 400, 'ARGUMENT_MISSING'],
    ['/api/resolve?reference=https://a.example', 400, 'REFERENCE_SYNTAX'],
    ['/api/search?query=x&limit=0', 400, 'ARGUMENT_WRONG'],
    ['/api/graph?around=none.md', 404, 'NOT_FOUND'],
    ['/api/check?path=none', 404, 'NOT_FOUND'],
    ['/api/modules/none.md', 404, 'NOT_FOUND'],
    ['/api/modules/%ff', 400, 'ARGUMENT_WRONG'],
    ['/api/runs/none', 404, 'RUN_UNKNOWN'],
    ['/api/runs/..%2f..%2fx', 404, 'RUN_UNKNOWN'],
    ['/api/runs/none/events', 404, 'RUN_UNKNOWN'],
    ['/api/runs/none/more', 404, 'RUN_UNKNOWN'],
    ['/api/none', 404, 'NOT_FOUND'],
    ['/page/../../package.json', 404, 'NOT_FOUND'],
    ['/page/%2e%2e/index.html', 404, 'NOT_FOUND'],
  ]
  for (const [path, status, code] of wrong) {
    const response = await get(handler, path)
    const { code: given } = (await json(response)) as { code: string }
    assert.deepEqual([response.status, given], [status, code], path)
  }
  const deep = `{"command":"task","arguments":${'['.repeat(70)}${']'.repeat(70)}}`
  const bodies: readonly (readonly [string, number, string])[] = [
    ['', 400, 'BODY_SYNTAX'],
    ['[]', 400, 'RUN_REQUEST'],
    ['{"command":1}', 400, 'RUN_REQUEST'],
    ['{"command":"task","arguments":{"named":{"__proto__x":1}}}', 400, 'RUN_REQUEST'],
    ['{"command":"task","concurrency":0}', 400, 'RUN_REQUEST'],
    [deep, 400, 'BODY_SYNTAX'],
    [`{"command":"${'x'.repeat(1024 * 1024)}"}`, 413, 'BODY_TOO_LARGE'],
    ['{"command":"none"}', 404, 'COMMAND_UNKNOWN'],
  ]
  for (const [body, status, code] of bodies) {
    const response = await post(handler, '/api/run', body)
    const { code: given } = (await json(response)) as { code: string }
    assert.deepEqual([response.status, given], [status, code], body.slice(0, 80))
  }
  await handler.close()
  await framework.dispose()
})

test('every door decides as the gate does (A9)', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'heddle-doors-'))
  const project = join(folder, 'project')
  const secret = 'SECRET-WORDS'
  const paths = [
    'open.md',
    'a b.md',
    'private/x.md',
    'sub/private/y.md',
    '.env/x.md',
    '.git/x.md',
    '.heddle/state/x.md',
    'key.pem/x.md',
    'id_rsa.md',
    'Private/z.md',
  ]
  for (const path of paths) await write(join(project, path), `# ${secret}\n`)
  await write(join(folder, 'outside.md'), `# ${secret}\n`)
  symlinkSync(join(folder, 'outside.md'), join(project, 'link.md'))
  const deny = ['private/**']
  const framework = await createFramework({ root: project, deny, builtIn: false, config: false })
  const handler = createHandler(framework, options)
  const gate = createGate({ deny })
  const asked = [
    ...paths,
    'link.md',
    '../outside.md',
    '/etc/passwd',
    'private/../open.md',
    './open.md',
    'private//x.md',
    'private/./x.md',
    'open.md/',
    'PRIVATE/x.md',
    'private./x.md',
    'private /x.md',
    'private\u200b/x.md',
    'open.md\u0000',
    'open.md::$DATA',
    'con.md',
    'c:/x.md',
    '~/x.md',
    'file:///etc/passwd',
    '\\\\host\\x.md',
    '%2e%2e/outside.md',
    '..%2foutside.md',
    '.git',
    '.env',
  ]
  const doors: readonly ((path: string) => string)[] = [
    (path) => `/api/modules/${encodeURIComponent(path)}`,
    (path) => `/api/check?path=${encodeURIComponent(path)}`,
    (path) => `/api/frame?path=${encodeURIComponent(path)}`,
    (path) => `/api/trace?module=${encodeURIComponent(path)}`,
    (path) => `/api/runs/0000/output?blob=${encodeURIComponent(path)}`,
    (path) => `/api/resolve?reference=${encodeURIComponent(path)}`,
    (path) => `/api/why?reference=${encodeURIComponent(path)}`,
    (path) => `/api/why?who=${encodeURIComponent(path)}`,
    (path) => `/api/resolve?reference=open.md&from=${encodeURIComponent(path)}`,
    (path) => `/api/context?reference=${encodeURIComponent(path)}`,
    (path) => `/api/graph?around=${encodeURIComponent(path)}`,
    (path) => `/@modules/${encodeURIComponent(path)}`,
    (path) => `/@modules/${encodeURIComponent(`../../${path}`)}`,
  ]
  const call = async (method: string, params: object): Promise<string> => {
    const all = {
      ...headers,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
    }
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
    return (await handler(new Request('http://x.invalid/mcp', { method: 'POST', headers: all, body }))).text()
  }
  const tool = (name: string, given: object): Promise<string> =>
    call('tools/call', { name, arguments: given })
  const agentDoors: readonly ((path: string) => Promise<string>)[] = [
    (path) => tool('read', { id: path }),
    (path) => tool('read', { reference: path }),
    (path) => tool('read', { reference: 'open.md', from: path }),
    (path) => tool('resolve', { reference: path }),
    (path) => tool('context', { references: [path] }),
    (path) => tool('graph', { around: path }),
    (path) => tool('check', { paths: [path] }),
    (path) => call('resources/read', { uri: `heddle://module/${encodeURI(path)}` }),
    (path) => call('resources/read', { uri: `skill://${encodeURI(path)}` }),
  ]
  const isLeak = (text: string): boolean => text.includes(secret) || text.includes('root:')
  for (const path of asked) {
    if (gate.check(path).ok && path !== 'link.md') continue
    for (const door of doors) {
      const text = await (await get(handler, door(path))).text()
      assert.ok(!isLeak(text), `${door(path)} gives ${text.slice(0, 200)}`)
    }
    for (const [index, door] of agentDoors.entries()) {
      // What an agent may read instead is the open file that stands beside it.
      const text = (await door(path)).replaceAll(index === 2 ? secret : '\0', '')
      assert.ok(!isLeak(text), `${JSON.stringify(path)} at door ${index} gives ${text.slice(0, 200)}`)
    }
  }
  assert.ok(isLeak(await tool('read', { id: 'open.md' })))
  // The same doors are open for what the gate lets through, so that the lines above can fail.
  const status = async (path: string): Promise<number> => (await get(handler, path)).status
  assert.deepEqual(
    await Promise.all(
      ['/api/modules/open.md', '/api/modules/a%20b.md', '/api/modules/private/x.md'].map(status),
    ),
    [200, 200, 404],
  )
  const found = await (await get(handler, `/api/search?query=${secret}`)).text()
  assert.deepEqual(
    (JSON.parse(found) as { results: { path: string }[] }).results.map(({ path }) => path),
    ['a b.md', 'open.md'],
  )
  await handler.close()
  await framework.dispose()
  await rm(folder, { recursive: true })
})

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  writeFileSync(path, text)
}

test('a run is started, followed, listed and told in full; another can be cancelled', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'heddle-runs-'))
  await write(join(folder, '.claude/commands/slow.md'), '---\npattern: slow\n---\n# Slow\n')
  await write(join(folder, 'a.txt'), 'warp\n')
  await write(
    join(folder, 'heddle.config.mjs'),
    `const slow = { name: 'slow', apply(hooks) { hooks.plan.for('slow').tap('slow', () => [{ name: 'wait', operations: [
      { kind: 'bash', input: { command: 'sleep 600' } }] }]) } }
    export default { plugins: [{ plugin: slow, options: {} }] }\n`,
  )
  const editions = await openEditions({ root: folder })
  const handler = createHandler(editions, { ...options, allowRun: true })
  const begun = await post(handler, '/api/run', '{"command":"query","arguments":{"positional":["warp"]}}')
  assert.equal(begun.status, 202)
  const { id } = (await json(begun)) as { id: string }
  type Shown = { run: { status: string }; report: { id: string } }
  const ended = async (id: string): Promise<Shown> => {
    for (;;) {
      const shown = (await json(await get(handler, `/api/runs/${id}`))) as Shown
      if (shown.run.status !== 'running') return shown
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
  const { run, report } = await ended(id)
  assert.deepEqual([run.status, report.id], ['passed', id])
  const streamed = async (lastId: string): Promise<string[]> => {
    const text = await (await get(handler, `/api/runs/${id}/events`, { 'last-event-id': lastId })).text()
    return [...text.matchAll(/^event: (.*)$/gm)].map(([, type]) => type!)
  }
  const types = await streamed('')
  assert.deepEqual([types[0], types.at(-1)], ['run-started', 'run-settled'])
  assert.deepEqual(await streamed('1'), types.slice(2))
  const slow = (await json(await post(handler, '/api/run', '{"command":"slow"}'))) as { id: string }
  const following = (await get(handler, `/api/runs/${slow.id}/events`)).text()
  assert.equal((await post(handler, `/api/runs/${slow.id}/cancel`, '{}')).status, 202)
  assert.match(
    await following,
    /event: run-started\n[^]*event: run-settled\n/,
    'it is told as it goes on, until it ends',
  )
  assert.equal((await ended(slow.id)).run.status, 'cancelled')
  assert.equal((await post(handler, `/api/runs/${slow.id}/cancel`, '{}')).status, 404)
  const list = (await json(await get(handler, '/api/runs'))) as { id: string; command: string }[]
  assert.deepEqual(
    list.map(({ command }) => command),
    ['slow', 'query'],
  )
  assert.deepEqual(list, JSON.parse(await cli(['runs', 'list', '--root', folder])))
  const shown = await json(await get(handler, `/api/runs/${id}`))
  assert.deepEqual(shown, JSON.parse(await cli(['runs', 'show', id, '--root', folder])))
  await handler.close()
  await editions.close()
  await rm(folder, { recursive: true })
})
