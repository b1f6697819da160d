import { contractWorkbench } from 'heddle/testing'
import { serveQueue } from '../plugins/queue/serve.ts'
import { settingsOf } from '../plugins/queue/settings.ts'
import type { Lane } from '../core/run/operation.ts'

/** A worker for tests: `fork`ed with its settings as JSON, tells what it does, and drains on SIGTERM. */
const {
  concurrency = 8,
  lanes,
  name,
  ...settings
} = JSON.parse(process.argv[2]!) as {
  concurrency?: number
  lanes?: Lane[]
  name?: string
}

const serving = await serveQueue(settingsOf(settings), contractWorkbench(), {
  concurrency,
  ...(lanes && { lanes }),
  ...(name && { name }),
  onEvent: ({ type }) => process.send?.(type),
})
process.on('SIGTERM', () => void serving.drain().then(() => process.exit(0)))
process.on('disconnect', () => process.exit(1))
process.send?.('ready')
