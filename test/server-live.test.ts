import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { Path } from 'heddle'
import { memoryFiles } from 'heddle/files'
import { createHandler, type Editions, type Handler, listen, openEditions } from 'heddle/server'
import { commandLine } from './command-line.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const token = '00112233445566778899aabbccddeeff'
const options = { hosts: ['h:1'], token }
const headers = { host: 'h:1', authorization: `Bearer ${token}` }

function get(
  handler: Handler,
  path: string,
  more: Record<string, string> = {},
  signal?: AbortSignal,
): Promise<Response> {
  return handler(
    new Request(`http://x.invalid${path}`, { headers: { ...headers, ...more }, ...(signal && { signal }) }),
  )
}

interface Told {
  readonly id: string | undefined
  readonly event: string
  readonly data: Record<string, unknown>
}

/** Reads events one by one. */
async function* eventsOf(body: ReadableStream<Uint8Array>): AsyncGenerator<Told> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of body) {
    text += decoder.decode(chunk, { stream: true })
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const lines = text.slice(0, end).split('\n')
      text = text.slice(end + 2)
      const field = (name: string): string | undefined =>
        lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2)
      const event = field('event')
      if (event)
        yield { id: field('id'), event, data: JSON.parse(field('data') ?? '{}') as Record<string, unknown> }
    }
  }
}

async function take(events: AsyncGenerator<Told>, count: number): Promise<Told[]> {
  const told: Told[] = []
  while (told.length < count) {
    const next = await events.next()
    if (next.done) break
    told.push(next.value)
  }
  return told
}

interface Live {
  readonly handler: Handler
  readonly editions: Editions
  edit(path: string, text: string): Promise<void>
  end(): Promise<void>
}

/** Ends with its test, also when that fails. */
async function live(t: TestContext, streams = {}): Promise<Live> {
  const files = memoryFiles({ '.claude/modules/a.md': '# A\n' })
  const editions = await openEditions({ files, builtIn: false, plugins: [] })
  await editions.watch()
  const handler = createHandler(editions, { ...options, streams })
  const end = async (): Promise<void> => {
    await handler.close()
    await editions.close()
  }
  t.after(end)
  return {
    handler,
    editions,
    end,
    async edit(path, text) {
      await files.write(path as Path, text)
      await editions.reload()
    },
  }
}

function withoutDelta({ delta, ...rest }: Record<string, unknown>): object {
  assert.ok(delta, 'whoever listens gets the delta')
  return rest
}

test('each change is told once, with its generation and what it did', async (t) => {
  const { handler, edit, end } = await live(t)
  const events = eventsOf((await get(handler, '/events')).body!)
  const [full, standing] = await take(events, 2)
  assert.deepEqual([full?.event, full?.data], ['full', { generation: 1 }])
  assert.deepEqual(standing?.data, { generation: 1, degraded: false, fault: null, faults: [] })
  await edit('.claude/modules/b.md', '# B\n')
  await edit('.claude/modules/a.md', '# A anew\n')
  await edit('.claude/modules/a.md', '# A anew\n')
  await edit('.claude/modules/c.md', '# C\n')
  const told = await take(events, 3)
  assert.deepEqual(
    told.map(({ event, data }) => [event, withoutDelta(data)]),
    [
      ['change', { generation: 2, added: ['.claude/modules/b.md'], changed: [], removed: [] }],
      ['change', { generation: 3, added: [], changed: ['.claude/modules/a.md'], removed: [] }],
      ['change', { generation: 4, added: ['.claude/modules/c.md'], changed: [], removed: [] }],
    ],
  )
  const answer = await get(handler, '/api/modules')
  assert.equal(answer.headers.get('heddle-generation'), '4')
  await end()
  assert.equal((await events.next()).done, true)
})

