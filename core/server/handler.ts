import type { Framework } from '../facade.ts'
import { type Access, createAccess } from './access.ts'
import { answer, answerFault, answerJson, refuse, strictHeaders } from './answer.ts'
import { readJson } from './body.ts'
import { boundStream } from './bounded.ts'
import { type Editions, fixedEdition } from './edition.ts'
import type { Editor } from './editor.ts'
import { createEvents } from './events.ts'
import { checkPlace, checkRequest, cookieName } from './guard.ts'
import type { McpEndpoint } from './mcp.ts'
import { answerLlmsText } from './llms-text.ts'
import { answerModuleText } from './module-text.ts'
import { openInEditor } from './open-request.ts'
import { openPageFiles } from './page-files.ts'
import { decodePath, required, wholeNumber } from './query.ts'
import { findRoute } from './routes.ts'
import { readRunRequest } from './run-request.ts'
import { streamRun } from './run-stream.ts'
import { createRuns, keptRuns, type RunsSource } from './runs.ts'
import type { StreamLimits } from './streams.ts'
import { ownVersion } from '../base/own-version.ts'

export interface HandlerOptions {
  /** The exact hosts that may be asked, such as `127.0.0.1:4317`. */
  readonly hosts: readonly string[]
  /** The secret of this start; 128 random bits when left out. */
  readonly token?: string
  /** True lets whoever holds the token run commands; left out, nothing is ever run. */
  readonly allowRun?: boolean
  /** Where runs are kept; in the project's own state when left out. */
  readonly runs?: RunsSource
  /** Opens files for whoever asks for it on the page; left out, none is opened. */
  readonly editor?: Editor | undefined
  readonly streams?: StreamLimits
  /** The folder of the built page; that of this package when left out. */
  readonly page?: string
  /** Told of every request that is refused; `path` may hold anything. */
  readonly onRefused?: (refused: Refused) => void
}

/** A request that was refused; what follows the path is left out, since a secret may stand in it. */
export interface Refused {
  readonly status: number
  readonly code: string
  readonly method: string
  readonly path: string
}

/** Answers requests; never rejects. */
export interface Handler {
  (request: Request): Promise<Response>
  readonly access: Access
  /** Tells everybody who listens on `/events`. */
  tell(event: string, data: unknown): void
  /** Ends streams and runs; settles when they have ended. What is served stays open. */
  close(): Promise<void>
}

const mostAtOnce = 256
const mostUnread = 1024 * 1024
const eventStream = { 'content-type': 'text/event-stream; charset=utf-8' }

