import type { z as Zod, ZodType } from 'zod'
import { queueError } from './faults.ts'

/** Text that is here, or where it is. */
export type Carried = { readonly text: string } | { readonly blob: string }

/** What a job says: an operation by the name of its kind, never code and never a path of ours. */
export interface JobData {
  readonly v: 1
  readonly call: string
  /** The node of the relay that answers for the run. */
  readonly from: string
  readonly run: string
  readonly group: string
  readonly operation: string
  readonly kind: string
  readonly input: Carried
  readonly claims: {
    reads?: string[] | undefined
    writes?: string[] | undefined
    scratch?: string[] | undefined
  }
  readonly attempt: number
  readonly key: string
  readonly deadlineMs: number
  /** True when nobody may do it who does not know whether it was done. */
  readonly once: boolean
  /** The state that a checkout must have for programs; null when there is none. */
  readonly checkout: string | null
}

/** What a worker gives back. */
export interface JobResult {
  readonly v: 1
  readonly worker: string
  readonly status: 'returned' | 'threw' | 'stopped'
  readonly body: Carried
}

/** The body of a result. */
export interface ResultBody {
  /** Left out when nothing was given. */
  readonly value?: unknown
  readonly thrown?: ThrownShape
  readonly written: readonly WrittenData[]
  /** Output of programs: the file of the worker that `value` names, and the digest of what was in it. */
  readonly stored?: readonly { readonly path: string; readonly blob: string }[] | undefined
}

export interface WrittenData {
  readonly path: string
  readonly type: 'added' | 'changed' | 'removed'
  readonly isFolder: boolean
  readonly bytes: Carried | null
}

interface ThrownShape {
  readonly name: string
  readonly message: string
}

export interface Question {
  readonly how: 'stat' | 'list' | 'read'
  readonly path: string
  /** The digest of what the worker has of a file. */
  readonly have?: string | undefined
}

/** An answer: what was found as JSON, a file by its content, or why it could not be. */
export type Answer =
  | { readonly type: 'found'; readonly json: Carried }
  | { readonly type: 'same' }
  | { readonly type: 'bytes'; readonly base64: string }
  | { readonly type: 'blob'; readonly blob: string }
  | { readonly type: 'refused'; readonly thrown: ThrownShape }

/** What workers say to the run. */
export type WorkerMessage =
  | { readonly type: 'began'; readonly call: string; readonly worker: string; readonly node: string }
  | {
      readonly type: 'ask'
      readonly call: string
      readonly node: string
      readonly number: number
      readonly questions: readonly Question[]
    }
  | { readonly type: 'progress'; readonly call: string; readonly message: string }
  /** The queue has taken its result: from now on it counts, and no other does. */
  | { readonly type: 'done'; readonly call: string; readonly result: JobResult }
  | { readonly type: 'failed'; readonly call: string; readonly reason: string }

/** What the run says to workers. */
export type RunMessage =
  | {
      readonly type: 'answers'
      readonly call: string
      readonly number: number
      readonly answers: readonly Answer[]
    }
  | { readonly type: 'stop'; readonly call: string; readonly why: 'deadline' | 'cancelled' }

/** Checks what came from outside. */
export interface MessageSchemas {
  job(data: unknown): JobData
  result(data: unknown): JobResult
  body(data: unknown): ResultBody
  /** What was said together, in the order in which it was said; each is still to be checked. */
  together(data: unknown): readonly unknown[]
  fromWorker(data: unknown): WorkerMessage
  fromRun(data: unknown): RunMessage
}

const most = { name: 500, path: 4096, text: 400_000, claims: 2000, questions: 2000, messages: 10_000 }

/** Longer text than this does not travel in a message. */
export const mostInline = 16 * 1024

let loaded: Promise<MessageSchemas> | undefined

/** The schemas of all messages; built once. */
export function messageSchemas(): Promise<MessageSchemas> {
  loaded ??= import('zod').then(({ z }) => build(z))
  return loaded
}

