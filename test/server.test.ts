import assert from 'node:assert/strict'
import { request as httpRequest } from 'node:http'
import { test } from 'node:test'
import { createHandler, listen } from 'heddle/server'
import { createTestFramework } from 'heddle/testing'

const files = { '.claude/modules/a.md': '# A\n\nNeeds @modules/b.md.\n', '.claude/modules/b.md': '# B\n' }
const hosts = ['127.0.0.1:4317']

function ask(path: string, headers: Record<string, string> = {}, method = 'GET'): Request {
  const all = { host: '127.0.0.1:4317', authorization: 'Bearer secret', ...headers }
  return new Request(`http://127.0.0.1:4317${path}`, { method, headers: all })
}

test('the handler answers with the JSON of the command line', async () => {
  const framework = await createTestFramework({ files })
  const handler = createHandler({ framework, hosts, token: 'secret' })
  const response = await handler(ask('/api/resolve?reference=%40modules%2Fb.md'))
  assert.equal(response.status, 200)
  assert.equal(response.headers.get('cache-control'), 'no-store')
  assert.deepEqual(await response.json(), {
    reference: '@modules/b.md',
    from: null,
    status: 'resolved',
    path: '.claude/modules/b.md',
    layer: 'project',
    rung: 'alias',
    suggestion: null,
  })
  await framework.dispose()
})

test('the handler refuses other hosts, other origins, other methods and wrong tokens', async () => {
  const framework = await createTestFramework({ files })
  const handler = createHandler({ framework, hosts, token: 'secret' })
  const refused: [Request, number, string][] = [
    [ask('/api/check', { host: 'evil.example:4317' }), 403, 'HOST_NOT_ALLOWED'],
    [ask('/api/check', { host: '127.0.0.1' }), 403, 'HOST_NOT_ALLOWED'],
    [ask('/api/check', { origin: 'http://127.0.0.1:9999' }), 403, 'ORIGIN_NOT_ALLOWED'],
    [ask('/api/check', { authorization: 'Bearer wrong' }), 401, 'TOKEN_REQUIRED'],
    [ask('/api/check', {}, 'POST'), 405, 'METHOD_NOT_ALLOWED'],
  ]
  for (const [request, status, code] of refused) {
    const response = await handler(request)
    assert.equal(response.status, status)
    assert.deepEqual(await response.json(), { code })
  }
  const missing = await handler(ask('/api/resolve'))
  assert.equal(missing.status, 400)
  assert.equal((await handler(ask('/api/nothing'))).status, 404)
  await framework.dispose()
})

test('a listening server is reached on loopback with its token only, and its port is free after close', async () => {
  const framework = await createTestFramework({ files })
  const server = await listen({ framework })
  const status = (headers: Record<string, string>): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      httpRequest(`${server.url}/api/check`, { headers }, (response) => {
        response.resume()
        resolve(response.statusCode)
      })
        .on('error', reject)
        .end()
    })
  assert.equal(await status({ authorization: `Bearer ${server.token}` }), 200)
  assert.equal(await status({}), 401)
  assert.equal(await status({ authorization: `Bearer ${server.token}`, host: 'localhost.evil.example' }), 403)
  await server.close()
  await assert.rejects(status({ authorization: `Bearer ${server.token}` }))
  await framework.dispose()
})
