import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { compareText, HeddleError } from '../base/diagnostic.ts'
import { digest } from '../base/key.ts'
import { openStateFolder } from '../vfs/durable.ts'
import { errnoOf } from '../vfs/handle.ts'
import { contentName, journalName, type Stored } from './run-writer.ts'

/** 128 bits that nobody can guess, as they are written. */
const runId = /^[0-9a-f]{32}$/
const startOfId = /^[0-9a-f]{4,32}$/

/** The absolute folder that holds the runs of a project, by the folder of its state. */
export function runsFolder(state: string): string {
  return join(state, 'runs')
}

/** Makes the folder of a run, open to its owner alone; gives the folders above it that must be synced with it. */
export async function makeRunFolder(
  state: string,
  id: string,
): Promise<{ folder: string; parents: readonly string[] }> {
  const folder = join(runsFolder(state), id)
  await openStateFolder(state)
  try {
    // At once: four trips to the thread pool would take longer than a small run.
    mkdirSync(outputsFolder(folder), { recursive: true, mode: 0o700 })
    if (!lstatSync(runsFolder(state)).isDirectory()) throw Object.assign(new Error(), { code: 'ENOTDIR' })
    keepOutOfVersionControl(state)
  } catch (thrown) {
    throw notKept(thrown)
  }
  return { folder, parents: [runsFolder(state), state, dirname(state), dirname(dirname(state))] }
}

/** Where programs put output that does not fit into memory. */
export function outputsFolder(folder: string): string {
  return join(folder, 'outputs')
}

/** Ids of the runs that are kept, sorted. */
export function listRunIds(state: string): readonly string[] {
  try {
    return readdirSync(runsFolder(state))
      .filter((name) => runId.test(name))
      .sort(compareText)
  } catch (thrown) {
    if (errnoOf(thrown) === 'ENOENT') return []
    throw thrown
  }
}

/** The id that a person means: whole, or as much of it as no other has. Throws `RUN_UNKNOWN` or `RUN_AMBIGUOUS`. */
export function findRunId(state: string | null, text: string): string {
  const ids = state === null || !startOfId.test(text) ? [] : listRunIds(state)
  const found = ids.filter((id) => id.startsWith(text))
  if (found.length === 1) return found[0]!
  if (found.length === 0)
    throw refusedId('RUN_UNKNOWN', `There is no run ${shownId(text)}.`, 'See `heddle runs list`.')
  throw refusedId('RUN_AMBIGUOUS', `${found.length} runs begin with "${text}".`, 'Write more of the id.')
}

/** Numbers of the parts that a run has, from 1; a part is what one process wrote. */
export function partsOf(folder: string): readonly number[] {
  const parts: number[] = []
  while (existsSync(join(folder, journalName(parts.length + 1)))) parts.push(parts.length + 1)
  return parts
}

/** Kept bytes; undefined when they are not there, or not what they were. */
export function readStored(folder: string, { part, at, bytes, sha }: Stored): Uint8Array | undefined {
  if (!Number.isInteger(part)) return undefined
  try {
    const content = readFileSync(join(folder, contentName(part))).subarray(at, at + bytes)
    return digest(content) === sha ? content : undefined
  } catch {
    return undefined
  }
}

/** Bytes that a run takes on the disk. */
export function sizeOf(folder: string): number {
  let size = 0
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue
    size += statSync(join(entry.parentPath, entry.name), { throwIfNoEntry: false })?.size ?? 0
  }
  return size
}

/** Removes a run and all that it kept. */
export function removeRun(state: string, id: string): void {
  rmSync(join(runsFolder(state), id), { recursive: true, force: true })
}

function keepOutOfVersionControl(state: string): void {
  const file = join(state, '.gitignore')
  if (!existsSync(file)) writeFileSync(file, '*\n', { mode: 0o600 })
}

function notKept(thrown: unknown): HeddleError {
  return refusedId(
    'STATE_NOT_SAVED',
    `The run cannot be kept (${errnoOf(thrown) || 'unknown reason'}): it cannot be resumed, shown or compared.`,
    'Check the folder .heddle/state.',
  )
}

function shownId(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text)
}

function refusedId(code: string, message: string, hint: string): HeddleError {
  return new HeddleError({ code, severity: 'error', message, hint })
}
