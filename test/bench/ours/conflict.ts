import type { Path } from '../../../core/vfs/path.ts'
import { runBothWays } from './both-ways.ts'
import { kindOf } from './run-groups.ts'
import { say } from './say.ts'

/** Operations that read one file and write one, each with files of its own or all with the same. */
const [mode, claims, countText] = process.argv.slice(2)
const count = Number(countText)
const latencyMs = 20
const workMs = 4

interface Input {
  readonly from: string
  readonly to: string
}

const spin = (): void => {
  for (const end = performance.now() + workMs; performance.now() < end;);
}
const step = kindOf<Input>(
  'step',
  async ({ from, to }, { files }) => {
    const text = new TextDecoder().decode(await files.read(from as Path))
    if (mode === 'cpu') spin()
    if (mode === 'waits') await new Promise((resolve) => setTimeout(resolve, latencyMs))
    const next = Number(text) + 1
    await files.write(to as Path, String(next))
    return next
  },
  {
    effects: 'workspace',
    ...(claims === 'bound' && {
      binding: true,
      claims: ({ from, to }: Input) => ({ reads: [from], writes: [to] }),
    }),
  },
)
// One in twenty reads what an earlier one has written.
const inputs = Array.from({ length: count }, (_, index): Input => {
  if (mode !== 'low') return { from: 'shared', to: 'shared' }
  const from = index % 20 === 19 ? `file-${index - 10}` : `file-${index}`
  return { from, to: `file-${index}` }
})
const files = Object.fromEntries(inputs.map(({ from }) => [from, '0']))
const { ms, serialMs, reruns } = await runBothWays({
  groups: [{ name: 'steps', operations: inputs.map((input) => ({ kind: 'step', input })) }],
  kinds: [step],
  files,
  ...(mode === 'low' && { latencyMs }),
  options: { concurrency: { io: 8 } },
})
say({ ms, serialMs, reruns })
