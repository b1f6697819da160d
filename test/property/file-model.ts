import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { lstatSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs'
import os from 'node:os'
import { join } from 'node:path'
import type { Files, WritableFiles } from '../../core/files.ts'
import { parsePath, renamePath } from '../../core/files.ts'
import type { Path } from '../../core/vfs/path.ts'

/** Paths to text, or to null for a folder; the root is always there. */
export type Model = Map<string, string | null>

export interface Step {
  readonly does: 'write' | 'remove' | 'makeFolder' | 'read' | 'rename'
  readonly path: string
  /** What is written, or the path that is given. */
  readonly text: string
}

/** Does the steps on files and model alike, and compares everything after each. */
export async function compareAll(files: WritableFiles, model: Model, steps: readonly Step[]): Promise<void> {
  for (const step of steps) {
    await compare(files, model, step)
    await assertSame(files, model)
  }
}

/** Does one step on both, and compares what they say. */
export async function compare(files: WritableFiles, model: Model, step: Step): Promise<void> {
  const expected = apply(model, step)
  const found = await act(files, step).catch((thrown: unknown) => `! ${(thrown as { code?: string }).code}`)
  assert.equal(found, expected, JSON.stringify(step))
}

/** Does a step: gives undefined, or the text that was read; rejects as the files do. */
export async function act(files: WritableFiles, { does, path, text }: Step): Promise<string | undefined> {
  if (does === 'read') return new TextDecoder().decode(await files.read(at(path)))
  if (does === 'rename') await renamePath(files, at(path), at(text))
  else if (does === 'write') await files.write(at(path), text)
  else if (does === 'remove') await files.remove(at(path))
  else await files.makeFolder(at(path))
  return undefined
}

/** The same on the model: undefined, the text read, or the code of the error. */
export function apply(model: Model, { does, path, text }: Step): string | undefined {
  if (does === 'rename') return applyRename(model, path, text)
  const found = model.get(path)
  if (does === 'read') return found === undefined ? '! NOT_FOUND' : (found ?? '! NOT_A_FILE')
  if (does === 'remove') {
    for (const each of Array.from(model.keys()))
      if (each === path || each.startsWith(`${path}/`)) model.delete(each)
    return undefined
  }
  const folders = foldersOf(path)
  if (folders.some((folder) => typeof model.get(folder) === 'string')) return '! NOT_A_FOLDER'
  if (does === 'write' && found === null) return '! NOT_A_FILE'
  if (does === 'makeFolder' && typeof found === 'string') return '! NOT_A_FOLDER'
  for (const folder of folders) model.set(folder, null)
  model.set(path, does === 'write' ? text : null)
  return undefined
}

function applyRename(model: Model, from: string, to: string): string | undefined {
  const moving = [...model].filter(([path]) => path === from || path.startsWith(`${from}/`))
  if (moving.length === 0) return '! NOT_FOUND'
  if (from === to) return undefined
  if (to.startsWith(`${from}/`)) return '! NOT_A_FOLDER'
  const isFilled = [...model.keys()].some((path) => path.startsWith(`${to}/`))
  if (model.get(from) === null && isFilled) return '! NOT_A_FILE'
  const [does, text] =
    model.get(from) === null ? (['makeFolder', ''] as const) : (['write', model.get(from)!] as const)
  const refused = apply(model, { does, path: to, text })
  if (refused !== undefined) return refused
  for (const [path, content] of moving) model.set(to + path.slice(from.length), content)
  for (const [path] of moving) model.delete(path)
  return undefined
}

/** The folders above a path, outermost first. */
export function foldersOf(path: string): string[] {
  const segments = path.split('/').slice(0, -1)
  return segments.map((_, index) => segments.slice(0, index + 1).join('/'))
}

/** Walks the files and checks that list, stat and read agree with the model and with each other. */
export async function assertSame(files: Files, model: Model): Promise<void> {
  const found: Model = new Map()
  await collect(files, '' as Path, found)
  assert.deepEqual(sorted(found), sorted(model))
  for (const path of ['a', 'b', 'c', 'a/a', 'a/b', 'b/a', 'a/b/c', 'c/c/c']) {
    const type = (await files.stat(at(path)))?.type
    const expected = model.get(path)
    assert.equal(type, expected === undefined ? undefined : expected === null ? 'directory' : 'file', path)
  }
}

function sorted(model: Model): [string, string | null][] {
  return [...model].sort(([a], [b]) => (a < b ? -1 : 1))
}

async function collect(files: Files, folder: Path, found: Model): Promise<void> {
  for (const { name, type } of (await files.list(folder)) ?? []) {
    const path = at(folder === '' ? name : `${folder}/${name}`)
    assert.equal((await files.stat(path))?.type, type)
    found.set(path, type === 'directory' ? null : new TextDecoder().decode(await files.read(path)))
    if (type === 'directory') await collect(files, path, found)
  }
}

/** Text that is known to be a path. */
export function at(text: string): Path {
  const parsed = parsePath(text)
  assert.ok(parsed.ok)
  return parsed.value
}

/** A folder of the disk that is gone afterwards. */
export async function inFolder(use: (root: string) => Promise<void>): Promise<void> {
  const root = mkdtempSync(join(os.tmpdir(), 'heddle-model-'))
  try {
    await use(root)
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}

/** Names, kinds, permissions, owners, times, targets and bytes of everything below. */
export function hashTree(root: string): string {
  const hash = createHash('sha256')
  const visit = (absolute: string): void => {
    const stat = lstatSync(absolute, { bigint: true })
    const { mode, mtimeNs, ctimeNs, ino, nlink, uid, gid } = stat
    hash.update(`${[absolute, mode, mtimeNs, ctimeNs, ino, nlink, uid, gid].join(' ')}\n`)
    if (stat.isSymbolicLink()) hash.update(readlinkSync(absolute))
    if (stat.isFile()) hash.update(readFileSync(absolute))
    if (stat.isDirectory()) for (const name of readdirSync(absolute).sort()) visit(join(absolute, name))
  }
  visit(root)
  return hash.digest('hex')
}
