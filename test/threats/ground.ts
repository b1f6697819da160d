import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createWorkspace } from '../../core/vfs/workspace.ts'
import { diskFiles } from '../../core/vfs/disk.ts'
import type { Files, SyncFiles, WritableFiles } from '../../core/vfs/file-system.ts'
import type { Gate } from '../../core/vfs/gate.ts'
import { createLayers } from '../../core/vfs/layer.ts'
import { memoryFiles } from '../../core/vfs/memory.ts'
import { mountFiles } from '../../core/vfs/mount.ts'
import type { Path } from '../../core/vfs/path.ts'

/** A folder that is gone when the test is over. */
export function temporaryFolder(context: { after(end: () => void): void }): string {
  const folder = mkdtempSync(join(tmpdir(), 'heddle-threats-'))
  context.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A token that no file of the machine holds by chance. */
export function makeCanary(): string {
  return randomBytes(16).toString('hex')
}

/** Writes the files below a folder, folders on the way made. */
export function place(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
}

/** Every kind of files over some others: each a door of its own. */
export function doorsOver(files: WritableFiles, gate: () => Gate): Record<string, WritableFiles> {
  return {
    layer: createLayers([files, memoryFiles({}, { gate: gate() })], gate()) as WritableFiles,
    mount: mountFiles({ '': files }, { gate: gate() }),
    workspace: createWorkspace(files, { gate: gate() }),
    view: createWorkspace(files, { gate: gate() }).view('one'),
  }
}

/** The same over a folder of the disk, and the disk itself. */
export function doorsTo(root: string, gate: () => Gate): Record<string, WritableFiles> {
  const disk = diskFiles({ root, gate: gate() })
  return { disk, ...doorsOver(disk, gate) }
}

/** What a door says that reads file after file. */
export function saidEach(sync: SyncFiles, ...paths: readonly Path[]): readonly string[] {
  const said: string[] = []
  sync.readEach?.(paths, (found) => {
    said.push(found instanceof Error ? String(found) : Buffer.from(found.bytes).toString('latin1'))
    return true
  })
  return said
}

/** All that a door says about a path, as text: answers, bytes and errors. */
export async function everythingSaid(files: Files, path: string): Promise<string> {
  const at = path as Path
  const calls: (() => unknown)[] = [
    () => files.stat(at),
    () => files.list(at),
    async () => Buffer.from(await files.read(at)).toString('latin1'),
    () => files.sync?.stat(at),
    () => files.sync?.list(at),
    () => files.sync && Buffer.from(files.sync.read(at)).toString('latin1'),
    () => files.sync && saidEach(files.sync, at),
    () => files.sync?.stamps?.([at]),
  ]
  let said = ''
  for (const call of calls) {
    try {
      said += JSON.stringify(await call()) ?? ''
    } catch (thrown) {
      said += String(thrown)
    }
  }
  return said
}

/** Tries all that changes files, and forgets how it ended. */
export async function tryToChange(files: WritableFiles, path: string): Promise<void> {
  const at = path as Path
  for (const call of [() => files.write(at, 'x'), () => files.makeFolder(at), () => files.remove(at)])
    await call().catch(() => undefined)
}
