import assert from 'node:assert/strict'
import { request as httpRequest } from 'node:http'
import { networkInterfaces } from 'node:os'
import { test } from 'node:test'
import { createHandler, type Handler, type HandlerOptions, listen } from 'heddle/server'
import { createTestFramework } from 'heddle/testing'
import { readAddresses } from '../core/server/routes.ts'

const files = { '.claude/modules/a.md': '# A\n\nNeeds @modules/b.md.\n', '.claude/modules/b.md': '# B\n' }
const host = '127.0.0.1:4317'
const hosts = ['127.0.0.1:4317', 'localhost:4317', '[::1]:4317']
const token = '00112233445566778899aabbccddeeff'
const bearer = { authorization: `Bearer ${token}` }

async function open(
  options: Partial<HandlerOptions> = {},
): Promise<{ handler: Handler; end(): Promise<void> }> {
  const framework = await createTestFramework({ files })
  const handler = createHandler(framework, { hosts, token, ...options })
  return {
    handler,
    async end() {
      await handler.close()
      await framework.dispose()
    },
  }
}

interface Asked {
  readonly method?: string
  readonly headers?: Record<string, string>
  readonly body?: string
}

function ask(path: string, { method = 'GET', headers = {}, body }: Asked = {}): Request {
  const all = { host, ...headers }
  return new Request(`http://x.invalid${path}`, { method, headers: all, ...(body !== undefined && { body }) })
}

async function codeOf(response: Response): Promise<string> {
  return `${response.status} ${((await response.json()) as { code?: string }).code ?? 'ok'}`
}

/** Every address of the server, and how it is asked. */
const addresses: readonly (readonly [string, string, string?])[] = [
  ['GET', '/'],
  ['GET', '/page/assets/main.js'],
  ['GET', '/events'],
  ['GET', '/api/state'],
  ['GET', '/api/modules'],
  ['GET', '/api/modules/.claude/modules/a.md'],
  ['GET', '/api/commands'],
  ['GET', '/api/command?name=task'],
  ['GET', '/api/frame?path=.claude/modules/a.md&line=1'],
  ['GET', '/api/graph'],
  ['GET', '/api/resolve?reference=@modules/b.md'],
  ['GET', '/api/why?reference=@modules/b.md'],
  ['GET', '/api/check'],
  ['GET', '/api/search?query=a'],
  ['GET', '/api/snapshot'],
  ['GET', '/api/trace?module=.claude/modules/a.md'],
  ['GET', '/api/context?reference=@modules/a.md'],
  ['GET', '/api/runs'],
  ['GET', '/api/runs/0011'],
  ['GET', '/api/runs/0011/events'],
  ['GET', '/api/runs/0011/output?blob=heddle-output-aaaaaa/stdout'],
  ['GET', '/@modules/b.md'],
  ['POST', '/api/run', '{}'],
  ['POST', '/api/open', '{}'],
  ['POST', '/api/runs/0011/cancel', '{}'],
  ['POST', '/mcp', '{"jsonrpc":"2.0","id":1,"method":"tools/list"}'],
  ['GET', '/mcp'],
  ['GET', '/nothing'],
]

function askAll(headers: Record<string, string>): Request[] {
  return addresses.map(([method, path, body]) =>
    ask(path, {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      ...(body !== undefined && { body }),
    }),
  )
}

