import type { z } from 'zod'
import type { CheckReport } from '../load/check.ts'
import type { Framework } from '../facade.ts'
import { graphAround } from './around.ts'
import { createProvenance, label, type Provenance } from './labelled.ts'
import { readModule, readModuleById } from './module-text.ts'
import { searchModules } from './search.ts'

type Zod = typeof z

/** What a tool gives: the same as data and as text, each with where it comes from. */
export interface ToolResult {
  readonly data: object
  readonly provenance: Provenance
  /** The text to label, where it is not the data as JSON. */
  readonly text?: string
}

/** A tool that only reads. Its words are ours alone: nothing of a module, a file name or a plugin stands in them. */
export interface ReadingTool {
  readonly name: string
  readonly title: string
  readonly description: string
  readonly input: z.ZodType
  readonly output: z.ZodType
  call(framework: Framework, input: unknown, generation: number): Promise<ToolResult>
}

interface ToolSpec<I extends z.ZodType> {
  readonly name: string
  readonly title: string
  readonly description: string
  readonly input: I
  readonly output: z.ZodType
  readonly call: (framework: Framework, input: z.infer<I>, generation: number) => Promise<ToolResult>
}

/** What is to be found of a check: with many findings, the worst of them. */
const mostFindings = 200

/** The tools that read, in the order in which they are always listed. */
export function createReadingTools(z: Zod): readonly ReadingTool[] {
  const text = z.string().min(1).max(4096)
  const reference = text.describe('A reference such as @modules/patterns/x.md, or a path')
  const from = text.optional().describe('The path of the file that the reference stands in')
  const anything = z.looseObject({
    provenance: z.looseObject({ boundary: z.string(), generation: z.number() }),
  })

  const tool = <I extends z.ZodType>(spec: ToolSpec<I>): ReadingTool => ({
    ...spec,
    call: (framework, input, generation) => spec.call(framework, input as z.infer<I>, generation),
  })
  const plain = (data: object, generation: number): ToolResult => ({
    data,
    provenance: createProvenance(generation),
  })

  return [
    tool({
      name: 'resolve',
      title: 'Resolve a reference',
      description:
        'Says which file a reference names and why: the status, the path, the layer, and every place that was looked at, in order.',
      input: z.strictObject({ reference, from }),
      output: anything.extend({
        reference: z.string(),
        status: z.string().nullable(),
        path: z.string().nullable(),
      }),
      call: async (framework, { reference, from }, generation) =>
        plain(await framework.explain(reference, from), generation),
    }),
    tool({
      name: 'read',
      title: 'Read a module',
      description: 'Gives the whole text of the module that a reference names, or of a module by its id.',
      input: z.strictObject({
        reference: reference.optional(),
        from,
        id: text.optional().describe('An id from search, graph or check'),
      }),
      output: anything.extend({ id: z.string(), layer: z.string(), text: z.string(), tokens: z.number() }),
      call: async (framework, { reference, from, id }, generation) => {
        const read =
          id === undefined
            ? await readModule(framework, reference ?? '', from)
            : await readModuleById(framework, id)
        const { module, text, tag } = read
        const { id: path, layer, kind, name, title, bytes, tokens } = module
        const provenance = createProvenance(generation, { path, layer, digest: tag })
        return { data: { id: path, layer, kind, name, title, bytes, tokens, text }, provenance, text }
      },
    }),
    tool({
      name: 'search',
      title: 'Search modules',
      description:
        'Finds modules whose name, title, path, description or text holds every word of a query; the best first.',
      input: z.strictObject({
        query: z.string().min(1).max(1000),
        limit: z.int().min(1).max(1000).optional(),
      }),
      output: anything.extend({
        query: z.string(),
        total: z.number(),
        results: z.array(z.looseObject({ path: z.string() })),
      }),
      call: async (framework, { query, limit }, generation) =>
        plain(await searchModules(framework, query, limit ?? 20), generation),
    }),
    tool({
      name: 'check',
      title: 'Check the framework',
      description:
        'Finds references that lead nowhere and modules that are broken, in everything or in some files and folders. ' +
        '`omitted` counts findings beyond the limit; errors come first.',
      input: z.strictObject({
        paths: z.array(text).max(1000).optional(),
        limit: z.int().min(1).max(100_000).optional(),
      }),
      output: anything.extend({
        modules: z.number(),
        references: z.looseObject({ total: z.number(), missing: z.number() }),
        diagnostics: z.array(z.looseObject({ code: z.string(), severity: z.string(), message: z.string() })),
        omitted: z.number(),
      }),
      call: async (framework, { paths, limit }, generation) =>
        plain(worstFirst(await framework.check(paths ? { paths } : {}), limit ?? mostFindings), generation),
    }),
    tool({
      name: 'graph',
      title: 'Look at the graph',
      description:
        'Gives modules and every reference between them, resolved or not: all of them, or those around one module.',
      input: z.strictObject({
        around: text.optional().describe('The id of a module'),
        depth: z.int().min(0).max(100).optional(),
      }),
      output: anything.extend({
        modules: z.array(z.looseObject({ id: z.string() })),
        references: z.array(z.looseObject({ from: z.string() })),
        cycles: z.array(z.array(z.string())),
      }),
      call: async (framework, { around, depth }, generation) => {
        const graph = await framework.graph()
        return plain(around === undefined ? graph : graphAround(graph, around, depth ?? 1), generation)
      },
    }),
    tool({
      name: 'context',
      title: 'Compose a context',
      description:
        'Gives the text of what references name with everything that they need, under a budget of tokens: parts by #fragment, repeated ' +
        'text once, what rarely changes first. Names every cut and why.',
      input: z.strictObject({
        references: z.array(reference).min(1).max(100),
        budget: z.int().min(1).max(10_000_000).optional().describe('Tokens, 200000 when left out'),
        for: z.enum(['plain', 'claude', 'agents-md']).optional(),
      }),
      output: anything.extend({
        text: z.string(),
        tokens: z.number(),
        tokenizer: z.string(),
        estimate: z.boolean(),
        composition: z.array(z.string()),
        sections: z.array(z.looseObject({ id: z.string(), tokens: z.number() })),
        cuts: z.array(z.looseObject({ id: z.string(), why: z.string(), tokens: z.number() })),
        diagnostics: z.array(z.looseObject({ code: z.string() })),
      }),
      call: async (framework, { references, budget, for: audience }, generation) => {
        const options = { ...(budget !== undefined && { budget }), ...(audience && { for: audience }) }
        const data = await framework.context(references, options)
        return { ...plain(data, generation), text: data.text }
      },
    }),
  ]
}

const weights: Readonly<Record<string, number>> = { error: 0, warning: 1, info: 2 }

function worstFirst(report: CheckReport, limit: number): CheckReport & { readonly omitted: number } {
  const diagnostics = report.diagnostics
    .toSorted((a, b) => weights[a.severity]! - weights[b.severity]!)
    .slice(0, limit)
  return { ...report, diagnostics, omitted: report.diagnostics.length - diagnostics.length }
}

/** A result as MCP sends it: data and labelled text with the same provenance. */
export function asToolResult({ data, provenance, text }: ToolResult): {
  content: { type: 'text'; text: string }[]
  structuredContent: Record<string, unknown>
} {
  return {
    content: [{ type: 'text', text: label(text ?? JSON.stringify(data, null, 1), provenance) }],
    structuredContent: { ...data, provenance },
  }
}
