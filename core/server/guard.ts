import { timingSafeEqual } from 'node:crypto'

/** Who may ask: the exact host with its port, and the token of this start. */
export interface GuardOptions {
  /** Such as `127.0.0.1:4317` and `localhost:4317`. */
  readonly hosts: readonly string[]
  readonly token: string
}

/** Why a request is refused; undefined when it may pass. */
export interface Refusal {
  readonly status: 400 | 401 | 403 | 405
  readonly code: string
}

/**
 * Checks method, Host, Origin and token, in this order. The Host must be one of ours to the letter (a rebinding name is
 * not), an Origin must be ours too, and the token comes as `Authorization: Bearer`.
 */
export function checkRequest(request: Request, { hosts, token }: GuardOptions): Refusal | undefined {
  if (request.method !== 'GET') return { status: 405, code: 'METHOD_NOT_ALLOWED' }
  const host = request.headers.get('host')
  if (host === null || !hosts.includes(host)) return { status: 403, code: 'HOST_NOT_ALLOWED' }
  const origin = request.headers.get('origin')
  if (origin !== null && origin !== `http://${host}`) return { status: 403, code: 'ORIGIN_NOT_ALLOWED' }
  const given = /^Bearer (\S+)$/.exec(request.headers.get('authorization') ?? '')?.[1]
  if (given === undefined || !sameText(given, token)) return { status: 401, code: 'TOKEN_REQUIRED' }
  return undefined
}

/** Compares in a time that does not tell where the texts differ. */
function sameText(a: string, b: string): boolean {
  const left = Buffer.from(a)
  const right = Buffer.from(b)
  return left.length === right.length && timingSafeEqual(left, right)
}
