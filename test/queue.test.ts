import { after, before, test } from 'node:test'
import { executorContract } from 'heddle/testing'
import { findProgram, startPostgres, startRedis, type TestServer } from './queue-servers.ts'
import { type QueueUnderTest, startQueue } from './queue-under-test.ts'

const engines = [
  { name: 'Redis', program: 'redis-server', start: startRedis },
  { name: 'PostgreSQL', program: 'initdb', start: startPostgres },
] as const

for (const { name, program, start } of engines) {
  const missing = findProgram(program) === undefined
  if (missing && process.env['CI'] === 'true') throw new Error(`${program} is not installed`)
  const skip = missing && `${program} is not installed`

  void test(`the queue on ${name} is an executor`, { skip }, async (t) => {
    let server: TestServer | undefined
    let queue: QueueUnderTest | undefined
    before(async () => {
      server = await start()
      queue = await startQueue(server.url)
    })
    after(async () => {
      await queue?.stop()
      await server?.stop()
    })
    for (const { name, check } of executorContract(() => queue!.under())) {
      await t.test(`it ${name}`, async (t) => {
        const excuse = await check()
        if (excuse !== undefined) t.skip(excuse)
      })
    }
  })
}
