import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test, type TestContext } from 'node:test'
import type { Report } from 'heddle'
import { createHandler, type Handler, openEditions } from 'heddle/server'
import { keptRuns, type RunsSource } from '../../core/server/runs.ts'
import { publish, rounds } from './soak.ts'

/*
 * Row J4. A server has one token, and its callers are those who hold it: handles are not told apart among them, but they open nothing to
 * anybody else, and one that nobody was given is answered like one that does not exist. Every start is a caller of its own to the others:
 * what is kept of runs belongs to the project and is read by all of them, while a run that goes on obeys the start that began it.
 */
const tokens = { ours: '00112233445566778899aabbccddeeff', theirs: 'ffeeddccbbaa99887766554433221100' }
const json = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' }

const project = {
  '.claude/commands/much.md': '---\npattern: much\n---\n# Much\n',
  '.claude/commands/hold.md': '---\npattern: hold\n---\n# Hold\n',
  'heddle.config.mjs': `
    const run = (command) => () => [{ name: 'it', operations: [{ kind: 'bash', input: { command }, claims: { writes: [] } }] }]
    const weave = { name: 'weave', apply({ plan }) {
      plan.for('much').tap('weave', run('yes warp | head -c 4200000'))
      plan.for('hold').tap('weave', run('until [ -e go ]; do sleep 0.02; done'))
    } }
    export default { plugins: [{ plugin: weave, options: {} }] }\n`,
}

interface Start {
  readonly handler: Handler
  /** How often its store of runs was asked for one. */
  readonly lookedUp: () => number
}

/** Two starts of a server over one project, each with its own token. */
async function open(t: TestContext): Promise<{ ours: Start; theirs: Start; put(path: string): void }> {
  const folder = mkdtempSync(join(tmpdir(), 'heddle-handles-'))
  const put = (path: string, text = ''): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  for (const [path, text] of Object.entries(project)) put(path, text)
  const start = async (token: string): Promise<Start> => {
    const editions = await openEditions({ root: folder, builtIn: false })
    const { source, lookedUp } = counting(keptRuns(editions))
    const handler = createHandler(editions, { hosts: ['h:1'], token, allowRun: true, runs: source })
    t.after(async () => {
      await handler.close()
      await editions.close()
    })
    return { handler, lookedUp }
  }
  const [ours, theirs] = [await start(tokens.ours), await start(tokens.theirs)]
  t.after(() => rmSync(folder, { recursive: true }))
  return { ours, theirs, put }
}

function counting(kept: RunsSource): { source: RunsSource; lookedUp: () => number } {
  let asked = 0
  const counted =
    <A extends unknown[], R>(look: (...given: A) => R) =>
    (...given: A): R => {
      asked++
      return look(...given)
    }
  const { list, get, events, output } = kept
  const source = { list, get: counted(get), events: counted(events), output: counted(output) }
  return { source, lookedUp: () => asked }
}

interface Asked {
  readonly method?: string
  readonly headers?: Record<string, string>
  readonly body?: string
}

async function ask({ handler }: Start, path: string, given: Asked = {}): Promise<Response> {
  const headers = { host: 'h:1', authorization: `Bearer ${tokens.ours}`, ...given.headers }
  return handler(new Request(`http://x.invalid${path}`, { ...given, headers }))
}

/** Everything that a caller sees of an answer, in which a handle that it wrote itself says nothing. */
async function seen(answer: Promise<Response>, handle: string): Promise<string> {
  const response = await answer
  const body = (await response.text()).replaceAll(handle, 'HANDLE')
  return JSON.stringify([response.status, [...response.headers], body])
}

/** Runs a command to its end; gives the id of the run and the blob of what it wrote. */
async function runMuch(start: Start): Promise<{ id: string; blob: string }> {
  const { id } = (await (await post(start, '/api/run', { command: 'much' })).json()) as { id: string }
  await (await ask(start, `/api/runs/${id}/events`)).text()
  const { report } = (await (await ask(start, `/api/runs/${id}`)).json()) as { report: Report }
  const { output } = report.groups[0]!.operations[0]! as { output: { stdout: { blob: string } } }
  return { id, blob: output.stdout.blob.split('/').slice(-2).join('/') }
}

function post(start: Start, path: string, body: object, headers = {}): Promise<Response> {
  return ask(start, path, { method: 'POST', headers: { ...json, ...headers }, body: JSON.stringify(body) })
}

/** The doors at which a handle of a run is shown. */
const doors: Readonly<Record<string, (id: string, blob: string) => readonly [string, Asked?]>> = {
  run: (id) => [`/api/runs/${id}`],
  events: (id) => [`/api/runs/${id}/events`],
  output: (id, blob) => [`/api/runs/${id}/output?blob=${blob}`],
  cancel: (id) => [`/api/runs/${id}/cancel`, { method: 'POST', headers: json, body: '{}' }],
}

const absent = { id: '0'.repeat(32), blob: 'heddle-output-AAAAAA/stdout' }

