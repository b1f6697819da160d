import { HeddleError, toDiagnostic } from '../../core/base/diagnostic.ts'
import type { BashInput } from '../../core/operations/bash.ts'
import { compileClaims } from '../../core/run/claims.ts'
import { guardFiles } from '../../core/run/guard.ts'
import type { OperationContext, OperationKind } from '../../core/run/operation.ts'
import type { WritableFiles } from '../../core/vfs/file-system.ts'
import type { Model } from './file-model.ts'
import { modelFiles } from './model-files.ts'
import type { Found, NamedDraft } from './plan-draft.ts'

export interface CallOptions {
  /** The kinds for a run on this model. */
  readonly kinds: ReadonlyMap<string, OperationKind>
  /** Runs a command line on the model, and says how it ended. */
  command?(model: Model, input: BashInput): unknown
}

const mostAttempts = 3

/** What an operation gives when nothing runs beside it: again while it is busy and may be, and without a trace when it fails. */
export async function callOnModel(operation: NamedDraft, model: Model, options: CallOptions): Promise<Found> {
  const kind = options.kinds.get(operation.kind)!
  const { name } = operation
  for (let attempt = 1; ; attempt++) {
    const before = [...model]
    try {
      const output = plain(await callKind(kind, operation, { model, options, attempt }))
      const failure = kind.failure?.(output)
      return {
        name,
        kind: kind.kind,
        status: failure ? 'failed' : 'done',
        output,
        error: failure ? { code: failure.code, message: failure.message } : null,
        quality: kind.quality?.(operation.input, output) ?? null,
      }
    } catch (thrown) {
      if (kind.effects !== 'external') refill(model, before)
      if (isBusy(thrown) && (operation.idempotent ?? kind.idempotent) && attempt < mostAttempts) continue
      const { code, message } = toDiagnostic(thrown, 'OPERATION_FAILED')
      return {
        name,
        kind: kind.kind,
        status: 'failed',
        output: null,
        error: { code, message },
        quality: null,
      }
    }
  }
}

async function callKind(
  kind: OperationKind,
  operation: NamedDraft,
  {
    model,
    options,
    attempt,
  }: { readonly model: Model; readonly options: CallOptions; readonly attempt: number },
): Promise<unknown> {
  if (kind.kind === 'bash') return options.command!(model, operation.input as BashInput)
  const guarded = guardedFiles(kind, operation, modelFiles(model))
  const output = await kind.run(operation.input, contextWith(guarded.files, attempt))
  if (guarded.refused) throw guarded.refused
  return output
}

/** Claims that bind may not be exceeded; what has no effects may not write. */
function guardedFiles(
  kind: OperationKind,
  operation: NamedDraft,
  files: WritableFiles,
): { readonly files: WritableFiles; readonly refused?: HeddleError | undefined } {
  if (kind.effects === 'external' || (kind.effects === 'workspace' && !kind.binding)) return { files }
  const said = kind.binding ? { ...kind.claims?.(operation.input), ...operation.claims } : {}
  const claims = compileClaims(said, kind.effects)
  if (!claims.ok) throw new HeddleError(claims.diagnostic)
  return guardFiles(files, claims.value, operation.name)
}

function contextWith(files: WritableFiles, attempt: number): OperationContext {
  return {
    files,
    attempt,
    key: 'on a model',
    signal: new AbortController().signal,
    spawn: () => Promise.reject(new Error('nothing is spawned on a model')),
    spawnTogether: () => Promise.reject(new Error('nothing is spawned on a model')),
    progress: () => undefined,
  }
}

function refill(model: Model, entries: readonly (readonly [string, string | null])[]): void {
  model.clear()
  for (const [path, text] of entries) model.set(path, text)
}

function isBusy(thrown: unknown): boolean {
  return (thrown as { code?: unknown } | undefined)?.code === 'EBUSY'
}

/** Without what is undefined: an output is compared as it would be printed. */
function plain(output: unknown): unknown {
  return JSON.parse(JSON.stringify(output))
}
