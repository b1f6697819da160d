import { compareText, fail, HeddleError } from '../base/diagnostic.ts'
import type { Library } from '../load/library.ts'
import { parseReference } from '../module/reference.ts'
import { fold } from '../resolve/fold.ts'
import { folderFiles, isMarkdown, type Layer } from '../resolve/layers.ts'
import type { Files } from '../vfs/file-system.ts'
import type { Gate } from '../vfs/gate.ts'
import { childOf, endingOf, isWithin, nameOf, parentOf, type Path } from '../vfs/path.ts'

/** What moves where. */
export interface Moves {
  readonly from: Path
  readonly to: Path
  readonly isFolder: boolean
  /** Every file that moves, sorted. */
  readonly files: readonly { readonly from: Path; readonly to: Path }[]
  /** Where something is afterwards; what does not move stays. */
  pathOf(path: string): string
}

export interface MoveContext {
  readonly layers: readonly Layer[]
  readonly library: Library
  readonly files: Files
  readonly gate: Gate
}

/**
 * What `old` and `wanted` mean, each a path or a reference. Rejects with a diagnostic for what is not there, is no part of
 * the project, or would lose something: see the codes that begin with `RENAME_`, and those of the gate.
 */
export async function planMoves(old: string, wanted: string, context: MoveContext): Promise<Moves> {
  const from = await findOld(old, context)
  const isFolder = (await context.files.stat(from))?.type === 'directory'
  const to = findNew(wanted, { from, isFolder }, context)
  await refuseNew({ from, to, isFolder }, context)
  const found = isFolder ? await filesBelow(from, context.files) : [from]
  const pathOf = (path: string): string =>
    isWithin(path as Path, from) ? `${to}${path.slice(from.length)}` : path
  return {
    from,
    to,
    isFolder,
    files: found.map((path) => ({ from: path, to: pathOf(path) as Path })),
    pathOf,
  }
}

async function findOld(old: string, context: MoveContext): Promise<Path> {
  const { layers, library, files, gate } = context
  refuseOtherLayers(old, layers)
  const checked = gate.check(old)
  if (checked.ok && checked.value === '')
    fail('RENAME_ROOT', 'The root of the project cannot be renamed.', 'Name a file or a folder in it.')
  if (checked.ok && (await typeIn(files, checked.value)) !== undefined) return movable(checked.value, files)
  const resolution = library.resolve(old)
  if (resolution?.status === 'resolved') {
    refuseOtherLayers(resolution.to!, layers)
    return movable(gate.require(folderOr(old, resolution.to!)), files)
  }
  if (!checked.ok) throw new HeddleError(checked.diagnostic)
  const near = [resolution?.to ?? resolution?.suggestion?.path ?? resolution?.candidates ?? []].flat()
  return fail(
    'RENAME_MISSING',
    `"${old}" names no file or folder of the project.`,
    near.length > 0
      ? `Did you mean ${near.slice(0, 5).join(' or ')}?`
      : 'Write its path, or a reference that resolves.',
  )
}

/** `@modules/x` means the folder when its README answers: who means the README says so. */
function folderOr(old: string, found: string): string {
  const name = nameOf(found as Path)
  const last = nameOf((parseReference(old)?.target.replace(/\/$/, '') ?? '') as Path)
  const isNamed = last === name || `${last}.md` === name
  return folderFiles.includes(name) && !isNamed ? parentOf(found as Path) : found
}

function refuseOtherLayers(path: string, layers: readonly Layer[]): void {
  const layer = layers.find(({ label }) => label !== '' && path.startsWith(label))
  if (!layer) return
  fail(
    'RENAME_LAYER',
    `"${path}" belongs to the ${layer.name} layer, which is not this project's to change.`,
    'Copy the module into the project and change the copy.',
  )
}

async function movable(path: Path, files: Files): Promise<Path> {
  const type = await typeIn(files, path)
  if (type === 'file' || type === 'directory') return path
  return fail(
    'RENAME_LINK',
    `"${path}" is ${article(type)}.`,
    'Rename what it points to, or move it by hand.',
  )
}

