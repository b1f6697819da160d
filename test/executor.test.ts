import { test } from 'node:test'
import { executorContract } from 'heddle/testing'
import { localExecutor } from '../core/run/executor.ts'

for (const { name, check } of executorContract(async () => ({
  executor: localExecutor,
  close: async () => {},
}))) {
  test(`the local executor ${name}`, async (t) => {
    const excuse = await check()
    if (excuse !== undefined) t.skip(excuse)
  })
}
