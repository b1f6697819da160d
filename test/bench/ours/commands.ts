import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bash } from '../../../core/operations/bash.ts'
import { diskFiles } from '../../../core/vfs/disk.ts'
import { createWorkspace } from '../../../core/vfs/workspace.ts'
import { nothing, runGroups } from './run-groups.ts'
import { say } from './say.ts'

/** Runs the commands at once, three times in one process, and as often with nothing but spawn(). */
const commands = process.argv.slice(2)
const folder = mkdtempSync(join(tmpdir(), 'heddle-commands-'))
const operations = commands.map((command) => bash(command, { claims: nothing }))
const run = async (): Promise<number> => {
  const workspace = createWorkspace(diskFiles({ root: folder }), { folder })
  return (await runGroups([{ name: 'commands', operations }], [], { folder, workspace })).ms
}
const runBare = async (): Promise<number> => {
  const since = performance.now()
  await Promise.all(
    commands.map(
      (command) =>
        new Promise((resolve) =>
          spawn(command, { shell: true, cwd: folder, detached: true }).on('close', resolve),
        ),
    ),
  )
  return performance.now() - since
}
try {
  const firstMs = await run()
  const laterMs = Math.min(await run(), await run())
  const bareMs = Math.min(await runBare(), await runBare())
  say({ ms: firstMs, laterMs, bareMs })
} finally {
  rmSync(folder, { recursive: true, force: true })
}
