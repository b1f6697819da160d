import type {
  CheckReport,
  Diagnostic,
  ExplainedInPlace,
  Graph,
  Listed,
  PipelineStep,
  RunSummary,
  ShownRun,
} from '../../index.ts'
import type { Context } from '../../compose/context.ts'
import type { CommandHelp } from '../../plugin/runner.ts'
import type { Snapshot } from '../delta.ts'
import type { Standing } from '../edition.ts'
import type { Frame } from '../frame.ts'
import type { ModuleAnswer } from '../questions.ts'

export type {
  CheckReport,
  CommandHelp,
  Context,
  Diagnostic,
  ExplainedInPlace,
  Frame,
  Graph,
  Listed,
  ModuleAnswer,
  PipelineStep,
  RunSummary,
  ShownRun,
  Standing,
}

/** How the server was started. */
export interface ServerState extends Standing {
  readonly version: string
  readonly allowRun: boolean
  /** The program that opens files; null when none does. */
  readonly editor: string | null
}

/** What the server refused, as it said it. */
export class Refused extends Error {
  readonly code: string
  readonly hint: string | undefined

  constructor({ code, message, hint }: { code: string; message?: string; hint?: string }) {
    super(message ?? code)
    this.code = code
    this.hint = hint
  }
}

async function ask(path: string, body?: object): Promise<Response> {
  const accept = { accept: 'application/json' }
  const response = await fetch(
    path,
    body
      ? {
          method: 'POST',
          headers: { ...accept, 'content-type': 'application/json' },
          body: JSON.stringify(body),
        }
      : { headers: accept },
  )
  if (response.ok) return response
  throw new Refused(
    (await response.json().catch(() => ({ code: String(response.status) }))) as { code: string },
  )
}

async function get<T>(path: string, query: Readonly<Record<string, string>> = {}): Promise<T> {
  const asked = Object.entries(query).filter(([, value]) => value !== '')
  return (await ask(asked.length > 0 ? `${path}?${new URLSearchParams(asked)}` : path)).json() as Promise<T>
}

/** An id as it stands in an address: its slashes stay. */
export function encodeId(id: string): string {
  return id.split('/').map(encodeURIComponent).join('/')
}

export const api = {
  async snapshot(): Promise<{ snapshot: Snapshot; generation: number }> {
    const response = await ask('/api/snapshot')
    const generation = Number(response.headers.get('heddle-generation'))
    return { snapshot: (await response.json()) as Snapshot, generation }
  },
  state: () => get<ServerState>('/api/state'),
  module: (id: string) => get<ModuleAnswer>(`/api/modules/${encodeId(id)}`),
  trace: (module: string) => get<readonly PipelineStep[]>('/api/trace', { module }),
  frame: (path: string, line: number) => get<Frame>('/api/frame', { path, line: String(line) }),
  why: (reference: string, from: string) => get<ExplainedInPlace>('/api/why', { reference, from }),
  context: (reference: string, how: Readonly<Record<string, string>>) =>
    get<Context>('/api/context', { reference, ...how }),
  commands: () => get<readonly Listed[]>('/api/commands'),
  command: (name: string) => get<CommandHelp>('/api/command', { name }),
  runs: () => get<readonly RunSummary[]>('/api/runs'),
  run: (id: string) => get<ShownRun>(`/api/runs/${id}`),
  async output(id: string, blob: string, at: number): Promise<{ text: string; next: number; total: number }> {
    const query = new URLSearchParams({ blob, at: String(at) })
    const response = await ask(`/api/runs/${id}/output?${query}`)
    const bytes = await response.arrayBuffer()
    const total = Number(response.headers.get('heddle-bytes'))
    return { text: new TextDecoder().decode(bytes), next: at + bytes.byteLength, total }
  },
  start: async (request: { command: string; arguments: object }): Promise<string> =>
    ((await (await ask('/api/run', request)).json()) as { id: string }).id,
  cancel: (id: string) => ask(`/api/runs/${id}/cancel`, {}),
  open: (at: { path: string; line?: number; column?: number }) => ask('/api/open', at),
}
