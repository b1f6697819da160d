import { createFramework } from '../../../core/index.ts'
import { diskFiles } from '../../../core/files.ts'
import { createRemote } from '../remote-files.ts'
import { say } from './say.ts'
import '../../../plugins/index.ts'

/** Checks modules that come from a store with latency. */
const [root] = process.argv.slice(2)
const { files, most } = createRemote(diskFiles({ root: root! }))
const since = performance.now()
const framework = await createFramework({ files })
const report = await framework.check()
const ms = performance.now() - since
say({ ms, documents: report.modules, references: report.references, most: most() })
await framework.dispose()
