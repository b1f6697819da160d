import { type Context, type ContextOptions, writeContext } from './context.ts'
import { gather, type GatherParts, type Source } from './gather.ts'
import type { ContextConfig } from './settings.ts'

/** What belongs to a context, before it is written. */
export interface PreparedContext {
  /** The sources: `path` is null for one that stands outside the project. */
  readonly sources: readonly { readonly id: string; readonly path: string | null }[]
  /** Writes it. `texts` by id, as they are read later, take the place of those that were found. */
  write(options?: ContextOptions, texts?: ReadonlyMap<string, string>): Promise<Context>
}

/** Finds what references need, for somebody who reads the texts himself. */
export async function prepareContext(
  parts: GatherParts,
  references: readonly string[],
  config: ContextConfig,
): Promise<PreparedContext> {
  const gathered = await gather(parts, references)
  return {
    sources: gathered.sources.map(({ id, path, layer }) => ({ id, path: layer === 'project' ? path : null })),
    write: (options = {}, texts = new Map()) =>
      writeContext(
        { ...gathered, sources: gathered.sources.map((source) => withText(source, texts.get(source.id))) },
        { options, config, fill: parts.fill },
      ),
  }
}

/** Of a text that has changed meanwhile no part is known, nor a heading. */
function withText(source: Source, text: string | undefined): Source {
  if (text === undefined || text === source.text) return source
  const module = source.module && { ...source.module, headings: [], references: [] }
  return { ...source, module, text, ranges: null, parts: [] }
}