test('who comes back gets what was missed, and everything anew when that is too much or of another start', async (t) => {
  const { handler, edit, end } = await live(t)
  const leave = new AbortController()
  const first = eventsOf((await get(handler, '/events', {}, leave.signal)).body!)
  const [{ id }] = (await take(first, 1)) as [Told]
  leave.abort()
  for (let index = 0; index < 3; index++) await edit('.claude/modules/a.md', `# A ${index}\n`)
  const back = async (lastId: string): Promise<string[]> => {
    const events = eventsOf((await get(handler, '/events', { 'last-event-id': lastId })).body!)
    const told: string[] = []
    for await (const { event, data } of events) {
      if (event === 'standing') return told
      told.push(`${event} ${String(data['generation'])}`)
    }
    return told
  }
  assert.deepEqual(await back(id!), ['change 2', 'change 3', 'change 4'])
  assert.deepEqual(await back(id!.replace(/\d+$/, '4')), [])
  for (const unknown of [
    id!.replace(/\d+$/, '5'),
    id!.replace(/^./, (one) => (one === '0' ? '1' : '0')),
    'x',
    '',
    '-1',
  ])
    assert.deepEqual(await back(unknown), ['full 4'], unknown)
  for (let index = 0; index < 600; index++) await edit('.claude/modules/a.md', `# Again ${index}\n`)
  assert.deepEqual(await back(id!), ['full 604'])
  assert.equal((await back(id!.replace(/\d+$/, '500'))).length, 104)
  await end()
})

test('a client that does not read is cut off at its limit, and the others get everything', async (t) => {
  const { handler, edit, end } = await live(t, { bytesEach: 20_000 })
  const idle = (await get(handler, '/events')).body!
  const busy = eventsOf((await get(handler, '/events')).body!)
  await take(busy, 2)
  const name = 'x'.repeat(200)
  for (let index = 0; index < 200; index++) {
    await edit(`.claude/modules/${name}-${index}.md`, '# X\n')
    await take(busy, 1)
  }
  await assert.rejects(idle.getReader().read(), /reads too slowly/)
  await end()
})

test('all clients together have a limit, and there are no more streams than allowed', async (t) => {
  const { handler, edit, end } = await live(t, { streams: 3, bytesAll: 30_000 })
  const streams = [
    await get(handler, '/events'),
    await get(handler, '/events'),
    await get(handler, '/events'),
  ]
  const refused = await get(handler, '/events')
  assert.deepEqual([refused.status, await refused.json()], [503, { code: 'TOO_MANY_STREAMS' }])
  for (let index = 0; index < 100; index++)
    await edit(`.claude/modules/${'y'.repeat(200)}-${index}.md`, '# Y\n')
  const cut = await Promise.all(
    streams.map(({ body }) =>
      body!
        .getReader()
        .read()
        .then(
          (): number => 0,
          (): number => 1,
        ),
    ),
  )
  assert.ok(cut.reduce((a, b) => a + b) >= 2, 'three times 30 000 bytes do not wait')
  await end()
})

test('every answer is of one generation, whatever changes meanwhile (D8)', async (t) => {
  const { handler, edit, end } = await live(t)
  const over = new AbortController()
  const read = async (): Promise<number> => {
    let mixed = 0
    while (!over.signal.aborted) {
      const response = await get(handler, '/api/graph')
      const { modules } = (await response.json()) as { modules: { id: string; title: string }[] }
      const titles = modules.filter(({ id }) => id.includes('pair')).map(({ title }) => title)
      const generation = Number(response.headers.get('heddle-generation'))
      if (new Set(titles).size > 1 || (titles[0] !== undefined && titles[0] !== `T${generation}`)) mixed++
    }
    return mixed
  }
  const files = ['.claude/modules/pair-1.md', '.claude/modules/pair-2.md']
  await edit(files[0]!, '# T2\n')
  const readers = Array.from({ length: 8 }, read)
  for (let generation = 3; generation < 60; generation++) await edit(files[0]!, `# T${generation}\n`)
  over.abort()
  assert.deepEqual(
    await Promise.all(readers),
    Array.from({ length: 8 }, () => 0),
  )
  await end()
})

async function project(files: Record<string, string>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'heddle-live-'))
  for (const [path, text] of Object.entries(files)) await put(join(folder, path), text)
  return folder
}

async function put(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, text)
}

