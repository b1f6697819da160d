import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { read } from '../../../core/operations/read.ts'
import { diskFiles } from '../../../core/vfs/disk.ts'
import { createWorkspace } from '../../../core/vfs/workspace.ts'
import { runGroups } from './run-groups.ts'
import { say } from './say.ts'
import { walk } from './walk.ts'

/** Reads small local files: with operations at once, one by one, and in a loop. */
const [root] = process.argv.slice(2)
const paths = walk(root!)
const groups = [{ name: 'reads', operations: paths.map((path) => read(path)) }]
const run = async (serial: boolean): Promise<number> => {
  const workspace = createWorkspace(diskFiles({ root: root! }), { folder: root! })
  return (await runGroups(groups, [], { serial, workspace, folder: root! })).ms
}
await run(false)
const serialMs = await run(true)
const ms = await run(false)
const since = performance.now()
let characters = 0
for (const path of paths) characters += readFileSync(join(root!, path), 'utf8').length
say({ ms, serialMs, loopMs: performance.now() - since, documents: paths.length, characters })