function article(type: string | undefined): string {
  return type === 'link' ? 'a symbolic link' : 'neither a file nor a folder'
}

/** What stands under this very name, letter case included. */
async function typeIn(files: Files, path: Path): Promise<string | undefined> {
  const parent = parentOf(path)
  if (parent !== '' && (await files.stat(parent))?.type !== 'directory') return undefined
  return (await files.list(parent))?.find(({ name }) => name === nameOf(path))?.type
}

interface Old {
  readonly from: Path
  readonly isFolder: boolean
}

function findNew(wanted: string, { from, isFolder }: Old, { layers, gate }: MoveContext): Path {
  refuseOtherLayers(wanted, layers)
  const parsed = parseReference(wanted)
  const folders = parsed?.alias ? layers[0]!.aliases.get(parsed.alias) : undefined
  if (!parsed || !folders || folders.length === 0) return gate.require(wanted)
  if (parsed.fragment !== null)
    fail('REFERENCE_SYNTAX', `"${wanted}" has a fragment, which no file has.`, 'Leave out what follows #.')
  const { tree } = layers[0]!
  const folder =
    folders.find((folder) => isWithin(from, folder)) ??
    folders.find((folder) => tree.typeOf(folder) === 'directory') ??
    folders[0]!
  const below = fold('' as Path, parsed.path)
  if (below === undefined || below === '')
    fail('OUTSIDE_ROOT', `"${wanted}" names nothing below its alias.`, 'Name a file below the alias.')
  const path = gate.require(folder === '' ? below : `${folder}/${below}`)
  // As a reference may leave the ending out, so may the name that a module is given.
  return isFolder || endingOf(path) !== '' || !isMarkdown(from) ? path : gate.require(path + endingOf(from))
}

interface Wanted extends Old {
  readonly to: Path
}

async function refuseNew({ from, to, isFolder }: Wanted, { files }: MoveContext): Promise<void> {
  if (to === from) fail('RENAME_SAME', `"${to}" is its name already.`, 'Choose another name.')
  if (isWithin(to, from))
    fail('RENAME_INSIDE', `"${to}" lies inside "${from}" itself.`, 'Choose a place outside of it.')
  if (to !== '' && !isFolder && isMarkdown(from) !== isMarkdown(to))
    fail(
      'RENAME_ENDING',
      `"${to}" has ${isMarkdown(from) ? 'not ' : ''}the ending of a markdown file, "${from}" has${isMarkdown(from) ? '' : ' not'}.`,
      `Write ${to.slice(0, to.length - endingOf(to).length)}${endingOf(from)}.`,
    )
  if (to === '' || (await isTaken(from, to, files)))
    fail(
      'RENAME_EXISTS',
      `"${to === '' ? '.' : to}" exists.`,
      (await files.stat(to))?.type === 'directory'
        ? `Name the place in it: ${childOf(to, nameOf(from))}.`
        : 'Choose another name, or remove it first.',
    )
  for (let folder = parentOf(to); folder !== ''; folder = parentOf(folder)) {
    const type = await typeIn(files, folder)
    if (type !== undefined && type !== 'directory')
      fail('RENAME_EXISTS', `"${folder}" is no folder.`, 'Choose another place.')
  }
}

/** On a disk that does not tell letters apart, a name is not taken by the file that shall get it. */
async function isTaken(from: Path, to: Path, files: Files): Promise<boolean> {
  if ((await typeIn(files, to)) !== undefined) return true
  return to.toLowerCase() !== from.toLowerCase() && (await files.stat(to)) !== undefined
}

async function filesBelow(folder: Path, files: Files): Promise<Path[]> {
  const found: Path[] = []
  for (const { name, type } of (await files.list(folder)) ?? []) {
    const path = type === 'other' ? (`${folder}/${name}` as Path) : childOf(folder, name)
    if (type === 'directory') found.push(...(await filesBelow(path, files)))
    else if (type === 'file') found.push(path)
    else fail('RENAME_LINK', `"${path}" in it is ${article(type)}.`, 'Move it by hand first.')
  }
  return found.sort(compareText)
}
