import { createFramework } from '../../../core/index.ts'
import { say } from './say.ts'
// Peers are imported before their clock starts as well: what imports cost stands in the row of the command line.
import '../../../plugins/index.ts'

const [root] = process.argv.slice(2)
const since = performance.now()
const framework = await createFramework({ root: root! })
const report = await framework.check()
const ms = performance.now() - since
say({ ms, documents: report.modules, references: report.references, problems: report.diagnostics.length })
await framework.dispose()
