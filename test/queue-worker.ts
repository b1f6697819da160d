import { contractWorkbench } from 'heddle/testing'
import { serveQueue } from '../plugins/queue/serve.ts'
import { settingsOf } from '../plugins/queue/settings.ts'
import type { Lane } from '../core/run/operation.ts'
import type { Workbench } from '../core/run/workbench.ts'

/** A worker for tests: `fork`ed with its settings as JSON, tells what it does, and drains on SIGTERM. */
const {
  bench = 'contract',
  concurrency = 8,
  lanes,
  name,
  ...settings
} = JSON.parse(process.argv[2]!) as {
  bench?: 'contract' | 'script'
  concurrency?: number
  lanes?: Lane[]
  name?: string
}

const serving = await serveQueue(settingsOf(settings), await benchOf(bench), {
  concurrency,
  ...(lanes && { lanes }),
  ...(name && { name }),
  onEvent: ({ type }) => process.send?.(type),
})
process.on('SIGTERM', () => void serving.drain().then(() => process.exit(0)))
process.on('disconnect', () => process.exit(1))
process.send?.('ready')

async function benchOf(bench: 'contract' | 'script'): Promise<Workbench> {
  if (bench === 'contract') return contractWorkbench()
  const { scriptWorkbench } = await import('./property/script-bench.ts')
  return scriptWorkbench()
}
