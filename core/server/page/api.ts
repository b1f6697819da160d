import type { CheckReport, Diagnostic, ExplainedInPlace, Graph, RunSummary } from '../../index.ts'
import type { Standing } from '../edition.ts'
import type { ModuleAnswer } from '../questions.ts'

export type { CheckReport, Diagnostic, ExplainedInPlace, Graph, ModuleAnswer, RunSummary, Standing }

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

async function get<T>(path: string): Promise<T> {
  const response = await fetch(path, { headers: { accept: 'application/json' } })
  const data = (await response.json()) as T
  if (!response.ok) throw new Refused(data as { code: string })
  return data
}

/** An id as it stands in an address: its slashes stay. */
export function encodeId(id: string): string {
  return id.split('/').map(encodeURIComponent).join('/')
}

export const api = {
  check: () => get<CheckReport>('/api/check'),
  graph: () => get<Graph>('/api/graph'),
  module: (id: string) => get<ModuleAnswer>(`/api/modules/${encodeId(id)}`),
  runs: () => get<readonly RunSummary[]>('/api/runs'),
  why(reference: string, from: string) {
    const query = new URLSearchParams({ reference, ...(from === '' ? {} : { from }) })
    return get<ExplainedInPlace>(`/api/why?${query}`)
  },
}
