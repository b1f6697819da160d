import { HeddleError, toDiagnostic } from '../base/diagnostic.ts'
import type { Framework } from '../facade.ts'
import { checkRequest, type GuardOptions } from './guard.ts'

export interface HandlerOptions extends GuardOptions {
  readonly framework: Framework
}

/** Answers a request; never rejects. */
export type Handler = (request: Request) => Promise<Response>

type Route = (framework: Framework, query: URLSearchParams) => unknown

/** The JSON of the command line, each at its own path. */
const routes: Readonly<Record<string, Route>> = {
  '/api/check': (framework) => framework.check(),
  '/api/graph': (framework) => framework.graph(),
  '/api/modules': (framework) => framework.list('modules'),
  '/api/resolve': (framework, query) =>
    framework.resolve(required(query, 'reference'), query.get('from') ?? undefined),
  '/api/why': (framework, query) =>
    framework.why(required(query, 'reference'), query.get('from') ?? undefined),
}

const headers = {
  'content-type': 'application/json; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
} as const

/** A handler from Request to Response over a framework: read-only, every request guarded, no port needed to test it. */
export function createHandler({ framework, ...guard }: HandlerOptions): Handler {
  return async (request) => {
    const refusal = checkRequest(request, guard)
    if (refusal) return answer(refusal.status, { code: refusal.code })
    const { pathname, searchParams } = new URL(request.url)
    const route = Object.hasOwn(routes, pathname) ? routes[pathname] : undefined
    if (!route) return answer(404, { code: 'NOT_FOUND' })
    try {
      return answer(200, await route(framework, searchParams))
    } catch (thrown) {
      return answer(thrown instanceof HeddleError ? 400 : 500, toDiagnostic(thrown))
    }
  }
}

function answer(status: number, data: unknown): Response {
  return new Response(`${JSON.stringify(data)}\n`, { status, headers })
}

function required(query: URLSearchParams, name: string): string {
  const value = query.get(name)
  if (value !== null) return value
  throw new HeddleError({
    code: 'ARGUMENT_MISSING',
    severity: 'error',
    message: `The query needs "${name}".`,
    hint: `Add ?${name}=…`,
  })
}
