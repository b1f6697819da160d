import type { Path } from '../../../core/vfs/path.ts'
import { read } from '../../../core/operations/read.ts'
import { runBothWays } from './both-ways.ts'
import { kindOf } from './run-groups.ts'
import { say } from './say.ts'

/** One of the three cases, one by one and in parallel. */
const [name, countText, latencyText] = process.argv.slice(2)
const count = Number(countText)
const latencyMs = Number(latencyText)
const paths = Array.from({ length: count }, (_, index) => `modules/${name}-${index}.md`)
const files = Object.fromEntries(paths.map((path) => [path, `# ${path}\n`]))

const gate = kindOf<{ path: string }>('gate', async ({ path }, { files }) => {
  const text = new TextDecoder().decode(await files.read(path as Path))
  return { passed: text.startsWith('# ') }
})
const operations = paths.map((path) => (name === 'gates' ? { kind: 'gate', input: { path } } : read(path)))
const { ms, serialMs } = await runBothWays({
  groups: [{ name: name!, operations }],
  kinds: [gate],
  files,
  latencyMs,
})
say({ ms, serialMs, reduction: 1 - ms / serialMs })
