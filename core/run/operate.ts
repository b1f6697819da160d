import type { Clock } from '../base/clock.ts'
import type { Diagnostic, HeddleError } from '../base/diagnostic.ts'
import { toDiagnostic } from '../base/diagnostic.ts'
import type { WritableFiles } from '../vfs/file-system.ts'
import type { Path } from '../vfs/path.ts'
import type { WorkspaceView } from '../vfs/view.ts'
import type { Workspace } from '../vfs/workspace.ts'
import type { Ending, StopReason } from './attempt.ts'
import { Attempt } from './attempt.ts'
import { compileClaims, type CompiledClaims } from './claims.ts'
import { guardFiles } from './guard.ts'
import type { ReadyKind } from './kinds.ts'
import { checkOutput } from './kinds.ts'
import type { Recalled } from './memory.ts'
import type { OperationContext, Quality } from './operation.ts'
import { createPrograms, type Programs } from './programs.ts'
import { type Left, type RememberedCall, Replay } from './remember.ts'
import type { Outcome, OutcomeStatus } from './report.ts'
import type { SpawnPlace } from './spawn.ts'
import type { Testimony, Witness } from './witness.ts'

/** An operation whose input was checked, ready to be called. */
export interface Runnable {
  readonly name: string
  readonly kind: ReadyKind
  readonly input: unknown
  readonly claims: CompiledClaims
  readonly deadlineMs: number
}

/** What every operation of a run shares. */
export interface Surroundings extends SpawnPlace {
  readonly workspace: Workspace
  readonly witness: Witness
  readonly clock: Clock
  /** Milliseconds that a stopped operation has to end by itself. */
  readonly graceMs: number
}

/** One call, how it went, and the view that it wrote to, for the caller to publish when it is done. */
export interface Called {
  readonly status: OutcomeStatus
  readonly output: unknown
  readonly error: Diagnostic | null
  readonly quality: Quality | null
  /** What was thrown, for the decision to try again. */
  readonly thrown?: unknown
  /** True when it was stopped and still has not ended. */
  readonly ignored: boolean
  readonly view?: WorkspaceView | undefined
  /** What it changed on the disk though it had not claimed it. */
  readonly exceeded?: readonly Path[] | undefined
  /** What it has left besides, when there is a memory. */
  readonly left?: Left | undefined
  /** What the outcome says of where it comes from. */
  readonly known?: Pick<Outcome, 'replayed' | 'cache'> | undefined
}

export interface CallOptions {
  /** What is left of the operation's deadline. */
  readonly deadlineMs: number
  /** Which try this is, from 1. */
  readonly attempt: number
  /** The operation of the run, whichever call it is. */
  readonly key: string
  /** Makes the view for this call when the operation first looks at its files. */
  readonly view: () => WorkspaceView
  progress(message: string): void
  /** Something about the operation that a person should know. */
  noted(diagnostic: Diagnostic): void
  readonly remembered?: RememberedCall | undefined
  /** Has somebody else call the operation's own code, which begins when `begin` is called; it is called here when left out. */
  readonly elsewhere?: ((context: OperationContext, begin: () => void) => unknown) | undefined
  /** Called once, with what came of it; at once when the operation answers at once. */
  called(called: Called): void
}

/** A call under way. */
export interface Calling {
  stop(reason: StopReason): void
}

/** Milliseconds that somebody elsewhere has more: word must reach them, and theirs must come back. */
const messageMs = 2000

/** Calls the operation once. */
export function callOperation(
  runnable: Runnable,
  surroundings: Surroundings,
  { deadlineMs, attempt: number, key, view, progress, noted, remembered, elsewhere, called }: CallOptions,
): Calling {
  const { kind } = runnable.kind
  const { workspace, witness, clock, graceMs } = surroundings
  let used: UsedFiles | undefined
  let testimony: Testimony | undefined
  const open = (): UsedFiles => (used ??= openFiles(runnable, view(), remembered))
  const attempt = new Attempt({
    clock,
    deadlineMs,
    graceMs: elsewhere ? graceMs + messageMs : graceMs,
    waits: elsewhere !== undefined,
    call(attempt) {
      const place = surroundings
      const programs = (): Programs =>
        createPrograms({ attempt, place, operation: runnable, view: () => open().view, noted })
      const run = (): unknown => {
        const context = new CallContext({ attempt, number, key, open, programs, progress })
        return elsewhere ? elsewhere(context, () => attempt.begin()) : kind.run(runnable.input, context)
      }
      const isWatched = kind.effects === 'external' || kind.untraced
      const runHere = isWatched ? (): unknown => runWatched(run, attempt) : run
      return remembered ? remembered.call(() => open().view, runHere) : runHere()
    },
    ended: (ending) => called(conclude(ending)),
  })
  attempt.start()
  return attempt

  /** A process looks at the disk: what earlier operations wrote must be there. What it changes there is looked at. */
  async function runWatched(run: () => unknown, attempt: Attempt): Promise<unknown> {
    const isOutside = kind.effects === 'external'
    workspace.expectScratch(runnable.claims.isScratch)
    if (isOutside) await witness.flush(runnable)
    await (isOutside ? witness.begin(runnable) : witness.join(runnable))
    try {
      return await run()
    } finally {
      testimony = await witness.end(runnable, !isOutside || attempt.signal.aborted)
      // On an overlay only scratch comes to the disk.
      const { regions, changes } = runnable.claims
      const outside = isOutside ? changes : changes.filter((region) => !regions.writes.includes(region))
      workspace.changedBelow([...outside, ...testimony.exceeded])
    }
  }

  function tellExcess(called: Mutable<Called>, { exceeded, notes }: Testimony): void {
    called.exceeded = exceeded
    for (const each of notes) noted(each)
  }

  function conclude(ending: Ending): Called {
    const { value } = ending.type === 'returned' && !ending.stopped ? ending : noValue
    const isReplay = value instanceof Replay
    const called: Mutable<Called> = isReplay
      ? replayed(value.recalled)
      : judge(runnable, ending, used?.refused)
    if (testimony) tellExcess(called, testimony)
    if (called.error) called.error = withoutFolder(called.error, surroundings.folder)
    called.view = used?.view
    if (remembered && !isReplay) {
      called.left = remembered.left(called.status === 'done' ? used?.view : undefined)
      called.known = remembered.known()
    }
    return called
  }
}

