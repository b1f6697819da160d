import { createEditor, type Editor, listen, type Listening, type News, openEditions } from '../../server.ts'
import { leave } from '../hold-exit.ts'
import type { CommonOptions } from '../options.ts'
import { wrongUsage } from '../exit.ts'
import { listenForKeys } from '../keys.ts'
import { openInBrowser } from '../browser.ts'
import { countSeverities, counted, painter, printDiagnostics, visible } from '../print.ts'
import { linesBelow, withPlace } from '../place.ts'
import { rootOf } from '../root.ts'

export interface DevOptions extends CommonOptions {
  readonly port?: string | undefined
  readonly host?: string | undefined
  readonly allowHost?: readonly string[] | undefined
  readonly open?: true | undefined
  readonly allowRun?: true | undefined
  readonly editor?: string | undefined
  readonly user?: true | undefined
}

type Editions = Awaited<ReturnType<typeof openEditions>>

/** Refusals that are told one by one; a flood of them must not push everything else off the screen. */
const mostRefusals = 20
const usualPort = 4317

/** `heddle dev`: serves the framework until it is ended; says what changes. */
export async function dev(options: DevOptions): Promise<void> {
  const root = rootOf(options)
  const editions = await withPlace(root, () =>
    openEditions({
      root,
      keep: true,
      user: options.user === true,
      ...(typeof options.config === 'string' ? { config: options.config } : {}),
      ...(options.config === false ? { config: false } : {}),
    }),
  )
  const server = await start(editions, options).catch(async (thrown: unknown) => {
    await editions.close()
    throw thrown
  })
  const address = `${server.url}/?token=${server.token}`
  process.stdout.write(`\n  Heddle  ${painter(process.stdout)('cyan', address)}\n`)
  const ended = untilEnded()
  const stopKeys = listenForKeys({
    help: () => say(help),
    open: () => openPage(server),
    reload: () => void editions.reload().then(() => say('Looked at everything again.'), complain),
    check: () => void tellCheck(editions).catch(complain),
    quit: ended.end,
  })
  if (process.stdin.isTTY) process.stdout.write('  press h for help\n\n')
  const stopTelling = tellNews(editions, options)
  if (options.open) openPage(server)
  const watching = editions.watch().then(() => tellCheck(editions), complain)
  await ended.promise
  stopTelling()
  stopKeys()
  await server.close()
  await Promise.race([watching, pause(500)])
  await editions.close()
}

const help = 'h help · o open the page · r look at everything again · c check · q quit'

async function start(editions: Editions, options: DevOptions): Promise<Listening> {
  let refusals = 0
  const port = readPort(options.port)
  const editor = editorOf(options)
  const serve = (port: number): Promise<Listening> =>
    listen(editions, {
      port,
      allowRun: options.allowRun === true,
      editor,
      ...(options.host === undefined ? {} : { host: options.host }),
      ...(options.allowHost === undefined ? {} : { allowHosts: options.allowHost }),
      onRefused({ status, code, method, path }) {
        if (++refusals > mostRefusals) return
        say(`refused ${status} ${code} ${visible(method)} ${visible(path).slice(0, 200)}`)
        if (refusals === mostRefusals) say('Further refusals are not told.')
      },
    })
  try {
    return await serve(port ?? usualPort)
  } catch (thrown) {
    const code = (thrown as NodeJS.ErrnoException).code
    if (code === 'EADDRINUSE' && port === undefined) return serve(0)
    if (code === 'EADDRINUSE') wrongUsage(`The port ${port} is taken.`, 'Name another one: --port N.')
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND' || code === 'EACCES')
      wrongUsage(
        `"${options.host ?? port}" cannot be listened on: ${code}.`,
        'Name an address of this machine.',
      )
    throw thrown
  }
}

/** What was asked for must be usable; what only stands in the environment may be an editor of the terminal, and is left out then. */
function editorOf(options: DevOptions): Editor | undefined {
  const { HEDDLE_EDITOR, VISUAL, EDITOR } = process.env
  const folder = rootOf(options)
  const asked = options.editor ?? HEDDLE_EDITOR
  if (asked !== undefined)
    return (
      createEditor(asked, folder) ??
      wrongUsage(
        `How "${asked}" is told a file and a line is not known.`,
        "Say it: --editor 'my-editor --line {line} {file}'.",
      )
    )
  for (const command of [VISUAL, EDITOR]) {
    const editor = createEditor(command ?? '', folder)
    if (editor) return editor
  }
  return undefined
}

function readPort(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const port = /^\d{1,5}$/.test(text) ? Number(text) : -1
  if (port >= 0 && port <= 65_535) return port
  return wrongUsage(
    `"${text}" is no port.`,
    'Write --port with a number from 0 to 65535; 0 takes a free one.',
  )
}

/** The address on a command line can be seen by others on the machine: it holds a key that opens the page once. */
function openPage({ url, handler }: Listening): void {
  openInBrowser(`${url}/?key=${handler.access.issueKey()}`, () =>
    say('No browser could be opened; open the printed address yourself.'),
  )
}

function tellNews(editions: Editions, options: DevOptions): () => void {
  let told: string | undefined
  return editions.listen((news) => {
    if (news) say(describe(news))
    const { fault, degraded } = editions.standing
    const now = `${fault?.message}\0${degraded}`
    if (now !== told && told !== undefined && !fault && !degraded)
      say('Everything is watched and loaded again.')
    if (now !== told && fault) printDiagnostics([fault], process.stderr, linesBelow(rootOf(options)))
    if (now !== told && degraded) printDiagnostics(editions.standing.faults.slice(-1), process.stderr)
    told = now
    if (news && options.quiet !== true) void tellCheck(editions).catch(complain)
  })
}

function describe({ generation, added, changed, removed, full }: News): string {
  if (full) return `generation ${generation}: the configuration was loaded anew`
  const parts = [
    ['added', added],
    ['changed', changed],
    ['removed', removed],
  ] as const
  const said = parts
    .filter(([, ids]) => ids.length > 0)
    .map(
      ([what, ids]) =>
        `${ids.length} ${what} (${ids.slice(0, 3).map(visible).join(', ')}${ids.length > 3 ? ', …' : ''})`,
    )
  return `generation ${generation}: ${said.join(', ')}`
}

async function tellCheck(editions: Editions): Promise<void> {
  const { modules, diagnostics } = await editions.read(async (framework) => {
    // The page will want the graph, and after it a check reads nothing again.
    await framework.graph()
    return framework.check()
  })
  say(`${counted(modules, 'file')}: ${countSeverities(diagnostics)}`)
}

function say(text: string): void {
  const time = new Date().toTimeString().slice(0, 8)
  process.stdout.write(`${painter(process.stdout)('dim', time)} ${text}\n`)
}

function complain(thrown: unknown): void {
  say(`failed: ${visible(thrown instanceof Error ? thrown.message : String(thrown))}`)
}

/** Settles at the first signal or when told to; a second signal ends the program at once. */
function untilEnded(): { readonly promise: Promise<void>; readonly end: () => void } {
  let end = (): void => {}
  const promise = new Promise<void>((resolve) => (end = resolve))
  let signals = 0
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => {
      if (signals++ > 0) leave(130)
      end()
    })
  return { promise, end }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, ms).unref())
}
