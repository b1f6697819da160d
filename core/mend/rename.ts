import { compareDiagnostics, compareText, type Diagnostic, HeddleError } from '../base/diagnostic.ts'
import type { Linked } from '../load/linked.ts'
import type { Library, Loaded } from '../load/library.ts'
import type { Module } from '../module/module.ts'
import { isMarkdown } from '../resolve/layers.ts'
import type { ModeFiles } from '../vfs/disk.ts'
import { parentOf, type Path } from '../vfs/path.ts'
import type { Workspace } from '../vfs/workspace.ts'
import { applyEdits, type PlannedEdit, type ReferenceEdit, wholeText } from './edit.ts'
import { type Moves, planMoves } from './moves.ts'
import { findPartFaults } from './part-faults.ts'
import { type MendParts, readModule } from './parts.ts'
import { findAffected, planRename, type RenamePlanning, unspeakable } from './plan-rename.ts'
import { findBroken } from './proof.ts'
import { type FileChange, unifiedDiff } from './unified-diff.ts'

/** How to rename. */
export interface RenameOptions {
  /** True moves and writes, all or nothing; otherwise nothing is written. */
  readonly write?: boolean
}

/** What was, or would be, moved and rewritten. */
export interface RenameReport {
  readonly root: string
  readonly written: boolean
  readonly moved: readonly { readonly from: string; readonly to: string }[]
  readonly edits: readonly ReferenceEdit[]
  /** `RENAME_REFERENCE` for what keeps the rename from being done; other findings are those that it would bring. */
  readonly left: readonly Diagnostic[]
  /** Moves and edits as a unified diff. */
  readonly diff: string
}

/**
 * Moves a file or a folder and rewrites every reference to it, and those in it, so that all that resolved goes on to name the
 * same content. Nothing is written when one of them cannot be rewritten. Rejects with `RENAME_…` when `old` or `wanted` will
 * not do, and with `CONFLICT` when a file was changed from outside.
 */
export async function rename(
  parts: MendParts,
  { old, wanted }: { readonly old: string; readonly wanted: string },
  options: RenameOptions = {},
): Promise<RenameReport> {
  const { layers, library, gate, folder } = parts
  const workspace = await parts.openWorkspace(options.write === true)
  const moves = await planMoves(old, wanted, { layers, library, files: workspace, gate })
  const before = await library.loadEvery([layers[0]!])
  const pruned = await move(workspace, moves)
  const planning = await lookAhead({ parts, workspace, moves })
  const rewritten = await rewriteAll({ before, workspace, planning, parts })
  const reader = parts.openLibrary(planning.world.layers)
  // Everything is read again from the workspace, as after the rename.
  const after = await reader.loadEvery([planning.world.layers[0]!])
  const blocking = [
    ...rewritten.flatMap(({ left }) => left),
    ...disproved({ before, after, moves }, rewritten),
  ].toSorted(compareDiagnostics)
  const written = options.write === true && blocking.length === 0
  if (written) await commit({ workspace, moves, pruned, parts })
  return {
    root: folder ?? '',
    written,
    moved: moves.files,
    edits: rewritten.flatMap(({ edits }) => edits.map(({ shown }) => shown)),
    left: blocking.length > 0 ? blocking : await findNew({ before, after, moves, library, reader }),
    diff: unifiedDiff(changesOf(moves, rewritten)),
  }
}

/** Moves the files in the workspace; gives the folders that were left empty, and are gone as git would have it. */
async function move(workspace: Workspace, { from, isFolder, files }: Moves): Promise<Path[]> {
  for (const file of files) await workspace.write(file.to, await workspace.read(file.from))
  if (isFolder || files.length === 0) await workspace.remove(from)
  else for (const file of files) await workspace.remove(file.from)
  const pruned: Path[] = []
  for (let folder = parentOf(from); folder !== ''; folder = parentOf(folder)) {
    if ((await workspace.list(folder))?.length !== 0) break
    await workspace.remove(folder)
    pruned.push(folder)
  }
  return pruned
}

interface Moving {
  readonly parts: MendParts
  readonly workspace: Workspace
  readonly moves: Moves
}

/** The layers as they are once the files have moved. */
async function lookAhead({ parts, workspace, moves }: Moving): Promise<RenamePlanning> {
  const [project, ...others] = parts.layers
  const listed = project!.tree.files.map((path) => moves.pathOf(path) as Path)
  const layers = [await parts.openProject(workspace, listed), ...others]
  const library = parts.openLibrary(layers)
  const moved = new Map<string, Module>()
  for (const { to } of moves.files.filter(({ to }) => isMarkdown(to))) {
    const module = await library.loadSpot({ layer: layers[0]!, path: to }).catch(nothingIfUnreadable)
    if (module) moved.set(to, module)
  }
  return { layers: parts.layers, world: { layers, library, folder: parts.folder }, moves, moved }
}

function nothingIfUnreadable(thrown: unknown): undefined {
  if (!(thrown instanceof HeddleError)) throw thrown
}

