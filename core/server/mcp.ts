import {
  type CallToolResult,
  createMcpHandler,
  type McpRequestContext,
  McpServer,
  ResourceNotFoundError,
  ResourceTemplate,
} from '@modelcontextprotocol/server'
import { SkillsExtension } from '@modelcontextprotocol/server/ext/skills'
import type { z } from 'zod'
import { HeddleError, toDiagnostic } from '../base/diagnostic.ts'
import type { Editions } from './edition.ts'
import { createProvenance, label } from './labelled.ts'
import { readModuleById } from './module-text.ts'
import { listPrompts, type Prompt } from './mcp-prompts.ts'
import { createSkillSource } from './mcp-skills.ts'
import { asToolResult, createReadingTools } from './mcp-tools.ts'
import { readRunRequest } from './run-request.ts'
import type { Runs } from './runs.ts'
import { ownVersion } from '../base/own-version.ts'

/** What MCP is served from; without runs nothing can be run. */
export interface McpParts {
  readonly editions: Editions
  readonly runs?: Runs
}

/** MCP over HTTP, both the revision of 2026 and clients of 2025. */
export interface McpEndpoint {
  fetch(request: Request, body: unknown): Promise<Response>
  close(): Promise<void>
}

type Zod = typeof z

/** What stands before an id in the address of its resource. */
export const uriStart = 'heddle://module/'

/** An endpoint that answers one request at a time from fresh parts; whoever calls it has guarded the request and read its body. */
export async function createMcpEndpoint(parts: McpParts): Promise<McpEndpoint> {
  const factory = await createFactory(parts)
  const handler = createMcpHandler(factory, { maxSubscriptions: 64 })
  const stop = parts.editions.listen((news) => {
    if (!news) return
    handler.notify.resourcesChanged()
    handler.notify.promptsChanged()
    for (const id of news.changed) handler.notify.resourceUpdated(uriStart + encodeURI(id))
  })
  return {
    fetch: (request, body) => handler.fetch(withoutBody(request), { parsedBody: body }),
    close() {
      stop()
      return handler.close()
    },
  }
}

/** Makes the server of one request or one connection. Tools come in an order of their own and never depend on any module. */
export async function createFactory({
  editions,
  runs,
}: McpParts): Promise<(context: McpRequestContext) => Promise<McpServer>> {
  const { z } = await import('zod')
  const tools = createReadingTools(z)
  const skills = new SkillsExtension({ source: createSkillSource(editions), onWarning: () => {} })
  let prompts: { readonly generation: number; readonly list: Promise<readonly Prompt[]> } | undefined

  return async ({ era }) => {
    // Clients of 2025 subscribe within a session, of which there are none.
    const capabilities = era === 'modern' ? { resources: { subscribe: true, listChanged: true } } : {}
    const server = new McpServer(
      { name: 'heddle', title: 'Heddle', version: ownVersion() },
      {
        capabilities,
        instructions: 'Resolves, reads, searches and checks the markdown modules of this project.',
      },
    )
    for (const { name, title, description, input, output, call } of tools) {
      const annotations = { readOnlyHint: true, idempotentHint: true, openWorldHint: false }
      server.registerTool(
        name,
        { title, description, inputSchema: input, outputSchema: output, annotations },
        (given: unknown) =>
          settle(async () =>
            asToolResult(await editions.read((framework, generation) => call(framework, given, generation))),
          ),
      )
    }
    if (runs) registerRun(server, { z, editions, runs })
    registerModules(server, editions)
    skills.attach(server)
    const { generation } = editions.standing
    // What never counts its generations may be another each time.
    if (generation === 0 || prompts?.generation !== generation)
      prompts = { generation, list: listPrompts(editions) }
    for (const prompt of await prompts.list) registerPrompt(server, prompt, z)
    return server
  }
}

function registerRun(
  server: McpServer,
  { z, editions, runs }: { readonly z: Zod; readonly editions: Editions; readonly runs: Runs },
): void {
  const texts = z.record(z.string().max(100), z.string().max(65_536))
  const inputSchema = z.strictObject({
    command: z.string().min(1).max(200).describe('The name of a command'),
    arguments: z
      .strictObject({
        positional: z.array(z.string().max(65_536)).max(100).optional(),
        named: texts.optional(),
      })
      .optional(),
    serial: z.boolean().optional(),
  })
  const outputSchema = z.looseObject({ id: z.string(), status: z.string(), provenance: z.looseObject({}) })
  server.registerTool(
    'run',
    {
      title: 'Run a command',
      description:
        'Runs a command of the framework as parallel groups of operations and gives its report. It may change files.',
      inputSchema,
      outputSchema,
      annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: true },
    },
    (given, { mcpReq }) =>
      settle(async () => {
        const report = await runs.run(readRunRequest(given), { signal: mcpReq.signal })
        return asToolResult({ data: report, provenance: createProvenance(editions.standing.generation) })
      }),
  )
}

/** A fault of the caller is a result that says so; the words of it may quote modules, and are labelled like them. */
async function settle(work: () => Promise<CallToolResult>): Promise<CallToolResult> {
  try {
    return await work()
  } catch (thrown) {
    const { code, message, hint } = toDiagnostic(thrown)
    const said =
      thrown instanceof HeddleError ? [message, hint].filter(Boolean).join(' ') : 'Something failed inside.'
    return {
      isError: true,
      content: [{ type: 'text', text: label(`${code}: ${said}`, createProvenance(0)) }],
    }
  }
}

function registerModules(server: McpServer, editions: Editions): void {
  const list = async () => {
    const modules = await editions.read((framework) => framework.list('modules'))
    const paths = modules.flatMap(({ path }) => (path === undefined ? [] : [path]))
    return {
      resources: paths.map((path) => ({
        uri: uriStart + encodeURI(path),
        name: path,
        mimeType: 'text/markdown',
      })),
    }
  }
  server.registerResource(
    'module',
    new ResourceTemplate(`${uriStart}{+id}`, { list }),
    { title: 'Module', description: 'The text of a module by its id.', mimeType: 'text/markdown' },
    async ({ href }) => {
      try {
        const id = decodeURI(href.slice(uriStart.length))
        const { module, text, tag } = await editions.read((framework) => readModuleById(framework, id))
        const about = { 'heddle/layer': module.layer, 'heddle/path': module.id, 'heddle/digest': tag }
        return { contents: [{ uri: href, mimeType: 'text/markdown', text, _meta: about }] }
      } catch {
        throw new ResourceNotFoundError(href)
      }
    },
  )
}

function registerPrompt(server: McpServer, prompt: Prompt, z: Zod): void {
  const fields = prompt.arguments.map(({ name, description, required }): [string, z.ZodType] => {
    const text = z.string().max(65_536).describe(description)
    return [name, required ? text : text.optional()]
  })
  const get = async (given: Readonly<Record<string, unknown>>) => ({
    messages: [
      {
        role: 'user' as const,
        content: { type: 'text' as const, text: await prompt.text(given as Record<string, string>) },
      },
    ],
  })
  const { name, description } = prompt
  if (fields.length === 0) server.registerPrompt(name, { description }, () => get({}))
  else server.registerPrompt(name, { description, argsSchema: z.object(Object.fromEntries(fields)) }, get)
}

/** The body was read, and what is left of the request is what the SDK looks at. */
function withoutBody({ url, method, headers, signal }: Request): Request {
  return new Request(url, { method, headers, signal })
}