test('only the three exact hosts with their port pass', async () => {
  const { handler, end } = await open()
  for (const name of hosts)
    assert.equal((await handler(ask('/api/state', { headers: { host: name, ...bearer } }))).status, 200, name)
  const others = [
    'evil.example',
    'evil.example:4317',
    'localhost.evil.example:4317',
    'evil.localhost:4317',
    'localhost',
    '127.0.0.1',
    '[::1]',
    'localhost:80',
    'localhost:43170',
    'localhost:04317',
    'localhost:4317 ',
    'LOCALHOST:4317',
    'Localhost:4317',
    'localhost.:4317',
    '127.0.0.1.:4317',
    '127.1:4317',
    '127.0.1:4317',
    '127.0.0.2:4317',
    '2130706433:4317',
    '0x7f000001:4317',
    '0177.0.0.1:4317',
    '0.0.0.0:4317',
    '0:4317',
    '[::]:4317',
    '[::ffff:127.0.0.1]:4317',
    '[0:0:0:0:0:0:0:1]:4317',
    '::1:4317',
    '[::1%lo]:4317',
    'user@localhost:4317',
    'localhost:4317@evil.example',
    'localhost:4317/',
    'http://localhost:4317',
    'localhost:4317, localhost:4317',
    'localhost:4317,evil.example',
    'localhost:4317#',
    'localhost:4317?',
    'localhost\\:4317',
    'l%D0%BEcalhost:4317',
    '%31%32%37.0.0.1:4317',
    '127.0.0.1:4317:4317',
    ':4317',
    '*',
    'null',
    '',
  ]
  for (const name of others) {
    const refused = await handler(ask('/api/state', { headers: { host: name, ...bearer } }))
    // The Headers object trims blanks, as HTTP does.
    const expected = hosts.includes(name.trim()) ? '200 ok' : '403 HOST_NOT_ALLOWED'
    assert.equal(await codeOf(refused), expected, name)
  }
  const nameless = new Request('http://127.0.0.1:4317/api/state', { headers: bearer })
  assert.equal(await codeOf(await handler(nameless)), '403 HOST_NOT_ALLOWED')
  await end()
})

test('an origin passes only when it is ours to the letter, whatever the secret', async () => {
  const { handler, end } = await open()
  assert.equal(
    (await handler(ask('/api/state', { headers: { ...bearer, origin: `http://${host}` } }))).status,
    200,
  )
  const others = [
    'null',
    'file://',
    'http://localhost:4317',
    'https://127.0.0.1:4317',
    'http://127.0.0.1',
    'http://127.0.0.1:9999',
    'http://127.0.0.1:4317/',
    'http://127.0.0.1:4317.evil.example',
    'http://evil.example',
    'HTTP://127.0.0.1:4317',
    'http://127.0.0.1:4317, http://evil.example',
    'chrome-extension://abc',
    'vscode-webview://abc',
    'http://[::1]:4317',
    '',
  ]
  for (const origin of others)
    assert.equal(
      await codeOf(await handler(ask('/api/state', { headers: { ...bearer, origin } }))),
      '403 ORIGIN_NOT_ALLOWED',
      origin,
    )
  for (const site of ['cross-site', 'same-site', 'SAME-ORIGIN', 'anything'])
    assert.equal(
      await codeOf(await handler(ask('/api/state', { headers: { ...bearer, 'sec-fetch-site': site } }))),
      '403 SITE_NOT_ALLOWED',
      site,
    )
  await end()
})

test('every address of the API is among those that are asked here', () => {
  const asked = new Set(addresses.map(([, path]) => path.split('?')[0]))
  for (const address of readAddresses)
    assert.ok(asked.has(address.replace('{id}', '.claude/modules/a.md')), `${address} is guarded by no test`)
})

test('without the secret every address answers 401 and nothing else', async () => {
  const { handler, end } = await open({ allowRun: true })
  const wrong = [
    {},
    { authorization: 'Bearer' },
    { authorization: `Bearer ${token.slice(1)}` },
    { authorization: `Bearer ${token}0` },
    { authorization: `bearer ${token}` },
    { authorization: `Basic ${token}` },
    { authorization: `Bearer ${token}, Bearer ${token}` },
    { cookie: `heddle_4317=${token}` },
  ]
  for (const headers of wrong) {
    for (const request of askAll(headers)) {
      const response = await handler(request)
      assert.equal(response.status, 401, `${request.method} ${request.url} ${JSON.stringify(headers)}`)
      const text = await response.text()
      assert.ok(!text.includes(token) && !text.includes('modules'), text)
    }
  }
  await end()
})

