import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openShowing, type Showing, skip } from './shown-page.ts'

let showing: Showing

before(async () => {
  if (!skip) showing = await openShowing()
})

after(async () => {
  if (!skip) await showing.end()
})

const files = {
  '.claude/modules/a.md': '# A\n\nNeeds @modules/b.md and <b id="bold">bold</b>.\n',
  '.claude/modules/b.md': '# B\n',
}

test('what changes on the disk is on the page without a reload', { skip }, async () => {
  const { page, url, token, put, remove, complaints, end } = await showing.show(files)
  assert.equal(page.url(), `${url}/`, 'the token has left the address')
  assert.ok(!(await page.content()).includes(token))
  const asked: string[] = []
  page.on('request', (request) => asked.push(new URL(request.url()).pathname))
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
  assert.deepEqual(asked, [], 'the deltas that were told are enough')
  assert.deepEqual(complaints, [])
  await end()
})

test('a graph shows neighbours, what is broken, a way, and the same in a table', { skip }, async () => {
  const chain = {
    '.claude/commands/go.md': '# Go\n\n@modules/a.md\n',
    '.claude/modules/a.md': '# A\n\n@modules/b.md and @modules/gone.md\n',
    '.claude/modules/b.md': '# B\n\n@modules/c.md\n',
    '.claude/modules/c.md': '# C\n',
  }
  const { page, put, remove, go, complaints, end } = await showing.show(chain)
  await go('graph/.claude/modules/a.md')
  const drawn = (): Promise<string[]> =>
    page
      .locator('svg a.node')
      .evaluateAll((nodes) => nodes.map((node) => String(node.getAttribute('data-node'))).sort())
  const until = (count: number): Promise<void> =>
    page
      .locator('svg a.node')
      .nth(count - 1)
      .waitFor()
  await until(4)
  assert.deepEqual(await drawn(), [
    '.claude/commands/go.md',
    '.claude/modules/a.md',
    '.claude/modules/b.md',
    '✗ @modules/gone.md',
  ])
  assert.equal(await page.locator('path.edge.missing').count(), 1)
  assert.equal(await page.locator('.table tbody tr').count(), 3)
  await remove('.claude/modules/b.md')
  await page.locator('[data-node="✗ @modules/b.md"]').waitFor()
  await put('.claude/modules/b.md', '# B\n\n@modules/c.md\n')
  await page.locator('[data-node=".claude/modules/b.md"]').waitFor()
  await page.getByLabel('Steps').selectOption('2')
  await page.locator('[data-node=".claude/modules/c.md"]').waitFor()
  assert.match(page.url(), /depth=2/)
  await page.getByLabel('Status').selectOption('broken')
  await page.locator('[data-node=".claude/modules/c.md"]').waitFor({ state: 'detached' })
  await page.locator('[data-node="✗ @modules/gone.md"]').click()
  await page.waitForURL(/#\/inspector\?reference=%40modules%2Fgone\.md&from=\.claude%2Fmodules%2Fa\.md/)

  await go('graph/.claude/commands/go.md?mode=path')
  await page.getByRole('combobox', { name: 'to' }).fill('c.md')
  await page.keyboard.press('Enter')
  await page.locator('[data-node=".claude/modules/c.md"]').waitFor()
  assert.equal((await drawn()).length, 4)
  await go('graph/.claude/modules/c.md?mode=path&to=.claude/commands/go.md')
  await page.getByText('this is the way back').waitFor()

  await go('graph?mode=whole&q=modules')
  await page.getByText(/4 modules, 3 connections · laid out in/).waitFor()
  assert.ok((await page.locator('.whole canvas').count()) > 0)
  assert.equal(await page.locator('.table tbody tr').count(), 3, 'the table is searched with the drawing')
  // Software rendering says that it is slow.
  assert.deepEqual(
    complaints.filter((text) => !/GPU stall|swiftshader|WebGL/i.test(text)),
    [],
  )
  await end()
})

test(
  'a module is rendered with its references in it, its source, its pipeline, and all has an address',
  { skip },
  async () => {
    const { page, put, go, complaints, end } = await showing.show({
      ...files,
      '.claude/modules/full.md':
        '---\ntitle: Full\nneeds: ["@modules/a.md"]\n---\n\n# Full\n\nSee [the b](b.md), `@modules/gone.md` and **@modules/gone.md**.\n\n' +
        '```xml\n<depends_on>\n@modules/b.md\n</depends_on>\n```\n\n| one | two |\n| --- | --- |\n| 1 | [x](no.md) |\n\n## Second part\n\n- item\n',
    })
    await go('module/.claude/modules/full.md')
    await page.getByRole('heading', { level: 1, name: 'Full' }).waitFor()
    const references = page.locator('.rendered a.reference')
    assert.deepEqual(
      await references.evaluateAll((links) =>
        links.map((link) => `${link.firstChild?.textContent} ${link.className}`),
      ),
      [
        '@modules/a.md reference resolved',
        'the b reference resolved',
        '@modules/gone.md reference missing',
        '@modules/gone.md reference missing',
        '@modules/b.md reference resolved',
        'x reference missing',
      ],
    )
    assert.deepEqual(await page.locator('.rendered table td').allTextContents(), ['1', 'xmissing'])
    await page.getByRole('link', { name: 'Second part' }).click()
    await page.locator('.rendered h3.marked', { hasText: 'Second part' }).waitFor()
    assert.match(page.url(), /part=second-part/)
    await page.getByRole('link', { name: 'Source' }).click()
    assert.equal(await page.locator('.text li').first().textContent(), '---')
    await page.getByRole('link', { name: 'Pipeline' }).click()
    await page.locator('.pipeline li', { hasText: 'raw text' }).waitFor()
    assert.match(
      (await page.locator('.pipeline li').last().textContent())!,
      /^module.*references, each place once/,
    )

    await go('module/.claude/modules/a.md?line=3')
    assert.equal(
      (await page.locator('.rendered .marked').textContent())?.trim(),
      'Needs @modules/b.md and <b id="bold">bold</b>.',
    )
    await put('.claude/modules/a.md', '# A anew\n\nNeeds @modules/gone.md.\n')
    await page.getByRole('heading', { level: 1, name: 'A anew' }).waitFor()
    await page.locator('.rendered a.reference.missing').click()
    await page.waitForURL(/#\/inspector\?reference=%40modules%2Fgone\.md&from=/)
    assert.deepEqual(complaints, [])
    await end()
  },
)

test('the inspector tells every place that was looked at', { skip }, async () => {
  const { page, url, go, put, complaints, end } = await showing.show(files)
  await go('inspector?reference=@modules/gone.md&from=.claude/modules/a.md')
  await page.getByText('.claude/modules/gone.md', { exact: true }).first().waitFor()
  await put('.claude/modules/gone.md', '# There now\n')
  await page.locator('tr.found', { hasText: '.claude/modules/gone.md' }).waitFor()
  await page.getByLabel('Reference').fill('@modules/b')
  await page.locator('tr.found', { hasText: '.claude/modules/b.md' }).waitFor()
  await page.waitForURL(/reference=%40modules%2Fb&/)
  await page.goto(`${url}/#/modules?q=b`)
  await page.getByText('1 of 3 modules').waitFor()
  await page.getByLabel('Status').selectOption('missing')
  await page.getByText('0 of 3 modules').waitFor()
  await page.reload()
  await page.getByText('0 of 3 modules').waitFor()
  assert.deepEqual(complaints, [])
  await end()
})

test('nothing that a module says is run (C9)', { skip }, async () => {
  const payloads = [
    '<script>document.title = "run"</script>',
    '<img src=x onerror="document.title=\'run\'">',
    '<svg onload="document.title=\'run\'">',
    '[x](javascript:document.title="run")',
    '[x](JaVaScRiPt:document.title="run")',
    '[x](&#106;avascript:alert(1))',
    '[x](data:text/html,<script>alert(1)</script>)',
    '[x](vbscript:alert(1))',
    '![x](https://evil.example/pixel.png)',
    '![x](//evil.example/pixel.png)',
    '![x](javascript:alert(1))',
    '[x]: javascript:alert(1)\n\n[x]',
    '<javascript:alert(1)>',
    '<iframe srcdoc="<script>parent.document.title=1</script>">',
    '<base href="https://evil.example">',
    '<meta http-equiv="refresh" content="0;url=https://evil.example">',
    '<a href="javascript:alert(1)" autofocus onfocus="document.title=\'run\'">x</a>',
    '<style>@import url(https://evil.example)</style>',
    '</ol></main><script>document.title="run"</script>',
    '<math><mi xlink:href="javascript:alert(1)">',
    '<details open ontoggle="document.title=\'run\'">',
    '<link rel=stylesheet href=https://evil.example>',
    '```"><script>alert(1)</script>\nx\n```',
    '| <script>alert(1)</script> | ![x](https://evil.example/y) |\n| --- | --- |',
    '[![x](https://evil.example/z.png)](javascript:alert(1))',
    `${'> '.repeat(2000)}deep`,
    '@modules/"><script>alert(1)</script>.md',
  ]
  const texts = Object.fromEntries(
    payloads.map((text, index) => [`.claude/modules/p${index}.md`, `# ${text.split('\n')[0]}\n\n${text}\n`]),
  )
  const { page, url, go, complaints, end } = await showing.show(texts)
  for (const [path, text] of Object.entries(texts)) {
    for (const tab of ['', '?tab=source', '?tab=pipeline']) {
      await go(`module/${path}${tab}`)
      await page.locator('.facts', { hasText: path }).waitFor()
      await page.locator('.rendered, .text li, .pipeline li').first().waitFor()
      if (tab === '?tab=source')
        assert.equal(await page.locator('.text li').nth(2).textContent(), text.split('\n')[2])
      assert.match(await page.title(), /Heddle$/)
      const addresses = await page
        .locator('main a')
        .evaluateAll((links) => links.map((link) => link.getAttribute('href')))
      for (const address of addresses) assert.match(address ?? '', /^(?:#\/|https?:\/\/)/, text)
      const active =
        'main script, main img, main iframe, main style, main link, main [onerror], main [onload], main [style*=url]'
      assert.equal(await page.locator(active).count(), 0, text)
    }
  }
  for (const view of ['overview', 'graph', 'modules', 'graph/.claude/modules/p0.md']) {
    await go(view)
    await page.locator('main h1').waitFor()
    assert.match(await page.title(), /Heddle$/)
  }
  const opened = await page.goto(`${url}/@modules/p0.md`)
  assert.match((await opened!.text()) ?? '', /<script>/)
  assert.equal(await page.title(), '')
  assert.deepEqual(complaints, [])
  await end()
})
