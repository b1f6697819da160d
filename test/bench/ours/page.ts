import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { chromium, type Page } from 'playwright-core'
import { type Handler, listen, openEditions } from '../../../core/server.ts'
import type { WatchTask } from '../rows/watch.ts'
import { say } from './say.ts'
import '../../../plugins/index.ts'

/** What one edit took, in milliseconds. */
interface Edit {
  /** From the moment that Heddle hears of the file to the delta in the stream of its events. */
  readonly inside: number
  /** From the write to the next frame that shows it; undefined without a browser. */
  readonly page: number | undefined
}

const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium'
const quiet = ['--no-sandbox', '--disable-quic', '--no-first-run', '--disable-background-networking']

const { root, path, edits } = JSON.parse(readFileSync(process.argv[2]!, 'utf8')) as WatchTask
const editions = await openEditions({ root })
await editions.watch()
const server = await listen(editions)
const heard = await hearTouches()
const told = deltasOf(server.handler)
const page = existsSync(executablePath) ? await openPage() : undefined
const original = readFileSync(path, 'utf8')
const cpu = process.cpuUsage()
const times: Edit[] = []
for (let edit = 0; edit < edits; edit++) {
  const delta = told.next()
  const shown = page?.evaluate<number>('globalThis.nextFrame()')
  const since = now()
  writeFileSync(path, `${original}\nEdit ${edit}.\n`)
  const arrived = (await delta).value as number
  times.push({ inside: arrived - heard.last(), page: shown && (await shown) - since })
  await new Promise((resolve) => setTimeout(resolve, 60))
}
const { user, system } = process.cpuUsage(cpu)
writeFileSync(path, original)
say({ ms: 0, times, cpuMs: (user + system) / 1000 / edits })
await page?.context().browser()?.close()
await server.close()
await editions.close()
process.exit()

/** The one clock that both processes have. */
function now(): number {
  return performance.timeOrigin + performance.now()
}

async function hearTouches(): Promise<{ last(): number }> {
  let last = 0
  await editions.hold((framework) => framework.watch(() => {}, { touched: () => void (last = now()) }))
  return { last: () => last }
}

/** When each delta stands in the stream. */
async function* deltasOf(asked: Handler): AsyncGenerator<number> {
  const { host } = new URL(server.url)
  const headers = { host, authorization: `Bearer ${asked.access.token}` }
  const { body } = await asked(new Request(`${server.url}/events`, { headers }))
  for await (const bytes of body!) if (Buffer.from(bytes).includes('"delta":')) yield now()
}

async function openPage(): Promise<Page> {
  const browser = await chromium.launch({ executablePath, args: quiet })
  const opened = await browser.newPage()
  await opened.goto(`${server.url}/?token=${server.token}`, { waitUntil: 'commit' })
  await opened.locator('[data-generation]').waitFor()
  await opened.evaluate(`globalThis.nextFrame = () => new Promise((resolve) => {
    const observer = new MutationObserver(() => {
      observer.disconnect()
      requestAnimationFrame(() => resolve(performance.timeOrigin + performance.now()))
    })
    observer.observe(document.querySelector('[data-generation]'), { attributeFilter: ['data-generation'] })
  })`)
  return opened
}
