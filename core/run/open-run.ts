import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { Clock } from '../base/clock.ts'
import { type Diagnostic, fail } from '../base/diagnostic.ts'
import { digest } from '../base/key.ts'
import { findNearest } from '../base/nearest.ts'
import type { Files } from '../vfs/file-system.ts'
import type { Path } from '../vfs/path.ts'
import type { Workspace } from '../vfs/workspace.ts'
import type { Report } from './report.ts'
import { machineDisk } from './run-disk.ts'
import { findRunId, listRunIds, makeRunFolder, outputsFolder, partsOf, runsFolder } from './run-folder.ts'
import { readHistory, type RunHistory } from './run-history.ts'
import { createRunJournal, type KnownDurations, type RunJournal, type SharedResults } from './run-journal.ts'
import { createRecall, uncertainCode } from './run-recall.ts'
import type { CommitRecord, HeadRecord } from './run-records.ts'
import { createRunWriter } from './run-writer.ts'
import { readSummary } from './run-summary.ts'

/** A run that is kept. */
export interface OpenedRun {
  readonly id: string
  readonly journal: RunJournal
  /** Absolute folder for output of programs that does not fit into memory. */
  readonly outputs: string
}

/** What a run is kept with. */
export interface KeepingOptions {
  /** Absolute folder of the project's state. */
  readonly state: string
  readonly clock: Clock
  readonly results?: SharedResults | undefined
  readonly durations?: KnownDurations | undefined
}

/** What a run is asked to do. */
export type RunRequest = Pick<HeadRecord, 'command' | 'given' | 'commit'>

/** An id that nobody can guess. */
export function createRunId(): string {
  return randomBytes(16).toString('hex')
}

/** Begins to keep a new run. Rejects with `STATE_NOT_SAVED` where that is not possible. */
export function beginRun(id: string, request: RunRequest, options: KeepingOptions): Promise<OpenedRun> {
  return openPart(id, request, options)
}

/** Goes on to keep a run that was cut short. `repeat` names operations that run again whatever is recorded. */
export async function continueRun(
  history: RunHistory,
  repeat: readonly string[],
  options: KeepingOptions,
): Promise<OpenedRun> {
  const { command, given, commit } = history.heads[0]!
  const recall = createRecall(history, { repeat: new Set(repeat) })
  return openPart(history.id, { command, given, commit }, { ...options, recall })
}

async function openPart(
  id: string,
  request: RunRequest,
  options: KeepingOptions & { readonly recall?: ReturnType<typeof createRecall> },
): Promise<OpenedRun> {
  const { state, ...rest } = options
  const { folder, parents } = await makeRunFolder(state, id)
  const part = partsOf(folder).length + 1
  const writer = createRunWriter({ disk: machineDisk, folder, parents, part, clock: options.clock })
  if (!writer) return running(id)
  const journal = createRunJournal({ ...rest, writer, head: { id, at: Date.now(), ...request } })
  return { id, journal, outputs: outputsFolder(folder) }
}

/**
 * The history of the run to resume: the one named by the start of its id, or the last that was cut short. Throws `RUN_UNKNOWN`,
 * `RUN_AMBIGUOUS`, `RUN_EMPTY`, `RUN_RUNNING`, `STATE_CORRUPT` or `STATE_TOO_NEW`.
 */
export function findResumable(state: string | null, text: string | undefined): RunHistory {
  const id = text === undefined ? lastUnfinished(state) : findRunId(state, text)
  const history = readHistory(join(runsFolder(state!), id), id)
  if (history.isRunning) return running(id)
  if (history.heads.length > 0) return history
  if (history.damaged > 0)
    return fail(
      'STATE_CORRUPT',
      `The journal of the run ${id} is damaged where it says what it is of, so that it cannot be resumed.`,
      'See what it has done, then run the command again.',
    )
  return fail(
    'RUN_EMPTY',
    `The run ${id} ended before anything of it was recorded.`,
    'Run the command again.',
  )
}

/** True when nothing of the run is left to do: then its report is what it was. */
export function isOver({ end }: RunHistory, repeat: readonly string[]): boolean {
  if (!end) return false
  if (end.committed) return true
  return end.status !== 'cancelled' && !end.uncertain && repeat.length === 0
}

/** The findings for operations that were not run because they may have run already. */
export function heldBack({ groups }: Report): readonly Diagnostic[] {
  const errors = groups.flatMap(({ operations }) => operations.map(({ error }) => error))
  return errors.filter((error) => error?.code === uncertainCode) as readonly Diagnostic[]
}

/** Refuses a name that no operation of the run has. */
export function requireOperations(history: RunHistory, names: readonly string[]): void {
  const known = [...history.outcomes.values(), ...history.starts.values()].flatMap(({ record }) => [
    record.name,
    `${record.group}/${record.name}`,
  ])
  const unknown = names.find((name) => !known.includes(name))
  if (unknown === undefined) return
  const [near] = findNearest(unknown, known, 1)
  fail(
    'OPERATION_UNKNOWN',
    `The run ${history.id} has no operation "${unknown}".`,
    near ? `Did you mean "${near.value}"?` : `See \`heddle runs show ${history.id.slice(0, 8)}\`.`,
  )
}

/** What a commit of the workspace will make of the files. */
export async function targetsOf(workspace: Workspace): Promise<CommitRecord['targets']> {
  const targets: { path: string; mark: string }[] = []
  for (const { path } of workspace.diff()) targets.push({ path, mark: await markAt(workspace, path) })
  return targets
}

/** True when the commit that was about to happen had come to its end. */
export async function hasCommitted({ commit, report, end }: RunHistory, files: Files): Promise<boolean> {
  if (!commit || !report || end) return false
  for (const { path, mark } of commit.targets) if ((await markAt(files, path as Path)) !== mark) return false
  return true
}

/** The warning for a journal that is not whole; undefined for one that is. */
export function damageOf({ id, damaged }: RunHistory): Diagnostic | undefined {
  if (damaged === 0) return undefined
  const lines = damaged === 1 ? 'One line' : `${damaged} lines`
  return {
    code: 'STATE_CORRUPT',
    severity: 'warning',
    message: `${lines} of the journal of the run ${id} ${damaged === 1 ? 'is' : 'are'} damaged or missing; nothing of that is believed.`,
    hint: 'What they said is worked out anew; what has effects outside and may have run is named and not run again.',
  }
}

async function markAt(files: Files, path: Path): Promise<string> {
  const found = await files.stat(path)
  if (!found) return 'absent'
  return found.type === 'file' ? digest(await files.read(path)) : 'folder'
}

function lastUnfinished(state: string | null): string {
  const unfinished = (state === null ? [] : listRunIds(state))
    .map((id) => readSummary(state!, id))
    .filter(({ resumable }) => resumable)
    .toSorted((a, b) => (a.startedAt < b.startedAt ? 1 : -1))
  return unfinished[0]?.id ?? fail('RUN_UNKNOWN', 'No run was cut short.', 'See `heddle runs list`.')
}

function running(id: string): never {
  return fail(
    'RUN_RUNNING',
    `The run ${id} is still running, in another process.`,
    'Wait until it has ended.',
  )
}
