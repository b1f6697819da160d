import { resolve } from 'node:path'
import { type Clock, createClock } from '../base/clock.ts'
import { type Diagnostic, fail, HeddleError } from '../base/diagnostic.ts'
import type { ProcessResult } from '../base/process.ts'
import type { Files } from '../vfs/file-system.ts'
import { createGate, type Gate } from '../vfs/gate.ts'
import { defaultLimits, requireRoom } from '../vfs/quota.ts'
import { createView, type WorkspaceView } from '../vfs/view.ts'
import { createWorkspace } from '../vfs/workspace.ts'
import { Attempt, type Ending } from './attempt.ts'
import { compileClaims } from './claims.ts'
import { createKinds, type Kinds } from './kinds.ts'
import type { Written } from './memory.ts'
import type { Claims, OperationContext, OperationKind } from './operation.ts'
import { createPrograms, type Programs } from './programs.ts'
import { writtenIn } from './remember.ts'
import type { SpawnPlace } from './spawn.ts'
import { makeRunnable } from './task.ts'

/** An operation of somebody else's run. */
export interface Errand {
  readonly kind: string
  readonly name: string
  readonly input: unknown
  readonly claims?: Claims | undefined
  /** Which try it is, from 1. */
  readonly attempt: number
  readonly key: string
  readonly deadlineMs: number
}

/** What the run lends for an errand. */
export interface ErrandDoors {
  /** The files as the run shows them to this operation; only asked, never written. */
  readonly files: Files
  readonly signal: AbortSignal
  /** Asked before the first program starts; rejects where the checkout is not what the run works on. */
  checkout(): Promise<void>
  progress(message: string): void
}

/** What came of an errand: what the kind's code gave or threw, and what it wrote. */
export interface ErrandEnd {
  readonly status: 'returned' | 'threw' | 'stopped'
  readonly value: unknown
  readonly written: readonly Written[]
  /** Absolute paths of files with output of its programs that is too large for `value`, which names them as `blob`. */
  readonly stored: readonly string[]
}

/** Runs operations of other processes with the kinds, and in the folder, of this one. */
export interface Workbench {
  /** Absolute folder of the checkout; null when the files are not on a disk. */
  readonly folder: string | null
  /** The kind, or undefined when no plugin here gives it. */
  kindOf(name: string): OperationKind | undefined
  /**
   * Calls the kind's own code with the checked input. `value` is what it gave or threw. Rejects with KIND_UNKNOWN or INPUT_INVALID when
   * there is nothing to call.
   */
  run(errand: Errand, doors: ErrandDoors): Promise<ErrandEnd>
}

export interface WorkbenchParts extends SpawnPlace {
  kindOf(name: string): OperationKind | undefined
}

const graceMs = 250

/** A workbench over a folder. */
export function createWorkbench(parts: WorkbenchParts): Workbench {
  const kinds = createKinds(parts.kindOf)
  // One for all: each errand would pay for a timer, and for a gate that remembers nothing.
  const shared = { clock: createClock(), gate: createGate() }
  return {
    folder: parts.folder,
    kindOf: parts.kindOf,
    async run(errand, doors) {
      const { kind, input } = await prepare(errand, kinds)
      // Most operations that take long look at no file.
      let made: WorkspaceView | undefined
      const stored: string[] = []
      const ending = await callOnce({
        errand,
        doors,
        parts,
        clock: shared.clock,
        view: () => (made ??= viewOver(errand.name, doors.files, shared.gate)),
        stored,
        call: (context) => kind.run(input, context),
      })
      if (ending.type === 'ignored' || ending.stopped)
        return {
          status: 'stopped',
          value: ending.type === 'returned' ? ending.value : undefined,
          written: [],
          stored,
        }
      if (ending.type === 'threw') return { status: 'threw', value: ending.thrown, written: [], stored }
      return { status: 'returned', value: ending.value, written: made ? writtenIn(made) : [], stored }
    },
  }
}

async function prepare(errand: Errand, kinds: Kinds): Promise<{ kind: OperationKind; input: unknown }> {
  const { kind, name, input, claims } = errand
  await kinds.prepare([kind])
  const runnable = makeRunnable({ kind, name, input, ...(claims && { claims }) }, kinds, Infinity)
  if (!runnable.ok) throw new HeddleError(runnable.diagnostic)
  return { kind: runnable.value.kind.kind, input: runnable.value.input }
}

/** What the operation writes is kept here, and read back from here. */
function viewOver(name: string, base: Files, gate: Gate): WorkspaceView {
  return createView({
    name,
    base,
    gate,
    now: Date.now,
    publish: () => fail('READ_ONLY', 'What a worker wrote is published by the run.'),
    rely: () => undefined,
    requireRoom: (cells, paths, bytes) => requireRoom(cells, defaultLimits, { paths, bytes }),
  })
}

interface OneCall {
  readonly errand: Errand
  readonly doors: ErrandDoors
  readonly parts: WorkbenchParts
  readonly clock: Clock
  view(): WorkspaceView
  readonly stored: string[]
  call(context: OperationContext): unknown
}

/** The run decides about deadlines; that of the worker is for runs that are no longer there. */
function callOnce({ errand, doors, parts, clock, view, stored, call }: OneCall): Promise<Ending> {
  const { signal, files } = doors
  return new Promise((done) => {
    const attempt = new Attempt({
      clock,
      deadlineMs: errand.deadlineMs + graceMs,
      graceMs,
      call: (attempt) => call(contextOf(attempt)),
      ended(ending) {
        signal.removeEventListener('abort', stop)
        done(ending)
      },
    })
    const stop = (): void => attempt.stop(isDeadline(signal.reason) ? 'deadline' : 'cancelled')
    signal.addEventListener('abort', stop)
    attempt.start()
    if (signal.aborted) stop()
  })

  function contextOf(attempt: Attempt): OperationContext {
    // Most operations start none.
    let made: Programs | undefined
    const programs = (): Programs => (made ??= programsOf(attempt))
    return {
      get files() {
        return view()
      },
      attempt: errand.attempt,
      key: errand.key,
      get signal() {
        return attempt.signal
      },
      async spawn(options) {
        await doors.checkout()
        return noted(await programs().spawn(options))
      },
      async spawnTogether(options) {
        await doors.checkout()
        return (await programs().spawnTogether(options)).map(noted)
      },
      progress(message) {
        if (!attempt.over) doors.progress(message)
      },
    }
  }

  function noted<R extends ProcessResult>(result: R): R {
    for (const output of Object.values(result.stored ?? {}))
      stored.push(resolve(parts.folder ?? '', output.blob))
    return result
  }

  function programsOf(attempt: Attempt): Programs {
    const claims = compileClaims(errand.claims ?? {}, 'external')
    if (!claims.ok) throw new HeddleError(claims.diagnostic)
    return createPrograms({
      attempt,
      place: { ...parts, workspace: createWorkspace(files) },
      operation: { name: errand.name, claims: claims.value },
      view,
      noted: (diagnostic: Diagnostic) => doors.progress(diagnostic.message),
    })
  }
}

function isDeadline(reason: unknown): boolean {
  return reason instanceof HeddleError && reason.code === 'TIMEOUT'
}