interface Rewritten {
  readonly path: Path
  readonly edits: readonly PlannedEdit[]
  readonly left: readonly Diagnostic[]
  readonly before: string
  readonly after: string
}

interface Rewriting {
  readonly before: Loaded
  readonly workspace: Workspace
  readonly planning: RenamePlanning
  readonly parts: MendParts
}

async function rewriteAll({ before, workspace, planning, parts }: Rewriting): Promise<Rewritten[]> {
  const rewritten: Rewritten[] = []
  for (const linked of before.linked.toSorted((a, b) => compareText(a.module.id, b.module.id))) {
    const affected = findAffected(linked, planning)
    if (affected.length === 0) continue
    const { module } = linked
    const path = planning.moves.pathOf(module.path) as Path
    const source = await readModule({ module, path }, workspace, parts)
    const plan = planRename(linked, { affected, text: source?.text }, planning)
    const after = source && wholeText({ ...source, text: applyEdits(source.text, plan.edits) })
    if (after !== undefined) await workspace.write(path, after)
    rewritten.push({
      path: module.path,
      ...plan,
      before: source ? wholeText(source) : '',
      after: after ?? '',
    })
  }
  return rewritten
}

interface Compared {
  readonly before: Loaded
  readonly after: Loaded
  readonly moves: Moves
}

/** References that do not read afterwards as planned, though each spelling resolved by itself. */
function disproved({ before, after, moves }: Compared, rewritten: readonly Rewritten[]): Diagnostic[] {
  const now = new Map<string, Linked>(after.linked.map((linked) => [linked.module.id, linked]))
  const plans = new Map<string, Rewritten>(rewritten.map((plan) => [plan.path, plan]))
  const expected = ({ to }: { to: string | null }): string | null => (to === null ? null : moves.pathOf(to))
  return before.linked.flatMap((linked) => {
    const { module, resolutions } = linked
    const plan = plans.get(module.path)
    const found = now.get(moves.pathOf(module.id))
    const claim = { before: linked, edits: plan?.edits ?? [], expected }
    const broken = found
      ? findBroken(claim, found)
      : [...resolutions.keys()].filter((at) => resolutions[at]!.to !== null)
    return broken
      .map((at) => unspeakable(module, module.references[at]!, expected(resolutions[at]!)!))
      .filter(
        ({ at }) => !plan?.left.some((one) => one.at?.line === at?.line && one.at?.column === at?.column),
      )
  })
}

/** Findings that nothing said before: a name that no longer agrees with its folder, say. */
async function findNew({
  before,
  after,
  moves,
  library,
  reader,
}: Compared & { readonly library: Library; readonly reader: Library }): Promise<Diagnostic[]> {
  // That a reference leads nowhere is no news, however it is said.
  const keyOf = ({ code, at }: Diagnostic, path: string): string =>
    `${code.replace(/^(?:REFERENCE_.*|OUTSIDE_ROOT)$/, '')} ${path} ${at?.line ?? 0}`
  const known = new Map<string, number>()
  for (const one of await findingsOf(before, library)) {
    const key = keyOf(one, moves.pathOf(one.at?.path ?? ''))
    known.set(key, (known.get(key) ?? 0) + 1)
  }
  return (await findingsOf(after, reader)).filter((one) => {
    const key = keyOf(one, one.at?.path ?? '')
    const count = known.get(key) ?? 0
    known.set(key, count - 1)
    return count <= 0
  })
}

async function findingsOf({ linked, diagnostics }: Loaded, library: Library): Promise<Diagnostic[]> {
  const found = [...diagnostics]
  for (const one of linked)
    found.push(...one.module.diagnostics, ...library.findings(one), ...(await findPartFaults(one, library)))
  return found.toSorted(compareDiagnostics)
}

interface Committing extends Moving {
  readonly pruned: readonly Path[]
}

async function commit({ workspace, moves, pruned, parts }: Committing): Promise<void> {
  const { files } = parts.layers[0]!
  const modes = 'modeOf' in files ? moves.files.map(({ from }) => (files as ModeFiles).modeOf(from)) : []
  try {
    await workspace.commit()
  } catch (thrown) {
    if (!(thrown instanceof HeddleError) || thrown.code !== 'DENIED_BY_RULE' || pruned.length === 0)
      throw thrown
    // What looked empty holds a name that no door shows: the folder stays.
    for (const folder of pruned.toReversed()) await workspace.makeFolder(folder)
    await workspace.commit()
  }
  for (const [index, { to }] of moves.files.entries()) {
    const mode = modes[index]
    if (mode !== undefined) (files as ModeFiles).setMode(to, mode)
  }
}

function changesOf({ files }: Moves, rewritten: readonly Rewritten[]): FileChange[] {
  const changes = new Map<string, FileChange>(
    files.map(({ from, to }) => [from, { from, to, before: '', after: '' }]),
  )
  for (const { path, before, after } of rewritten)
    changes.set(path, { from: path, to: changes.get(path)?.to ?? path, before, after })
  return [...changes.values()].toSorted((a, b) => compareText(a.from, b.from))
}
