import assert from 'node:assert/strict'
import { once } from 'node:events'
import { request, type IncomingMessage } from 'node:http'
import { test, type TestContext } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { createHandler, type Handler, listen } from 'heddle/server'
import { createTestFramework } from 'heddle/testing'
import { publish, rounds } from './soak.ts'

/* Row I8. One client after the other, with the limits that a server has when nobody says otherwise. */
const comers = rounds(1_000, 20_000)
const together = 100
const mebibyte = 1024 * 1024
const token = '00112233445566778899aabbccddeeff'
const authorization = `Bearer ${token}`

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** What is in use once nothing is left to be collected. */
async function used(): Promise<number> {
  for (let round = 0; round < 3; round++) {
    await new Promise((resolve) => setImmediate(resolve))
    collect()
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

/** A stream of events over a connection of its own; asks again while all places are taken. */
async function openStream(url: string): Promise<IncomingMessage> {
  for (;;) {
    const asked = request(`${url}/events`, { headers: { authorization }, agent: false }).end()
    const [stream] = (await once(asked, 'response')) as [IncomingMessage]
    if (stream.statusCode === 200) return stream.on('error', () => {})
    assert.equal(stream.statusCode, 503)
    stream.on('error', () => {}).destroy()
  }
}

test(`${comers} clients connect and drop: their places are free again, and the heap stays flat (I8)`, async (t) => {
  const framework = await createTestFramework({ files: { '.claude/modules/a.md': '# A\n' } })
  const server = await listen(framework, { token, streams: { streams: together } })
  t.after(async () => {
    await server.close()
    await framework.dispose()
  })
  const comeAndGo = async (count: number): Promise<void> => {
    for (let come = 0; come < count; come += together) {
      const streams = await Promise.all(Array.from({ length: together }, () => openStream(server.url)))
      server.handler.tell('filler', 'z'.repeat(10_000))
      for (const stream of streams) stream.destroy()
    }
  }
  await comeAndGo(together * 2)
  const before = await used()
  await comeAndGo(comers)
  const last = await openStream(server.url)
  const [chunk] = (await once(last, 'data')) as [Buffer]
  assert.match(chunk.toString(), /^retry: 1000\n/)
  last.destroy()
  const grown = ((await used()) - before) / mebibyte
  assert.ok(grown < 8, `${grown.toFixed(1)} MiB stay`)
  publish(t, `I8 ${comers} clients connected and dropped: ${grown.toFixed(1)} MiB more in use`)
})

/** A handler over one module, and a way to listen to it. */
async function open(t: TestContext): Promise<{
  handler: Handler
  listener: () => Promise<ReadableStreamDefaultReader<Uint8Array>>
}> {
  const framework = await createTestFramework({ files: { '.claude/modules/a.md': '# A\n' } })
  const handler = createHandler(framework, { hosts: ['h:1'], token })
  t.after(async () => {
    await handler.close()
    await framework.dispose()
  })
  const listener = async (): Promise<ReadableStreamDefaultReader<Uint8Array>> => {
    const asked = new Request('http://x.invalid/events', { headers: { host: 'h:1', authorization } })
    return (await handler(asked)).body!.getReader()
  }
  return { handler, listener }
}

/** True for a stream that was cut off, with all that waited in it; false for one that has something to read. */
function isCut(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<boolean> {
  return reader.read().then(
    () => false,
    ({ message }: Error) => message === 'The client reads too slowly.',
  )
}

test('a client that never reads is closed at 1 MiB, and one that reads gets everything (I8)', async (t) => {
  const { handler, listener } = await open(t)
  const [idle, almost, busy] = [await listener(), await listener(), await listener()]
  const piece = 'z'.repeat(64 * 1024 - 100)
  let got = 0
  const readOn = async (): Promise<void> => {
    got += (await busy.read()).value!.byteLength
  }
  for (let opening = 0; opening < 3; opening++) await readOn()
  for (let sent = 1; sent <= 40; sent++) {
    handler.tell('filler', piece)
    await readOn()
    if (sent === 16) assert.equal(await isCut(almost), false, 'sixteen pieces are less than 1 MiB')
    if (sent === 17) assert.equal(await isCut(idle), true, 'seventeen are more')
  }
  assert.ok(got > 40 * piece.length, `${got} bytes`)
})

test('what waits for 1 000 clients that never read is 64 MiB at most; who reads is not among those cut off (I8)', async (t) => {
  const { handler, listener } = await open(t)
  const before = await used()
  const idle = await Promise.all(Array.from({ length: 1_000 }, listener))
  const busy = await listener()
  const piece = 'z'.repeat(8 * 1024)
  const pieces = 40
  for (let sent = 0; sent < pieces; sent++) {
    handler.tell('filler', piece)
    let read = 0
    while (read < piece.length) read += (await busy.read()).value!.byteLength
  }
  const cut = (await Promise.all(idle.map(isCut))).filter(Boolean).length
  const left = idle.length - cut
  assert.ok(left * pieces * piece.length <= 64 * mebibyte, `${left} clients are left`)
  assert.ok((left + 1) * pieces * (piece.length + 100) > 64 * mebibyte, `only ${left} clients are left`)
  const grown = ((await used()) - before) / mebibyte
  publish(
    t,
    `I8 1000 clients that never read, ${pieces} times 8 KiB: ${cut} cut off, ${grown.toFixed(1)} MiB in use for the rest`,
  )
  assert.ok(grown < 64, `${grown.toFixed(1)} MiB`)
})
