import { compareDiagnostics, compareText, type Diagnostic, fail } from '../base/diagnostic.ts'
import { isDependency, type Linked } from '../load/linked.ts'
import { findingOf } from '../resolve/findings.ts'
import { isWithin, type Path } from '../vfs/path.ts'
import type { Workspace } from '../vfs/workspace.ts'
import { certain, createAnswers } from './answer.ts'
import { applyEdits, type PlannedEdit, type ReferenceEdit, type SourceText, wholeText } from './edit.ts'
import { findPartFaults } from './part-faults.ts'
import { type MendParts, readModule } from './parts.ts'
import { type FixPlanning, planFix } from './plan-fix.ts'
import { type Claim, findBroken, isUndisturbed } from './proof.ts'
import { unifiedDiff } from './unified-diff.ts'

/** What to repair and whether to write it. */
export interface FixOptions {
  /** Files and folders of the project; all of it when left out or empty. */
  readonly paths?: readonly string[]
  /** True writes the repairs, all or none; otherwise nothing is written. */
  readonly write?: boolean
  /** From 0.6 to 1: the least confidence of a repair. Left out, only what has one right answer is repaired. */
  readonly confidence?: number
}

/** What was, or would be, repaired. */
export interface FixReport {
  readonly root: string
  readonly written: boolean
  readonly edits: readonly ReferenceEdit[]
  /** Findings about references that stay, and files that could not be read. */
  readonly left: readonly Diagnostic[]
  /** The edits as a unified diff. */
  readonly diff: string
}

const leastConfidence = 0.6

/**
 * Repairs the references of the project's modules that have one right answer, so that they resolve by the ladder. Rejects with
 * `CONFLICT`, nothing written, when a file was changed from outside since it was read.
 */
export async function fix(parts: MendParts, options: FixOptions = {}): Promise<FixReport> {
  const { layers, library, folder } = parts
  const confidence = checkConfidence(options.confidence)
  const isWanted = await chooseFiles(parts, options.paths ?? [])
  const workspace = await parts.openWorkspace(options.write === true)
  const loaded = await library.loadEvery([layers[0]!])
  const planning = { world: { layers, library, folder }, answers: createAnswers(layers, library), confidence }
  const left = loaded.diagnostics.filter(({ at }) => isWanted(at?.path ?? ''))
  const mended: Mended[] = []
  for (const linked of loaded.linked.toSorted((a, b) => compareText(a.module.id, b.module.id))) {
    if (!isWanted(linked.module.id) || library.findings(linked).length === 0) continue
    const file = await mendFile({ linked, workspace }, planning, parts)
    left.push(...file.left)
    if (file.edits.length > 0) mended.push(file)
  }
  const written = options.write === true && mended.length > 0
  if (written) await workspace.commit()
  return {
    root: folder ?? '',
    written,
    edits: mended.flatMap(({ edits }) => edits.map(({ shown }) => shown)),
    left: left.toSorted(compareDiagnostics),
    diff: unifiedDiff(mended.map(({ path, before, after }) => ({ from: path, to: path, before, after }))),
  }
}

function checkConfidence(given: number | undefined): number {
  if (given === undefined) return certain
  if (given >= leastConfidence && given <= 1) return given
  return fail(
    'CONFIDENCE_OUT_OF_RANGE',
    `A confidence of ${given} cannot be asked for.`,
    `Ask for one from ${leastConfidence} to 1.`,
  )
}

async function chooseFiles(parts: MendParts, paths: readonly string[]): Promise<(path: string) => boolean> {
  const { tree } = parts.layers[0]!
  const chosen = paths.map((text) => {
    const path = parts.gate.require(text)
    return tree.typeOf(path)
      ? path
      : fail('PATH_MISSING', `"${text}" names no file or folder of the project.`, 'Name one that exists.')
  })
  return (path) => chosen.length === 0 || chosen.some((folder) => isWithin(path as Path, folder))
}

interface Mended {
  readonly path: string
  readonly edits: readonly PlannedEdit[]
  readonly left: readonly Diagnostic[]
  readonly before: string
  readonly after: string
}

interface Mending {
  readonly linked: Linked
  readonly workspace: Workspace
}

/** Plans one file, keeps the edits that prove right, and leaves the result in the workspace. */
async function mendFile(
  { linked, workspace }: Mending,
  planning: FixPlanning,
  parts: MendParts,
): Promise<Mended> {
  const { module } = linked
  const source = await readModule({ module, path: module.path }, workspace, parts)
  const plan = planFix(linked, source?.text, planning)
  const path = module.id
  if (!source || plan.edits.length === 0) return { path, edits: [], left: plan.left, before: '', after: '' }
  const edits = await proven({ linked, workspace, source, parts }, plan.edits)
  const dropped = plan.edits
    .filter((edit) => !edits.includes(edit))
    .map(({ index }) => findingAt(linked, index))
  const after = { ...source, text: applyEdits(source.text, edits) }
  await workspace.write(module.path, wholeText(after))
  return {
    path,
    edits,
    left: [...plan.left, ...dropped],
    before: wholeText(source),
    after: wholeText(after),
  }
}

function findingAt({ module, resolutions }: Linked, index: number): Diagnostic {
  return findingOf(module.references[index]!, resolutions[index]!, module.id)!
}

interface Proving extends Mending {
  readonly source: SourceText
  readonly parts: MendParts
}

/** The edits after which the file reads as claimed; when not all do together, those that do one after the other. */
async function proven(proving: Proving, edits: readonly PlannedEdit[]): Promise<readonly PlannedEdit[]> {
  if (await holds(proving, edits)) return edits
  const kept: PlannedEdit[] = []
  for (const edit of edits) if (await holds(proving, [...kept, edit])) kept.push(edit)
  return kept
}

/** Reads the edited text as a load would, and compares every reference. */
async function holds(
  { linked, workspace, source, parts }: Proving,
  edits: readonly PlannedEdit[],
): Promise<boolean> {
  const { path } = linked.module
  const [project, ...others] = parts.layers
  const layer = { ...project!, files: workspace }
  await workspace.write(path, wholeText({ ...source, text: applyEdits(source.text, edits) }))
  const module = await parts.openLibrary([layer, ...others]).loadSpot({ layer, path })
  const after = parts.library.link(module)
  const claim: Claim = { before: linked, edits, expected: ({ to }) => to }
  if (findBroken(claim, after).length > 0 || !isUndisturbed(claim, after)) return false
  return !(await losesPart(claim, after, parts))
}

/**
 * True when a file that was found anew does not have the part that the reference names: then another one was meant. Letter case
 * is doubt enough only where a new dependency could bring a cycle besides.
 */
async function losesPart({ before, edits }: Claim, after: Linked, { library }: MendParts): Promise<boolean> {
  const found = edits
    .filter(({ index }) => {
      const { to, differs } = before.resolutions[index]!
      return to === null && (differs === null || isDependency(before.module.references[index]!))
    })
    .map(({ index }) => after.module.references[index]!)
    .filter(({ fragment }) => fragment !== null)
  if (found.length === 0) return false
  const faults = await findPartFaults(after, library)
  return found.some(({ line, column }) => faults.some(({ at }) => at?.line === line && at.column === column))
}
