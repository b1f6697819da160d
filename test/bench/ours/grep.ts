import {
  createFramework,
  defineGroup,
  definePlugin,
  type Framework,
  grep,
  type GrepOutput,
} from '../../../core/index.ts'
import { say } from './say.ts'

/** Searches for the pattern twice in one process: the first time nothing of the texts is known. */
const [root, pattern] = process.argv.slice(2)

const searching = definePlugin({
  name: 'bench-grep',
  apply(hooks) {
    hooks.plan.for('bench-grep').tap('bench-grep', ({ arguments: { path = '' } }) => [
      defineGroup({
        name: 'search',
        operations: [grep({ pattern: pattern!, glob: '**/*.md', path }, { name: 'grep' })],
      }),
    ])
  },
})

async function search(framework: Framework, path: string): Promise<{ ms: number; found: GrepOutput }> {
  const since = performance.now()
  const report = await framework.run('bench-grep', { path })
  const ms = performance.now() - since
  const [operation] = report.groups.flatMap(({ operations }) => operations)
  if (report.status !== 'passed') throw new Error(JSON.stringify(report.diagnostics))
  return { ms, found: operation!.output as GrepOutput }
}

const framework = await createFramework({ root: root!, plugins: [searching()] })
// The running side is loaded by the first run, whatever it searches.
await search(framework, '.claude/commands')
const uncached = await search(framework, '.claude/modules')
const cached = await search(framework, '.claude/modules')
const { total, searched } = uncached.found
say({ ms: uncached.ms, cachedMs: cached.ms, total, searched, same: cached.found.total === total })
await framework.dispose()
