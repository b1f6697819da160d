import type { FrameworkOptions } from '../../../core/index.ts'
import { createFramework } from '../../../core/index.ts'
import { say } from './say.ts'
import '../../../plugins/index.ts'

/** The options with which a framework keeps its persistent store in this folder; undefined while there is no such store. */
function withStore(_folder: string): FrameworkOptions | undefined {
  return undefined
}

const [root, folder] = process.argv.slice(2)
const options = withStore(folder!)
if (options === undefined) say({ ms: 0, missing: true })
else {
  const since = performance.now()
  const framework = await createFramework({ root: root!, ...options })
  const report = await framework.check()
  const ms = performance.now() - since
  say({ ms, documents: report.modules, references: report.references })
  await framework.dispose()
}
