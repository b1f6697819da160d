import type { Access } from './access.ts'

/** Who may ask: the exact hosts with their port, and who holds a secret of this start. */
export interface GuardOptions {
  /** Such as `127.0.0.1:4317` and `localhost:4317`, to the letter. */
  readonly hosts: readonly string[]
  readonly access: Access
}

/** Why a request is refused. */
export interface Refusal {
  readonly status: 400 | 401 | 403 | 405 | 415
  readonly code: string
}

/** Where state may change; everything else is asked for with GET. */
export const changing: ReadonlySet<string> = new Set(['/mcp', '/api/run', '/api/open'])

/** The name of the cookie at a host: ports of one host share their cookies. */
export function cookieName(host: string): string {
  return `heddle_${/:(\d+)$/.exec(host)?.[1] ?? '80'}`
}

/**
 * Why a request must not pass, looked at from outside to inside: its form, Host, Origin, where a browser says that it comes from,
 * method, and last the secret. A request with `Authorization: Bearer` comes from a program; one with the cookie from a browser, which
 * must then show that it was our own page: by an exact Origin, or on GET by `Sec-Fetch-Site`, since navigations and event
 * streams of the same origin send no Origin.
 */
export function checkRequest(request: Request, { hosts, access }: GuardOptions): Refusal | undefined {
  const host = request.headers.get('host') ?? ''
  return checkPlace(request, hosts) ?? checkMethod(request) ?? checkSecret(request, { host, access })
}

/** Why a request must not pass for where it was sent to and from, whoever holds which secret. */
export function checkPlace({ headers }: Request, hosts: readonly string[]): Refusal | undefined {
  const host = headers.get('host')
  if (host === null || !hosts.includes(host)) return { status: 403, code: 'HOST_NOT_ALLOWED' }
  const origin = headers.get('origin')
  if (origin !== null && origin !== `http://${host}`) return { status: 403, code: 'ORIGIN_NOT_ALLOWED' }
  const site = headers.get('sec-fetch-site')
  if (site !== null && site !== 'same-origin' && site !== 'none')
    return { status: 403, code: 'SITE_NOT_ALLOWED' }
  return undefined
}

function checkMethod(request: Request): Refusal | undefined {
  if (request.method === 'GET') return undefined
  const path = new URL(request.url).pathname
  const isChange = request.method === 'POST' || (request.method === 'DELETE' && path === '/mcp')
  if (!isChange || !isChanging(path)) return { status: 405, code: 'METHOD_NOT_ALLOWED' }
  if (request.method === 'POST' && !isJson(request.headers)) return { status: 415, code: 'BODY_TYPE' }
  return undefined
}

/** True where a POST may go. */
export function isChanging(path: string): boolean {
  return changing.has(path) || /^\/api\/runs\/[^/]+\/cancel$/.test(path)
}

function isJson(headers: Headers): boolean {
  const type = headers.get('content-type') ?? ''
  const encoding = headers.get('content-encoding') ?? 'identity'
  return /^application\/json(?:\s*;|$)/i.test(type) && encoding === 'identity'
}

function checkSecret(
  { method, headers }: Request,
  { host, access }: { readonly host: string; readonly access: Access },
): Refusal | undefined {
  const refusal: Refusal = { status: 401, code: 'TOKEN_REQUIRED' }
  const authorization = headers.get('authorization')
  if (authorization !== null) {
    const given = /^Bearer (\S+)$/.exec(authorization)?.[1]
    return given !== undefined && access.isToken(given) ? undefined : refusal
  }
  const cookie = cookieOf(headers, cookieName(host))
  if (cookie === undefined || !access.isCookie(cookie)) return refusal
  const isOurs = headers.has('origin') || (method === 'GET' && comesFromHere(headers, host))
  return isOurs ? undefined : refusal
}

/** Browsers say where a request comes from, but only to this machine and over TLS; elsewhere the strict cookie alone tells. */
function comesFromHere(headers: Headers, host: string): boolean {
  return headers.has('sec-fetch-site') || !/^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])(?::\d+)?$/.test(host)
}

/** Undefined when it is not there, or twice. */
function cookieOf(headers: Headers, name: string): string | undefined {
  const found = (headers.get('cookie') ?? '')
    .split(/[;,]/)
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
  return found.length === 1 ? found[0]!.slice(name.length + 1) : undefined
}