const noValue = { value: undefined }

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

/** The view of one call, and the files that the operation is given for it. */
interface UsedFiles {
  readonly view: WorkspaceView
  readonly files: WritableFiles
  readonly refused?: HeddleError | undefined
}

const readOnly = compileClaims({}, 'none')

/** What has effects outside is not traced, and what only gives hints is found out otherwise; what has no effects never writes. */
function openFiles(
  { name, kind, claims }: Runnable,
  view: WorkspaceView,
  remembered: RememberedCall | undefined,
): UsedFiles {
  const { effects, binding = false } = kind.kind
  const traced = (files: WritableFiles): WritableFiles => remembered?.trace(files) ?? files
  if (effects === 'external' || (effects === 'workspace' && !binding)) return { view, files: traced(view) }
  const guarded = guardFiles(view, binding || !readOnly.ok ? claims : readOnly.value, name)
  return {
    view,
    files: traced(guarded.files),
    get refused() {
      return guarded.refused
    },
  }
}

interface ContextParts {
  readonly attempt: Attempt
  readonly number: number
  readonly key: string
  readonly open: () => UsedFiles
  readonly programs: () => Programs
  readonly progress: (message: string) => void
}

/** Made for every call, so what most of them never ask for is made when they do; each part works on its own. */
class CallContext implements OperationContext {
  readonly #parts: ContextParts

  constructor(parts: ContextParts) {
    this.#parts = parts
  }

  get attempt(): number {
    return this.#parts.number
  }

  get key(): string {
    return this.#parts.key
  }

  get files(): WritableFiles {
    return this.#parts.open().files
  }

  get signal(): AbortSignal {
    return this.#parts.attempt.signal
  }

  get spawn(): OperationContext['spawn'] {
    return this.#parts.programs().spawn
  }

  get spawnTogether(): OperationContext['spawnTogether'] {
    return this.#parts.programs().spawnTogether
  }

  get progress(): OperationContext['progress'] {
    const { attempt, progress } = this.#parts
    return (message) => {
      if (!attempt.over) progress(message)
    }
  }
}

/** What was known stands as it was recorded. */
function replayed({ outcome, written, looks }: Recalled): Called {
  const { status, output, error, quality, replayed, cache } = outcome
  const known = { ...(replayed && { replayed }), ...(cache && { cache }) }
  return { status, output, error, quality, ignored: false, known, left: { written, looks } }
}

/** What a kind says of its output is asked here too, and may throw. */
function judge(runnable: Runnable, ending: Ending, refused: HeddleError | undefined): Called {
  try {
    return judgeEnding(runnable, ending, refused)
  } catch (thrown) {
    return failedWith(toDiagnostic(thrown, 'OPERATION_FAILED'), thrown)
  }
}

function judgeEnding(runnable: Runnable, ending: Ending, refused: HeddleError | undefined): Called {
  if (ending.stopped) return stoppedCall(runnable, ending, ending.stopped)
  if (refused) return failedWith(refused.diagnostic)
  if (ending.type === 'threw')
    return failedWith(toDiagnostic(ending.thrown, 'OPERATION_FAILED'), ending.thrown)
  const { kind } = runnable.kind
  const output = checkOutput(kind.kind, runnable.kind.output, ending.value)
  if (!output.ok) return failedWith(output.diagnostic)
  const { value } = output
  const error = kind.failure?.(value) ?? null
  const quality = kind.quality?.(runnable.input, value) ?? null
  return { status: error ? 'failed' : 'done', output: value, error, quality, ignored: false }
}

/** A command that was ended has often said why: what it gave is kept. */
function stoppedCall(runnable: Runnable, ending: Ending, stopped: StopReason): Called {
  const { kind, output } = runnable.kind
  const given = ending.type === 'returned' ? checkOutput(kind.kind, output, ending.value) : undefined
  const isDeadline = stopped === 'deadline'
  return {
    status: isDeadline ? 'timed-out' : 'cancelled',
    output: given?.ok ? given.value : null,
    error: isDeadline ? timedOut(runnable) : cancelledOperation(runnable.name),
    quality: null,
    ignored: ending.type === 'ignored',
  }
}

/** The call that failed with this. */
export function failedWith(error: Diagnostic, thrown?: unknown): Called {
  return { status: 'failed', output: null, error, quality: null, thrown, ignored: false }
}

/** Errors of the machine name files by their absolute paths. */
function withoutFolder(error: Diagnostic, folder: string | null): Diagnostic {
  if (folder === null || !error.message.includes(folder)) return error
  return { ...error, message: error.message.replaceAll(`${folder}/`, '').replaceAll(folder, '.') }
}

function timedOut({ name, deadlineMs }: Runnable): Diagnostic {
  return {
    code: 'TIMEOUT',
    severity: 'error',
    message: `"${name}" did not end within ${deadlineMs} ms.`,
    hint: 'Give it more time with deadlineMs, or less to do.',
  }
}

/** The diagnostic of what was cancelled before or while it ran. */
export function cancelledOperation(name: string): Diagnostic {
  return {
    code: 'CANCELLED',
    severity: 'error',
    message: `"${name}" was cancelled.`,
    hint: 'Run the command again.',
  }
}