test('the token in the address becomes a strict cookie that only our own page can use', async () => {
  const { handler, end } = await open({ allowRun: true })
  const wrong = await handler(ask('/?token=wrong'))
  assert.equal(wrong.status, 401)
  const entered = await handler(ask(`/?token=${token}`))
  assert.equal(entered.status, 303)
  assert.equal(entered.headers.get('location'), '/')
  const set = entered.headers.get('set-cookie')!
  assert.match(set, /^heddle_4317=[0-9a-f]{64}; Path=\/; HttpOnly; SameSite=Strict$/)
  assert.ok(!set.includes(token), 'a cookie reaches other ports of the host, and must not be the token')
  const cookie = set.split(';')[0]!
  const status = async (
    more: Record<string, string>,
    asked: Asked & { path?: string } = {},
  ): Promise<number> =>
    (await handler(ask(asked.path ?? '/api/state', { ...asked, headers: { cookie, ...more } }))).status
  assert.equal(await status({ 'sec-fetch-site': 'same-origin' }), 200)
  assert.equal(await status({ 'sec-fetch-site': 'none' }), 200)
  assert.equal(await status({ origin: `http://${host}` }), 200)
  assert.equal(await status({}), 401, 'no browser of today leaves all of them out')
  assert.equal(await status({ 'sec-fetch-site': 'same-site' }), 403)
  const post = { method: 'POST', path: '/api/run', body: '{}' }
  const json = { 'content-type': 'application/json' }
  assert.equal(await status({ ...json, 'sec-fetch-site': 'same-origin' }, post), 401)
  assert.equal(
    await status({ ...json, origin: `http://${host}` }, post),
    400,
    'it passed, and the body was looked at',
  )
  const twice = { cookie: `${cookie}; heddle_4317=x`, 'sec-fetch-site': 'same-origin' }
  assert.equal((await handler(ask('/api/state', { headers: twice }))).status, 401)
  await end()
})

test('a key opens the page once', async () => {
  const { handler, end } = await open()
  const key = handler.access.issueKey()
  assert.equal((await handler(ask(`/?key=${key}x`))).status, 401)
  assert.equal((await handler(ask(`/?key=${key}`))).status, 303)
  assert.equal((await handler(ask(`/?key=${key}`))).status, 401)
  const other = { 'sec-fetch-site': 'cross-site' }
  assert.equal((await handler(ask(`/?key=${handler.access.issueKey()}`, { headers: other }))).status, 403)
  await end()
})

test('nothing changes by GET, nor by anything that a page of another site can send', async () => {
  const { handler, end } = await open({ allowRun: true })
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'QUERY'])
    for (const [asked, path] of addresses) {
      if (asked === 'POST' && (method === 'POST' || path === '/mcp')) continue
      if (path === '/mcp' && (method === 'POST' || method === 'DELETE')) continue
      const response = await handler(ask(path, { method, headers: bearer }))
      assert.equal(response.status, 405, `${method} ${path}`)
    }
  for (const path of ['/api/run', '/api/runs/0011/cancel'])
    assert.equal((await handler(ask(path, { headers: bearer }))).status, 404, `GET ${path}`)
  const types = [
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/jsonx',
    '',
  ]
  for (const type of types) {
    const headers = { ...bearer, 'content-type': type }
    const response = await handler(ask('/api/run', { method: 'POST', headers, body: '{"command":"x"}' }))
    assert.equal(await codeOf(response), '415 BODY_TYPE', type)
  }
  const packed = { ...bearer, 'content-type': 'application/json', 'content-encoding': 'gzip' }
  const bomb = await handler(ask('/api/run', { method: 'POST', headers: packed, body: 'x' }))
  assert.equal(await codeOf(bomb), '415 BODY_TYPE')
  await end()
})

test('nothing is run without --allow-run', async () => {
  const { handler, end } = await open()
  const headers = { ...bearer, 'content-type': 'application/json' }
  for (const path of ['/api/run', '/api/runs/0011/cancel'])
    assert.equal(
      await codeOf(await handler(ask(path, { method: 'POST', headers, body: '{"command":"query"}' }))),
      '403 RUN_NOT_ALLOWED',
    )
  await end()
})

