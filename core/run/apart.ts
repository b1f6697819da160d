import { availableParallelism } from 'node:os'
import { realpath } from 'node:fs/promises'
import type { Diagnostic } from '../base/diagnostic.ts'
import { HeddleError } from '../base/diagnostic.ts'
import { createLimit } from '../base/limit.ts'
import { isolationUnavailable } from '../base/namespace.ts'
import { type ProcessOptions, type ProcessResult, runProcess } from '../base/process.ts'
import { applyChanges, type Harvest, harvest, type PathChange } from '../vfs/harvest.ts'
import { keepScratch } from '../vfs/keep-scratch.ts'
import { mergeChanges } from '../vfs/merge-changes.ts'
import { createOverlayFolder } from '../vfs/overlay-folder.ts'
import type { WorkspaceView } from '../vfs/view.ts'
import type { Workspace } from '../vfs/workspace.ts'
import type { CompiledClaims } from './claims.ts'
import { claimExceeded, quoted } from './excess.ts'
import type { TogetherResult } from './spawn.ts'

/** The operation whose programs run on overlays. */
export interface Owner {
  readonly name: string
  readonly claims: CompiledClaims
  /** Its files as it has left them; programs find these, and their changes go there. */
  readonly view: WorkspaceView
  readonly workspace: Workspace
  /** Absolute folder of the project. */
  readonly folder: string
  /** Something that a person should know. */
  note(diagnostic: Diagnostic): void
}

/** What one program did, not yet in the view. */
interface Ran {
  readonly result: ProcessResult
  readonly changes: readonly PathChange[]
}

/**
 * Runs programs side by side, each on an overlay of its own over what the operation sees, and puts what they changed into its
 * view: merged three-way in the order given, as if one had run after the other. Where that cannot be told, the later one runs again on what
 * the earlier ones left. That is right for programs that treat each file by itself and each line by its neighbours alone, which only
 * their author can say. What a program changes counts when it ends with code 0, as for operations; caches are kept always.
 */
export async function runTogether(
  programs: readonly ProcessOptions[],
  owner: Owner,
): Promise<readonly TogetherResult[]> {
  const inTurn = createLimit(Math.max(4, 2 * availableParallelism()))
  const started = programs.map((program) => inTurn(() => runApart(program, owner)))
  await Promise.allSettled(started)
  const changed = new Set<string>()
  const results: TogetherResult[] = []
  for (const [index, running] of started.entries()) {
    const ran = await running
    const merged = await mergeChanges(ran.changes, owner.view, changed)
    const isClear = merged.conflicts.length === 0
    const last = isClear ? ran : await runApart(programs[index]!, owner)
    const changes = isClear ? merged.changes : last.changes
    await applyChanges(changes, owner.view)
    for (const { path } of changes) changed.add(path)
    results.push({ ...last.result, conflicts: merged.conflicts })
  }
  return results
}

async function runApart(program: ProcessOptions, owner: Owner): Promise<Ran> {
  const { view, workspace } = owner
  const folder = await realpath(owner.folder)
  const changed = new Set([...workspace.diff().map(({ path }) => path), ...view.written])
  const overlay = await createOverlayFolder({ folder, files: view, changed })
  if (typeof overlay === 'string') throw isolationUnavailable('overlay', overlay)
  try {
    const result = await runProcess({
      ...program,
      // Git brings its index up to date when it is only asked something.
      env: { GIT_OPTIONAL_LOCKS: '0', ...program.env },
      overlay: overlay.mount,
    })
    if (result.ended !== 'exit') return { result, changes: [] }
    const isScratch = owner.claims.isScratch
    const found = await harvest({ files: view, overlay, isScratch })
    await keepScratch(found.scratch, overlay.mount, view)
    if (result.code !== 0) return { result, changes: [] }
    judge(found, owner)
    return { result, changes: found.changes }
  } finally {
    overlay.remove()
  }
}

/** Throws for what must not be, or cannot be kept; notes what is left out. */
function judge({ refused, changes, strange, modes }: Harvest, { name, claims, note }: Owner): void {
  if (refused[0]) throw refused[0].error
  const excess = changes.filter(
    ({ path, own }) => !claims.allow(own === undefined ? 'remove' : 'write', path),
  )
  if (excess.length > 0) throw claimExceeded(name, `changed ${quoted(excess.map(({ path }) => path))}`)
  const links = strange.filter(({ what }) => what === 'a link')
  if (links.length > 0) throw linkMade(name, quoted(links.map(({ path }) => path)))
  for (const { path, what } of strange) note(leftOut(name, `${what} at "${path}"`))
  if (modes.length > 0) {
    note(leftOut(name, `whether ${quoted(modes)} may be executed, which it changed`))
  }
}

function linkMade(name: string, paths: string): HeddleError {
  return new HeddleError({
    code: 'NOT_A_FILE',
    severity: 'error',
    message: `"${name}" made links, which are never written: ${paths}; nothing it wrote was kept.`,
    hint: 'Run it without an overlay, or let it write files.',
  })
}

function leftOut(name: string, what: string): Diagnostic {
  return {
    code: 'LEFT_OUT',
    severity: 'warning',
    message: `"${name}" left ${what}; that was not kept.`,
    hint: 'Run it without an overlay if it matters.',
  }
}
