import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { isAbsolute, join, relative, sep } from 'node:path'
import type { ExecutorRun } from 'heddle'
import type { Store } from './blobs.ts'

interface CarriedOutput {
  /** As the value names it. */
  readonly path: string
  readonly blob: string
}

/** Puts large output of programs, which is in files of the worker, into the store; the files are gone then. */
export function carryOutputs(files: readonly string[], store: Store): Promise<CarriedOutput[]> {
  return Promise.all(
    files.map(async (path) => {
      const blob = await store.keep(await readFile(path))
      await rm(path, { force: true })
      return { path, blob }
    }),
  )
}

/** Brings such output to a file of the run's own, and gives the value with that name in place of the worker's. */
export async function bringOutputs(
  value: unknown,
  outputs: readonly CarriedOutput[],
  { run, store }: { readonly run: ExecutorRun; readonly store: Store },
): Promise<unknown> {
  const names = new Map<string, string>()
  for (const { path, blob } of outputs) {
    const file = join(await mkdtemp(join(run.storeIn ?? tmpdir(), 'heddle-output-')), 'output')
    await writeFile(file, await store.fetch(blob), { flag: 'wx', mode: 0o600 })
    names.set(path, fromRoot(file, run.folder))
  }
  return renamed(value, names)
}

/** What is in the project is named by its path from the root, as everything that is shown. */
function fromRoot(file: string, folder: string | null): string {
  if (folder === null) return file
  const path = relative(folder, file)
  return isAbsolute(path) || path.split(sep)[0] === '..' ? file : path.split(sep).join('/')
}

function renamed(value: unknown, names: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(value)) return value.map((each) => renamed(each, names))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => {
      const name = key === 'blob' && typeof each === 'string' ? names.get(each) : undefined
      return [key, name ?? renamed(each, names)]
    }),
  )
}
