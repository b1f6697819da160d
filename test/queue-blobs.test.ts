import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { type Blobs, createStore, digestOf, folderBlobs } from '../plugins/queue/blobs.ts'
import { s3Blobs } from '../plugins/queue/s3.ts'

async function keepsWhatItIsGiven(blobs: Blobs): Promise<void> {
  const store = createStore(blobs)
  const digest = await store.keep(Buffer.from('content'))
  assert.equal(digest, digestOf(Buffer.from('content')))
  assert.equal(Buffer.from(await store.fetch(digest)).toString(), 'content')
  assert.deepEqual([await store.mark('m', 'first'), await store.mark('m', 'second')], ['first', 'first'])
  await assert.rejects(store.fetch('0'.repeat(64)), { code: 'queue/blob-missing' })
}

test('a folder keeps content by its digest, and refuses content that is not what its name says', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'heddle-blobs-'))
  try {
    await keepsWhatItIsGiven(folderBlobs(folder))
    const digest = digestOf(Buffer.from('content'))
    writeFileSync(join(folder, digest.slice(0, 2), digest), 'other')
    await assert.rejects(createStore(folderBlobs(folder)).fetch(digest), { code: 'queue/blob-damaged' })
    assert.ok(readdirSync(folder).length > 0)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

test('a bucket keeps content by its digest, with signed requests alone', async () => {
  const kept = new Map<string, Buffer>()
  const server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      const signed = /^AWS4-HMAC-SHA256 Credential=id\/\d+\/eu-test-1\/s3\/aws4_request/
      const key = request.url!
      if (!signed.test(request.headers.authorization ?? '')) response.statusCode = 403
      else if (request.method === 'GET') response.statusCode = kept.has(key) ? 200 : 404
      else if (request.headers['if-none-match'] === '*' && kept.has(key)) response.statusCode = 412
      else kept.set(key, Buffer.concat(parts))
      response.end(request.method === 'GET' ? kept.get(key) : undefined)
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  const place = { url: `http://127.0.0.1:${port}/bucket`, region: 'eu-test-1' }
  const before = { ...process.env }
  try {
    delete process.env['AWS_ACCESS_KEY_ID']
    await assert.rejects(s3Blobs(place), { code: 'queue/no-keys' })
    Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'secret' })
    await keepsWhatItIsGiven(await s3Blobs(place))
  } finally {
    process.env = before
    server.close()
  }
})
