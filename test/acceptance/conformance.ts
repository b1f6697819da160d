import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { completable, createMcpHandler, McpServer, ResourceTemplate } from '@modelcontextprotocol/server'
import { z } from 'zod'
import { createAccess } from '../../core/server/access.ts'
import { refuse } from '../../core/server/answer.ts'
import { readJson } from '../../core/server/body.ts'
import { checkRequest } from '../../core/server/guard.ts'
import { answerBroken, pass } from '../../core/server/wire.ts'

/**
 * What the official conformance suite asks a server for, behind the same wire, guard and SDK as our own tools. The suite sends no
 * token: it is added here, so that everything else of the guard is asked.
 * `node --import tsx --conditions=source test/acceptance/conformance.ts`, then `conformance server --url …` with the printed address.
 */
const pixel =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
const sound = 'UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAAB9AAACABAAZGF0YQIAAAA='
const text = (said: string) => ({ type: 'text' as const, text: said })
const image = { type: 'image' as const, data: pixel, mimeType: 'image/png' }
const embedded = (uri: string, said: string) => ({
  type: 'resource' as const,
  resource: { uri, mimeType: 'text/plain', text: said },
})

function createFixture(): McpServer {
  const server = new McpServer(
    { name: 'heddle-conformance', version: '1.0.0' },
    { capabilities: { logging: {}, completions: {}, resources: { subscribe: true } } },
  )
  registerTools(server)
  registerConversations(server)
  registerResources(server)
  registerPrompts(server)
  return server
}

function registerTools(server: McpServer): void {
  const tool = (name: string, content: readonly object[]): void =>
    void server.registerTool(name, { description: name }, () => ({ content: [...content] as [] }))
  tool('test_simple_text', [text('This is a simple text response for testing.')])
  tool('test_image_content', [image])
  tool('test_audio_content', [{ type: 'audio', data: sound, mimeType: 'audio/wav' }])
  tool('test_embedded_resource', [
    embedded('test://embedded-resource', 'This is an embedded resource content.'),
  ])
  tool('test_multiple_content_types', [
    text('Multiple content types test:'),
    image,
    {
      type: 'resource',
      resource: {
        uri: 'test://mixed-content-resource',
        mimeType: 'application/json',
        text: '{"test":"data","value":123}',
      },
    },
  ])
  server.registerTool('test_error_handling', { description: 'fails' }, () => {
    throw new Error('This tool intentionally returns an error for testing')
  })
  const address = z
    .object({ street: z.string().optional(), city: z.string().optional() })
    .meta({ id: 'address' })
  server.registerTool(
    'json_schema_2020_12_tool',
    {
      description: 'schema',
      inputSchema: z.strictObject({ name: z.string().optional(), address: address.optional() }),
    },
    () => ({ content: [text('ok')] }),
  )
}

function registerConversations(server: McpServer): void {
  server.registerTool('test_tool_with_logging', { description: 'logs' }, async ({ mcpReq }) => {
    for (const said of ['Tool execution started', 'Tool processing data', 'Tool execution completed'])
      await mcpReq.notify({ method: 'notifications/message', params: { level: 'info', data: said } })
    return { content: [text('done')] }
  })
  server.registerTool('test_tool_with_progress', { description: 'goes on' }, async ({ mcpReq }) => {
    const progressToken = mcpReq._meta?.progressToken
    for (const progress of [0, 50, 100])
      if (progressToken !== undefined)
        await mcpReq.notify({
          method: 'notifications/progress',
          params: { progressToken, progress, total: 100 },
        })
    return { content: [text(String(progressToken))] }
  })
  server.registerTool(
    'test_sampling',
    { description: 'samples', inputSchema: z.object({ prompt: z.string() }) },
    async ({ prompt }, { mcpReq }) => {
      const messages = [{ role: 'user' as const, content: text(prompt) }]
      const { content } = await mcpReq.requestSampling({ messages, maxTokens: 100 })
      return { content: [text(`LLM response: ${JSON.stringify(content)}`)] }
    },
  )
  server.registerTool(
    'test_elicitation',
    { description: 'asks', inputSchema: z.object({ message: z.string() }) },
    async ({ message }, { mcpReq }) => {
      const properties = { username: { type: 'string' as const }, email: { type: 'string' as const } }
      const asked = await mcpReq.elicitInput({
        message,
        requestedSchema: { type: 'object', properties, required: ['username', 'email'] },
      })
      return { content: [text(`User response: ${JSON.stringify(asked)}`)] }
    },
  )
}

function registerResources(server: McpServer): void {
  server.registerResource('static-text', 'test://static-text', { mimeType: 'text/plain' }, ({ href }) => ({
    contents: [
      { uri: href, mimeType: 'text/plain', text: 'This is the content of the static text resource.' },
    ],
  }))
  server.registerResource('static-binary', 'test://static-binary', { mimeType: 'image/png' }, ({ href }) => ({
    contents: [{ uri: href, mimeType: 'image/png', blob: pixel }],
  }))
  server.registerResource('watched', 'test://watched-resource', { mimeType: 'text/plain' }, ({ href }) => ({
    contents: [{ uri: href, mimeType: 'text/plain', text: 'watched' }],
  }))
  const template = new ResourceTemplate('test://template/{id}/data', { list: undefined })
  server.registerResource('template', template, { mimeType: 'application/json' }, ({ href }, { id }) => ({
    contents: [
      {
        uri: href,
        mimeType: 'application/json',
        text: JSON.stringify({ id, templateTest: true, data: `Data for ID: ${String(id)}` }),
      },
    ],
  }))
}

function registerPrompts(server: McpServer): void {
  const says = (...contents: readonly object[]) => ({
    messages: contents.map((content) => ({
      role: 'user' as const,
      content: content as ReturnType<typeof text>,
    })),
  })
  server.registerPrompt('test_simple_prompt', { description: 'simple' }, () =>
    says(text('This is a simple prompt for testing.')),
  )
  const argsSchema = z.object({
    arg1: completable(z.string(), () => ['paris', 'park', 'party']),
    arg2: z.string(),
  })
  server.registerPrompt(
    'test_prompt_with_arguments',
    { description: 'arguments', argsSchema },
    ({ arg1, arg2 }) => says(text(`Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`)),
  )
  server.registerPrompt(
    'test_prompt_with_embedded_resource',
    { description: 'resource', argsSchema: z.object({ resourceUri: z.string() }) },
    ({ resourceUri }) =>
      says(embedded(resourceUri, 'Embedded resource content for testing.'), text('Please process it.')),
  )
  server.registerPrompt('test_prompt_with_image', { description: 'image' }, () =>
    says(image, text('Please analyze it.')),
  )
}

const mcp = createMcpHandler(createFixture)
const access = createAccess()
const unread = { bytes: 0 }
let hosts: readonly string[] = []

async function handle(request: Request): Promise<Response> {
  const headers = new Headers(request.headers)
  headers.set('authorization', `Bearer ${access.token}`)
  const { url, method, signal } = request
  const refusal = checkRequest(new Request(url, { method, headers }), { hosts, access })
  if (refusal) return refuse(refusal.status, refusal.code)
  const parsedBody = method === 'POST' ? await readJson(request) : undefined
  return mcp.fetch(new Request(url, { method, headers, signal }), { parsedBody })
}

const server = createServer((incoming, outgoing) => void pass(handle, { incoming, outgoing, unread }))
server.on('clientError', answerBroken)
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo
  hosts = [`127.0.0.1:${port}`, `localhost:${port}`]
  console.log(`http://127.0.0.1:${port}/mcp`)
})
