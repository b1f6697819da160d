import { HeddleError, toDiagnostic } from '../base/diagnostic.ts'

/** On every response, whatever it says. */
const always = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
} as const

const closedPolicy = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
/** The one policy of trusted types may name the page's own worker, and nothing else. */
const pagePolicy =
  "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
  "frame-ancestors 'none'; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types heddle-worker"

/** Headers by their lower-case names. */
export type HeaderMap = Readonly<Record<string, string>>

/** What an answer is besides its body. */
export interface Answering {
  readonly status?: number
  readonly headers?: HeaderMap
  /** True for what a browser shows as our page: it may load its own scripts and styles, and nothing else. */
  readonly isPage?: boolean
}

/** The headers that every response has, with more or other ones. */
export function strictHeaders({ headers = {}, isPage = false }: Answering = {}): Record<string, string> {
  const policy = isPage ? pagePolicy : closedPolicy
  return { ...always, 'cache-control': 'no-store', 'content-security-policy': policy, ...headers }
}

/** A response with the strict headers. */
export function answer(
  body: string | Uint8Array<ArrayBuffer> | ReadableStream | null,
  how: Answering = {},
): Response {
  return new Response(body, { status: how.status ?? 200, headers: strictHeaders(how) })
}

/** Data as JSON. */
export function answerJson(data: unknown, { status = 200, headers = {} }: Answering = {}): Response {
  const type = { 'content-type': 'application/json; charset=utf-8' }
  return answer(`${JSON.stringify(data)}\n`, { status, headers: { ...type, ...headers } })
}

/** A refusal: the code and nothing else, since it may go to anybody. */
export function refuse(status: number, code: string, headers: HeaderMap = {}): Response {
  return answerJson({ code }, { status, headers })
}

/** What was thrown, as a response to somebody who may know. */
export function answerFault(thrown: unknown): Response {
  const diagnostic = toDiagnostic(thrown)
  return answerJson(diagnostic, { status: thrown instanceof HeddleError ? statusOf(diagnostic.code) : 500 })
}

const statuses: Readonly<Record<string, number>> = {
  NOT_FOUND: 404,
  REFERENCE_MISSING: 404,
  REFERENCE_AMBIGUOUS: 404,
  NOT_A_MODULE: 404,
  COMMAND_UNKNOWN: 404,
  RUN_UNKNOWN: 404,
  OUTSIDE_ROOT: 403,
  NAME_UNSAFE: 403,
  DENIED_BY_RULE: 403,
  LINK_LEAVES_ROOT: 403,
  FRAMEWORK_DISPOSED: 503,
  TOO_MANY: 503,
  BODY_TOO_LARGE: 413,
  BODY_TYPE: 415,
}

function statusOf(code: string): number {
  return Object.hasOwn(statuses, code) ? statuses[code]! : 400
}