test('another configuration takes over as a whole; one that cannot be loaded leaves the old one and says so', async () => {
  const plugin = (kind: string): string =>
    `export const kinds = { name: 'kinds', apply(hooks) { hooks.parse.tap('kinds', (draft) => ({ ...draft, kind: '${kind}' })) } }\n`
  const folder = await project({
    '.claude/modules/a.md': '# A\n',
    'plugin.mjs': plugin('first'),
    'heddle.config.mjs': `import { kinds } from './plugin.mjs'\nexport default { plugins: [{ plugin: kinds, options: {} }] }\n`,
  })
  const editions = await openEditions({ root: folder, builtIn: false })
  await editions.watch()
  const handler = createHandler(editions, options)
  const kind = async (): Promise<string> => {
    const { modules } = (await (await get(handler, '/api/graph')).json()) as {
      modules: { id: string; kind: string }[]
    }
    return modules.find(({ id }) => id.endsWith('a.md'))!.kind
  }
  const events = eventsOf((await get(handler, '/events')).body!)
  const until = async (wanted: (told: Told) => boolean): Promise<Told> => {
    for (;;) {
      const { value, done } = await events.next()
      if (done) throw new Error('The stream ended.')
      if (wanted(value)) return value
    }
  }
  assert.equal(await kind(), 'first')
  const { generation } = editions.standing
  const held = editions.hold(async (framework) => {
    await until(({ event, data }) => event === 'full' && data['generation'] !== generation)
    return (await framework.graph()).modules.find(({ id }) => id.endsWith('a.md'))!.kind
  })
  await put(join(folder, 'plugin.mjs'), plugin('second'))
  assert.equal(await held, 'first', 'what has begun ends on the old one')
  assert.equal(await kind(), 'second')

  await put(join(folder, 'plugin.mjs'), 'export const kinds = {')
  const broken = await until(({ event, data }) => event === 'standing' && data['fault'] !== null)
  const fault = broken.data['fault'] as { code: string; message: string }
  assert.equal(fault.code, 'CONFIG_BROKEN')
  assert.match(fault.message, /what was loaded before goes on/)
  assert.equal(await kind(), 'second')
  const state = (await (await get(handler, '/api/state')).json()) as { fault: { code: string } }
  assert.equal(state.fault.code, 'CONFIG_BROKEN')

  await put(
    join(folder, 'plugin.mjs'),
    `export const kinds = { name: 'kinds', apply() { throw new Error('no loom') } }\n`,
  )
  await until(
    ({ event, data }) =>
      event === 'standing' && /no loom/.test((data['fault'] as { message: string } | null)?.message ?? ''),
  )
  assert.equal(await kind(), 'second')

  await put(join(folder, 'plugin.mjs'), plugin('third'))
  await until(({ event, data }) => event === 'standing' && data['fault'] === null)
  assert.equal(await kind(), 'third')
  await handler.close()
  await editions.close()
  await rm(folder, { recursive: true })
})

test('a root that is removed and made again is told, and is what a new framework would find (D5)', async () => {
  const folder = await project({ '.claude/modules/a.md': '# A\n', '.claude/modules/b.md': '# B\n' })
  const editions = await openEditions({ root: folder, builtIn: false })
  await editions.watch()
  const handler = createHandler(editions, options)
  const events = eventsOf((await get(handler, '/events')).body!)
  const ids = async (): Promise<string[]> => {
    const { modules } = (await (await get(handler, '/api/graph')).json()) as { modules: { id: string }[] }
    return modules.map(({ id }) => id)
  }
  const until = async (wanted: readonly string[]): Promise<void> => {
    while (JSON.stringify(await ids()) !== JSON.stringify(wanted)) await take(events, 1)
  }
  await take(events, 2)
  await rm(folder, { recursive: true })
  await until([])
  await put(join(folder, '.claude/modules/c.md'), '# C\n')
  await editions.reload()
  await until(['.claude/modules/c.md'])
  await put(join(folder, '.claude/modules/d.md'), '# D\n')
  await until(['.claude/modules/c.md', '.claude/modules/d.md'])
  await handler.close()
  await editions.close()
  await rm(folder, { recursive: true })
})

/** Sends bytes over a connection of their own; gives what came back once the server has ended it, or enough has come. */
async function raw(
  port: number,
  pieces: Iterable<string | Buffer>,
  enough = /\r\n\r\n[^]*$/,
): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  let text = ''
  let isEnded = false
  let drained = (): void => {}
  const ended = new Promise<void>((resolve) => {
    const end = (): void => {
      isEnded = true
      drained()
      resolve()
    }
    socket.on('data', (data: Buffer) => {
      text += data.toString('latin1')
      if (enough.test(text)) end()
    })
    socket.on('close', end).on('error', end)
  })
  socket.on('drain', () => drained())
  await once(socket, 'connect')
  for (const piece of pieces) {
    if (isEnded) break
    if (!socket.write(piece)) await new Promise<void>((resolve) => (drained = resolve))
  }
  await ended
  socket.destroy()
  return text
}

