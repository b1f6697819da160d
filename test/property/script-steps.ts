import type { WritableFiles } from '../../core/vfs/file-system.ts'
import type { Path } from '../../core/vfs/path.ts'

/** What a script does, one after another. */
export type Step =
  | { readonly type: 'wait' | 'fail' | 'busy' | 'fail-once' }
  | { readonly type: 'read' | 'stat' | 'list' | 'busy-until' | 'remove' | 'folder'; readonly path: string }
  | { readonly type: 'write'; readonly path: string; readonly text: string }
  | { readonly type: 'copy' | 'move'; readonly path: string; readonly from: string }
  /** Writes to `path` when `when` exists, otherwise to `other`. */
  | {
      readonly type: 'write-if'
      readonly path: string
      readonly when: string
      readonly other: string
    }

/** Paths that a step may read, and those that it may write. */
export function touchedBy(step: Step): { reads: readonly string[]; writes: readonly string[] } {
  switch (step.type) {
    case 'wait':
    case 'fail':
    case 'busy':
    case 'fail-once':
      return { reads: [], writes: [] }
    case 'read':
    case 'stat':
    case 'list':
    case 'busy-until':
      return { reads: [step.path], writes: [] }
    case 'remove':
    case 'folder':
    case 'write':
      return { reads: [], writes: [step.path] }
    case 'copy':
      return { reads: [step.from], writes: [step.path] }
    case 'move':
      return { reads: [], writes: [step.from, step.path] }
    case 'write-if':
      return { reads: [step.when], writes: [step.path, step.other] }
  }
}

/** Does one step and says what it saw; what the files refuse is what it sees too. */
export async function doStep(step: Step, files: WritableFiles): Promise<string> {
  switch (step.type) {
    case 'wait':
      return 'waited'
    case 'fail':
      throw new Error('as planned')
    case 'busy':
    case 'fail-once':
      throw busy()
    case 'read':
      return readAt(files, step.path)
    case 'stat':
      return (await files.stat(step.path as Path))?.type ?? 'absent'
    case 'busy-until':
      if (await files.stat(step.path as Path)) return 'there'
      throw busy()
    case 'list':
      return ((await files.list(step.path as Path)) ?? [])
        .map(({ name, type }) => `${name} ${type}`)
        .join(', ')
    case 'remove':
      await files.remove(step.path as Path)
      return 'removed'
    case 'folder':
      await files.makeFolder(step.path as Path)
      return 'made'
    case 'write':
      await files.write(step.path as Path, step.text)
      return 'written'
    case 'copy':
      await files.write(step.path as Path, `${await readAt(files, step.from)}copied\n`)
      return 'copied'
    case 'move': {
      const text = await readAt(files, step.from)
      await files.remove(step.from as Path)
      await files.write(step.path as Path, text)
      return 'moved'
    }
    case 'write-if': {
      const isThere = (await files.stat(step.when as Path)) !== undefined
      await files.write((isThere ? step.path : step.other) as Path, `${step.when}\n`)
      return isThere ? 'as it is there' : 'as it is absent'
    }
  }
}

function busy(): Error {
  return Object.assign(new Error('busy'), { code: 'EBUSY' })
}

async function readAt(files: WritableFiles, path: string): Promise<string> {
  return Buffer.from(await files.read(path as Path)).toString('latin1')
}

/** The step as a line for the shell, that says what it saw and goes on. */
export function shellLine(step: Step): string {
  switch (step.type) {
    case 'wait':
      return 'sleep "$PAUSE"'
    case 'fail':
    case 'busy':
    case 'fail-once':
    case 'busy-until':
      return 'exit 3'
    case 'read':
      return `cat ${step.path} 2>&- || echo unread`
    case 'stat':
      return `if test -d ${step.path}; then echo folder; elif test -f ${step.path}; then echo file; else echo absent; fi`
    case 'list':
      return `ls -1 ./${step.path} 2>&- || echo unlisted`
    case 'remove':
      return `rm -rf ./${step.path}`
    case 'folder':
      return said(`mkdir -p ${step.path}`)
    case 'write':
      return said(`${folderFor(step.path)}printf '%s' '${step.text.trim()}' > ${step.path}`)
    case 'copy':
      return said(`${folderFor(step.path)}cat ${step.from} > ${step.path}`)
    case 'move':
      return said(`${folderFor(step.path)}mv -fT ${step.from} ${step.path}`)
    case 'write-if': {
      const write = (path: string): string => said(`${folderFor(path)}echo ${step.when} > ${path}`)
      return `if test -e ${step.when}; then ${write(step.path)}; else ${write(step.other)}; fi`
    }
  }
}

function said(command: string): string {
  return `if { ${command}; } 2>/dev/null; then echo done; else echo refused; fi`
}

function folderFor(path: string): string {
  return path.includes('/') ? `mkdir -p ${path.slice(0, path.lastIndexOf('/'))} && ` : ''
}
