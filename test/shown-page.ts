import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { build } from 'vite'
import { listen, type ListenOptions, openEditions } from 'heddle/server'

const root = fileURLToPath(new URL('..', import.meta.url))
const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium'

/** Why nothing can be shown here; in CI there must be a browser. */
export const skip =
  existsSync(executablePath) || process.env['CI'] ? false : `there is no Chromium at ${executablePath}`

const quiet = [
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
]

/** A browser with the page as it is built from the sources of now. */
export interface Showing {
  show(files: Readonly<Record<string, string>>, options?: ShowOptions): Promise<Shown>
  end(): Promise<void>
}

export interface ShowOptions {
  readonly listen?: (folder: string) => ListenOptions
  readonly context?: BrowserContextOptions
}

/** A page over a folder of its own. */
export interface Shown {
  readonly page: Page
  readonly url: string
  readonly token: string
  readonly folder: string
  /** What the browser complained of, and what it asked other hosts for. */
  readonly complaints: string[]
  put(path: string, text: string): Promise<void>
  remove(path: string): Promise<void>
  /** Goes to a state by its address, as a link does. */
  go(link: string): Promise<void>
  end(): Promise<void>
}

/** Builds the page and starts a browser. */
export async function openShowing(): Promise<Showing> {
  const built = await mkdtemp(join(tmpdir(), 'heddle-page-'))
  const config = join(root, 'core/server/page/vite.config.ts')
  await build({ configFile: config, logLevel: 'error', build: { outDir: built } })
  const browser = await chromium.launch({ executablePath, args: quiet })
  const open = new Set<Shown>()
  return {
    async show(files, options = {}) {
      const shown = await show({ browser, built, files, ...options })
      open.add(shown)
      return {
        ...shown,
        async end() {
          open.delete(shown)
          await shown.end()
        },
      }
    },
    async end() {
      // Those of tests that failed.
      for (const shown of open) await shown.end()
      await browser.close()
      await rm(built, { recursive: true })
    },
  }
}

async function show({
  browser,
  built,
  files,
  listen: more = () => ({}),
  context: wanted = {},
}: ShowOptions & {
  readonly browser: Browser
  readonly built: string
  readonly files: Readonly<Record<string, string>>
}): Promise<Shown> {
  const folder = await mkdtemp(join(tmpdir(), 'heddle-shown-'))
  const put = async (path: string, text: string): Promise<void> => {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), text)
  }
  for (const [path, text] of Object.entries(files)) await put(path, text)
  const editions = await openEditions({ root: folder, builtIn: false })
  await editions.watch()
  const server = await listen(editions, { page: built, ...more(folder) })
  const context = await browser.newContext(wanted)
  const page = await context.newPage()
  page.setDefaultTimeout(20_000)
  const complaints: string[] = []
  page.on('console', (message) => complaints.push(message.text()))
  page.on('pageerror', ({ message }) => complaints.push(message))
  page.on('request', (request) => {
    if (!request.url().startsWith(server.url) && !request.url().startsWith('data:'))
      complaints.push(request.url())
  })
  await page.goto(`${server.url}/?token=${server.token}`, { waitUntil: 'commit' })
  await page.locator('[data-generation]').waitFor()
  return {
    page,
    url: server.url,
    token: server.token,
    folder,
    complaints,
    put,
    remove: (path) => rm(join(folder, path)),
    async go(link) {
      await page.goto(`${server.url}/#/${link}`)
    },
    async end() {
      await context.close()
      await server.close()
      await editions.close()
      await rm(folder, { recursive: true })
    },
  }
}
