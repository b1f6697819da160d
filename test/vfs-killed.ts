import { createWorkspace, diskFiles } from '../core/files.ts'
import type { WritableFiles } from '../core/files.ts'
import type { Path } from '../core/vfs/path.ts'

// Started by vfs.test.ts: commits four changes and kills itself before the change with the number given.
const [root, state, step] = process.argv.slice(2) as [string, string, string]
const disk = diskFiles({ root })
let count = 0

function dieAt(): void {
  if (count++ === Number(step)) process.kill(process.pid, 'SIGKILL')
}

const files: WritableFiles = {
  ...disk,
  async write(path, content) {
    dieAt()
    await disk.write(path, content)
  },
  async remove(path) {
    dieAt()
    await disk.remove(path)
  },
}
const workspace = createWorkspace(files, { state })
await workspace.write('a' as Path, 'new a')
await workspace.flush()
await workspace.write('b' as Path, 'new b')
await workspace.remove('c' as Path)
await workspace.write('d' as Path, 'new d')
await workspace.commit()