function* endless(start: string, piece: string, count: number): Iterable<string> {
  yield start
  for (let index = 0; index < count; index++) yield piece
}

test('what is no proper request is refused with the headers of every response, and the server lives on (I7)', async (t) => {
  const { editions, end } = await live(t)
  const server = await listen(editions, { token, allowRun: true })
  t.after(() => server.close())
  const port = Number(new URL(server.url).port)
  const host = `host: 127.0.0.1:${port}\r\n`
  const auth = `authorization: Bearer ${token}\r\n`
  const json = 'content-type: application/json\r\n'
  const before = process.memoryUsage().arrayBuffers
  const cases: readonly (readonly [string, Iterable<string>, RegExp])[] = [
    ['a fragment', [`GET /api/state#x HTTP/1.1\r\n${host}${auth}\r\n`], /^HTTP\/1.1 400 /],
    ['a back slash', [`GET /api\\state HTTP/1.1\r\n${host}${auth}\r\n`], /^HTTP\/1.1 400 /],
    ['control bytes', [`GET /api/\u0001state HTTP/1.1\r\n${host}${auth}\r\n`], /^HTTP\/1.1 400 /],
    ['letters that are not of ASCII', [`GET /api/ä HTTP/1.1\r\n${host}${auth}\r\n`], /^HTTP\/1.1 400 /],
    [
      'an absolute form',
      [`GET http://127.0.0.1:${port}/api/state HTTP/1.1\r\n${host}${auth}\r\n`],
      /^HTTP\/1.1 400 /,
    ],
    ['no host', [`GET /api/state HTTP/1.1\r\n${auth}\r\n`], /^HTTP\/1.1 403 [^]*HOST_NOT_ALLOWED/],
    [
      'two hosts',
      [`GET /api/state HTTP/1.1\r\n${host}${host}${auth}\r\n`],
      /^HTTP\/1.1 403 [^]*HOST_NOT_ALLOWED/,
    ],
    [
      'two origins',
      [
        `GET / HTTP/1.1\r\n${host}${auth}origin: http://127.0.0.1:${port}\r\norigin: http://127.0.0.1:${port}\r\n\r\n`,
      ],
      /^HTTP\/1.1 403 [^]*ORIGIN/,
    ],
    [
      'a hundred headers too many',
      [`GET / HTTP/1.1\r\n${host}${auth}${'x: y\r\n'.repeat(200)}\r\n`],
      /^HTTP\/1.1 431 /,
    ],
    [
      'a hundred thousand headers',
      endless(`GET / HTTP/1.1\r\n${host}`, 'x: y\r\n', 100_000),
      /^HTTP\/1.1 431 /,
    ],
    ['one long header', [`GET / HTTP/1.1\r\n${host}x: ${'y'.repeat(100_000)}\r\n\r\n`], /^HTTP\/1.1 431 /],
    ['a long address', [`GET /${'y'.repeat(100_000)} HTTP/1.1\r\n${host}\r\n`], /^HTTP\/1.1 431 /],
    ['TRACE', [`TRACE / HTTP/1.1\r\n${host}${auth}\r\n`], /^HTTP\/1.1 405 /],
    ['an unknown method', [`BREW / HTTP/1.1\r\n${host}\r\n`], /^HTTP\/1.1 400 /],
    ['no HTTP', ['hello\r\n\r\n'], /^HTTP\/1.1 400 /],
    [
      'an expectation',
      [`POST /api/run HTTP/1.1\r\n${host}${auth}${json}expect: wonders\r\ncontent-length: 2\r\n\r\n`],
      /^HTTP\/1.1 417 /,
    ],
    [
      'two lengths',
      [`POST /api/run HTTP/1.1\r\n${host}${auth}content-length: 2\r\ncontent-length: 3\r\n\r\n{}`],
      /^HTTP\/1.1 400 /,
    ],
    [
      'length and chunks',
      [
        `POST /api/run HTTP/1.1\r\n${host}${auth}content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`,
      ],
      /^HTTP\/1.1 400 /,
    ],
    [
      'an endless body',
      endless(
        `POST /api/run HTTP/1.1\r\n${host}${auth}${json}transfer-encoding: chunked\r\n\r\n`,
        `10000\r\n${'x'.repeat(65_536)}\r\n`,
        2_000,
      ),
      /^HTTP\/1.1 413 [^]*BODY_TOO_LARGE/,
    ],
    [
      'an endless body without a secret',
      endless(
        `POST /api/run HTTP/1.1\r\n${host}${json}transfer-encoding: chunked\r\n\r\n`,
        `10000\r\n${'x'.repeat(65_536)}\r\n`,
        2_000,
      ),
      /^HTTP\/1.1 401 /,
    ],
  ]
  for (const [what, pieces, expected] of cases) {
    const text = await raw(port, pieces)
    assert.match(text, expected, what)
    assert.match(text, /^x-content-type-options: nosniff\r$/m, what)
    assert.match(text, /^content-security-policy: default-src 'none'/m, what)
    assert.match(text, /^cache-control: no-store\r$/m, what)
  }
  const good = `GET /api/state HTTP/1.1\r\n${host}${auth}\r\n`
  const piped = await raw(port, [good.repeat(3)], /(?:HTTP\/1.1 200 OK[^]*){3}/)
  assert.equal(piped.match(/HTTP\/1\.1 200 OK/g)?.length, 3)
  assert.ok(process.memoryUsage().arrayBuffers - before < 32 * 1024 * 1024, 'nothing of it stays')
  await server.close()
  await end()
})