function build(z: typeof Zod): MessageSchemas {
  const digest = z.string().regex(/^[0-9a-f]{64}$/)
  const name = z.string().max(most.name)
  const id = z.string().regex(/^[\w-]{1,100}$/)
  const globs = z.array(z.string().max(most.path)).max(most.claims).optional()
  const carried = z.union([
    z.strictObject({ text: z.string().max(most.text) }),
    z.strictObject({ blob: digest }),
  ])
  const count = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER)
  const thrown = z.looseObject({ name: z.string().max(most.name), message: z.string().max(most.text) })
  const answer = z.discriminatedUnion('type', [
    z.strictObject({ type: z.literal('found'), json: carried }),
    z.strictObject({ type: z.literal('same') }),
    z.strictObject({ type: z.literal('bytes'), base64: z.string().max(most.text) }),
    z.strictObject({ type: z.literal('blob'), blob: digest }),
    z.strictObject({ type: z.literal('refused'), thrown }),
  ])
  const question = z.strictObject({
    how: z.enum(['stat', 'list', 'read']),
    path: z.string().max(most.path),
    have: digest.optional(),
  })
  const job = z.strictObject({
    v: z.literal(1),
    call: id,
    from: id,
    run: name,
    group: name,
    operation: name,
    kind: name,
    input: carried,
    claims: z.strictObject({ reads: globs, writes: globs, scratch: globs }),
    attempt: count,
    key: z.string().max(3 * most.name),
    deadlineMs: z.number().positive(),
    once: z.boolean(),
    checkout: z.string().max(most.name).nullable(),
  })
  const result = z.strictObject({
    v: z.literal(1),
    worker: name,
    status: z.enum(['returned', 'threw', 'stopped']),
    body: carried,
  })
  const written = z.strictObject({
    path: z.string().min(1).max(most.path),
    type: z.enum(['added', 'changed', 'removed']),
    isFolder: z.boolean(),
    bytes: carried.nullable(),
  })
  const body = z.strictObject({
    value: z.unknown().optional(),
    thrown: thrown.optional(),
    written: z.array(written),
    stored: z.array(z.strictObject({ path: z.string().max(most.path), blob: digest })).optional(),
  })
  const fromWorker = z.discriminatedUnion('type', [
    z.strictObject({ type: z.literal('began'), call: id, worker: name, node: id }),
    z.strictObject({
      type: z.literal('ask'),
      call: id,
      node: id,
      number: count,
      questions: z.array(question).max(most.questions),
    }),
    z.strictObject({ type: z.literal('progress'), call: id, message: z.string().max(most.text) }),
    z.strictObject({ type: z.literal('done'), call: id, result }),
    z.strictObject({ type: z.literal('failed'), call: id, reason: z.string().max(most.text) }),
  ])
  const fromRun = z.discriminatedUnion('type', [
    z.strictObject({ type: z.literal('answers'), call: id, number: count, answers: z.array(answer) }),
    z.strictObject({ type: z.literal('stop'), call: id, why: z.enum(['deadline', 'cancelled']) }),
  ])
  return {
    job: checked('a job', job as ZodType<JobData>),
    result: checked('a result', result as ZodType<JobResult>),
    body: checked('a result', body as ZodType<ResultBody>),
    together: checked('messages', z.array(z.unknown()).max(most.messages)),
    fromWorker: checked('a message', fromWorker as ZodType<WorkerMessage>),
    fromRun: checked('a message', fromRun as ZodType<RunMessage>),
  }
}

function checked<T>(what: string, schema: ZodType<T>): (data: unknown) => T {
  return (data) => {
    const found = schema.safeParse(data)
    if (found.success) return found.data
    const [issue] = found.error.issues
    throw queueError(
      'data-refused',
      `The queue holds ${what} that is not what it should be: ${issue!.path.join('.') || 'the whole'}: ${issue!.message}.`,
      'Look who else writes to this queue, and whether all run the same version of Heddle.',
    )
  }
}
