import { writeFileSync } from 'node:fs'
import { createFramework } from '../../../core/index.ts'
import { describeEdge } from '../corpus/page.ts'
import { say } from './say.ts'

/** Writes every reference of a project that may name a file, one a line. */
const [root, output] = process.argv.slice(2)
const since = performance.now()
const framework = await createFramework({ root: root! })
const { references } = await framework.graph()
const ms = performance.now() - since
const lines = references.filter(({ status }) => status !== null).map(describeEdge)
writeFileSync(output!, lines.join('\n'))
say({ ms, edges: lines.length })
await framework.dispose()
