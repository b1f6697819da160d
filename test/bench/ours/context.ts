import { createFramework } from '../../../core/index.ts'
import { say } from './say.ts'
import '../../../plugins/index.ts'

const [root, budget] = process.argv.slice(2)
const since = performance.now()
const framework = await createFramework({ root: root! })
const context = await framework.context(['.'], { budget: Number(budget), tokenizer: 'characters' })
const ms = performance.now() - since
const documents = new Set([...context.composition, ...context.cuts.map(({ id }) => id)]).size
say({ ms, documents, tokens: context.tokens, budget: context.budget })
await framework.dispose()
