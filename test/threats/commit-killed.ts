import { join } from 'node:path'
import { diskFiles } from '../../core/vfs/disk.ts'
import type { Path } from '../../core/vfs/path.ts'
import { createWorkspace } from '../../core/vfs/workspace.ts'
import { watch } from './power.ts'

// Started by commit.test.ts in a folder: commits, and kills itself before the step with the number given; or commits there
// and back again until it is killed.
const [folder, moment] = process.argv.slice(2) as [string, string]
const big = 'b'.repeat(9000)
const at = (path: string): Path => path as Path
let count = 0

const watched = watch(folder, diskFiles({ root: join(folder, 'project') }), () => {
  if (count++ === Number(moment)) process.kill(process.pid, 'SIGKILL')
})

async function forth(): Promise<void> {
  const workspace = createWorkspace(watched.files, {
    state: join(folder, 'journal'),
    machine: watched.machine,
  })
  await workspace.write(at('a'), 'flushed a')
  await workspace.remove(at('gone'))
  await workspace.flush(['a', 'gone'])
  await workspace.write(at('a'), 'new a')
  await workspace.write(at('big'), `new ${big}`)
  await workspace.write(at('made/deep/y'), 'new y')
  await workspace.commit()
}

async function back(): Promise<void> {
  const workspace = createWorkspace(watched.files, {
    state: join(folder, 'journal'),
    machine: watched.machine,
  })
  await workspace.write(at('a'), 'old a')
  await workspace.write(at('gone/x'), 'old x')
  await workspace.flush()
  await workspace.write(at('big'), `old ${big}`)
  await workspace.remove(at('made'))
  await workspace.commit()
}

process.stdout.write('begins\n')
await forth()
while (Number.isNaN(Number(moment))) {
  await back()
  await forth()
}
