import { createFramework } from '../../../core/index.ts'
import { say } from './say.ts'
import '../../../plugins/index.ts'

const [root, folder] = process.argv.slice(2)
const since = performance.now()
const framework = await createFramework({ root: root!, cache: { folder: folder! } })
const report = await framework.check()
const ms = performance.now() - since
say({ ms, documents: report.modules, references: report.references })
await framework.dispose()
