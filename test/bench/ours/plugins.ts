import { createFramework, definePlugin } from '../../../core/index.ts'
import { preset } from '../../../plugins/index.ts'
import { say } from './say.ts'

const [root, count] = process.argv.slice(2)

/** Taps every hook that a check calls, and wants nothing of what is there. */
const filtered = Array.from({ length: Number(count) }, (_, index) => {
  const name = `filtered-${index}`
  return definePlugin({
    name,
    version: '1.0.0',
    filter: { path: `elsewhere/${index}/**/*.md` },
    apply(hooks) {
      hooks.references.tap(name, () => [])
      hooks.parse.tap(name, (draft) => draft)
      hooks.validate.tap(name, () => [])
      hooks.registered.tap(name, () => {})
    },
  })()
})
const since = performance.now()
const framework = await createFramework({ root: root!, plugins: [...preset(), ...filtered] })
const report = await framework.check()
const ms = performance.now() - since
say({ ms, documents: report.modules, references: report.references, problems: report.diagnostics.length })
await framework.dispose()
