import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { type Browser, chromium, type Page } from 'playwright-core'
import { build } from 'vite'
import { listen, openEditions } from 'heddle/server'

const root = fileURLToPath(new URL('..', import.meta.url))
const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium'
const skip = existsSync(executablePath) ? false : 'there is no Chromium here'
const quiet = [
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

let built = ''
let browser: Browser

before(async () => {
  if (skip) return
  built = await mkdtemp(join(tmpdir(), 'heddle-page-'))
  await build({
    configFile: join(root, 'core/server/page/vite.config.ts'),
    logLevel: 'error',
    build: { outDir: built },
  })
  browser = await chromium.launch({ executablePath, args: quiet })
})

after(async () => {
  if (skip) return
  await browser.close()
  await rm(built, { recursive: true })
})

interface Shown {
  readonly page: Page
  readonly url: string
  readonly token: string
  /** What the browser complained of, and what it asked other hosts for. */
  readonly complaints: readonly string[]
  put(path: string, text: string): Promise<void>
  remove(path: string): Promise<void>
  end(): Promise<void>
}

async function show(files: Record<string, string>): Promise<Shown> {
  const folder = await mkdtemp(join(tmpdir(), 'heddle-shown-'))
  const put = async (path: string, text: string): Promise<void> => {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), text)
  }
  for (const [path, text] of Object.entries(files)) await put(path, text)
  const editions = await openEditions({ root: folder, builtIn: false })
  await editions.watch()
  const server = await listen(editions, { page: built })
  const page = await browser.newPage()
  const complaints: string[] = []
  page.on('console', (message) => complaints.push(message.text()))
  page.on('pageerror', ({ message }) => complaints.push(message))
  page.on('request', (request) => {
    if (!request.url().startsWith(server.url) && !request.url().startsWith('data:'))
      complaints.push(request.url())
  })
  await page.goto(`${server.url}/?token=${server.token}`, { waitUntil: 'commit' })
  await page.getByText('live · generation').waitFor()
  return {
    page,
    url: server.url,
    token: server.token,
    complaints,
    put,
    remove: (path) => rm(join(folder, path)),
    async end() {
      await page.close()
      await server.close()
      await editions.close()
      await rm(folder, { recursive: true })
    },
  }
}

const files = {
  '.claude/modules/a.md': '# A\n\nNeeds @modules/b.md and <b id="bold">bold</b>.\n',
  '.claude/modules/b.md': '# B\n',
}

test('what changes on the disk is on the page without a reload', { skip }, async () => {
  const { page, url, token, put, remove, complaints, end } = await show(files)
  assert.equal(page.url(), `${url}/`, 'the token has left the address')
  assert.ok(!(await page.content()).includes(token))
  const missing = page.locator('[data-count=missing]')
  await page.locator('[data-count=references]', { hasText: '1' }).waitFor()
  await page.evaluate(() => Object.assign(globalThis, { isSame: true }))
  await remove('.claude/modules/b.md')
  await missing.filter({ hasText: '1' }).waitFor()
  await page.getByText('"@modules/b.md" names a file that does not exist').waitFor()
  await put('.claude/modules/b.md', '# B again\n')
  await missing.filter({ hasText: '0' }).waitFor()
  await page.getByText('No problems.').waitFor()
  assert.equal(await page.evaluate(() => 'isSame' in globalThis), true)
  assert.deepEqual(complaints, [])
  await end()
})

test('a module is text with its references in it, and every state has an address', { skip }, async () => {
  const { page, url, put, complaints, end } = await show(files)
  await page.goto(`${url}/#/module/.claude/modules/a.md?line=3`)
  await page.getByRole('heading', { level: 1, name: 'A' }).waitFor()
  const reference = page.locator('.text a.reference')
  assert.deepEqual(
    [await reference.textContent(), await reference.getAttribute('class')],
    ['@modules/b.md', 'reference resolved'],
  )
  assert.equal(
    await page.locator('.text .marked').textContent(),
    'Needs @modules/b.md and <b id="bold">bold</b>.',
  )
  await put('.claude/modules/a.md', '# A anew\n\nNeeds @modules/gone.md.\n')
  await page.getByRole('heading', { level: 1, name: 'A anew' }).waitFor()
  await page.locator('.text a.reference.missing').click()
  await page.waitForURL(/#\/inspector\?reference=%40modules%2Fgone\.md&from=/)
  await page.getByText('.claude/modules/gone.md', { exact: true }).first().waitFor()
  await page.getByLabel('Reference').fill('@modules/b')
  await page.locator('tr.found', { hasText: '.claude/modules/b.md' }).waitFor()
  await page.waitForURL(/reference=%40modules%2Fb&/)
  await page.goto(`${url}/#/modules?q=b`)
  await page.getByText('1 of 2').waitFor()
  await page.getByLabel('broken only').check()
  await page.getByText('0 of 2').waitFor()
  assert.deepEqual(complaints, [])
  await end()
})

test('nothing that a module says is run (C9)', { skip }, async () => {
  const payloads = [
    '<script>document.title = "run"</script>',
    '<img src=x onerror="document.title=\'run\'">',
    '<svg onload="document.title=\'run\'">',
    '[x](javascript:document.title="run")',
    '<iframe srcdoc="<script>parent.document.title=1</script>">',
    '<base href="https://evil.example">',
    '<meta http-equiv="refresh" content="0;url=https://evil.example">',
    '<a href="javascript:alert(1)" autofocus onfocus="document.title=\'run\'">x</a>',
    '<style>@import url(https://evil.example)</style>',
    '</ol></main><script>document.title="run"</script>',
    '<math><mi xlink:href="javascript:alert(1)">',
    '<details open ontoggle="document.title=\'run\'">',
    '<link rel=stylesheet href=https://evil.example>',
    '@modules/"><script>alert(1)</script>.md',
  ]
  const texts = Object.fromEntries(
    payloads.map((text, index) => [`.claude/modules/p${index}.md`, `# ${text}\n\n${text}\n`]),
  )
  const { page, url, complaints, end } = await show(texts)
  for (const [path, text] of Object.entries(texts)) {
    await page.goto(`${url}/#/module/${path}`)
    const lines = page.locator('.text li')
    await page.locator('.facts', { hasText: path }).waitFor()
    assert.equal(await lines.nth(2).textContent(), text.split('\n')[2])
    assert.match(await page.title(), /Heddle$/)
  }
  await page.goto(`${url}/#/overview`)
  await page.getByRole('heading', { name: /^Problems/ }).waitFor()
  assert.equal(await page.locator('main script, main img, main iframe, main svg, main style').count(), 0)
  const opened = page.goto(`${url}/@modules/p0.md`)
  assert.match((await (await opened)!.text()) ?? '', /<script>/)
  assert.equal(await page.title(), '')
  assert.deepEqual(complaints, [])
  await end()
})