test('a reader that never reads is cut off, and what waits for it is bounded', async (t) => {
  const { editions, end } = await live(t)
  const server = await listen(editions, { token, streams: { bytesEach: 200_000 } })
  t.after(() => server.close())
  const { host, port } = new URL(server.url)
  const socket = connect(Number(port), '127.0.0.1')
  socket.on('error', () => {})
  socket.write(`GET /events HTTP/1.1\r\nhost: ${host}\r\nauthorization: Bearer ${token}\r\n\r\n`)
  await once(socket, 'data')
  socket.pause()
  const before = process.memoryUsage().arrayBuffers
  let most = 0
  // The machine's own buffers take some megabytes before anything waits with us.
  for (let index = 0; index < 1_200; index++) {
    server.handler.tell('filler', 'z'.repeat(50_000))
    await new Promise((resolve) => setImmediate(resolve))
    most = Math.max(most, process.memoryUsage().arrayBuffers - before)
  }
  socket.resume()
  while (!socket.closed) await new Promise((resolve) => setImmediate(resolve))
  assert.ok(socket.bytesRead < 1_200 * 50_000, 'it did not get everything')
  assert.ok(most < 32 * 1024 * 1024, `at most ${most} bytes waited`)
  await server.close()
  await end()
})

test('SIGTERM ends the program with a hundred streams open, and all of them (I10)', async () => {
  const folder = await project({ '.claude/modules/a.md': '# A\n' })
  const child = spawn(process.execPath, [...commandLine, 'dev', '--root', folder, '--port', '0'], {
    cwd: root,
  })
  let out = ''
  const address = new Promise<string>((resolve) => {
    child.stdout.on('data', (data: Buffer) => {
      out += data.toString()
      const found = /http:\S+/.exec(out)
      if (found) resolve(found[0])
    })
  })
  const url = new URL(await address)
  const given = url.searchParams.get('token')!
  const streams = await Promise.all(
    Array.from(
      { length: 100 },
      () =>
        new Promise<IncomingMessage>((resolve, reject) => {
          const asked = httpRequest(
            `${url.origin}/events`,
            { headers: { authorization: `Bearer ${given}` }, agent: false },
            resolve,
          )
          asked.on('error', reject)
          asked.end()
        }),
    ),
  )
  const ends = streams.map((stream) => once(stream.resume(), 'close').catch(() => {}))
  child.kill('SIGTERM')
  const [status] = (await once(child, 'exit')) as [number]
  await Promise.all(ends)
  assert.equal(status, 0)
  assert.ok(!out.slice(out.indexOf('\n', out.indexOf('token='))).includes(given), 'the token is printed once')
  await rm(folder, { recursive: true })
})
