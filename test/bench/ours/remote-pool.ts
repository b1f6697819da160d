import { diskFiles, type Path } from '../../../core/files.ts'
import { createRemote } from '../remote-files.ts'
import { say } from './say.ts'
import { walk } from './walk.ts'

/** Reads the same files through a pool of a fixed size and does nothing with them. */
const [root, size] = process.argv.slice(2)
const { files, most } = createRemote(diskFiles({ root: root! }))
const paths = walk(root!)
const since = performance.now()
let next = 0
let documents = 0
async function work(): Promise<void> {
  while (next < paths.length) {
    await files.read(paths[next++]! as Path)
    documents++
  }
}
await Promise.all(Array.from({ length: Number(size) }, work))
say({ ms: performance.now() - since, documents, most: most() })