test('every response has the same strict headers, errors too', async () => {
  const { handler, end } = await open()
  const requests = [
    ...askAll(bearer),
    ...askAll({}),
    ...askAll({ ...bearer, host: 'evil.example' }),
    ask(`/?token=${token}`),
    ask('/api/check', { method: 'PUT', headers: bearer }),
    ask('/api/resolve', { headers: bearer }),
    ask('/@modules/%ff', { headers: bearer }),
    ask('/@modules/b.md', { headers: { ...bearer, 'if-none-match': '*' } }),
  ]
  const strict = {
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': 'camera=(), geolocation=(), microphone=()',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
  }
  const closed = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
  for (const request of requests) {
    const { status, headers, body } = await handler(request)
    const what = `${request.method} ${request.url} → ${status}`
    for (const [name, value] of Object.entries(strict))
      assert.equal(headers.get(name), value, `${what} ${name}`)
    const policy = headers.get('content-security-policy')!
    const isPage = headers.get('content-type')?.startsWith('text/html') === true
    if (isPage)
      assert.match(
        policy,
        /^default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; .*frame-ancestors 'none'/,
      )
    else assert.equal(policy, closed, what)
    assert.ok(!policy.includes('unsafe'), what)
    const isText = new URL(request.url).pathname.startsWith('/@') && status < 400
    assert.equal(headers.get('cache-control'), isText ? 'private, no-cache' : 'no-store', what)
    assert.deepEqual(
      [...headers.keys()].filter((name) => name.startsWith('access-control')),
      [],
      what,
    )
    await body?.cancel()
  }
  await end()
})

test('refusals are told with the path and never with what stands behind it', async () => {
  const told: unknown[] = []
  const { handler, end } = await open({ onRefused: (refused) => told.push(refused) })
  await handler(ask(`/api/check?token=${token}`))
  await handler(ask('/api/%0a%1b%5b31m', { headers: { host: 'evil.example' } }))
  assert.deepEqual(told, [
    { status: 401, code: 'TOKEN_REQUIRED', method: 'GET', path: '/api/check' },
    { status: 403, code: 'HOST_NOT_ALLOWED', method: 'GET', path: '/api/%0a%1b%5b31m' },
  ])
  await end()
})

test('a listening server is reached on loopback only, and an address for all needs names', async () => {
  const framework = await createTestFramework({ files })
  const server = await listen(framework)
  const { port } = new URL(server.url)
  const status = (address: string): Promise<number | string> =>
    new Promise((resolve) => {
      const headers = { host: `127.0.0.1:${port}`, authorization: `Bearer ${server.token}` }
      httpRequest(
        { host: address, port, path: '/api/state', headers, timeout: 2_000, agent: false },
        (response) => {
          response.resume()
          resolve(response.statusCode ?? 0)
        },
      )
        .on('timeout', () => resolve('timeout'))
        .on('error', ({ message }) => resolve(message))
        .end()
    })
  assert.equal(await status('127.0.0.1'), 200)
  const others = Object.values(networkInterfaces())
    .flatMap((one) => one ?? [])
    .filter(({ internal, family }) => !internal && family === 'IPv4')
  for (const { address } of others)
    assert.match(String(await status(address)), /ECONNREFUSED|timeout/, address)
  await server.close()
  assert.match(String(await status('127.0.0.1')), /ECONNREFUSED/)
  for (const address of ['0.0.0.0', '::', '[::]', '0', '', '::ffff:0.0.0.0', '0.0', '00.0.0.0'])
    await assert.rejects(
      listen(framework, { host: address }),
      { name: 'HeddleError', code: 'HOST_UNKNOWN' },
      address,
    )
  const open = await listen(framework, { host: '0.0.0.0', allowHosts: ['loom.example', '127.0.0.1'] })
  assert.match(open.url, /^http:\/\/loom\.example:\d+$/)
  await open.close()
  await framework.dispose()
})