test('a caller without our token gets the same answer for every handle, and none is looked up (J4)', async (t) => {
  const { ours } = await open(t)
  const run = await runMuch(ours)
  const before = ours.lookedUp()
  const wrong: readonly Record<string, string>[] = [
    { authorization: '' },
    { authorization: `Bearer ${tokens.theirs}` },
    { authorization: `Bearer ${tokens.ours.slice(0, -1)}0` },
    { authorization: '', cookie: `heddle_1=${tokens.ours}`, 'sec-fetch-site': 'same-origin' },
    { authorization: `Bearer ${run.id}` },
  ]
  const event = /^id: (\S+)/m.exec(await firstOf(await ask(ours, '/events')))![1]!
  const answers = new Set<string>()
  for (const headers of wrong) {
    for (const door of Object.values(doors))
      for (const { id, blob } of [run, absent, { id: 'none', blob: '..%2fjournal-1' }]) {
        const [path, asked = {}] = door(id, blob)
        answers.add(await seen(ask(ours, path, { ...asked, headers: { ...asked.headers, ...headers } }), id))
      }
    for (const id of [event, 'ffffffff-1', 'x'])
      answers.add(await seen(ask(ours, '/events', { headers: { 'last-event-id': id, ...headers } }), id))
    for (const id of ['1', 'x'])
      answers.add(await seen(post(ours, '/mcp', {}, { 'mcp-session-id': id, ...headers }), id))
  }
  assert.equal(answers.size, 1, [...answers].join('\n'))
  assert.match([...answers][0]!, /^\[401,.*TOKEN_REQUIRED/)
  assert.equal(ours.lookedUp(), before)
})

async function firstOf({ body }: Response): Promise<string> {
  const reader = body!.getReader()
  let text = ''
  while (!text.includes('\nid: ')) text += Buffer.from((await reader.read()).value).toString()
  await reader.cancel()
  return text.slice(text.indexOf('id: '))
}

test('a guessed handle is answered like one that nobody has, whatever it looks like (J4)', async (t) => {
  const { ours } = await open(t)
  const [one, other] = [await runMuch(ours), await runMuch(ours)]
  for (const name of ['run', 'events', 'output'])
    assert.equal((await ask(ours, ...doors[name]!(one.id, one.blob))).status, 200, name)
  const last = one.id.at(-1) === '0' ? '1' : '0'
  const guesses = [
    one.id.slice(0, 31),
    one.id.slice(0, 4),
    `${one.id}0`,
    one.id.slice(0, 31) + last,
    one.id.replace(/[a-f]/, (letter) => letter.toUpperCase()),
    `${one.id}%20`,
    `%20${one.id}`,
    `..%2f${one.id}`,
    'journal-1',
    '%00',
    '%ff',
    '__proto__',
    '*',
    'x'.repeat(4_000),
    ...Array.from({ length: rounds(100, 20_000) }, () => randomBytes(16).toString('hex')),
  ].filter((guess) => guess !== one.id)
  let attempts = 0
  for (const [name, door] of Object.entries(doors)) {
    const expected = await seen(ask(ours, ...door(absent.id, one.blob)), absent.id)
    assert.match(expected, /^\[404,/, name)
    for (const guess of guesses) {
      attempts++
      const said = await seen(
        ask(ours, ...door(guess, one.blob)),
        name === 'cancel' ? guess.slice(0, 64) : guess,
      )
      assert.equal(said, expected, `${name} ${guess}`)
    }
  }
  const missing = await seen(ask(ours, ...doors['output']!(absent.id, absent.blob)), absent.blob)
  const blobs = [
    absent.blob,
    other.blob,
    one.blob.slice(0, -1),
    '..%2f..%2fjournal-1',
    '%00',
    'stdout',
    '.',
    '*',
  ]
  for (const blob of blobs) {
    attempts++
    assert.equal(await seen(ask(ours, ...doors['output']!(one.id, blob)), blob), missing, blob)
  }
  publish(t, `J4 ${attempts} guessed handles, all answered like an absent one`)
})

test('a run that goes on obeys the start that began it, and no handle of another caller (J4)', async (t) => {
  const { ours, theirs, put } = await open(t)
  const call = {
    jsonrpc: '2.0',
    id: 7,
    method: 'tools/call',
    params: { name: 'run', arguments: { command: 'hold' } },
  }
  const running = post(ours, '/mcp', call)
  const going = async (): Promise<{ id: string; status: string } | undefined> =>
    ((await (await ask(ours, '/api/runs')).json()) as { id: string; status: string }[])[0]
  while ((await going())?.status !== 'running') await new Promise((resolve) => setImmediate(resolve))
  const { id } = (await going())!

  const atTheirs = { headers: { authorization: `Bearer ${tokens.theirs}` } }
  const cancel = (handle: string): Promise<string> => {
    const [path, asked] = doors['cancel']!(handle, '')
    return seen(ask(theirs, path, { ...asked, headers: { ...json, ...atTheirs.headers } }), handle)
  }
  assert.match(await cancel(absent.id), /^\[404,.*RUN_UNKNOWN/)
  assert.equal(await cancel(id), await cancel(absent.id), 'another start cannot end it')
  assert.equal((await ask(theirs, `/api/runs/${id}`, atTheirs)).status, 200, 'what is kept is the project’s')

  const notice = (requestId: unknown): object => ({
    jsonrpc: '2.0',
    method: 'notifications/cancelled',
    params: { requestId },
  })
  const sessions = [{}, { 'mcp-session-id': '7' }, { 'mcp-session-id': randomBytes(16).toString('hex') }]
  const said = new Set<string>()
  for (const session of sessions)
    for (const requestId of [7, 8, '7', id]) {
      const answer = await post(ours, '/mcp', notice(requestId), session)
      assert.equal(answer.headers.get('mcp-session-id'), null, 'there are no sessions to be taken over')
      said.add(await seen(Promise.resolve(answer), id))
    }
  assert.equal(said.size, 1, [...said].join('\n'))
  assert.equal((await going())?.status, 'running', 'a number that another request has too ends nothing')
  put('go')
  assert.match(await (await running).text(), /"status":"passed"/)
})