/** A handler from Request to Response over a framework: every request guarded, every response strict, no port needed to test it. */
export function createHandler(source: Framework | Editions, options: HandlerOptions): Handler {
  const editions = 'standing' in source ? source : fixedEdition(source)
  const access = createAccess(options.token)
  const guard = { hosts: options.hosts, access }
  const events = createEvents(editions, options.streams)
  const allowRun = options.allowRun === true
  const { editor } = options
  const runs = createRuns(editions, options.runs ?? keptRuns(editions), (run) => events.tell('run', run))
  const pageFiles = openPageFiles(options.page)
  let mcp: Promise<McpEndpoint> | undefined
  let atOnce = 0

  async function handle(request: Request): Promise<Response> {
    const url = new URL(request.url)
    const isEntry = request.method === 'GET' && url.pathname === '/'
    const hasSecret = url.searchParams.has('token') || url.searchParams.has('key')
    if (isEntry && hasSecret && !checkPlace(request, options.hosts)) return enter(request, url.searchParams)
    const refusal = checkRequest(request, guard)
    if (refusal) {
      options.onRefused?.({ ...refusal, method: request.method, path: url.pathname })
      return isEntry && refusal.status === 401 ? askForToken() : refuse(refusal.status, refusal.code)
    }
    if (url.pathname === '/events') return openEvents(request, url.searchParams)
    if (atOnce >= mostAtOnce) return refuse(429, 'TOO_MANY_REQUESTS', { 'retry-after': '1' })
    atOnce++
    try {
      return await route(request, url)
    } catch (thrown) {
      return answerFault(thrown)
    } finally {
      atOnce--
    }
  }

  /** The one address that is open to whoever knows a secret that stands in it: it becomes a cookie, and leaves the address. */
  function enter(request: Request, query: URLSearchParams): Response {
    const token = query.get('token')
    const key = query.get('key')
    const isKnown = (token !== null && access.isToken(token)) || (key !== null && access.takeKey(key))
    if (!isKnown) return askForToken()
    const cookie = `${cookieName(request.headers.get('host')!)}=${access.cookie}`
    const headers = { location: '/', 'set-cookie': `${cookie}; Path=/; HttpOnly; SameSite=Strict` }
    return answer(null, { status: 303, headers })
  }

  function openEvents(request: Request, query: URLSearchParams): Response {
    const lastId = request.headers.get('last-event-id') ?? query.get('since')
    const stream = events.open(lastId, request.signal)
    if (!stream) return refuse(503, 'TOO_MANY_STREAMS', { 'retry-after': '5' })
    return answer(stream, { headers: eventStream })
  }

  async function route(request: Request, { pathname: path, searchParams: query }: URL): Promise<Response> {
    if (request.method !== 'GET' && path !== '/mcp') return change(request, path)
    if (path === '/mcp') return serveMcp(request)
    if (path === '/') return pageFiles.page()
    if (path.startsWith('/page/')) return pageFiles.asset(path.slice(6)) ?? refuse(404, 'NOT_FOUND')
    if (path.startsWith('/@')) {
      const asked = { path: decodePath(path.slice(1)), from: query.get('from') ?? undefined }
      return editions.read((framework) => answerModuleText(framework, request, asked))
    }
    if (path === '/llms.txt') return editions.read((framework) => answerLlmsText(framework))
    if (path === '/api/state') return answerJson(state())
    if (path === '/api/runs' || path.startsWith('/api/runs/'))
      return answerRuns(request, { asked: path.slice(9), query })
    const found = findRoute(path)
    if (!found) return refuse(404, 'NOT_FOUND')
    return editions.read(async (framework, generation) =>
      answerJson(await found(framework, query), { headers: { 'heddle-generation': String(generation) } }),
    )
  }

  function state(): object {
    return { ...editions.standing, version: ownVersion(), allowRun, editor: editor?.name ?? null }
  }

  async function answerRuns(
    request: Request,
    { asked, query }: { readonly asked: string; readonly query: URLSearchParams },
  ): Promise<Response> {
    if (asked === '') return answerJson(await runs.list())
    const [id, more, ...rest] = asked.slice(1).split('/')
    // What cannot be an id is answered like one that nobody has.
    if (!/^[\w-]{1,64}$/.test(id!) || rest.length > 0)
      return refuse(404, more === 'output' ? 'NOT_FOUND' : 'RUN_UNKNOWN')
    if (more === 'events') return followRun(id!, request)
    if (more === 'output') return answerOutput(id!, query)
    const run = more === undefined ? await runs.get(id!) : undefined
    return run ? answerJson(run) : refuse(404, 'RUN_UNKNOWN')
  }

  /** A piece of an output as text that nobody renders; how much there is in all stands in a header. */
  async function answerOutput(id: string, query: URLSearchParams): Promise<Response> {
    const at = wholeNumber(query, 'at', { least: 0, most: 999_999_999, otherwise: 0 })
    const piece = await runs.output(id, required(query, 'blob'), at)
    if (!piece) return refuse(404, 'NOT_FOUND')
    const headers = { 'content-type': 'application/octet-stream', 'heddle-bytes': String(piece.total) }
    return answer(piece.bytes, { headers })
  }

  async function followRun(id: string, request: Request): Promise<Response> {
    const run = await runs.follow(id)
    if (!run) return refuse(404, 'RUN_UNKNOWN')
    const last = request.headers.get('last-event-id') ?? ''
    const stream = streamRun(run, /^\d{1,9}$/.test(last) ? Number(last) : -1, request.signal)
    return answer(stream, { headers: eventStream })
  }

  async function change(request: Request, path: string): Promise<Response> {
    if (path === '/api/open') {
      if (!editor) return refuse(403, 'NO_EDITOR')
      await openInEditor(await readJson(request), { editor, editions })
      return answerJson({}, { status: 202 })
    }
    if (!allowRun) return refuse(403, 'RUN_NOT_ALLOWED')
    const cancelled = /^\/api\/runs\/([^/]+)\/cancel$/.exec(path)?.[1]
    if (cancelled === undefined)
      return answerJson({ id: await runs.start(readRunRequest(await readJson(request))) }, { status: 202 })
    runs.cancel(cancelled)
    return answerJson({ id: cancelled }, { status: 202 })
  }

  /** The SDK is loaded when somebody speaks MCP. */
  async function serveMcp(request: Request): Promise<Response> {
    mcp ??= import('./mcp.ts').then(({ createMcpEndpoint }) =>
      createMcpEndpoint({ editions, ...(allowRun && { runs }) }),
    )
    const endpoint = await mcp
    const body = request.method === 'POST' ? await readJson(request) : undefined
    return withStrictHeaders(await endpoint.fetch(request, body))
  }

  const handler = async (request: Request): Promise<Response> => {
    try {
      return await handle(request)
    } catch {
      return refuse(500, 'INTERNAL')
    }
  }
  return Object.assign(handler, {
    access,
    tell: events.tell,
    async close() {
      events.close()
      await Promise.allSettled([runs.close(), mcp?.then((endpoint) => endpoint.close())])
    },
  })
}

function askForToken(): Response {
  const text = 'Open the address that heddle dev printed: it holds the token of this start.\n'
  return answer(text, { status: 401, headers: { 'content-type': 'text/plain; charset=utf-8' } })
}

function withStrictHeaders(response: Response): Response {
  const type = response.headers.get('content-type')
  const kept = ['allow', 'mcp-protocol-version', 'mcp-session-id', 'www-authenticate']
  const headers: Record<string, string> = type === null ? {} : { 'content-type': type }
  for (const name of kept) {
    const value = response.headers.get(name)
    if (value !== null) headers[name] = value
  }
  const isStream = type?.startsWith('text/event-stream') === true
  const body = isStream && response.body ? boundStream(response.body, mostUnread) : response.body
  return new Response(body, { status: response.status, headers: strictHeaders({ headers }) })
}
