import { createFramework, type Framework, type Report } from 'heddle'
import { preset, swarm } from 'heddle/plugins'

/** Goes on with the last swarm of a project. */
export async function resumeSwarm(root: string, repeat: readonly string[]): Promise<Report> {
  const framework = await open(root)
  try {
    return await framework.resume(undefined, { repeat })
  } finally {
    await framework.dispose()
  }
}

function open(root: string): Promise<Framework> {
  const others = preset().filter(({ plugin }) => plugin.name !== 'swarm')
  return createFramework({
    root,
    config: false,
    preset: false,
    plugins: [...others, swarm({ agent: ['/bin/sh'] })],
  })
}

// Run by itself it is the process that is killed: it tells what has happened so far.
const [, script, root, tasks] = process.argv
if (script?.endsWith('swarm-killed.ts') && root !== undefined && tasks !== undefined) {
  const framework = await open(root)
  await framework.run(
    'swarm',
    { tasks },
    {
      onEvent(event) {
        if (event.type === 'operation-progress') console.log(`${event.operation} ${event.message}`)
        if (event.type === 'operation-settled') console.log(`${event.group} settled`)
      },
    },
  )
}
