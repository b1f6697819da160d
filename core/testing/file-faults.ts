import { HeddleError } from '../base/diagnostic.ts'
import { compileGlob } from '../base/glob.ts'
import type { Files, WritableFiles } from '../vfs/file-system.ts'
import type { Path } from '../vfs/path.ts'

/** A call of files that can be made to fail. */
export type FileCall = 'stat' | 'list' | 'read' | 'write' | 'remove' | 'makeFolder'

/** What goes wrong with files, and when. */
export interface FileFault {
  /** A glob over the paths concerned. */
  readonly path: string
  /** The calls concerned; `read` when left out. */
  readonly on?: FileCall | readonly FileCall[]
  /** How many of these calls go well first; 0 when left out. */
  readonly after?: number
  /** How many go wrong then; all when left out. */
  readonly times?: number
  /** What is thrown: an error, or the code of a HeddleError such as `UNREADABLE`. Without it the call goes well in the end. */
  readonly error?: string | Error
  /** What is waited for first: the `pass` of a gate. */
  readonly wait?: () => Promise<void>
  /** A read gives only so many bytes. */
  readonly cut?: number
}

interface Armed extends FileFault {
  readonly calls: readonly FileCall[]
  readonly matches: (path: string) => boolean
  seen: number
}

/**
 * The same files, where some calls go wrong as `faults` say; the first fault that fits counts. They answer by promises alone.
 * Throws GLOB_LIMIT for a pattern that is refused.
 */
export function injectFileFaults(files: WritableFiles, faults: readonly FileFault[]): WritableFiles {
  const armed = faults.map(arm)

  async function meet(call: FileCall, path: Path): Promise<Armed | undefined> {
    const fault = armed.find((each) => each.calls.includes(call) && each.matches(path) && isDue(each))
    await fault?.wait?.()
    if (fault?.error !== undefined) throw errorOf(fault.error, call, path)
    return fault
  }
  const after = async <T>(call: FileCall, path: Path, go: () => Promise<T>): Promise<T> => {
    await meet(call, path)
    return go()
  }

  return {
    label: files.label,
    stat: (path) => after('stat', path, () => files.stat(path)),
    list: (path) => after('list', path, () => files.list(path)),
    async read(path) {
      const fault = await meet('read', path)
      const bytes = await files.read(path)
      return fault?.cut === undefined ? bytes : bytes.subarray(0, fault.cut)
    },
    write(path, content) {
      // What the caller does with its bytes meanwhile is its own affair.
      const given = typeof content === 'string' ? content : content.slice()
      return after('write', path, () => files.write(path, given))
    },
    remove: (path) => after('remove', path, () => files.remove(path)),
    makeFolder: (path) => after('makeFolder', path, () => files.makeFolder(path)),
  }
}

/** Every text that is there, by path, sorted: what a run left, to be compared as a whole. */
export async function readTexts(files: Files, folder = '' as Path): Promise<Record<string, string>> {
  const texts: Record<string, string> = {}
  for (const { name, type } of (await files.list(folder)) ?? []) {
    const path = (folder === '' ? name : `${folder}/${name}`) as Path
    if (type === 'directory') Object.assign(texts, await readTexts(files, path))
    else if (type === 'file') texts[path] = new TextDecoder().decode(await files.read(path))
  }
  return texts
}

function arm(fault: FileFault): Armed {
  const glob = compileGlob(fault.path)
  if (!glob.ok) throw new HeddleError(glob.diagnostic)
  const { on = 'read' } = fault
  return { ...fault, calls: typeof on === 'string' ? [on] : on, matches: glob.value.matches, seen: 0 }
}

function isDue(fault: Armed): boolean {
  const { after = 0, times = Infinity } = fault
  const index = fault.seen++
  return index >= after && index < after + times
}

function errorOf(error: string | Error, call: FileCall, path: Path): Error {
  if (typeof error !== 'string') return error
  const message = `The ${call} of "${path}" was made to fail.`
  return new HeddleError({ code: error, severity: 'error', message, hint: 'A test asked for it.' })
}
